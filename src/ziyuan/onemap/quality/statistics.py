"""Statistics tables against the map (统计表与图形一致), and composite keys: what tables without shapes must hold."""

from collections import defaultdict
from decimal import ROUND_HALF_UP, Decimal

import numpy as np
import pyarrow as pa

from ziyuan.onemap.quality.balance import hundredths
from ziyuan.onemap.quality.collector import LISTED, Finding, make
from ziyuan.onemap.quality.conditions import answers, condition_of
from ziyuan.onemap.quality.context import Context
from ziyuan.onemap.quality.field_rules import repeated_groups
from ziyuan.onemap.quality.frames import Frame
from ziyuan.onemap.standards.model import Rule

UNITS = {"m2": Decimal(100), "ha": Decimal(1_000_000), "mu": Decimal(200_000) / 3}
"""Hundredths of a square metre in one unit; 15 mu are a hectare."""
Cell = tuple[str, str]
Cells = dict[Cell, int]


def statistics_equal(rule: Rule, context: Context) -> None:
    """Each figure of the delivered table is the sum over the map, rounded to the table's decimals."""
    source, table = context.frames.get(str(rule.params["from"])), context.frames.get(str(rule.layer))
    if source is None or table is None or not source.has(str(rule.params["sum"])):
        return
    about = rule.params["table"]
    if not all(table.has(about[key]) for key in ("rows", "columns", "value") if key in about):
        return
    summed = _summed(rule, source)
    found = _stated(rule, table, summed)
    context.collector.note(rule, len(found), found[:LISTED])


def _summed(rule: Rule, frame: Frame) -> Cells:
    """Hundredths of a square metre by row and column of the statistics."""
    across = [_labels(frame, rule.params.get(key)) for key in ("rows", "columns")]
    cells: Cells = defaultdict(int)
    _add(cells, across[0], across[1], hundredths(frame, str(rule.params["sum"])))
    deduction = rule.params.get("deduction")
    if deduction and frame.has(deduction["field"]):
        column = _label_of_class(frame, rule.params.get("columns"), str(deduction["class"]))
        _add(cells, across[0], np.full(len(frame), column, object), hundredths(frame, deduction["field"]))
    return {cell: amount for cell, amount in cells.items() if amount}


def _labels(frame: Frame, text: str | None) -> np.ndarray:
    """Row or column of the statistics that each feature counts in; one for all without an expression."""
    if not text:
        return np.full(len(frame), "", object)
    return np.array([str(value) if value is not None else "" for value in answers(text, frame)], object)


def _label_of_class(frame: Frame, text: str | None, code: str) -> str:
    if not text:
        return ""
    condition = condition_of(text, frame)
    return str(condition.value(dict.fromkeys(condition.names, code)) or "")


def _add(cells: Cells, rows: np.ndarray, columns: np.ndarray, amounts: np.ndarray) -> None:
    if not len(amounts):
        return
    pairs = np.char.add(np.char.add(rows.astype(str), "\x1f"), columns.astype(str))
    names, place = np.unique(pairs, return_inverse=True)
    totals = np.zeros(len(names), np.int64)
    np.add.at(totals, place, amounts)
    for name, total in zip(names, totals, strict=True):
        row, _, column = str(name).partition("\x1f")
        cells[row, column] += int(total)


def _stated(rule: Rule, table: Frame, summed: Cells) -> list[Finding]:
    """Figures of the table that are not the sum, then sums that the table does not hold."""
    about = rule.params["table"]
    value = table.entity.fields[about["value"]]
    step = Decimal(1).scaleb(-(value.decimals or 0))
    slack = Decimal(str(about.get("within", 0)))
    wanted = {
        cell: (Decimal(amount) / UNITS[about.get("unit", "m2")]).quantize(step, ROUND_HALF_UP) for cell, amount in summed.items()
    }
    names = [table.text(about[key]).to_pylist() if key in about else [""] * len(table) for key in ("rows", "columns")]
    figures = table.numbers(value.name)
    found, seen = [], set()
    for row, cell in enumerate(zip(*names, strict=True)):
        cell = (cell[0] or "", cell[1] or "")
        seen.add(cell)
        stated = Decimal(repr(float(figures.values[row]))).quantize(step, ROUND_HALF_UP) if figures.known[row] else Decimal(0)
        right = wanted.get(cell, Decimal(0).quantize(step))
        if abs(stated - right) > slack:
            found.append(_differs(rule, table, row, cell, stated, right))
    return found + [_missing(rule, cell, size) for cell, size in sorted(wanted.items()) if cell not in seen and size > slack]


def _differs(rule: Rule, table: Frame, row: int, cell: Cell, stated: Decimal, wanted: Decimal) -> Finding:
    about = rule.params["table"]
    return make(
        rule, f"统计表“{' '.join(c for c in cell if c) or '合计'}”为 {stated}，图形汇总为 {wanted}。", field=about["value"],
        key=table.key(row), row=table.row_number(row), value=str(stated), expected=str(wanted),
        measure=float(abs(stated - wanted)), unit=about.get("unit", "m2"),
    )  # fmt: skip


def _missing(rule: Rule, cell: Cell, wanted: Decimal) -> Finding:
    about = rule.params["table"]
    return make(
        rule, f"统计表缺少“{' '.join(c for c in cell if c) or '合计'}”，图形汇总为 {wanted}。", field=about["value"],
        expected=str(wanted), measure=float(wanted), unit=about.get("unit", "m2"),
    )  # fmt: skip


def key_unique(rule: Rule, frame: Frame, context: Context) -> None:
    """No two rows with the same composite key; a key with an empty part is told by the rule of that field."""
    names = frame.entity.key_fields
    if not all(frame.has(name) for name in names):
        return
    key = pa.array(frame.keys, pa.string())
    groups = repeated_groups(key)
    title = " + ".join(frame.entity.fields[name].title for name in names)
    shown = []
    for rows in groups[:LISTED]:
        row = int(rows[0])
        place = frame.place(row)
        listed = "、".join(str(frame.row_number(int(r))) for r in rows[:5]) + ("等" if len(rows) > 5 else "")
        shown.append(make(
            rule, f"组合主键（{title}）“{frame.key(row)}”出现 {len(rows)} 次（第 {listed} 行）。",
            key=frame.key(row), row=frame.row_number(row), value=frame.key(row), measure=float(len(rows)), unit="count",
            x=place[0] if place else None, y=place[1] if place else None,
        ))  # fmt: skip
    context.collector.note(rule, len(groups), shown)
