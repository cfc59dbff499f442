"""`Decision`: a decision file ready to answer, with the trace of how it did."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ziyuan.base import feel
from ziyuan.base.feel import wire
from ziyuan.workflow.decisions import model
from ziyuan.workflow.decisions.compiling import BoxCompiler, Functions, TracedRun
from ziyuan.workflow.decisions.errors import DecisionError, NotADecisionFile, UnknownDecision
from ziyuan.workflow.decisions.itemtypes import Misfit, Types
from ziyuan.workflow.decisions.reading import read
from ziyuan.workflow.decisions.table import NOWHERE, Compiled, Hits

IMPORT_DEPTH = 8


@dataclass(frozen=True, slots=True)
class Outcome:
    """The value (plain Python), why it is null, and one trace entry per decision run, required ones first.

    Trace values are in the JSON encoding of `ziyuan feel eval`, so that a trace can be stored as it is.
    `native` is the value in FEEL's own kinds.
    """

    value: Any
    trace: list[dict[str, Any]] = field(default_factory=list)
    reason: feel.Reason | None = None
    native: Any = None


class Decision:
    """One decision file with the files it imports (by prefix)."""

    def __init__(self, definitions: model.Definitions, imports: Mapping[str, Decision]) -> None:
        self.definitions = definitions
        self.imports = dict(imports)
        self.types = Types(self._all_types())
        self._compiled: dict[Any, Compiled] = {}

    # -- reading -------------------------------------------------------------------------------------

    @classmethod
    def load(cls, path: Path | str, *, _depth: int = 0) -> Decision:
        """Read a file and, beside it, what it imports. Raises NotADecisionFile, DecisionError."""
        source = Path(path)
        try:
            data = source.read_bytes()
        except OSError as bad:
            raise NotADecisionFile(f"无法读取文件：{bad.strerror or bad}", file=str(path)) from None
        if _depth > IMPORT_DEPTH:
            raise DecisionError("导入的层数过多，可能循环导入", file=source.name)
        definitions = read(data, source.name)
        return cls(definitions, _imported(definitions, source.parent, _depth))

    @classmethod
    def of(cls, data: bytes, file: str = "decision.dmn") -> Decision:
        """Read a file from its bytes; it may not import others."""
        return cls(read(data, file), {})

    def _all_types(self) -> dict[str, model.ItemType]:
        found = dict(self.definitions.types)
        for prefix, other in self.imports.items():
            for name, item in other.types.items.items():
                found[f"{prefix}.{name}" if prefix else name] = item
        return found

    # -- what is in it -------------------------------------------------------------------------------

    def names(self, kind: str) -> list[str]:
        return [node.name for node in self.definitions.nodes.values() if node.kind == kind]

    @property
    def decisions(self) -> list[str]:
        """Names of the decisions, in the order of the file."""
        return self.names("decision")

    @property
    def inputs(self) -> list[str]:
        """Names of the input data, in the order of the file."""
        return self.names("inputData")

    def find(self, name: str, *kinds: str) -> model.Node:
        """The node of an id or a name; raises UnknownDecision with the nearest name."""
        nodes = [node for node in self.definitions.nodes.values() if node.kind in kinds]
        for node in nodes:
            if name in (node.id, node.name):
                return node
        raise UnknownDecision(name, [node.name for node in nodes], file=self.definitions.file)

    def resolve(self, reference: str, by: model.Node) -> tuple[str, Decision, model.Node]:
        """Prefix, file and node of a reference `id` or `namespace#id`."""
        space, mark, identifier = reference.rpartition("#")
        if not mark or space == self.definitions.namespace:
            node = self.definitions.nodes.get(identifier)
            if node is not None:
                return "", self, node
        for item in self.definitions.imports:
            other = self.imports.get(item.name)
            if other is not None and item.namespace == space and identifier in other.definitions.nodes:
                return item.name, other, other.definitions.nodes[identifier]
        raise DecisionError(
            f"“{by.name}”引用的“{reference}”不存在", file=self.definitions.file, element=by.id, line=by.line
        )

    # -- running -------------------------------------------------------------------------------------

    def evaluate(
        self,
        name: str,
        context: Mapping[str, Any],
        now: dt.datetime | None = None,
        functions: Functions = None,
    ) -> Outcome:
        """Run a decision by name or id; raises UnknownDecision and FEEL's budget error, never for a null."""
        node = self.find(name, "decision")
        evaluation = Evaluation(self, feel.adopt(context), TracedRun(now), functions)
        value = evaluation.value(self, node)
        return evaluation.outcome(value)

    def evaluate_service(
        self,
        name: str,
        context: Mapping[str, Any],
        now: dt.datetime | None = None,
        functions: Functions = None,
    ) -> Outcome:
        """Run a decision service with its inputs by name."""
        node = self.find(name, "decisionService")
        evaluation = Evaluation(self, {}, TracedRun(now), functions)
        return evaluation.outcome(evaluation.service(self, node, feel.adopt(context)))

    def invoke(
        self,
        name: str,
        arguments: Mapping[str, Any],
        now: dt.datetime | None = None,
        functions: Functions = None,
    ) -> Outcome:
        """Call a business knowledge model or a service with named arguments."""
        node = self.find(name, "businessKnowledgeModel", "decisionService", "decision")
        evaluation = Evaluation(self, feel.adopt(arguments), TracedRun(now), functions)
        function = evaluation.value(self, node)
        given = feel.adopt(arguments)
        if not isinstance(function, feel.Function):
            return evaluation.outcome(function)
        values = [given.get(parameter) for parameter in function.parameters]
        return evaluation.outcome(function.call(evaluation.run, values))

    def check(self) -> list[Any]:
        """Faults found without running: see `checking.check`."""
        from ziyuan.workflow.decisions.checking import check

        return check(self)

    def scope_names(self, node: model.Node) -> frozenset[str]:
        """Names the expression of a node may use."""
        found: set[str] = set()
        for reference in node.requires:
            prefix, _, target = self.resolve(reference, node)
            found.add(f"{prefix}.{target.name}" if prefix else target.name)
            if prefix:
                found.add(prefix)
        return frozenset(found - {name for name in found if "." in name})

    def members(self) -> frozenset[str]:
        """Names that may follow a dot in this file."""
        found = {node.name for node in self.definitions.nodes.values()} | self.types.members()
        for other in self.imports.values():
            found |= other.members()
        return frozenset(found)

    def compiled(self, node: model.Node, functions: Functions) -> Compiled:
        """The closure of a node's box; compiled once."""
        key = (node.id, frozenset(functions.items()) if functions else None)
        if key not in self._compiled:
            compiler = BoxCompiler(self.scope_names(node), self.members(), self.types, functions)
            self._compiled[key] = compiler.box(node.body)
        return self._compiled[key]


