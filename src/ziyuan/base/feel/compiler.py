"""The tree becomes closures `f(scope, run)`: no tree is walked and no name is parsed when rows go by.

The outermost scope is the caller's own mapping; inner scopes are `Frame`s over it. Which frames lie
between a name and the outermost scope is known here, so a plain row condition reads its row directly.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from ziyuan.base.errors import nearest
from ziyuan.base.feel import arithmetic, builtins, compare, numbers, syntax
from ziyuan.base.feel.errors import FeelSyntaxError
from ziyuan.base.feel.paths import member
from ziyuan.base.feel.run import MISSING, Closure, Frame, Run, Span
from ziyuan.base.feel.surroundings import NOTHING, Surroundings
from ziyuan.base.feel.values import ATOMS, Function, Range, adopt, kind_name

_NUMBER = {"+": numbers.CONTEXT.add, "-": numbers.CONTEXT.subtract, "*": numbers.CONTEXT.multiply}


class Compiler:
    """Closures of one text. `frames` are the inner scopes; None stands for a filter's item, whose entries
    nobody knows before the run."""

    def __init__(self, text: str, functions: Mapping[str, Function], outside: Surroundings = NOTHING) -> None:
        self.text = text
        self.functions = functions
        self.outside = outside
        self.frames: list[frozenset[str] | None] = []

    def span(self, node: syntax.Node) -> Span:
        return Span(self.text, node.start, node.end)

    def closure(self, node: syntax.Node) -> Closure:
        return _MAKERS[type(node)](self, node)

    def within(self, names: frozenset[str] | None, node: syntax.Node) -> Closure:
        """The closure of a node one frame further in."""
        self.frames.append(names)
        made = self.closure(node)
        self.frames.pop()
        return made

    def is_local(self, name: str) -> bool:
        return any(names is not None and name in names for names in self.frames)

    # -- names ---------------------------------------------------------------------------------------

    def name(self, node: syntax.Name) -> Closure:
        name, span = node.name, self.span(node)
        if name == "?" and not self.is_local("?"):
            return lambda scope, run: run.input
        fallback = self._fallback(name, span)
        top = _top_name(name, fallback, self.outside.native)
        if not self.frames:
            return top
        return (_inner_name if self.is_local(name) or None in self.frames else _beyond_frames)(top, name)

    def _fallback(self, name: str, span: Span) -> Closure:
        """What a name means that no scope holds: a function, or null with the nearest name."""
        value = self.functions.get(name) or builtins.as_value(name)
        if value is not None:
            return lambda scope, run: value

        def unknown(scope: Any, run: Run) -> Any:
            return run.why(span, "没有名为“{}”的名称{}", name, lambda: _hint(name, scope))

        return unknown

    # -- simple nodes --------------------------------------------------------------------------------

    def literal(self, node: syntax.Literal) -> Closure:
        value, span = node.value, self.span(node)
        fault = syntax.fault_of(node, self.text)
        if fault:
            return lambda scope, run: run.why(span, fault)
        return lambda scope, run: value

    def negative(self, node: syntax.Negative) -> Closure:
        value, span = self.closure(node.value), self.span(node)
        return lambda scope, run: arithmetic.negate(value(scope, run), run, span)

    def logic(self, node: syntax.Logic) -> Closure:
        parts = tuple(self.closure(part) for part in node.parts)
        decisive = node.op == "or"

        def chain(scope: Any, run: Run) -> bool | None:
            result: bool | None = not decisive
            for part in parts:
                value = part(scope, run)
                if value is decisive:
                    return decisive
                if value is not result and type(value) is not bool:
                    result = None
            return result

        return chain

    def binary(self, node: syntax.Binary) -> Closure:
        if _chained(node.left, 3):
            return self._chain(node)
        left, right, span = self.closure(node.left), self.closure(node.right), self.span(node)
        if node.op in _COMPARE:
            constant = node.right.value if isinstance(node.right, syntax.Literal) else None
            if type(constant) in (Decimal, str):
                return _COMPARE_CONSTANT[node.op](left, constant, span)
            return _COMPARE[node.op](left, right, span)
        return _arithmetic(node.op, left, right, span)

    def _chain(self, node: syntax.Binary) -> Closure:
        """Many operators of one level, from the left: a loop, so that no length of text is too deep."""
        links: list[tuple[Any, str, Closure, Span]] = []
        first: syntax.Node = node
        while isinstance(first, syntax.Binary):
            links.append((_NUMBER.get(first.op), first.op, self.closure(first.right), self.span(first)))
            first = first.left
        start, steps = self.closure(first), tuple(reversed(links))

        def run_through(scope: Any, run: Run) -> Any:
            value = start(scope, run)
            for quick, op, right, span in steps:
                other = right(scope, run)
                if quick is not None and type(value) is Decimal and type(other) is Decimal:
                    result = quick(value, other)
                    if result.is_finite():
                        value = result
                        continue
                calculate = compare.relation if op in _COMPARE else arithmetic.calculate
                value = calculate(op, value, other, run, span)
            return value

        return run_through

    def between(self, node: syntax.Between) -> Closure:
        value, low, high = map(self.closure, (node.value, node.low, node.high))
        span = self.span(node)

        def inside(scope: Any, run: Run) -> bool | None:
            x = value(scope, run)
            above = compare.relation(">=", x, low(scope, run), run, span)
            if above is False:
                return False
            return compare.every((above, compare.relation("<=", x, high(scope, run), run, span)))

        return inside

    def membership(self, node: syntax.In) -> Closure:
        value = self.closure(node.value)
        tests = [self.test(item) for item in node.tests]
        if len(tests) == 1:
            only = tests[0]
            return lambda scope, run: only(value(scope, run), scope, run)

        def anywhere(scope: Any, run: Run) -> bool | None:
            x = value(scope, run)
            return compare.some(test(x, scope, run) for test in tests)

        return anywhere

    def test(self, node: syntax.Node) -> Callable[[Any, Any, Run], bool | None]:
        """One positive test as a function of the value tested."""
        span = self.span(node)
        if isinstance(node, syntax.UnaryRange):
            op, bound = node.op, self.closure(node.value)
            return lambda x, scope, run: compare.relation(op, x, bound(scope, run), run, span)
        if isinstance(node, syntax.Literal) and type(node.value) in (str, Decimal):
            constant, kind = node.value, type(node.value)
            return lambda x, scope, run: (
                x == constant if type(x) is kind else compare.matches(x, constant, run, span)
            )
        tested = self.closure(node)
        named = isinstance(node, (syntax.Name, syntax.Path))
        written_null = _is_null(node, self.text)

        def one(x: Any, scope: Any, run: Run) -> bool | None:
            against = tested(scope, run)
            if against is None and not written_null:
                return None
            found = compare.matches(x, against, run, span)
            # a name that holds a list stands for `list contains(list, x)`, which is never null (table 55)
            return found is True if named and type(against) is list and x is not None else found

        return one

    def unary_range(self, node: syntax.UnaryRange) -> Closure:
        bound, op, span = self.closure(node.value), node.op, self.span(node)

        def made(scope: Any, run: Run) -> Any:
            value = bound(scope, run)
            if value is None or op == "!=" or not _is_end(value):
                return run.why(span, "{} 不能作区间的端点", kind_name(value))
            if op == "=":
                return Range(value, value, True, True)
            if op[0] == "<":
                return Range(None, value, False, op == "<=")
            return Range(value, None, op == ">=", False)

        return made

    def interval(self, node: syntax.Interval) -> Closure:
        low, high, span = self.closure(node.low), self.closure(node.high), self.span(node)
        included = (node.low_included, node.high_included)

        def made(scope: Any, run: Run) -> Any:
            start, end = low(scope, run), high(scope, run)
            if start is None or end is None:
                return run.why(span, "区间的端点不能是空值；不限的一侧写作 < 或 >")
            if not (_is_end(start) and _is_end(end)):
                return run.why(span, "{} 与 {} 不能作区间的端点", kind_name(start), kind_name(end))
            found = compare.order(start, end)
            if found is None:
                return run.why(span, "区间两端不能比较：{} 与 {}", kind_name(start), kind_name(end))
            return run.why(span, "区间的起点大于终点") if found > 0 else Range(start, end, *included)

        if isinstance(node.low, syntax.Literal) and isinstance(node.high, syntax.Literal):
            fixed = made({}, Run())
            return (lambda scope, run: fixed) if fixed is not None else made
        return made

    def list_of(self, node: syntax.ListOf) -> Closure:
        items = tuple(self.closure(item) for item in node.items)
        return lambda scope, run: [item(scope, run) for item in items]

    def path(self, node: syntax.Path) -> Closure:
        value, name, span = self.closure(node.value), node.member, self.span(node)

        def entry(scope: Any, run: Run) -> Any:
            base = value(scope, run)
            if type(base) is dict:
                found = base.get(name, MISSING)
                if found is not MISSING:
                    return found
            if base is None:
                return None
            return member(base, name, run, span)

        return entry

    def instance_of(self, node: syntax.InstanceOf) -> Closure:
        from ziyuan.base.feel import types

        value, kind, span = self.closure(node.value), self.outside.defined(node.type), self.span(node)
        if not types.is_known(kind):
            return lambda scope, run: run.why(span, "不认识的类型“{}”", kind.name)
        if not types.is_complete(kind):
            return lambda scope, run: run.why(span, "类型“{}”没有写明所含的类型", kind.name)
        return lambda scope, run: types.conforms(value(scope, run), kind, run, span)


# -- closures of names ---------------------------------------------------------------------------------


def _top_name(name: str, fallback: Closure, native: bool) -> Closure:
    def read(scope: Any, run: Run) -> Any:
        value = scope.get(name, MISSING)
        if type(value) in ATOMS:
            return value
        if value is MISSING:
            return fallback(scope, run)
        return value if native else adopt(value)

    return read


def _inner_name(top: Closure, name: str) -> Closure:
    def read(scope: Any, run: Run) -> Any:
        while type(scope) is Frame:
            value = scope.names.get(name, MISSING)
            if value is not MISSING:
                return value
            scope = scope.up
        return top(scope, run)

    return read


def _beyond_frames(top: Closure, _: str) -> Closure:
    def read(scope: Any, run: Run) -> Any:
        while type(scope) is Frame:
            scope = scope.up
        return top(scope, run)

    return read


def _hint(name: str, scope: Any) -> str:
    while type(scope) is Frame:
        scope = scope.up
    close = nearest(name, [*map(str, scope), *builtins.NAMES]) if len(name) > 1 else None
    return f",最接近的是“{close}”" if close else ""


def _chained(node: syntax.Node, least: int) -> bool:
    """Whether at least so many operators hang below on the left."""
    while least and isinstance(node, syntax.Binary):
        node, least = node.left, least - 1
    return not least


def _is_null(node: syntax.Node, text: str) -> bool:
    return isinstance(node, syntax.Literal) and node.value is None and syntax.fault_of(node, text) is None


def _is_end(value: Any) -> bool:
    return value is None or compare.order(value, value) == 0


# -- closures of operators -----------------------------------------------------------------------------


def _ordered(op: str, holds: Callable[[Any, Any], bool]) -> Callable[[Closure, Closure, Span], Closure]:
    def make(left: Closure, right: Closure, span: Span) -> Closure:
        def compared(scope: Any, run: Run) -> bool | None:
            a, b = left(scope, run), right(scope, run)
            if type(a) is Decimal and type(b) is Decimal:
                return holds(a, b)
            return compare.relation(op, a, b, run, span)

        return compared

    return make


def _against(op: str, holds: Callable[[Any, Any], bool]) -> Callable[[Closure, Any, Span], Closure]:
    def make(left: Closure, constant: Any, span: Span) -> Closure:
        kind = type(constant)

        def compared(scope: Any, run: Run) -> bool | None:
            a = left(scope, run)
            if type(a) is kind:
                return holds(a, constant)
            return compare.relation(op, a, constant, run, span)

        return compared

    return make


_HOLDS: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}
_COMPARE = {op: _ordered(op, holds) for op, holds in _HOLDS.items()}
_COMPARE_CONSTANT = {op: _against(op, holds) for op, holds in _HOLDS.items()}


def _arithmetic(op: str, left: Closure, right: Closure, span: Span) -> Closure:
    quick = _NUMBER.get(op)
    if quick is None:
        return lambda scope, run: arithmetic.calculate(op, left(scope, run), right(scope, run), run, span)

    def calculated(scope: Any, run: Run) -> Any:
        a, b = left(scope, run), right(scope, run)
        if type(a) is Decimal and type(b) is Decimal:
            result = quick(a, b)
            if result.is_finite():
                return result
        return arithmetic.calculate(op, a, b, run, span)

    return calculated


_MAKERS: dict[type, Callable[[Any, Any], Closure]] = {
    syntax.Name: Compiler.name,
    syntax.Literal: Compiler.literal,
    syntax.Negative: Compiler.negative,
    syntax.Logic: Compiler.logic,
    syntax.Binary: Compiler.binary,
    syntax.Between: Compiler.between,
    syntax.In: Compiler.membership,
    syntax.UnaryRange: Compiler.unary_range,
    syntax.Interval: Compiler.interval,
    syntax.ListOf: Compiler.list_of,
    syntax.Path: Compiler.path,
    syntax.InstanceOf: Compiler.instance_of,
}


def register(kind: type, maker: Callable[[Any, Any], Closure]) -> None:
    """Another module's forms (`iteration`, `calls`) join here."""
    _MAKERS[kind] = maker


def compile_node(
    text: str, node: syntax.Node, functions: Mapping[str, Function], outside: Surroundings = NOTHING
) -> Closure:
    try:
        return Compiler(text, functions, outside).closure(node)
    except RecursionError:
        raise FeelSyntaxError("表达式过长或嵌套过深", text, node.start, node.end) from None
