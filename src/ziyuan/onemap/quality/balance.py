"""Balance of areas: county control → villages → patches, in whole hundredths of a square metre."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ziyuan.base.numbers import half_up
from ziyuan.onemap.quality.collector import LISTED, Finding, make
from ziyuan.onemap.quality.context import Context
from ziyuan.onemap.quality.frames import Frame
from ziyuan.onemap.standards.model import Model, Rule

_PART_OF = {"00": "land", "01": "island"}
_PART_TITLES = {"land": "陆地", "island": "海岛"}
_LARGEST = 1e15
Sums = dict[str, int]


def _column(context: Context, named: str) -> tuple[Frame, str] | None:
    layer, _, field = named.partition(".")
    frame = context.frames.get(layer)
    return (frame, field) if frame is not None and frame.has(field) else None


def hundredths(frame: Frame, field: str) -> NDArray[np.int64]:
    """Figures beyond all areas on earth have their own rule (length); here they count as none."""
    numbers = frame.numbers(field)
    with np.errstate(invalid="ignore"):
        counted = numbers.known & (np.abs(numbers.values) < _LARGEST)
    return np.rint(np.where(counted, numbers.values, 0.0) * 100).astype(np.int64)


def _sums(frame: Frame, field: str, by: str, head: int | None = None) -> Sums:
    """Sum of a field in 0.01 m² by the text (or its first characters) of another."""
    keys = frame.text(by).to_numpy(zero_copy_only=False)
    amounts = hundredths(frame, field)
    names, place = np.unique(np.array([str(k or "")[:head] for k in keys], str), return_inverse=True)
    totals = np.zeros(len(names), np.int64)
    np.add.at(totals, place, amounts)
    return {str(n): int(t) for n, t in zip(names, totals, strict=True)}


def sum_equal(rule: Rule, context: Context) -> None:
    """Parts sum to their total, unit by unit, within `within` m² (0: to the hundredth)."""
    parts = _column(context, rule.params["parts"])
    if parts is None:
        return
    if rule.params["total"] == "control_area":
        _county_total(rule, context, *parts)
        return
    total = _column(context, rule.params["total"])
    by = rule.params["by"]
    if total is None or not total[0].has(by) or not parts[0].has(rule.params.get("key_of_parts", by)):
        return
    frame, field = total
    head = rule.params.get("head")
    found = _sums(*parts, rule.params.get("key_of_parts", by), int(head) if head else None)
    keys = frame.text(by).to_numpy(zero_copy_only=False)
    stated = hundredths(frame, field)
    slack = round(float(rule.params.get("within", 0)) * 100)
    wrong = [r for r in range(len(frame)) if keys[r] and abs(stated[r] - found.get(str(keys[r]), 0)) > slack]
    context.collector.note(
        rule, len(wrong), [_unequal(rule, frame, field, r, int(stated[r]), found.get(str(keys[r]), 0), parts[0])
                           for r in wrong[:LISTED]]
    )  # fmt: skip


def _unequal(rule: Rule, frame: Frame, field: str, row: int, stated: int, found: int, parts: Frame) -> Finding:
    point = frame.place(row)
    message = (
        f"{rule.say}：{field} {_m2(stated)}，其内{parts.entity.title}合计 {_m2(found)}，"
        f"差 {_m2(found - stated)} 平方米。"
    )
    return make(
        rule, message, layer=frame.name, key=frame.key(row), row=frame.row_number(row), field=field,
        value=_m2(stated), expected=_m2(found), measure=float((found - stated) / 100), unit="m2",
        x=point[0] if point else None, y=point[1] if point else None,
    )  # fmt: skip


def _m2(hundredths: int) -> str:
    return f"{Decimal(int(hundredths)).scaleb(-2):.2f}"


def _county_total(rule: Rule, context: Context, frame: Frame, field: str) -> None:
    """Land and islands separately, against the registered control areas."""
    if context.control_areas is None or any(_contradiction(other, frame.model, context) for other in frame.model.rules):
        return
    control = _control(context.control_areas)
    totals = {part: sum(classes.values()) for part, classes in control.items()}
    found = _by_part(frame, field, str(rule.params.get("by", "")))
    slack = round(float(rule.params.get("within", 0)) * 100)
    shown = [
        _missed(rule, frame.name, field, f"{rule.say}（{_PART_TITLES.get(part, part)}）", totals.get(part, 0), found.get(part, 0))
        for part in sorted({*totals, *found})
        if abs(totals.get(part, 0) - found.get(part, 0)) > slack
    ]
    context.collector.note(rule, len(shown), shown)


def _control(rows: Iterable[Mapping[str, Any]]) -> dict[str, Sums]:
    """Registered control areas in 0.01 m² by part and class."""
    out: dict[str, Sums] = defaultdict(lambda: defaultdict(int))
    for row in rows:
        out[str(row["part"])][str(row["class"])] += int(half_up(row["area_m2"], 2).scaleb(2))
    return out


def _by_part(frame: Frame, field: str, by: str) -> Sums:
    sums = _sums(frame, field, by) if frame.has(by) else {"00": int(hundredths(frame, field).sum())}
    out: Sums = defaultdict(int)
    for code, amount in sums.items():
        out[_PART_OF.get(code, "land")] += amount
    return out


def _missed(rule: Rule, layer: str, field: str, what: str, stated: int, found: int) -> Finding:
    message = f"{what}：控制数 {_m2(stated)}，汇交合计 {_m2(found)}，差 {_m2(found - stated)} 平方米。"
    return make(rule, message, layer=layer, field=field, value=_m2(found), expected=_m2(stated),
                measure=float((found - stated) / 100), unit="m2")  # fmt: skip


def _contradiction(rule: Rule, model: Model, context: Context) -> str:
    """What is wrong with the registered areas themselves, by the class table of a `class_equal` rule; empty: nothing.

    A class beside one above it would be counted twice; a class that the table does not know can never be delivered.
    """
    if rule.kind != "class_equal" or not context.control_areas:
        return ""
    entity = model.entities[str(rule.params["parts"]).partition(".")[0]]
    table = model.codes.get(str(entity.fields[rule.params["class"]].domain))
    if table is None:
        return ""
    for part, classes in sorted(_control(context.control_areas).items()):
        for code in sorted(classes):
            known = table.base(code) or code
            above = [head for head in table.heads(known)[1:] if head in classes]
            if above:
                return f"{_PART_TITLES.get(part, part)}同时登记了 {code} 和它的上级 {above[0]}，面积重复计算"
            if known not in table.by_code:
                return f"{_PART_TITLES.get(part, part)}登记的 {code} 不在{table.title}代码表中"
    return ""


def class_equal(rule: Rule, context: Context) -> None:
    """Area by class (deduction counted as its own class) equals the registered control area of the class.

    Registered areas that contradict themselves are told to the reviewer, and nothing is judged by them.
    """
    parts = _column(context, rule.params["parts"])
    if parts is None or context.control_areas is None:
        return
    frame, field = parts
    if wrong := _contradiction(rule, frame.model, context):
        said = f"登记的控制面积自相矛盾：{wrong}；县级总面积和分地类面积没有核对。"
        context.collector.one(replace(rule, severity="warning"), said, layer=frame.name, field=field, duty="reviewer",
                              remedy="由登记控制面积的机关改正后重新登记；汇交单位不必处理")  # fmt: skip
        return
    found = _by_class(frame, field, rule)
    control = _control(context.control_areas)
    slack = round(float(rule.params.get("within", 0)) * 100)
    shown = []
    for part in sorted({*control, *found}):
        stated, summed = control.get(part, {}), found.get(part, {})
        for code in sorted({*stated, *summed}):
            if abs(stated.get(code, 0) - summed.get(code, 0)) > slack:
                what = f"{rule.say}（{_PART_TITLES.get(part, part)} {code}）"
                shown.append(_missed(rule, frame.name, field, what, stated.get(code, 0), summed.get(code, 0)))
    context.collector.note(rule, len(shown), shown)


def _by_class(frame: Frame, field: str, rule: Rule) -> dict[str, Sums]:
    """Sums by part and class."""
    by = str(rule.params.get("by", ""))
    parts = frame.text(by).to_numpy(zero_copy_only=False) if frame.has(by) else np.full(len(frame), "00", object)
    codes = frame.text(rule.params["class"]).to_numpy(zero_copy_only=False)
    names = [f"{_PART_OF.get(str(p), 'land')}|{c or ''}" for p, c in zip(parts, codes, strict=True)]
    out: dict[str, Sums] = defaultdict(lambda: defaultdict(int))
    _add(out, names, hundredths(frame, field))
    deduction = rule.params.get("deduction")
    if deduction and frame.has(deduction["field"]):
        heads = [f"{name.split('|')[0]}|{deduction['class']}" for name in names]
        _add(out, heads, hundredths(frame, deduction["field"]))
    return out


def _add(out: dict[str, Sums], names: list[str], amounts: NDArray[np.int64]) -> None:
    if not names:
        return
    unique, place = np.unique(names, return_inverse=True)
    totals = np.zeros(len(unique), np.int64)
    np.add.at(totals, place, amounts)
    for name, total in zip(unique, totals, strict=True):
        part, _, code = str(name).partition("|")
        if total:
            out[part][code] += int(total)
