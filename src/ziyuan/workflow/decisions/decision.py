"""`Decision`: a decision file ready to answer, with the trace of how it did."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from ziyuan.base import feel
from ziyuan.workflow.decisions import loading, model
from ziyuan.workflow.decisions.compiling import BoxCompiler, Functions, TracedRun, unusual
from ziyuan.workflow.decisions.errors import DecisionError, OverBudget, UnknownDecision
from ziyuan.workflow.decisions.evaluation import Evaluation, Outcome
from ziyuan.workflow.decisions.itemtypes import Types
from ziyuan.workflow.decisions.reading import read
from ziyuan.workflow.decisions.table import Compiled

_KEYS = re.compile(r'[{,](?:\s{0,40}"((?:[^"\\]|\\.){1,200})"\s{0,40}|([^{},:"\[\]()]{1,200})):')
_MOST_COMPILED = 2000


class Decision:
    """One decision file with the files it imports."""

    def __init__(self, loaded: loading.Loaded, known: dict[int, Decision] | None = None) -> None:
        self.definitions = loaded.definitions
        self.missing = loaded.missing
        shared = known if known is not None else {}
        shared[id(loaded)] = self
        self.imports: list[tuple[model.Import, Decision]] = [
            (item, shared.get(id(other)) or Decision(other, shared)) for item, other in loaded.imports
        ]
        self.types: Types = Types(
            self.definitions.types, [(item.name, other.types) for item, other in self.imports]
        )
        self._compiled: dict[Any, Compiled] = {}
        self._entries: frozenset[str] | None = None
        self._members: frozenset[str] = frozenset()

    @classmethod
    def load(cls, path: Path | str) -> Decision:
        """Read a file and, beside it, what it imports. Raises NotADecisionFile for the file itself."""
        return cls(loading.load(Path(path)))

    @classmethod
    def of(cls, data: bytes, file: str = "decision.dmn") -> Decision:
        """Read a file from its bytes; it may not import others."""
        loaded = loading.Loaded(read(data, file))
        loaded.missing = [(item, "只有文件才能导入") for item in loaded.definitions.imports]
        return cls(loaded)

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
        nodes = [node for kind in kinds for node in self.definitions.nodes.values() if node.kind == kind]
        wanted = " ".join(name.split())
        for held in ([n for n in nodes if n.id == name], [n for n in nodes if n.name == wanted]):
            if held:
                return held[0]
        raise UnknownDecision(name, [node.name for node in nodes], file=self.definitions.file)

    def resolve(self, reference: str, by: model.Node) -> tuple[str, Decision, model.Node]:
        """Prefix, file and node of a reference `id` or `namespace#id`."""
        space, mark, identifier = reference.rpartition("#")
        if not mark or space == self.definitions.namespace:
            node = self.definitions.nodes.get(identifier)
            if node is not None:
                return "", self, node
        for item, other in self.imports:
            if item.namespace == space and identifier in other.definitions.nodes:
                return item.name, other, other.definitions.nodes[identifier]
        why = next((f"：{told}" for item, told in self.missing if item.namespace == space and mark), "")
        raise DecisionError(
            f"“{by.name}”引用的“{reference}”不存在{why}", file=self.definitions.file, element=by.id, line=by.line
        )

    # -- running -------------------------------------------------------------------------------------

    def evaluate(
        self,
        name: str,
        context: Mapping[str, Any],
        now: dt.datetime | None = None,
        functions: Functions = None,
    ) -> Outcome:
        """Run a decision by name or id; raises UnknownDecision and OverBudget, never for a null."""
        node = self.find(name, "decision")
        evaluation = self._evaluation(context, now, functions)
        return self._ran(evaluation, lambda: evaluation.value(self, node))

    def evaluate_service(
        self,
        name: str,
        context: Mapping[str, Any],
        now: dt.datetime | None = None,
        functions: Functions = None,
    ) -> Outcome:
        """Run a decision service with its inputs by name."""
        node = self.find(name, "decisionService")
        evaluation = self._evaluation(context, now, functions)
        return self._ran(evaluation, lambda: evaluation.service(self, node))

    def invoke(
        self,
        name: str,
        arguments: Mapping[str, Any],
        now: dt.datetime | None = None,
        functions: Functions = None,
    ) -> Outcome:
        """Call a business knowledge model, a service, or a decision that yields a function, by parameter names."""
        node = self.find(name, "businessKnowledgeModel", "decisionService", "decision")
        evaluation = self._evaluation(arguments, now, functions)
        return self._ran(evaluation, lambda: evaluation.called(self, node))

    def _evaluation(
        self, context: Mapping[str, Any], now: dt.datetime | None, functions: Functions
    ) -> Evaluation:
        given = {" ".join(name.split()): value for name, value in feel.adopt(context).items()}
        return Evaluation(self, given, TracedRun(now), functions)

    def _ran(self, evaluation: Evaluation, work: Callable[[], Any]) -> Outcome:
        try:
            return evaluation.outcome(work())
        except feel.FeelBudgetError as bad:
            message = bad.message
        except RecursionError:
            message = "计算嵌套过深，本次求值已停止"
        file, node = evaluation.run.place or (self.definitions.file, None)
        where = f"“{node.name}”：" if node is not None else ""
        raise OverBudget(
            where + message,
            file=file,
            element=node.id if node is not None else "",
            line=node.line if node is not None else 0,
        ) from None

    def check(self) -> list[Any]:
        """Faults found without running: see `checking.check`."""
        from ziyuan.workflow.decisions.checking import check

        return check(self)

    # -- compiling -----------------------------------------------------------------------------------

    def scope_names(self, node: model.Node) -> frozenset[str]:
        """Names the expression of a node may use; raises DecisionError for one that does not exist."""
        found = {node.variable} if node.kind == "businessKnowledgeModel" else set()
        for reference in node.requires:
            prefix, _, target = self.resolve(reference, node)
            found.add(prefix or target.variable)
        return frozenset(found)

    def entries(self) -> frozenset[str]:
        """Names that values of this file, and of those it imports, may have as entries."""
        if self._entries is None:
            found = {node.variable for node in self.definitions.nodes.values()} | self.types.members()
            for node in self.definitions.nodes.values():
                found |= _names_in(node.body)
            for _, other in self.imports:
                found |= other.entries()
            self._entries = frozenset(found - {""})
            self._members = unusual(self._entries)
        return self._entries

    def members(self) -> frozenset[str]:
        """Those of them that FEEL reads after a dot only where it knows them."""
        self.entries()
        return self._members

    def compiled(self, node: model.Node, functions: Functions, given: frozenset[str]) -> Compiled:
        """The closure of a node's box, compiled once; `given` are unusual names among the inputs' entries."""
        key = (id(node), frozenset(functions.items()) if functions else None, given)
        if key not in self._compiled:
            if len(self._compiled) > _MOST_COMPILED:
                self._compiled.clear()
            members = self.members() | given
            compiler = BoxCompiler(self.scope_names(node), members, self.types, functions)
            if isinstance(node.body, model.FunctionBox) and node.kind == "businessKnowledgeModel":
                self._compiled[key] = compiler.function(node.body, node.type_ref, node.name)
            else:
                self._compiled[key] = compiler.box(node.body)
        return self._compiled[key]


def _names_in(box: model.Boxed | None) -> set[str]:
    """Names that a value of this box may have as entries."""
    found: set[str] = set()
    waiting = [box]
    while waiting:
        inner = waiting.pop()
        waiting.extend(model.parts(inner))
        if isinstance(inner, model.ContextBox):
            found.update(variable.name for variable, _ in inner.entries)
        elif isinstance(inner, model.Relation):
            found.update(inner.columns)
        elif isinstance(inner, model.Table):
            found.update(output.name for output in inner.outputs)
            found.update(*(_keys_of(cell) for rule in inner.rules for cell in rule.results))
        elif isinstance(inner, model.Literal):
            found |= _keys_of(inner.expression)
    return found


def _keys_of(text: model.Text) -> frozenset[str]:
    """Unusual names among the entries of contexts written in FEEL."""
    if "{" not in text.text:
        return frozenset()
    return unusual(frozenset(" ".join((a or b).split()) for a, b in _KEYS.findall(text.text)))
