"""Decision tables: which rows hold, and what the hit policy makes of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from ziyuan.base import feel
from ziyuan.workflow.decisions import model
from ziyuan.workflow.decisions.itemtypes import NOWHERE, Misfit, Types

Scope = Mapping[str, Any]
Compiled = Callable[[Scope, feel.Run], Any]
Compile = Callable[[model.Text], Compiled]


@dataclass(slots=True)
class Hits:
    """What a run of one table did, for the trace."""

    table: model.Table
    inputs: list[tuple[str, Any]] = field(default_factory=list)
    matched: list[int] = field(default_factory=list)
    value: Any = None


@dataclass(frozen=True, slots=True)
class Column:
    """An output column that runs."""

    output: model.Output
    allowed: feel.UnaryTests | None
    order: list[Any]  # by priority, for P and O
    default: Compiled | None


Row = tuple[model.Rule, list[feel.UnaryTests], list[Compiled]]


@dataclass(slots=True)
class CompiledTable:
    table: model.Table
    types: Types
    inputs: list[tuple[model.Input, Compiled, feel.UnaryTests | None]]
    outputs: list[Column]
    rules: list[Row]
    broken: str | None = None

    def run(self, scope: Scope, run: feel.Run, hits: Hits) -> Any:
        """The value of the table; null with a reason naming rows or columns where the policy is broken."""
        if self.broken:
            return run.why(NOWHERE, "{}", self.broken)
        values: list[Any] = []
        for column, expression, allowed in self.inputs:
            value = expression(scope, run)
            hits.inputs.append((column.label, value))
            if allowed is not None and not _allows(allowed, value, scope, run):
                return run.why(NOWHERE, "输入“{}”的值不在允许的范围({})内", column.label, allowed.text)
            values.append(value)
        matched = self._matching(values, scope, run)
        hits.matched.extend(rule.number for rule, _, _ in matched)
        if not matched:
            return self._default(scope, run)
        if self.table.hit == "U" and len(matched) > 1:
            return run.why(NOWHERE, "唯一命中(U)的决策表有多行命中：第 {} 行", _listed(hits.matched))
        try:
            results = [self._cells(rule, scope, run) for rule in matched]
        except Misfit as bad:
            return run.why(NOWHERE, "{}", str(bad))
        return self._policy(results, hits.matched, run)

    def _matching(self, values: list[Any], scope: Scope, run: feel.Run) -> list[Row]:
        """The rows that hold, column by column; equal cells of a column are asked once. Under F row by row."""
        run.spend(len(self.rules), NOWHERE)
        known: list[dict[feel.UnaryTests, bool]] = [{} for _ in values]
        if self.table.hit == "F":
            return next(([row] for row in self.rules if self._holds(row, values, known, scope, run)), [])
        outer, rows = run.input, self.rules
        for column, value in enumerate(values):
            memory, held = known[column], []
            run.input = value
            for row in rows:
                tests = row[1][column]
                found = memory.get(tests)
                if found is None:
                    found = memory[tests] = tests.holds(value, scope, run) is True
                if found:
                    held.append(row)
            rows = held
        run.input = outer
        return rows

    def _holds(
        self, row: Row, values: list[Any], known: list[dict[feel.UnaryTests, bool]], scope: Scope, run: feel.Run
    ) -> bool:
        for memory, tests, value in zip(known, row[1], values, strict=True):
            if tests not in memory:
                memory[tests] = tests.answer(value, scope, run) is True
            if not memory[tests]:
                return False
        return True

    def _cells(self, row: Row, scope: Scope, run: feel.Run) -> list[Any]:
        """The output values of one row; raises Misfit where one is not of its column."""
        number = row[0].number
        found = []
        for column, cell in zip(self.outputs, row[2], strict=True):
            value = cell(scope, run)
            try:
                value = self.types.fit(value, column.output.type_ref, run)
            except Misfit as bad:
                raise Misfit(f"第 {number} 行的结果“{column.output.label}”{bad}") from None
            if value is not None and column.allowed is not None and not _allows(column.allowed, value, scope, run):
                raise Misfit(f"第 {number} 行的结果“{column.output.label}”不在允许的范围({column.allowed.text})内")
            found.append(value)
        return found

    def _joined(self, cells: list[Any]) -> Any:
        if len(self.outputs) == 1:
            return cells[0]
        return {column.output.name: value for column, value in zip(self.outputs, cells, strict=True)}

    def _default(self, scope: Scope, run: feel.Run) -> Any:
        """What no hit gives: the default outputs; else nothing, which collected is an empty list and counted is 0."""
        if all(column.default is None for column in self.outputs):
            if self.table.hit == "C" and self.table.aggregation == "":
                return []
            if self.table.aggregation == "COUNT" and len(self.outputs) == 1:
                return Decimal(0)
            return run.why(NOWHERE, "没有一行命中，也没有默认输出")
        return self._joined([None if c.default is None else c.default(scope, run) for c in self.outputs])

    # -- hit policies --------------------------------------------------------------------------------

    def _policy(self, results: list[list[Any]], rows: list[int], run: feel.Run) -> Any:
        policy = self.table.hit
        if policy == "C" and self.table.aggregation:
            return self._aggregate([cells[0] for cells in results], run)
        if policy in ("P", "O"):
            results = sorted(results, key=lambda cells: self._priority(cells, run))
        if policy in ("R", "C", "O"):
            return [self._joined(cells) for cells in results]
        if policy == "A" and not all(_same(cells, results[0], run) for cells in results[1:]):
            return run.why(NOWHERE, "任意命中(A)的决策表各行结果不同：第 {} 行", _listed(rows))
        return self._joined(results[0])

    def _priority(self, cells: list[Any], run: feel.Run) -> tuple[int, ...]:
        """Places of the output values in the lists of their columns; what is not listed comes last."""
        return tuple(_place(value, column.order, run) for column, value in zip(self.outputs, cells, strict=True))

    def _aggregate(self, results: list[Any], run: feel.Run) -> Any:
        if len(self.outputs) > 1:
            return run.why(NOWHERE, "汇总只适用于一个输出列的决策表")
        if self.table.aggregation == "COUNT":
            return Decimal(len(results))
        text = _AGGREGATES[self.table.aggregation]
        return feel.compile(text).within({"results": results}, run)


_AGGREGATES = {"SUM": "sum(results)", "MIN": "min(results)", "MAX": "max(results)"}


def _allows(tests: feel.UnaryTests, value: Any, scope: Scope, run: feel.Run) -> bool:
    """Whether a value is among those listed; of a list, the whole or each item."""
    if tests.answer(value, scope, run) is True:
        return True
    return type(value) is list and bool(value) and all(tests.answer(v, scope, run) is True for v in value)


def _place(value: Any, order: list[Any], run: feel.Run) -> int:
    for place, listed in enumerate(order):
        inside = isinstance(listed, feel.Range) and not isinstance(value, feel.Range)
        if feel.unary("列出").answer(value, {"列出": listed}, run) is True if inside else _equal(value, listed, run):
            return place
    return len(order)


def _listed(rows: list[int]) -> str:
    return "、".join(map(str, rows))


def _equal(a: Any, b: Any, run: feel.Run) -> bool:
    return feel.equal(a, b, run, NOWHERE) is True


def _same(cells: list[Any], others: list[Any], run: feel.Run) -> bool:
    return all(_equal(a, b, run) for a, b in zip(cells, others, strict=True))


def compile_table(
    table: model.Table,
    types: Types,
    expression: Compile,
    tests: Callable[[model.Text], feel.UnaryTests],
) -> CompiledTable:
    """A table whose cells are compiled; equal texts share one compiled cell."""
    inputs = [
        (column, expression(column.expression), tests(column.allowed) if column.allowed else None)
        for column in table.inputs
    ]
    outputs = [
        Column(
            output,
            tests(output.allowed) if output.allowed else None,
            _order(output.allowed or types.allowed(output.type_ref), expression) if table.hit in "PO" else [],
            expression(output.default) if output.default else None,
        )
        for output in table.outputs
    ]
    rules = [
        (rule, [tests(_cell(cell)) for cell in rule.tests], [expression(cell) for cell in rule.results])
        for rule in table.rules
    ]
    return CompiledTable(table, types, inputs, outputs, rules, broken(table))


def _cell(cell: model.Text) -> model.Text:
    """An empty condition is the same as `-`."""
    return cell if cell.text else model.Text("-", cell.line, cell.element)


def broken(table: model.Table) -> str | None:
    """What makes a table impossible to run, whatever its input."""
    if table.aggregation and table.aggregation not in (*_AGGREGATES, "COUNT"):
        return f"不认识的汇总方式“{table.aggregation}”"
    names = [output.name for output in table.outputs]
    if len(names) > 1 and (len(set(names)) < len(names) or not all(names)):
        return "有多个输出列时，每列都要有不同的名称"
    return None


def _order(listed: model.Text | None, expression: Compile) -> list[Any]:
    """The output values in the order of their list, for P and O."""
    if listed is None:
        return []
    text = model.Text(f"[{listed.text}]", listed.line, listed.element, listed.language)
    found = expression(text)({}, feel.Run())
    return found if isinstance(found, list) else []
