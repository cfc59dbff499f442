"""One run over a graph of decisions: each is computed once, required ones first."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ziyuan.base import feel
from ziyuan.workflow.decisions import model, tracing
from ziyuan.workflow.decisions.compiling import Functions, TracedRun, unusual
from ziyuan.workflow.decisions.errors import DecisionError
from ziyuan.workflow.decisions.itemtypes import NOWHERE, Misfit

if TYPE_CHECKING:
    from ziyuan.workflow.decisions.decision import Decision

_MOST_FAULTS = 3


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


class Evaluation:
    """Computes what is asked for; what a node gave is known from then on."""

    def __init__(
        self,
        root: Decision,
        inputs: Mapping[str, Any],
        run: TracedRun,
        functions: Functions,
        caller: Evaluation | None = None,
    ) -> None:
        """`caller` is the evaluation whose FEEL calls a service: its values are values, nothing is read from text."""
        self.root, self.inputs, self.run, self.functions = root, inputs, run, functions
        self.known: dict[int, Any] = {}
        self.outside = caller is None
        self.trace: list[dict[str, Any]] = [] if caller is None else caller.trace
        self.faults: list[str] = [] if caller is None else caller.faults
        self.given: frozenset[str] = unusual(feel.member_names(inputs)) if caller is None else caller.given

    def outcome(self, value: Any) -> Outcome:
        value = self.run.weigh(value, NOWHERE)
        return Outcome(feel.plain(value), self.trace, self._reason() if value is None else None, value)

    def _reason(self) -> feel.Reason:
        told = self.run.reason() or feel.Reason("结果就是空值", 0, 0)
        more = [fault for fault in self.faults if fault not in told.message][:_MOST_FAULTS]
        return told._replace(message="；".join([told.message, *more]))

    def _null(self, message: str) -> Any:
        """Null, for a reason that the reason of the final null will repeat."""
        self.faults.append(message)
        return self.run.why(NOWHERE, "{}", message)

    # -- the graph -----------------------------------------------------------------------------------

    def value(self, file: Decision, node: model.Node) -> Any:
        if id(node) not in self.known:
            for other, needed in self._needed(file, node):
                if id(needed) not in self.known:
                    self.known[id(needed)] = _KINDS[needed.kind](self, other, needed)
        return self.known[id(node)]

    def _needed(self, file: Decision, node: model.Node) -> Iterator[tuple[Decision, model.Node]]:
        """What must be computed for a node, in order, the node last; without recursion, so at any length."""
        done: set[int] = set()
        path: dict[int, bool] = {}
        stack = [(file, node, False)]
        while stack:
            at, inner, leaving = stack.pop()
            if leaving:
                del path[id(inner)]
                done.add(id(inner))
                yield at, inner
            elif id(inner) in path:
                self.known[id(inner)] = self._null(f"决策“{inner.name}”循环依赖自身")
            elif id(inner) not in done and id(inner) not in self.known:
                path[id(inner)] = True
                stack.append((at, inner, True))
                stack.extend((other, target, False) for other, target in self._required(at, inner))

    def _required(self, file: Decision, node: model.Node) -> list[tuple[Decision, model.Node]]:
        if node.kind != "decision":
            return []
        found = []
        for reference in reversed(node.requires):
            try:
                found.append(file.resolve(reference, node)[1:])
            except DecisionError:
                continue  # told where the decision itself runs
        return found

    def scope(self, file: Decision, node: model.Node) -> dict[str, Any]:
        """The values an expression of the node sees; raises DecisionError for a reference to nothing."""
        scope: dict[str, Any] = {}
        for reference in node.requires:
            prefix, other, target = file.resolve(reference, node)
            value = self.value(other, target)
            if prefix:
                scope.setdefault(prefix, {})[target.variable] = value
            elif not isinstance(value, feel.Function) or target.variable not in scope:
                scope[target.variable] = value
        return scope

    # -- kinds of nodes ------------------------------------------------------------------------------

    def input(self, file: Decision, node: model.Node) -> Any:
        """The value given for an input; of an imported file, below its import name or by its own name."""
        for inputs in (*self._below(self.root, file, self.inputs, 0), self.inputs):
            for name in (node.name, node.variable):
                if name in inputs:
                    return self.typed(file, node, self._read(file, inputs[name], node.type_ref))
        return None

    def _below(
        self, at: Decision, wanted: Decision, inputs: Mapping[str, Any], depth: int
    ) -> Iterator[Mapping[str, Any]]:
        for item, other in at.imports:
            below = inputs.get(item.name)
            if type(below) is dict and depth < 8:
                if other is wanted:
                    yield below
                yield from self._below(other, wanted, below, depth + 1)

    def _read(self, file: Decision, value: Any, type_ref: str) -> Any:
        return file.types.read(value, type_ref) if self.outside else value

    def typed(self, file: Decision, node: model.Node, value: Any) -> Any:
        try:
            return file.types.fit(value, node.type_ref, self.run)
        except Misfit as bad:
            return self._null(f"“{node.name}”{bad}")

    def decision(self, file: Decision, node: model.Node) -> Any:
        outer, before, run = self.run.place, len(self.run.tables), self.run
        run.place, run.notes = (file.definitions.file, node), None
        scope: dict[str, Any] = {}
        try:
            scope = self.scope(file, node)
            value = file.compiled(node, self.functions, self.given)(scope, run)
            value = self.typed(file, node, value)
        except DecisionError as bad:
            value = self._null(bad.bare)
        reason = run.reason() if value is None else None
        self.trace.append(tracing.entry(node, scope, value, reason, run.tables[before:]))
        del run.tables[before:]
        run.place = outer
        return value

    def knowledge(self, file: Decision, node: model.Node) -> Any:
        """The function of a business knowledge model. What it knows is found when it is called, so it may
        call itself, and others that call it."""
        body = node.body
        if not isinstance(body, model.FunctionBox):
            message = body.message if isinstance(body, model.Broken) else "没有写出函数"
            return self._null(f"“{node.name}”{message}")
        made: list[feel.Function] = []

        def call(run: feel.Run, arguments: list[Any]) -> Any:
            outer, self.run.place = self.run.place, (file.definitions.file, node)
            if not made:
                try:
                    scope = {**self.scope(file, node), node.variable: function}
                    made.append(file.compiled(node, self.functions, self.given)(scope, self.run))
                except DecisionError as bad:
                    return self._null(bad.bare)
            result = made[0].call(run, arguments)
            self.run.place = outer
            return result

        kinds = tuple(
            file.types.named(feel.TypeOf(p.type_ref)) if file.types.is_known(p.type_ref) and p.type_ref else None
            for p in body.parameters
        )
        function = feel.Function(node.name, tuple(p.name for p in body.parameters), call, kinds=kinds)
        return function

    # -- services ------------------------------------------------------------------------------------

    def service_function(self, file: Decision, node: model.Node) -> Any:
        try:
            names = tuple(target.variable for _, target in self._inputs_of(file, node))
        except DecisionError as bad:
            return self._null(bad.bare)

        def call(run: feel.Run, arguments: list[Any]) -> Any:
            run.enter(NOWHERE)
            inner = Evaluation(self.root, dict(zip(names, arguments, strict=True)), self.run, self.functions, self)
            value = inner.service(file, node)
            run.depth -= 1
            return value

        return feel.Function(node.name, names, call)

    def _inputs_of(self, file: Decision, node: model.Node) -> list[tuple[Decision, model.Node]]:
        """The parameters of a service: its input data, then its input decisions (10.4)."""
        return [file.resolve(reference, node)[1:] for reference in (*node.input_data, *node.input_decisions)]

    def service(self, file: Decision, node: model.Node) -> Any:
        """The outputs of a service for the inputs given: one value, or a context of several."""
        try:
            for reference in node.input_decisions:
                _, other, target = file.resolve(reference, node)
                value = self.inputs.get(target.name, self.inputs.get(target.variable))
                self.known[id(target)] = self.typed(other, target, self._read(other, value, target.type_ref))
            outputs = [file.resolve(reference, node)[1:] for reference in node.outputs]
        except DecisionError as bad:
            return self._null(bad.bare)
        if not outputs:
            return self._null(f"决策服务“{node.name}”没有输出决策")
        values = {target.variable: self.value(other, target) for other, target in outputs}
        result = next(iter(values.values())) if len(outputs) == 1 else values
        types, reference = file.types.result_of(node.type_ref)
        try:
            return types.fit(result, reference, self.run)
        except Misfit as bad:
            return self._null(f"“{node.name}”的结果{bad}")

    def called(self, file: Decision, node: model.Node) -> Any:
        """The result of a function called from outside, with the inputs as arguments by name."""
        given = self.inputs
        if node.kind == "decisionService":
            return self.service(file, node)
        function = self.value(file, node)
        if not isinstance(function, feel.Function):
            return function
        if node.kind == "decision":
            return function.call(self.run, [given.get(name) for name in function.parameters])
        parameters = node.body.parameters if isinstance(node.body, model.FunctionBox) else ()
        unknown = [name for name in given if name not in function.parameters]
        if unknown:
            return self._null(f"“{node.name}”没有参数“{unknown[0]}”")
        values = [file.types.read(given.get(p.name), p.type_ref) for p in parameters]
        return function.call(self.run, values)


_KINDS: dict[str, Callable[[Evaluation, Decision, model.Node], Any]] = {
    "inputData": Evaluation.input,
    "decision": Evaluation.decision,
    "businessKnowledgeModel": Evaluation.knowledge,
    "decisionService": Evaluation.service_function,
}
