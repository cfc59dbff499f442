"""A FEEL tree over columns becomes a typed term: the one thing that the Arrow kernel and the SQL text are made from.

Every term has a kind known beforehand (number, text, boolean, date, null), so that what FEEL decides by the
kind of a value is decided here once. Constants are folded by FEEL itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ziyuan.base.feel import builtins, syntax
from ziyuan.base.feel.compiler import compile_node
from ziyuan.base.feel.errors import FeelError
from ziyuan.base.feel.rows.columns import Column
from ziyuan.base.feel.rows.functions import CodeFunction, OrElse, RowFunction
from ziyuan.base.feel.run import Run
from ziyuan.base.feel.temporal import Date
from ziyuan.base.feel.tree import free_names
from ziyuan.base.feel.values import Range

DIGITS = 34


class OutsideRows(FeelError):
    """The expression is good FEEL, but not of the subset that all three ways can run."""

    code = "ZY-FEL-003"
    remedy = "请只用列、常量、比较、and/or/not、in、between、四则运算、if 和所列的文本、代码函数；或改为逐行求值。"


@dataclass(frozen=True)
class Term:
    """`op` over `args`; `digits` is (before, after) the point that a number can have at most, None when unknown."""

    op: str
    kind: str
    args: tuple[Term, ...] = ()
    value: Any = None
    digits: tuple[int, int] | None = None


NULL = Term("constant", "null")
_ORDER = ("<", "<=", ">", ">=")
_TEXT_TESTS = {"starts with": "starts", "ends with": "ends", "contains": "contains"}
_ROUNDINGS = ("decimal", "floor", "ceiling", "round up", "round down", "round half up", "round half down")


class Reading:
    """From the tree of one text to its term."""

    def __init__(self, text: str, columns: Mapping[str, Column], functions: Mapping[str, RowFunction]) -> None:
        self.text, self.columns, self.functions = text, columns, functions
        self.known = columns.keys() | functions.keys() | builtins.NAMES

    def term(self, node: syntax.Node) -> Term:
        """The term of a node; OutsideRows when there is none."""
        names = free_names(node)
        if not names <= self.known:
            raise self.outside(node)
        if not names & self.columns.keys() and not names & self.functions.keys():
            return self._folded(node)
        maker = _MAKERS.get(type(node))
        if maker is None:
            raise self.outside(node)
        return maker(self, node)

    def outside(self, node: syntax.Node) -> OutsideRows:
        return OutsideRows("不能按列求值", self.text, node.start, node.end)

    def _folded(self, node: syntax.Node) -> Term:
        if free_names(node) & {"now", "today"}:
            raise self.outside(node)
        return self.constant(compile_node(self.text, node, {})({}, Run()), node)

    def constant(self, value: Any, node: syntax.Node) -> Term:
        """The term of a value; ranges and lists only stand in tests."""
        kind = {bool: "boolean", Decimal: "number", str: "text", Date: "date"}.get(type(value))
        if value is None:
            return NULL
        if kind is None or (kind == "text" and "\0" in value) or (kind == "date" and not 1 <= value.year <= 9999):
            raise self.outside(node)
        return Term("constant", kind, value=value, digits=_digits_of(value) if kind == "number" else None)

    def name(self, node: syntax.Name) -> Term:
        column = self.columns.get(node.name)
        if column is None:
            raise self.outside(node)
        return Term("column", column.kind, value=column, digits=_digits(column))

    # -- logic and comparison ------------------------------------------------------------------------

    def truth(self, node: syntax.Node) -> Term:
        """As an operand of `and`, `or`, `not`: what is not boolean counts as null."""
        found = self.term(node)
        return found if found.kind == "boolean" else Term("constant", "boolean")

    def logic(self, node: syntax.Logic) -> Term:
        return Term(node.op, "boolean", tuple(map(self.truth, node.parts)))

    def binary(self, node: syntax.Binary) -> Term:
        left, right = self.term(node.left), self.term(node.right)
        if node.op in ("=", "!=", *_ORDER):
            return compared(node.op, left, right)
        if node.op == "+" and left.kind == right.kind == "text":
            return Term("join", "text", (left, right))
        if (left.kind, right.kind) != ("number", "number"):
            if {left.kind, right.kind} <= {"number", "text", "boolean", "null"}:
                return NULL
            raise self.outside(node)
        if node.op == "**":
            raise self.outside(node)
        return Term(node.op, "number", (left, right), digits=_grown(node.op, left.digits, right.digits))

    def negative(self, node: syntax.Negative) -> Term:
        inner = self.term(node.value)
        return Term("negate", "number", (inner,), digits=inner.digits) if inner.kind == "number" else NULL

    def between(self, node: syntax.Between) -> Term:
        value, low, high = self.term(node.value), self.term(node.low), self.term(node.high)
        return Term("and", "boolean", (compared(">=", value, low), compared("<=", value, high)))

    def membership(self, node: syntax.In) -> Term:
        value = self.term(node.value)
        return _either([self.test(value, test) for test in node.tests])

    def test(self, value: Term, node: syntax.Node) -> Term:
        """`value in node`."""
        if isinstance(node, syntax.UnaryRange):
            return compared(node.op, value, self.term(node.value))
        if isinstance(node, syntax.ListOf):
            return _either([self._item(value, item) for item in node.items])
        if isinstance(node, syntax.Interval):
            return self._within(value, node)
        bound = self.term(node)
        if bound is NULL and not (isinstance(node, syntax.Literal) and syntax.fault_of(node, self.text) is None):
            return Term("constant", "boolean")
        found = compared("=", value, bound)
        if bound.op == "constant":
            return found
        return Term("if", "boolean", (Term("is null", "boolean", (bound,)), Term("constant", "boolean"), found))

    def _item(self, value: Term, node: syntax.Node) -> Term:
        """`value` against one item of a list: in its range, else equal to it (a null item is a value here)."""
        if isinstance(node, syntax.Interval):
            return self._within(value, node)
        if isinstance(node, (syntax.UnaryRange, syntax.ListOf)):
            raise self.outside(node)
        return compared("=", value, self.term(node))

    def _within(self, value: Term, node: syntax.Interval) -> Term:
        if free_names(node) & self.columns.keys():
            raise self.outside(node)
        found = compile_node(self.text, node, {})({}, Run())
        if not isinstance(found, Range):
            return Term("constant", "boolean")
        low, high = self.constant(found.start, node), self.constant(found.end, node)
        above = compared(">=" if found.start_included else ">", value, low)
        return Term("and", "boolean", (above, compared("<=" if found.end_included else "<", value, high)))

    def choice(self, node: syntax.If) -> Term:
        then, otherwise = self.term(node.then), self.term(node.otherwise)
        kinds = {then.kind, otherwise.kind} - {"null"}
        if len(kinds) > 1:
            raise self.outside(node)
        if not kinds:
            return NULL
        (kind,) = kinds
        ways = tuple(Term("constant", kind) if way.kind == "null" else way for way in (then, otherwise))
        return Term("if", kind, (self.truth(node.test), *ways), digits=_widest(then.digits, otherwise.digits))

    # -- functions -----------------------------------------------------------------------------------

    def call(self, node: syntax.Call) -> Term:
        if not isinstance(node.function, syntax.Name) or node.names is not None:
            raise self.outside(node)
        name = node.function.name
        given = self.functions.get(name)
        if isinstance(given, CodeFunction):
            return self._code_function(given, node)
        if isinstance(given, OrElse) and len(node.arguments) == 1:
            return self._or_else(given, node)
        maker = _CALLS.get((name, len(node.arguments)))
        if maker is None or given is not None:
            raise self.outside(node)
        return maker(self, node, name)

    def _code_function(self, function: CodeFunction, node: syntax.Call) -> Term:
        code, *others = node.arguments
        of = self.term(code)
        if of.kind != "text" or any(free_names(other) for other in others):
            raise self.outside(node)
        fixed = tuple(_plain(compile_node(self.text, other, {})({}, Run())) for other in others)
        return Term("code", function.gives, (of,), value=(function, fixed))

    def _or_else(self, function: OrElse, node: syntax.Call) -> Term:
        inner = self.term(node.arguments[0])
        other = self.constant(_number(function.value), node)
        if inner.kind != other.kind:
            raise self.outside(node)
        return Term("or else", inner.kind, (inner, other), digits=_widest(inner.digits, other.digits))

    def negation(self, node: syntax.Call, _: str) -> Term:
        return Term("not", "boolean", (self.truth(node.arguments[0]),))

    def text_test(self, node: syntax.Call, name: str) -> Term:
        text, pattern = map(self.term, node.arguments)
        if text.kind != "text" or pattern.kind != "text":
            return Term("constant", "boolean")
        if pattern.op != "constant":
            raise self.outside(node)
        return Term(_TEXT_TESTS[name], "boolean", (text,), value=pattern.value)

    def length(self, node: syntax.Call, _: str) -> Term:
        text = self.term(node.arguments[0])
        return Term("length", "number", (text,), digits=(10, 0)) if text.kind == "text" else NULL

    def substring(self, node: syntax.Call, _: str) -> Term:
        text, *places = map(self.term, node.arguments)
        if any(place.op != "constant" or place.kind != "number" for place in places):
            raise self.outside(node)
        start, *count = (int(place.value) for place in places)
        if text.kind != "text" or start == 0 or (count and count[0] < 1):
            return NULL
        return Term("slice", "text", (text,), value=(start, count[0] if count else None))

    def absolute(self, node: syntax.Call, _: str) -> Term:
        inner = self.term(node.arguments[0])
        return Term("abs", "number", (inner,), digits=inner.digits) if inner.kind == "number" else NULL

    def rounding(self, node: syntax.Call, name: str) -> Term:
        inner, *scales = map(self.term, node.arguments)
        if inner.kind != "number":
            return NULL
        if any(scale.op != "constant" or scale.kind != "number" for scale in scales):
            raise self.outside(node)
        places = int(scales[0].value) if scales else 0
        if not -30 <= places <= 30:
            raise self.outside(node)
        digits = (inner.digits[0] + 1, max(places, 0)) if inner.digits else None
        return Term("round", "number", (inner,), value=(name, places), digits=digits)

    def list_contains(self, node: syntax.Call, _: str) -> Term:
        items, element = node.arguments
        if not isinstance(items, syntax.ListOf):
            raise self.outside(node)
        value = self.term(element)
        return Term("is true", "boolean", (_either([compared("=", self.term(i), value) for i in items.items]),))


def compared(op: str, left: Term, right: Term) -> Term:
    """A comparison; of two kinds `=` is false against null, null otherwise, and order is always null."""
    kinds = {left.kind, right.kind}
    if len(kinds) == 1 and "null" not in kinds:
        if op in _ORDER and left.kind == "boolean":
            return Term("constant", "boolean")
        return Term(op, "boolean", (left, right))
    if op in _ORDER:
        return Term("constant", "boolean")
    either = Term("unlike", "boolean", (left, right))
    return either if op == "=" else Term("not", "boolean", (either,))


def _widest(one: tuple[int, int] | None, other: tuple[int, int] | None) -> tuple[int, int] | None:
    return None if one is None or other is None else (max(one[0], other[0]), max(one[1], other[1]))


def _either(tests: list[Term]) -> Term:
    if not tests:
        return Term("constant", "boolean", value=False)
    return tests[0] if len(tests) == 1 else Term("or", "boolean", tuple(tests))


def _plain(value: Any) -> Any:
    return tuple(map(_plain, value)) if isinstance(value, list) else value


def _number(value: Any) -> Any:
    return Decimal(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _digits(column: Column) -> tuple[int, int] | None:
    if column.kind != "number" or column.scale is None:
        return None
    precision = 19 if column.stored == "integer" else column.precision
    return None if precision is None else (max(precision - column.scale, 1), column.scale)


def _digits_of(value: Decimal) -> tuple[int, int]:
    exponent = value.as_tuple().exponent
    after = max(-exponent, 0) if isinstance(exponent, int) else 0
    return max(value.adjusted() + 1, 1), after


def _grown(op: str, left: tuple[int, int] | None, right: tuple[int, int] | None) -> tuple[int, int] | None:
    """The most digits of a sum or product; None when they may be more than FEEL keeps, or unknown."""
    if left is None or right is None or op == "/":
        return None
    if op == "*":
        before, after = left[0] + right[0], left[1] + right[1]
    else:
        before, after = max(left[0], right[0]) + 1, max(left[1], right[1])
    return (before, after) if before + after <= DIGITS else None


_MAKERS: dict[type, Any] = {
    syntax.Name: Reading.name,
    syntax.Logic: Reading.logic,
    syntax.Binary: Reading.binary,
    syntax.Negative: Reading.negative,
    syntax.Between: Reading.between,
    syntax.In: Reading.membership,
    syntax.If: Reading.choice,
    syntax.Call: Reading.call,
}
_CALLS: dict[tuple[str, int], Any] = {
    ("not", 1): Reading.negation,
    ("string length", 1): Reading.length,
    ("substring", 2): Reading.substring,
    ("substring", 3): Reading.substring,
    ("abs", 1): Reading.absolute,
    ("list contains", 2): Reading.list_contains,
    ("floor", 1): Reading.rounding,
    ("ceiling", 1): Reading.rounding,
    **{(name, 2): Reading.text_test for name in _TEXT_TESTS},
    **{(name, 2): Reading.rounding for name in _ROUNDINGS},
}
