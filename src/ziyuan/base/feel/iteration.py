"""Forms that open inner scopes: if, for, some, every, filters, contexts, functions; and calls."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

from ziyuan.base.feel import builtins, compare, syntax, temporal, types
from ziyuan.base.feel.compiler import Compiler, register
from ziyuan.base.feel.numbers import as_int
from ziyuan.base.feel.run import MISSING, Closure, Frame, Run, Span
from ziyuan.base.feel.temporal import Date
from ziyuan.base.feel.values import Function, Range, kind_name

Domain = Callable[[Any, Run], "Iterator[Any] | list[Any] | None"]


def _if(c: Compiler, node: syntax.If) -> Closure:
    if isinstance(node.otherwise, syntax.If):
        return _cases(c, node)
    test, then, otherwise = map(c.closure, (node.test, node.then, node.otherwise))
    return lambda scope, run: then(scope, run) if test(scope, run) is True else otherwise(scope, run)


def _cases(c: Compiler, node: syntax.If) -> Closure:
    """`if … else if …`, as long as it may be: the cases are tried in a loop."""
    cases: list[tuple[Closure, Closure]] = []
    last: syntax.Node = node
    while isinstance(last, syntax.If):
        cases.append((c.closure(last.test), c.closure(last.then)))
        last = last.otherwise
    tried, otherwise = tuple(cases), c.closure(last)

    def chosen(scope: Any, run: Run) -> Any:
        for test, then in tried:
            if test(scope, run) is True:
                return then(scope, run)
        return otherwise(scope, run)

    return chosen


# -- iteration -----------------------------------------------------------------------------------------


def _domain(c: Compiler, loop: syntax.Loop, span: Span) -> Domain:
    low = c.closure(loop.domain)
    high = c.closure(loop.high) if loop.high is not None else None

    def values(scope: Any, run: Run) -> Iterator[Any] | list[Any] | None:
        start = low(scope, run)
        if high is not None:
            return _counted(start, high(scope, run), run, span)
        return None if start is None else iterate(start, run, span)

    return values


def iterate(value: Any, run: Run, span: Span) -> Iterator[Any] | list[Any] | None:
    """What a loop runs over: the items of a list, the whole numbers or days of a range, a single value."""
    if type(value) is Range:
        return _counted_range(value, run, span)
    return value if type(value) is list else [value]


def _counted(start: Any, end: Any, run: Run, span: Span) -> Iterator[Any] | None:
    """Whole numbers or days from start to end, both included, up or down."""
    if type(start) is Date and type(end) is Date:
        return (temporal.date_from_days(day) for day in _steps(start.days, end.days))
    first, last = as_int(start), as_int(end)
    if first is None or last is None:
        return run.why(span, "循环的两端应为整数或日期，得到 {} 与 {}", kind_name(start), kind_name(end))
    return (Decimal(i) for i in _steps(first, last))


def _steps(first: int, last: int) -> range:
    return range(first, last + 1) if first <= last else range(first, last - 1, -1)


def _counted_range(span_of: Range, run: Run, span: Span) -> Iterator[Any] | None:
    values = _counted(span_of.start, span_of.end, run, span)
    if values is None:
        return None
    inner = span_of
    return (v for v in values if compare.contains(inner, v, run, span))


def _for(c: Compiler, node: syntax.For) -> Closure:
    span = c.span(node)
    outer = len(c.frames)
    domains: list[tuple[str, Domain]] = []
    for loop in node.loops:
        domains.append((loop.name, _domain(c, loop, span)))
        c.frames.append(frozenset({loop.name}))
    body = c.within(frozenset({"partial"}), node.body)
    del c.frames[outer:]
    last = len(domains) - 1
    remembers = "partial" in span.text[node.body.start : node.body.end]

    def loops(scope: Any, run: Run) -> list[Any] | None:
        results: list[Any] = []

        def walk(level: int, inner: Any) -> bool:
            name, domain = domains[level]
            values = domain(inner, run)
            if values is None:
                return False
            for value in values:
                run.spend(1, span)
                frame = Frame({name: value}, inner)
                if level < last:
                    if not walk(level + 1, frame):
                        return False
                    continue
                if remembers:
                    run.spend(len(results) // 10, span)
                    frame = Frame({name: value, "partial": list(results)}, inner)
                results.append(body(frame, run))
            return True

        return results if walk(0, scope) else None

    return loops


def _quantified(c: Compiler, node: syntax.Quantified) -> Closure:
    span = c.span(node)
    outer = len(c.frames)
    domains: list[tuple[str, Domain]] = []
    for loop in node.loops:
        domains.append((loop.name, _domain(c, loop, span)))
        c.frames.append(frozenset({loop.name}))
    test = c.closure(node.test)
    del c.frames[outer:]
    combine = compare.every if node.every else compare.some

    def answers(level: int, scope: Any, run: Run) -> Iterator[Any]:
        name, domain = domains[level]
        values = domain(scope, run)
        if values is None:
            yield None
            return
        for value in values:
            run.spend(1, span)
            frame = Frame({name: value}, scope)
            if level + 1 < len(domains):
                yield from answers(level + 1, frame, run)
            else:
                yield test(frame, run)

    return lambda scope, run: combine(answers(0, scope, run))


# -- filters -------------------------------------------------------------------------------------------

_NEVER_INDEX = (syntax.Logic, syntax.Between, syntax.In, syntax.Quantified, syntax.InstanceOf)


def _filter(c: Compiler, node: syntax.Filter) -> Closure:
    value, span = c.closure(node.value), c.span(node)
    index = None if _is_condition(node.test) else c.closure(node.test)
    c.frames.append(frozenset({"item"}))
    test = c.within(None, node.test)
    c.frames.pop()

    def selected(scope: Any, run: Run) -> Any:
        base = value(scope, run)
        if base is None:
            return None
        items = base if type(base) is list else [base]
        if index is not None:
            found, silent = index(scope, run), run.notes
            if type(found) is Decimal:
                return _at(items, found, run, span)
            run.notes = silent if items else None
        run.spend(len(items), span)
        return [item for item in items if test(_item_frame(item, scope), run) is True]

    return selected


def _is_condition(test: syntax.Node) -> bool:
    if isinstance(test, syntax.Binary):
        return test.op in ("=", "!=", "<", "<=", ">", ">=")
    return isinstance(test, _NEVER_INDEX)


def _item_frame(item: Any, scope: Any) -> Frame:
    frame = Frame({"item": item}, scope)
    return Frame(item, frame) if type(item) is dict else Frame({}, frame)


def _at(items: list[Any], index: Decimal, run: Run, span: Span) -> Any:
    place = as_int(index)
    if place is None or place == 0 or abs(place) > len(items):
        return run.why(span, "下标 {} 不在列表范围内（共 {} 项）", index, len(items))
    return items[place - 1 if place > 0 else place]


# -- contexts and functions ----------------------------------------------------------------------------


def _context(c: Compiler, node: syntax.ContextOf) -> Closure:
    span = c.span(node)
    entries: list[tuple[str, Closure]] = []
    known: frozenset[str] = frozenset()
    keys = frozenset(entry.key for entry in node.entries)
    for entry in node.entries:
        # the body of a function runs after all entries are there, so functions may call themselves and each other
        visible = keys if isinstance(entry.value, syntax.Lambda) else known
        entries.append((entry.key, c.within(visible, entry.value)))
        known |= {entry.key}
    if len(known) < len(entries):
        return lambda scope, run: run.why(span, "上下文中有重复的项名")

    def made(scope: Any, run: Run) -> dict[str, Any]:
        built: dict[str, Any] = {}
        frame = Frame(built, scope)
        for key, value in entries:
            built[key] = value(frame, run)
        return built

    return made


def _lambda(c: Compiler, node: syntax.Lambda) -> Closure:
    names, span = node.parameters, c.span(node)
    body = c.within(frozenset(names), node.body)
    kinds = tuple(kind and c.outside.defined(kind) for kind in node.types)
    body_text = " ".join(span.text[node.body.start : node.body.end].split())

    def made(scope: Any, run: Run) -> Function:
        def call(at: Run, arguments: list[Any]) -> Any:
            values = [types.fit(value, kind, at, span) for value, kind in zip(arguments, kinds, strict=True)]
            for name, kind, value, given in zip(names, kinds, values, arguments, strict=True):
                if kind is not None and value is None and given is not None:
                    return at.why(span, "参数“{}”应为 {}，得到 {}", name, kind.name, kind_name(given))
            at.spend(1, span)
            at.enter(span)
            result = body(Frame(dict(zip(names, values, strict=True)), scope), at)
            at.depth -= 1
            return result

        same = (names, kinds, body_text, id(scope), scope)
        return Function(span.text[span.start : span.end], names, call, kinds=kinds, made_of=same)

    return made


def _call(c: Compiler, node: syntax.Call) -> Closure:
    span = c.span(node)
    arguments = tuple(c.closure(argument) for argument in node.arguments)
    if isinstance(node.function, syntax.Name):
        name = node.function.name
        builtin = builtins.REGISTRY.get(name)
        if builtin is not None and not c.is_local(name) and name not in c.functions:
            own = builtins.call(builtin, arguments, node.names, span)
            return _unless_shadowed(c, node, own) if name in c.outside.names else own
    return _of_value(c, node)


def _unless_shadowed(c: Compiler, node: syntax.Call, own: Closure) -> Closure:
    """A built-in function, unless the scope holds a function of that name."""
    named, function = _of_value(c, node), c.closure(node.function)
    return lambda scope, run: (named if type(function(scope, run)) is Function else own)(scope, run)


def _of_value(c: Compiler, node: syntax.Call) -> Closure:
    """A call of what an expression yields."""
    function, span = c.closure(node.function), c.span(node)
    arguments = tuple(c.closure(argument) for argument in node.arguments)

    def called(scope: Any, run: Run) -> Any:
        target = function(scope, run)
        if type(target) is not Function:
            return None if target is None else run.why(span, "{} 不是函数", kind_name(target))
        run.spend(1, span)
        values = _ordered(target, [argument(scope, run) for argument in arguments], node.names)
        if values is None:
            return run.why(span, "函数“{}”的参数个数或名称不符", target.name)
        return target.call(run, values)

    return called


def _ordered(target: Function, values: list[Any], names: tuple[str, ...] | None) -> list[Any] | None:
    """The arguments in the order of the parameters; None when they do not fit."""
    if names is None:
        return values if target.variadic or len(values) == len(target.parameters) else None
    if len(set(names)) < len(names) or not set(names) <= set(target.parameters):
        return None
    given = dict(zip(names, values, strict=True))
    if not target.variadic:  # parameters not named are null (10.3.2.13.5)
        return [given.get(parameter) for parameter in target.parameters]
    placed = [given.get(parameter, MISSING) for parameter in target.parameters]
    while placed and placed[-1] is MISSING:
        placed.pop()
    return None if MISSING in placed else placed


for _kind, _maker in (
    (syntax.If, _if),
    (syntax.For, _for),
    (syntax.Quantified, _quantified),
    (syntax.Filter, _filter),
    (syntax.ContextOf, _context),
    (syntax.Lambda, _lambda),
    (syntax.Call, _call),
):
    register(_kind, _maker)
