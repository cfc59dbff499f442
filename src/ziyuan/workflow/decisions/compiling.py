"""Boxed expressions become closures `f(scope, run)` over FEEL's own values."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from ziyuan.base import feel
from ziyuan.base.feel import builtins
from ziyuan.workflow.decisions import model
from ziyuan.workflow.decisions.errors import DecisionError
from ziyuan.workflow.decisions.itemtypes import NOWHERE, Misfit, Types
from ziyuan.workflow.decisions.table import Compiled, Hits, Scope, compile_table

Functions = Mapping[str, Callable[..., Any]] | None
_SIMPLE = re.compile(r"[^\W\d]\w*")


def unusual(names: frozenset[str]) -> frozenset[str]:
    """Names that FEEL reads only where it knows them: with blanks or signs."""
    return frozenset(name for name in names if not _SIMPLE.fullmatch(name))


class TracedRun(feel.Run):
    """A run that keeps what its decision tables did, and in which node of which file it is."""

    __slots__ = ("place", "tables")

    def __init__(self, now: dt.datetime | None = None) -> None:
        super().__init__(now)
        self.tables: list[Hits] = []
        self.place: tuple[str, model.Node] | None = None


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
            return feel.compile(text.text, self.names, self.functions, self.members, self.types, True).within
        except feel.FeelSyntaxError as bad:
            message = f"第 {text.line} 行({text.element}):{bad.message}"
            return lambda scope, run: run.why(NOWHERE, "{}", message)

    def tests(self, text: model.Text) -> feel.UnaryTests:
        try:
            return feel.unary(text.text, self.names, self.functions, self.members, self.types, True)
        except feel.FeelSyntaxError as bad:
            raise DecisionError(f"第 {text.line} 行({text.element}):{bad.message}") from None

    def fitted(self, value: Any, type_ref: str, run: feel.Run, name: str) -> Any:
        """The value as one of the type, or null with the reason."""
        if value is None or not type_ref:
            return value
        try:
            return self.types.fit(value, type_ref, run)
        except Misfit as bad:
            return run.why(NOWHERE, "“{}”{}", name, str(bad))

    # -- kinds ---------------------------------------------------------------------------------------

    def broken(self, box: model.Broken) -> Compiled:
        message = f"第 {box.line} 行({box.element}):{box.message}"
        return lambda scope, run: run.why(NOWHERE, "{}", message)

    def literal(self, box: model.Literal) -> Compiled:
        return self.text(box.expression)

    def table(self, box: model.Table) -> Compiled:
        try:
            compiled = compile_table(box, self.types, self.text, self.tests)
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
        entries: list[tuple[str, str, Compiled]] = []
        inner = self
        for variable, value in box.entries:
            inner = inner._with(variable.name) if isinstance(value, model.FunctionBox) else inner
            entries.append((variable.name, *inner._entry(variable, value)))
            inner = inner._with(variable.name)
        result = inner.box(box.result) if box.result is not None else None

        def made(scope: Scope, run: feel.Run) -> Any:
            local, built = dict(scope), {}
            for name, type_ref, value in entries:
                built[name] = local[name] = self.fitted(value(local, run), type_ref, run, name)
            return built if result is None else result(local, run)

        return made

    def _entry(self, variable: model.Variable, value: model.Boxed | None) -> tuple[str, Compiled]:
        """Type and closure of a context entry; a type written at a function may be that of its result."""
        if not isinstance(value, model.FunctionBox):
            return variable.type_ref, self.box(value)
        return "", self.function(value, variable.type_ref, variable.name)

    def invocation(self, box: model.Invocation) -> Compiled:
        bindings = [(name, self.box(value)) for name, value in box.bindings]
        written = box.function.expression.text if isinstance(box.function, model.Literal) else ""
        if written not in self.names and written in builtins.REGISTRY:
            return self._builtin(written, bindings)
        target = self.box(box.function)

        def invoked(scope: Scope, run: feel.Run) -> Any:
            function = target(scope, run)
            if not isinstance(function, feel.Function):
                return None if function is None else run.why(NOWHERE, "所调用的不是函数")
            given = {name: value(scope, run) for name, value in bindings}
            if function.parameters and not set(given) <= set(function.parameters):
                return run.why(NOWHERE, "函数“{}”没有这样的参数", function.name)
            names = function.parameters or tuple(given)
            return function.call(run, [given.get(name) for name in names])

        return invoked

    def _builtin(self, function: str, bindings: list[tuple[str, Compiled]]) -> Compiled:
        """A built-in function called with the parameters of a boxed invocation by name."""
        slots = [f"实参{place}" for place in range(len(bindings))]
        named = ", ".join(f"{name}: {slot}" for (name, _), slot in zip(bindings, slots, strict=True))
        call = self._with(*slots).text(model.Text(f"{function}({named})", 0, "invocation"))

        def invoked(scope: Scope, run: feel.Run) -> Any:
            values = {slot: value(scope, run) for slot, (_, value) in zip(slots, bindings, strict=True)}
            return call({**scope, **values}, run)

        return invoked

    def list_of(self, box: model.ListBox) -> Compiled:
        items = [self.box(item) for item in box.items]
        return lambda scope, run: [item(scope, run) for item in items]

    def relation(self, box: model.Relation) -> Compiled:
        rows = [[self.box(cell) for cell in row] for row in box.rows]
        return lambda scope, run: [
            {name: cell(scope, run) for name, cell in zip(box.columns, row, strict=True)} for row in rows
        ]

    def function(self, box: model.FunctionBox, declared: str = "", name: str = "函数") -> Compiled:
        """A function value; `declared` is the type written at its name."""
        names = tuple(parameter.name for parameter in box.parameters)
        kinds = tuple(self._kind(parameter.type_ref) for parameter in box.parameters)
        results = [self.types.result_of(reference) for reference in (box.type_ref, declared) if reference]
        body = self._body(box, names)

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
                return _result(result, results, at, name)

            return feel.Function(name, names, call, kinds=kinds)

        return made

    def _body(self, box: model.FunctionBox, names: tuple[str, ...]) -> Compiled:
        if box.kind != "FEEL":
            return lambda scope, run: run.why(NOWHERE, "不支持外部函数({}),请用 FEEL 写出函数体", box.kind)
        return self._with(*names).box(box.body)

    def _kind(self, type_ref: str) -> feel.TypeOf | None:
        return self.types.named(feel.TypeOf(type_ref)) if type_ref and self.types.is_known(type_ref) else None

    def conditional(self, box: model.Conditional) -> Compiled:
        test, then, otherwise = map(self.box, (box.test, box.then, box.otherwise))
        return lambda scope, run: then(scope, run) if test(scope, run) is True else otherwise(scope, run)

    def filter(self, box: model.FilterBox) -> Compiled:
        source, test = self.box(box.source), self._with("item", *self.members).box(box.test)
        place = feel.compile("表[位]")

        def kept(scope: Scope, run: feel.Run) -> Any:
            values = source(scope, run)
            if values is None:
                return None
            items = values if type(values) is list else [values]
            run.spend(len(items), NOWHERE)
            answers = [test(_item_scope(scope, item), run) for item in items]
            if answers and type(answers[0]) is Decimal:
                return place.within({"表": items, "位": answers[0]}, run)
            return [item for item, answer in zip(items, answers, strict=True) if answer is True]

        return kept

    def loop(self, box: model.LoopBox) -> Compiled:
        source, body = self.box(box.source), self._with(box.variable, "partial").box(box.body)

        def looped(scope: Scope, run: feel.Run) -> Any:
            values = source(scope, run)
            if values is None:
                return None
            results: list[Any] = []
            domain = feel.iterate(values, run, NOWHERE)
            if domain is None:
                return None
            for value in domain:
                run.spend(1 + len(results) // 10, NOWHERE)
                inner = {**scope, box.variable: value}
                if box.kind == "for":
                    inner["partial"] = list(results)
                results.append(body(inner, run))
            if box.kind == "for":
                return results
            return feel.every(results) if box.kind == "every" else feel.some(results)

        return looped


def _item_scope(scope: Scope, item: Any) -> Scope:
    return {**scope, "item": item, **item} if type(item) is dict else {**scope, "item": item}


def _result(value: Any, results: list[tuple[Types, str]], run: feel.Run, name: str) -> Any:
    try:
        for types, reference in results:
            value = types.fit(value, reference, run)
    except Misfit as bad:
        return run.why(NOWHERE, "“{}”的结果{}", name, str(bad))
    return value


_MAKERS: dict[type, Callable[[Any, Any], Compiled]] = {
    model.Broken: BoxCompiler.broken,
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