class Evaluation:
    """One run over a graph of decisions: each is computed once, required ones first."""

    def __init__(
        self, root: Decision, inputs: Mapping[str, Any], run: TracedRun, functions: Functions
    ) -> None:
        self.root, self.inputs, self.run, self.functions = root, inputs, run, functions
        self.known: dict[tuple[int, str], Any] = {}
        self.open: set[tuple[int, str]] = set()
        self.trace: list[dict[str, Any]] = []

    def outcome(self, value: Any) -> Outcome:
        reason = self.run.reason() if value is None else None
        return Outcome(feel.plain(self.run.weigh(value, feel.Span("", 0, 0))), self.trace, reason, value)

    def value(self, file: Decision, node: model.Node) -> Any:
        key = (id(file), node.id)
        if key not in self.known:
            if key in self.open:
                raise DecisionError(
                    f"决策“{node.name}”循环依赖自身",
                    file=file.definitions.file,
                    element=node.id,
                    line=node.line,
                )
            self.open.add(key)
            self.known[key] = _KINDS[node.kind](self, file, node)
            self.open.discard(key)
        return self.known[key]

    def scope(self, file: Decision, node: model.Node) -> dict[str, Any]:
        scope: dict[str, Any] = {}
        for reference in node.requires:
            prefix, other, target = file.resolve(reference, node)
            value = self.value(other, target)
            if prefix:
                scope.setdefault(prefix, {})[target.name] = value
            else:
                scope[target.name] = value
        return scope

    def input(self, file: Decision, node: model.Node) -> Any:
        """The value given for an input; for one of an imported file, below its prefix or by its own name."""
        for prefix, other in self.root.imports.items():
            below = self.inputs.get(prefix)
            if other is file and isinstance(below, dict) and node.name in below:
                return self._typed(file, node, below[node.name])
        return self._typed(file, node, self.inputs.get(node.name))

    def _typed(self, file: Decision, node: model.Node, value: Any) -> Any:
        try:
            return file.types.fit(value, node.type_ref, self.run)
        except Misfit as bad:
            return self.run.why(NOWHERE, "“{}”{}", node.name, str(bad))

    def decision(self, file: Decision, node: model.Node) -> Any:
        scope = self.scope(file, node)
        self.run.notes, before = None, len(self.run.tables)
        value = file.compiled(node, self.functions)(scope, self.run)
        value = self._typed(file, node, value)
        self._note(node, scope, value, self.run.tables[before:])
        del self.run.tables[before:]
        return value

    def _note(self, node: model.Node, scope: dict[str, Any], value: Any, tables: list[Hits]) -> None:
        reason = self.run.reason() if value is None else None
        entry: dict[str, Any] = {
            "decision": node.name,
            "id": node.id,
            "kind": _BOX_NAMES.get(type(node.body), "none"),
            "inputs": [
                {"expression": name, "value": wire.encode(v)} for name, v in scope.items() if _shown(v)
            ],
            "matched": [],
            "value": wire.encode(value),
            "reason": reason.message if reason else None,
        }
        shown = [_hits(hits) for hits in tables]
        if isinstance(node.body, model.Table) and shown:
            entry |= shown.pop()
        if shown:
            entry["tables"] = shown
        self.trace.append(entry)

    def knowledge(self, file: Decision, node: model.Node) -> Any:
        scope = self.scope(file, node)
        function = file.compiled(node, self.functions)(scope, self.run)
        if isinstance(function, feel.Function):
            function.name = node.name
        return function

    def service_function(self, file: Decision, node: model.Node) -> feel.Function:
        references = (*node.input_data, *node.input_decisions)
        names = tuple(file.resolve(reference, node)[2].name for reference in references)

        def call(run: feel.Run, arguments: list[Any]) -> Any:
            run.enter(NOWHERE)
            value = self.service(file, node, dict(zip(names, arguments, strict=True)))
            run.depth -= 1
            return value

        return feel.Function(node.name, names, call)

    def service(self, file: Decision, node: model.Node, given: Mapping[str, Any]) -> Any:
        """The outputs of a service: one value, or a context of several."""
        inner = Evaluation(self.root, given, self.run, self.functions)
        inner.trace = self.trace
        for reference in node.input_decisions:
            _, other, target = file.resolve(reference, node)
            inner.known[(id(other), target.id)] = inner._typed(other, target, given.get(target.name))
        outputs = [file.resolve(reference, node) for reference in node.outputs]
        values = {target.name: inner.value(other, target) for _, other, target in outputs}
        result = next(iter(values.values())) if len(values) == 1 else values
        return self._typed(file, node, result)


