"""Compiled text: `compile`, `unary`, `evaluate`. One text with one set of names is compiled once."""

from __future__ import annotations

import datetime as dt
import decimal
import functools
import operator
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from ziyuan.base.feel import builtins, compare, iteration, paths, syntax
from ziyuan.base.feel.compiler import Compiler, compile_node
from ziyuan.base.feel.errors import FeelBudgetError, FeelSyntaxError
from ziyuan.base.feel.extras import function_of
from ziyuan.base.feel.parser import Parser
from ziyuan.base.feel.run import STEPS, Closure, Reason, Run, Span
from ziyuan.base.feel.surroundings import NamedTypes, Surroundings
from ziyuan.base.feel.tree import free_names, reads
from ziyuan.base.feel.values import Function, adopt, plain

__all__ = ["Expression", "Result", "UnaryTests", "compile", "evaluate", "iteration", "unary"]

Functions = Mapping[str, Callable[..., Any]] | None
_BUILTIN_NAMES = frozenset(builtins.NAMES)
_MEMBERS = paths.MEMBERS


class Result(NamedTuple):
    """A value and, when it is null, why."""

    value: Any
    reason: Reason | None


class Expression:
    """A FEEL expression ready to run: `expression(context, now)` gives a plain Python value."""

    __slots__ = ("_closure", "names", "text", "tree")

    def __init__(self, text: str, tree: syntax.Node, closure: Closure) -> None:
        self.text = text
        self.tree = tree
        self.names = free_names(tree) - _BUILTIN_NAMES
        self._closure = closure

    def __call__(self, context: Mapping[str, Any], now: dt.datetime | None = None) -> Any:
        run = Run(now)
        value = self._run(context, run)
        return value if type(value) is bool or value is None else plain(self._weighed(value, run))

    def explain(
        self, context: Mapping[str, Any], now: dt.datetime | None = None, steps: int = STEPS
    ) -> Result:
        """Value (plain) and the reason of a null."""
        value, reason = self.inner(context, now, steps)
        return Result(plain(value), reason)

    def inner(self, context: Mapping[str, Any], now: dt.datetime | None = None, steps: int = STEPS) -> Result:
        """As `explain`, but the value in FEEL's own kinds (nothing lost in years beyond 9999 or nanoseconds)."""
        run = Run(now, steps)
        value = self._weighed(self._run(context, run), run)
        return Result(value, run.reason() if value is None else None)

    def within(self, scope: Mapping[str, Any], run: Run) -> Any:
        """The value (in FEEL's own kinds) as a part of a run that is already going on."""
        return self._run(scope, run)

    def _weighed(self, value: Any, run: Run) -> Any:
        return run.weigh(value, Span(self.text, 0, len(self.text)))

    def _run(self, context: Mapping[str, Any], run: Run) -> Any:
        try:
            return self._closure(context, run)
        except RecursionError:
            raise FeelBudgetError("计算嵌套过深，本次求值已停止", self.text, 0, len(self.text)) from None
        except decimal.InvalidOperation:
            return run.why(Span(self.text, 0, len(self.text)), "数字无效（非数）")


Test = Callable[[Any, Any, Run], "bool | None"]


