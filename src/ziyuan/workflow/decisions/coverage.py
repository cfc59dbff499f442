"""Gaps and overlaps of a decision table, found by trying one value of every piece of every column.

The constants in a column's cells cut its domain into points and the open stretches between them; within
one piece every cell gives the same answer, so one sample stands for all of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ziyuan.base import feel
from ziyuan.base.feel import syntax
from ziyuan.base.feel.temporal import DateTime, Time
from ziyuan.base.feel.tree import children, walk
from ziyuan.workflow.decisions import axes
from ziyuan.workflow.decisions.model import Table

LARGEST_SEARCH = 200_000
MOST_REPORTED = 20
OTHER = "\u0000其他"


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a column's domain: a sample value, its description, and the rows whose cell admits it."""

    sample: Any
    shown: str
    rows: frozenset[int]


@dataclass(frozen=True, slots=True)
class Gap:
    where: str


@dataclass(frozen=True, slots=True)
class Overlap:
    rows: tuple[int, ...]
    where: str


class NotAnalysable(ValueError):
    """A cell depends on more than its column, or the table is too large to search."""


def analyse(table: Table) -> tuple[list[Gap], list[Overlap]]:
    """Where no row holds, and where several do; raises NotAnalysable."""
    columns = [_pieces(table, column) for column in range(len(table.inputs))]
    gaps: list[Gap] = []
    overlaps: dict[tuple[int, ...], Overlap] = {}
    rows = frozenset(rule.number for rule in table.rules)
    budget = [LARGEST_SEARCH]
    for held, where in _leaves(columns, 0, rows, (), budget):
        shown = _where(table, where)
        if not held:
            gaps.append(Gap(shown))
        elif len(held) > 1:
            key = tuple(sorted(held))
            overlaps.setdefault(key, Overlap(key, shown))
        if len(gaps) > MOST_REPORTED or len(overlaps) > MOST_REPORTED:
            break
    return gaps, list(overlaps.values())


Where = tuple[tuple[int, str], ...]


def _leaves(
    columns: list[list[list[Piece]]], at: int, rows: frozenset[int], where: Where, budget: list[int]
) -> Iterator[tuple[frozenset[int], Where]]:
    budget[0] -= 1
    if budget[0] < 0:
        raise NotAnalysable("决策表过大，未能查完空缺与重叠")
    if at == len(columns) or not rows:
        yield rows, where
        return
    for group in columns[at]:
        held = rows & group[0].rows
        shown = "" if len(columns[at]) == 1 else " 或 ".join(piece.shown for piece in group)
        yield from _leaves(columns, at + 1, held, (*where, (at, shown)), budget)


def _where(table: Table, where: Where) -> str:
    parts = [f"{table.inputs[column].label} {shown}" for column, shown in where if shown]
    return " 且 ".join(parts) or "任何输入"


def _pieces(table: Table, column: int) -> list[list[Piece]]:
    """The pieces of a column, those admitted by the same rows joined where they are neighbours."""
    cells = [(rule.number, feel.unary(rule.tests[column].text or "-")) for rule in table.rules]
    allowed = table.inputs[column].allowed
    domain = feel.unary(allowed.text) if allowed is not None else None
    known: list[Any] = []
    for tests in [*(tests for _, tests in cells), *([domain] if domain else [])]:
        if tests.names:
            raise NotAnalysable(f"“{table.inputs[column].label}”列的条件用到其他名称")
        known.extend(_constants(tests.tree))
    ordered = any(_compares(tests) for tests in [*(tests for _, tests in cells), *([domain] if domain else [])])
    samples = _samples(known, table.inputs[column].type_ref, ordered)
    found: list[Piece] = []
    for sample, shown in samples:
        if domain is not None and domain(sample) is not True:
            continue
        rows = frozenset(number for number, tests in cells if tests(sample) is True)
        found.append(Piece(sample, shown, rows))
    return _grouped(found)


def _grouped(pieces: list[Piece]) -> list[list[Piece]]:
    groups: dict[frozenset[int], list[Piece]] = {}
    for piece in pieces:
        groups.setdefault(piece.rows, []).append(piece)
    return list(groups.values())


_PLAIN = (
    syntax.Tests,
    syntax.UnaryRange,
    syntax.Interval,
    syntax.ListOf,
    syntax.Logic,
    syntax.Between,
    syntax.In,
    syntax.Name,
)
_TEMPORAL = ("date", "date and time", "time", "duration")


def _constants(node: syntax.Node) -> Iterator[Any]:
    """The values a cell compares with; raises NotAnalysable where the cell computes."""
    if isinstance(node, syntax.Literal):
        if node.value is not None:
            yield node.value
        return
    if isinstance(node, syntax.Call) and isinstance(node.function, syntax.Name):
        name = node.function.name
        if name in _TEMPORAL:
            yield _called(name, node)
            return
        plain = name == "not"
    else:
        plain = isinstance(node, _PLAIN) or (isinstance(node, syntax.Binary) and node.op in _COMPARED)
    if not plain:
        raise NotAnalysable("条件中有计算，不能按常数分段")
    for child in children(node):
        if not (isinstance(node, syntax.Call) and child is node.function):
            yield from _constants(child)


_ORDERED = frozenset(("<", "<=", ">", ">="))
_COMPARED = _ORDERED | {"=", "!="}


def _called(name: str, node: syntax.Call) -> Any:
    if len(node.arguments) != 1 or not isinstance(node.arguments[0], syntax.Literal):
        raise NotAnalysable("条件用到计算出的日期")
    value = feel.compile(f"{name}(x)").within({"x": node.arguments[0].value}, feel.Run())
    if value is None:
        raise NotAnalysable(f"不是有效的日期或时段：{node.arguments[0].value}")
    return value


def _samples(known: list[Any], type_ref: str, ordered: bool) -> list[tuple[Any, str]]:
    """Sample values with their description, in order."""
    kinds = {type(value) for value in known}
    if len(kinds) > 1:
        raise NotAnalysable("一列的条件混用了不同类型的值")
    if type_ref == "boolean" or kinds == {bool}:
        return [(True, "= true"), (False, "= false")]
    if not kinds:
        return [(None, "")]
    if kinds == {str} and not ordered:
        return [(value, f'= "{value}"') for value in sorted(set(known))] + [(OTHER, "为其他值")]
    axis = axes.axis_of(known)
    if axis is None:
        mixed = kinds & {Time, DateTime}
        raise NotAnalysable("一列的条件混用了有时区与无时区的时刻" if mixed else "该列的类型不能分段")
    return axes.stretches(known, axis)


def _compares(tests: feel.UnaryTests) -> bool:
    """Whether a cell asks for more or less, not only for equal."""
    return any(
        isinstance(node, (syntax.UnaryRange, syntax.Interval, syntax.Between))
        or (isinstance(node, syntax.Binary) and node.op in _ORDERED)
        for node in walk(tests.tree)
    )