_KINDS: dict[str, Callable[[Evaluation, Decision, model.Node], Any]] = {
    "inputData": Evaluation.input,
    "decision": Evaluation.decision,
    "businessKnowledgeModel": Evaluation.knowledge,
    "decisionService": Evaluation.service_function,
}
_BOX_NAMES: dict[type, str] = {
    model.Literal: "literalExpression",
    model.Table: "decisionTable",
    model.ContextBox: "context",
    model.Invocation: "invocation",
    model.ListBox: "list",
    model.Relation: "relation",
    model.FunctionBox: "functionDefinition",
    model.Conditional: "conditional",
    model.FilterBox: "filter",
    model.LoopBox: "iteration",
}


def _shown(value: Any) -> bool:
    return not isinstance(value, feel.Function)


def _hits(hits: Hits) -> dict[str, Any]:
    return {
        "inputs": [{"expression": label, "value": wire.encode(value)} for label, value in hits.inputs],
        "matched": hits.matched,
        "value": wire.encode(hits.value),
    }


def _imported(definitions: model.Definitions, folder: Path, depth: int) -> dict[str, Decision]:
    found: dict[str, Decision] = {}
    for item in definitions.imports:
        if "DMN" not in item.namespace and not item.location and not item.namespace:
            continue
        path = _beside(folder, item, definitions)
        if path is not None:
            found[item.name] = Decision.load(path, _depth=depth + 1)
    return found


def _beside(folder: Path, item: model.Import, definitions: model.Definitions) -> Path | None:
    """The file an import means: its location, or the file of the folder with that namespace."""
    if item.location:
        path = folder / Path(item.location).name
        if path.is_file():
            return path
    for path in sorted(folder.glob("*.dmn")):
        if path.name != definitions.file and _namespace_of(path) == item.namespace:
            return path
    raise DecisionError(
        f"找不到所导入的文件（命名空间 {item.namespace}）",
        file=definitions.file,
        element=item.name,
        line=item.line,
    )


@functools.lru_cache(maxsize=256)
def _namespace_of(path: Path) -> str:
    try:
        return read(path.read_bytes(), path.name).namespace
    except (OSError, DecisionError):
        return ""
