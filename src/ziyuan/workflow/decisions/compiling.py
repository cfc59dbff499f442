"""Boxed expressions become closures `f(scope, run)` over FEEL's own values."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from ziyuan.base import feel
from ziyuan.workflow.decisions import model
from ziyuan.workflow.decisions.errors import DecisionError
from ziyuan.workflow.decisions.itemtypes import Misfit, Types
from ziyuan.workflow.decisions.table import NOWHERE, Compiled, Hits, Scope, compile_table

Functions = Mapping[str, Callable[..., Any]] | None


_EXTERNAL = "不支持外部函数({}),请用 FEEL 写出函数体"


class TracedRun(feel.Run):
    """A run that keeps what its decision tables did."""

    __slots__ = ("tables",)

    def __init__(self, now: dt.datetime | None = None) -> None:
        super().__init__(now)
        self.tables: list[Hits] = []


class BoxCompiler:
    """Compiles the boxes of one node. `names` grows with the entries of contexts and parameters."""

    def __init__(
        self, names: frozenset[str], members: frozenset[str], types: Types, functions: Functions
    ) -> None:
        self.names, self.members, self.types, self.functions = names, members, types, functions

    def _with(self, *names: str) -> BoxCompiler:
        return BoxCompiler(self.names | set(names), self.members | set(names), self.types, self.functions)

    def box(self, boxed: model.Boxed | None) -> Compiled:
        if boxed is None:
            return lambda scope, run: run.why(NOWHERE, "没有写出表达式")
        return _MAKERS[type(boxed)](self, boxed)

    def text(self, text: model.Text) -> Compiled:
        """The closure of a FEEL text; text that does not parse gives null with its place in the file."""
        if text.language:
            return lambda scope, run: run.why(NOWHERE, "不支持的表达式语言“{}”，请用 FEEL", text.language)
        if not text.text:
            return lambda scope, run: run.why(
                NOWHERE, "表达式是空的（{}，第 {} 行）", text.element, text.line
            )
        try:
            return feel.compile(text.text, self.names, self.functions, self.members).within
        except feel.FeelSyntaxError as bad:
            message = f"第 {text.line} 行({text.element}):{bad.message}"
            return lambda scope, run: run.why(NOWHERE, "{}", message)

    def tests(self, text: model.Text) -> feel.UnaryTests:
        try:
            return feel.unary(text.text, self.names, self.functions, self.members)
        except feel.FeelSyntaxError as bad:
            raise DecisionError(f"第 {text.line} 行({text.element}):{bad.message}") from None

    # -- kinds ---------------------------------------------------------------------------------------

    def literal(self, box: model.Literal) -> Compiled:
        return self.text(box.expression)

    def table(self, box: model.Table) -> Compiled:
        try:
            compiled = compile_table(box, self.text, self.tests)
        except DecisionError as bad:
            message = bad.bare
            return lambda scope, run: run.why(NOWHERE, "{}", message)

        def run_table(scope: Scope, run: feel.Run) -> Any:
            hits = Hits(box)
            if isinstance(run, TracedRun):
                run.tables.append(hits)
            hits.value = compiled.run(scope, run, hits)
            return hits.value

        return run_table

    def context(self, box: model.ContextBox) -> Compiled:
        entries: list[tuple[model.Variable, Compiled]] = []
        inner = self
        for variable, value in box.entries:
            entries.append((variable, inner.box(value)))
            inner = inner._with(variable.name)
        result = inner.box(box.result) if box.result is not None else None

        def made(scope: Scope, run: feel.Run) -> Any:
            local, built = dict(scope), {}
            for variable, value in entries:
                built[variable.name] = local[variable.name] = self.fitted(
                    value(local, run), variable.type_ref, run, variable.name
                )
            return built if result is None else result(local, run)

        return made

    def fitted(self, value: Any, type_ref: str, run: feel.Run, name: str) -> Any:
        if value is None or not type_ref:
            return value
        try:
            return self.types.fit(value, type_ref, run)
        except Misfit as bad:
            return run.why(NOWHERE, "“{}”{}", name, str(bad))

    def invocation(self, box: model.Invocation) -> Compiled:
        target = self.box(box.function)
        bindings = [(name, self.box(value)) for name, value in box.bindings]

        def invoked(scope: Scope, run: feel.Run) -> Any:
            function = target(scope, run)
            if not isinstance(function, feel.Function):
                return run.why(NOWHERE, "所调用的不是函数")
            given = {name: value(scope, run) for name, value in bindings}
            if function.parameters and not set(given) <= set(function.parameters):
                return run.why(NOWHERE, "函数“{}”没有这样的参数", function.name)
            names = function.parameters or tuple(given)
            return function.call(run, [given.get(name) for name in names])

        return invoked

    def list_of(self, box: model.ListBox) -> Compiled:
        items = [self.box(item) for item in box.items]
        return lambda scope, run: [item(scope, run) for item in items]

    def relation(self, box: model.Relation) -> Compiled:
        rows = [[self.box(cell) for cell in row] for row in box.rows]
        return lambda scope, run: [
            {name: cell(scope, run) for name, cell in zip(box.columns, row, strict=True)} for row in rows
        ]

    def function(self, box: model.FunctionBox) -> Compiled:
        if box.kind != "FEEL":
            return lambda scope, run: run.why(NOWHERE, _EXTERNAL, box.kind)
        names = tuple(parameter.name for parameter in box.parameters)
        body = self._with(*names).box(box.body)

        def made(scope: Scope, run: feel.Run) -> feel.Function:
            def call(at: feel.Run, arguments: list[Any]) -> Any:
                at.spend(1, NOWHERE)
                at.enter(NOWHERE)
                local = dict(scope)
                for parameter, value in zip(box.parameters, arguments, strict=True):
                    fitted = self.fitted(value, parameter.type_ref, at, parameter.name)
                    if fitted is None and value is not None:
                        at.depth -= 1
                        return None
                    local[parameter.name] = fitted
                result = body(local, at)
                at.depth -= 1
                return result

            return feel.Function("函数", names, call)

        return made

    def conditional(self, box: model.Conditional) -> Compiled:
        test, then, otherwise = map(self.box, (box.test, box.then, box.otherwise))
        return lambda scope, run: then(scope, run) if test(scope, run) is True else otherwise(scope, run)

    def filter(self, box: model.FilterBox) -> Compiled:
        source, test = self.box(box.source), self._with("item").box(box.test)

        def kept(scope: Scope, run: feel.Run) -> Any:
            values = source(scope, run)
            if values is None:
                return None
            items = values if type(values) is list else [values]
            run.spend(len(items), NOWHERE)
            return [item for item in items if test(_item_scope(scope, item), run) is True]

        return kept

    def loop(self, box: model.LoopBox) -> Compiled:
        source, body = self.box(box.source), self._with(box.variable, "partial").box(box.body)

        def looped(scope: Scope, run: feel.Run) -> Any:
            values = source(scope, run)
            if values is None:
                return None
            results: list[Any] = []
            for value in feel.iterate(values, run, NOWHERE) or ():
                run.spend(1 + len(results) // 10, NOWHERE)
                results.append(body({**scope, box.variable: value, "partial": list(results)}, run))
            if box.kind == "for":
                return results
            return feel.every(results) if box.kind == "every" else feel.some(results)

        return looped


def _item_scope(scope: Scope, item: Any) -> Scope:
    return {**scope, "item": item, **item} if type(item) is dict else {**scope, "item": item}


_MAKERS: dict[type, Callable[[Any, Any], Compiled]] = {
    model.Literal: BoxCompiler.literal,
    model.Table: BoxCompiler.table,
    model.ContextBox: BoxCompiler.context,
    model.Invocation: BoxCompiler.invocation,
    model.ListBox: BoxCompiler.list_of,
    model.Relation: BoxCompiler.relation,
    model.FunctionBox: BoxCompiler.function,
    model.Conditional: BoxCompiler.conditional,
    model.FilterBox: BoxCompiler.filter,
    model.LoopBox: BoxCompiler.loop,
}
