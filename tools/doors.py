"""An import-linter contract: a component is entered from outside only by its doors."""

from fnmatch import fnmatchcase

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output

DOORS = ("service", "errors", "cli")


class DoorsContract(Contract):
    """No module outside a component imports anything of it but the doors."""

    components = fields.SetField(subfield=fields.StringField())
    ignore_imports = fields.SetField(subfield=fields.ImportExpressionField(), required=False)

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """Every import that goes round a door, except those listed with their reason."""
        ignored = [(e.importer.expression, e.imported.expression) for e in self.ignore_imports or ()]
        wrong = [
            (importer, imported)
            for component in sorted(self.components)
            for imported in sorted({component} | graph.find_descendants(component))
            if not is_door(component, imported)
            for importer in sorted(graph.find_modules_that_directly_import(imported))
            if not inside(component, importer) and not listed(ignored, importer, imported)
        ]
        return ContractCheck(kept=not wrong, metadata={"wrong": wrong})

    def render_broken_contract(self, check: ContractCheck) -> None:
        for importer, imported in check.metadata["wrong"]:
            output.print_error(f"{importer} enters {imported} directly", bold=False)


def is_door(component: str, module: str) -> bool:
    """The component's own name is no room: importing it alone brings nothing."""
    return module in {component, *(f"{component}.{door}" for door in DOORS)}


def listed(ignored: list[tuple[str, str]], importer: str, imported: str) -> bool:
    """Is this import one of the written exceptions (`*` stands for any name)?"""
    return any(fnmatchcase(importer, a) and fnmatchcase(imported, b) for a, b in ignored)


def inside(component: str, module: str) -> bool:
    return module == component or module.startswith(f"{component}.")