class UnaryTests:
    """The tests of one cell: `tests(value, context, now)` is True, False or None.

    `holds(value, context, run)` is `answer` for a caller that has put the value into `run.input` and bears a
    RecursionError.
    """

    __slots__ = ("holds", "names", "text", "tree")

    def __init__(
        self, text: str, tree: syntax.Tests, functions: Mapping[str, Function], surroundings: Surroundings
    ) -> None:
        self.text = text
        self.tree = tree
        self.names = free_names(tree) - _BUILTIN_NAMES - {"?"}
        compiler = Compiler(text, functions, surroundings)
        self.holds = _joined([_cell_test(compiler, item) for item in tree.items], tree.negated)

    def __call__(
        self, value: Any, context: Mapping[str, Any] | None = None, now: dt.datetime | None = None
    ) -> bool | None:
        return self.answer(adopt(value), context or {}, Run(now))

    def explain(self, value: Any, context: Mapping[str, Any], now: dt.datetime | None = None) -> Result:
        run = Run(now)
        answer = self.answer(adopt(value), context, run)
        return Result(answer, run.reason() if answer is None else None)

    def answer(self, value: Any, context: Mapping[str, Any], run: Run) -> bool | None:
        """The answer within a run that is already going on (a decision table)."""
        outer, run.input = run.input, value
        try:
            found = self.holds(value, context, run)
        except RecursionError:
            raise FeelBudgetError("计算嵌套过深，本次求值已停止", self.text, 0, len(self.text)) from None
        run.input = outer
        return found


def _joined(tests: list[Test], negated: bool) -> Test:
    """One answer of the items of a cell."""
    if not tests:
        return lambda value, scope, run: True
    if len(tests) == 1 and not negated:
        return tests[0]

    def holds(value: Any, scope: Any, run: Run) -> bool | None:
        found = compare.some(test(value, scope, run) for test in tests)
        return not found if negated and found is not None else found

    return holds


_BOUNDS = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}


def _of_numbers(item: syntax.Node, slow: Test) -> Test:
    """A bound or an interval written in numbers is compared directly with a number."""
    bound = _number(item.value) if isinstance(item, syntax.UnaryRange) and item.op in _BOUNDS else None
    if isinstance(item, syntax.UnaryRange) and bound is not None:
        beyond = _BOUNDS[item.op]
        return lambda x, scope, run: beyond(x, bound) if type(x) is Decimal else slow(x, scope, run)
    if isinstance(item, syntax.Interval):
        low, high = _number(item.low), _number(item.high)
        above = _BOUNDS[">=" if item.low_included else ">"]
        below = _BOUNDS["<=" if item.high_included else "<"]
        if low is not None and high is not None and low <= high:
            return lambda x, scope, run: (
                above(x, low) and below(x, high) if type(x) is Decimal else slow(x, scope, run)
            )
    return slow


def _number(node: syntax.Node) -> Any:
    return node.value if isinstance(node, syntax.Literal) and type(node.value) is Decimal else None


def _cell_test(compiler: Compiler, item: syntax.Node) -> Test:
    """An item that reads `?` is itself the answer; any other is compared with the value.

    A boolean item met by a value of another kind is the answer too, so `contains(a, "x")` is a condition.
    """
    if reads(item, "?"):
        closure = compiler.closure(item)
        return lambda value, scope, run: _truth(closure(scope, run))
    test = compiler.test(item)
    if not isinstance(
        item,
        (
            syntax.Call,
            syntax.Binary,
            syntax.Logic,
            syntax.In,
            syntax.Between,
            syntax.Quantified,
            syntax.Name,
            syntax.Path,
            syntax.If,
            syntax.InstanceOf,
        ),
    ):
        return _of_numbers(item, test)
    closure, span = compiler.closure(item), compiler.span(item)

    def either(value: Any, scope: Any, run: Run) -> bool | None:
        found = closure(scope, run)
        if type(found) is bool and type(value) is not bool:
            return found
        return None if found is None else compare.matches(value, found, run, span)

    return either


def _truth(value: Any) -> bool | None:
    return value if type(value) is bool else None


def compile(
    text: str,
    names: Iterable[str] = (),
    functions: Functions = None,
    members: Iterable[str] = (),
    types: NamedTypes | None = None,
    native: bool = False,
) -> Expression:
    """Compile an expression; raises FeelSyntaxError.

    Args:
        names: names known in scope. Only names with blanks or signs need to be told; the longest wins.
        functions: further functions by name, called with plain Python values.
        members: names with blanks or signs that may follow a dot or stand in a filter.
        types: further types by name, for `instance of` and parameters.
        native: the values of the scope are in FEEL's own kinds already.
    """
    return _compiled(text, frozenset(names), _key(functions), frozenset(members), types, native)


