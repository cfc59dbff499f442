"""Decision tables: which rows hold, and what the hit policy makes of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from ziyuan.base import feel
from ziyuan.workflow.decisions import model

Scope = Mapping[str, Any]
Compiled = Callable[[Scope, feel.Run], Any]
NOWHERE = feel.Span("", 0, 0)


@dataclass(slots=True)
class Hits:
    """What a run of one table did, for the trace."""

    table: model.Table
    inputs: list[tuple[str, Any]] = field(default_factory=list)
    matched: list[int] = field(default_factory=list)
    value: Any = None


@dataclass(slots=True)
class CompiledTable:
    table: model.Table
    inputs: list[tuple[model.Input, Compiled, feel.UnaryTests | None]]
    outputs: list[tuple[model.Output, feel.UnaryTests | None, list[Any] | None, Compiled | None]]
    rules: list[tuple[model.Rule, list[feel.UnaryTests], list[Compiled]]]
    broken: str | None = None

    def run(self, scope: Scope, run: feel.Run, hits: Hits) -> Any:
        """The value of the table; null with a reason naming rows or columns where the policy is broken."""
        if self.broken:
            return run.why(NOWHERE, "{}", self.broken)
        values: list[Any] = []
        for column, expression, allowed in self.inputs:
            value = expression(scope, run)
            hits.inputs.append((column.label, value))
            if allowed is not None and value is not None and allowed.answer(value, scope, run) is not True:
                return run.why(NOWHERE, "输入“{}”的值不在允许的范围({})内", column.label, allowed.text)
            values.append(value)
        matched = self._matching(values, scope, run)
        hits.matched.extend(rule.number for rule, _, _ in matched)
        if not matched:
            return self._default(scope, run)
        results = [self._result(rule, scope, run) for rule in matched]
        return self._policy(results, hits.matched, run)

    def _matching(self, values: list[Any], scope: Scope, run: feel.Run) -> list[Any]:
        first_only = self.table.hit == "F"
        known: list[dict[int, bool | None]] = [{} for _ in values]
        matched = []
        for rule in self.rules:
            for column, tests in enumerate(rule[1]):
                memory, key = known[column], id(tests)
                if key not in memory:
                    memory[key] = tests.answer(values[column], scope, run)
                if memory[key] is not True:
                    break
            else:
                matched.append(rule)
                if first_only:
                    break
        run.spend(len(self.rules), NOWHERE)
        return matched

    def _result(self, rule: tuple[model.Rule, Any, list[Compiled]], scope: Scope, run: feel.Run) -> Any:
        cells = [cell(scope, run) for cell in rule[2]]
        for (output, allowed, _, _), value in zip(self.outputs, cells, strict=True):
            if allowed is not None and value is not None and allowed.answer(value, scope, run) is not True:
                return run.why(NOWHERE, "第 {} 行的结果“{}”不在允许的范围内", rule[0].number, output.label)
        return self._joined(cells)

    def _joined(self, cells: list[Any]) -> Any:
        if len(self.outputs) == 1:
            return cells[0]
        return {output.name: value for (output, *_), value in zip(self.outputs, cells, strict=True)}

    def _default(self, scope: Scope, run: feel.Run) -> Any:
        if all(default is None for *_, default in self.outputs):
            return run.why(NOWHERE, "没有一行命中，也没有默认输出")
        return self._joined(
            [None if default is None else default(scope, run) for *_, default in self.outputs]
        )

    # -- hit policies --------------------------------------------------------------------------------

    def _policy(self, results: list[Any], rows: list[int], run: feel.Run) -> Any:
        policy = self.table.hit
        if policy == "C" and self.table.aggregation:
            return self._aggregate(results, run)
        if policy in ("R", "C"):
            return results
        if policy in ("P", "O"):
            ordered = sorted(results, key=self._priority)
            return ordered if policy == "O" else ordered[0]
        if policy == "U" and len(results) > 1:
            return run.why(NOWHERE, "唯一命中(U)的决策表有多行命中：第 {} 行", _listed(rows))
        if policy == "A" and not all(_same(result, results[0], run) for result in results[1:]):
            return run.why(NOWHERE, "任意命中(A)的决策表各行结果不同：第 {} 行", _listed(rows))
        return results[0]

    def _priority(self, result: Any) -> tuple[int, ...]:
        """Places of the output values in the lists of their columns; what is not listed comes last."""
        places = []
        for output, _, order, _ in self.outputs:
            value = result if len(self.outputs) == 1 else result[output.name] if result else None
            places.append(order.index(value) if order and value in order else len(order or ()))
        return tuple(places)

    def _aggregate(self, results: list[Any], run: feel.Run) -> Any:
        if len(self.outputs) > 1:
            return run.why(NOWHERE, "汇总只适用于一个输出列的决策表")
        if self.table.aggregation == "COUNT":
            return Decimal(len(results))
        text = _AGGREGATES[self.table.aggregation]
        return feel.compile(text).within({"results": results}, run)


_AGGREGATES = {"SUM": "sum(results)", "MIN": "min(results)", "MAX": "max(results)"}


def _listed(rows: list[int]) -> str:
    return "、".join(map(str, rows))


def _same(a: Any, b: Any, run: feel.Run) -> bool:
    return feel.equal(a, b, run, NOWHERE) is True


Compile = Callable[[model.Text], Compiled]


def compile_table(
    table: model.Table,
    expression: Compile,
    tests: Callable[[model.Text], feel.UnaryTests],
) -> CompiledTable:
    """A table whose cells are compiled; equal texts share one compiled cell."""
    inputs = [
        (column, expression(column.expression), tests(column.allowed) if column.allowed else None)
        for column in table.inputs
    ]
    outputs = [
        (
            column,
            tests(column.allowed) if column.allowed else None,
            _order(column.allowed, expression),
            expression(column.default) if column.default else None,
        )
        for column in table.outputs
    ]
    rules = [
        (rule, [tests(_cell(cell)) for cell in rule.tests], [expression(cell) for cell in rule.results])
        for rule in table.rules
    ]
    return CompiledTable(table, inputs, outputs, rules, _broken(table))


def _cell(cell: model.Text) -> model.Text:
    """An empty condition is the same as `-`."""
    return cell if cell.text else model.Text("-", cell.line, cell.element)


def _broken(table: model.Table) -> str | None:
    if table.aggregation and table.aggregation not in (*_AGGREGATES, "COUNT"):
        return f"不认识的汇总方式“{table.aggregation}”"
    names = [output.name for output in table.outputs]
    if len(names) > 1 and (len(set(names)) < len(names) or not all(names)):
        return "有多个输出列时，每列都要有不同的名称"
    return None


def _order(allowed: model.Text | None, expression: Compile) -> list[Any] | None:
    """The output values in the order of their list, for P and O."""
    if allowed is None:
        return None
    listed = expression(model.Text(f"[{allowed.text}]", allowed.line, allowed.element))({}, feel.Run())
    return listed if isinstance(listed, list) else None