def unary(
    text: str,
    names: Iterable[str] = (),
    functions: Functions = None,
    members: Iterable[str] = (),
    types: NamedTypes | None = None,
    native: bool = False,
) -> UnaryTests:
    """Compile the unary tests of a cell; raises FeelSyntaxError."""
    return _compiled_tests(text, frozenset(names), _key(functions), frozenset(members), types, native)


def evaluate(
    text: str, context: Mapping[str, Any], now: dt.datetime | None = None, functions: Functions = None
) -> Any:
    """Compile with the names the context itself holds, and run."""
    return compile(text, context, functions, member_names(context))(context, now)


def member_names(value: Any, depth: int = 8) -> frozenset[str]:
    """All keys at any level of a context, for names that follow a dot."""
    found: set[str] = set()
    _collect(value, depth, found)
    return frozenset(found)


def _collect(value: Any, depth: int, found: set[str]) -> None:
    if depth and isinstance(value, Mapping):
        for key, entry in value.items():
            found.add(str(key))
            _collect(entry, depth - 1, found)
    elif depth and isinstance(value, (list, tuple)):
        for entry in value:
            _collect(entry, depth - 1, found)


def _key(functions: Functions) -> frozenset[tuple[str, Callable[..., Any]]]:
    return frozenset(functions.items()) if functions else frozenset()


@functools.lru_cache(maxsize=4096)
def _compiled(
    text: str,
    names: frozenset[str],
    functions: frozenset[tuple[str, Callable[..., Any]]],
    members: frozenset[str],
    types: NamedTypes | None,
    native: bool,
) -> Expression:
    tree = parse(text, names, members, frozenset(name for name, _ in functions), names_in(types))
    given = {name: function_of(name, f) for name, f in functions}
    return Expression(text, tree, compile_node(text, tree, given, Surroundings(names, types, native)))


@functools.lru_cache(maxsize=8192)
def _compiled_tests(
    text: str,
    names: frozenset[str],
    functions: frozenset[tuple[str, Callable[..., Any]]],
    members: frozenset[str],
    types: NamedTypes | None,
    native: bool,
) -> UnaryTests:
    tree = parse_tests(text, names, members, frozenset(name for name, _ in functions), names_in(types))
    try:
        given = {name: function_of(name, f) for name, f in functions}
        return UnaryTests(text, tree, given, Surroundings(names, types, native))
    except RecursionError:
        raise FeelSyntaxError("表达式过长或嵌套过深", text, 0, len(text)) from None


def names_in(types: NamedTypes | None) -> frozenset[str]:
    """The names of the types that a caller defines; one whose names have no blanks or signs need not tell them."""
    told: Callable[[], frozenset[str]] = getattr(types, "names", frozenset)
    return told()


def parse(
    text: str,
    names: frozenset[str],
    members: frozenset[str],
    functions: frozenset[str],
    types: frozenset[str] = frozenset(),
) -> syntax.Node:
    """The tree of an expression; `types` are the names of further types."""
    try:
        return Parser(text, (_BUILTIN_NAMES, functions, names), members | _MEMBERS, types).whole()
    except RecursionError:
        raise FeelSyntaxError("表达式嵌套过深", text, 0, len(text)) from None


def parse_tests(
    text: str,
    names: frozenset[str],
    members: frozenset[str],
    functions: frozenset[str],
    types: frozenset[str] = frozenset(),
) -> syntax.Tests:
    """The tree of unary tests; `types` are the names of further types."""
    try:
        return Parser(text, (_BUILTIN_NAMES, functions, names), members | _MEMBERS, types).unary_tests()
    except RecursionError:
        raise FeelSyntaxError("表达式嵌套过深", text, 0, len(text)) from None
