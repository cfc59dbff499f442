"""Rules about the values of one field, each judged for the whole column at once."""

import re

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from numpy.typing import NDArray

from ziyuan.onemap.quality.collector import LISTED, Finding, make
from ziyuan.onemap.quality.context import Context
from ziyuan.onemap.quality.frames import Frame
from ziyuan.onemap.standards.model import Field, Pattern, Rule

_EPSILON = 1e-9


def _mask(array: pa.Array) -> NDArray[np.bool_]:
    return pc.fill_null(array, False).to_numpy(zero_copy_only=False)


def _ready(rule: Rule, frame: Frame) -> Field | None:
    field = frame.entity.fields[str(rule.field)]
    return field if frame.has(field.name) else None


def required(rule: Rule, frame: Frame, context: Context) -> None:
    """Filled in every row."""
    field = _ready(rule, frame)
    if field:
        rows = np.flatnonzero(pc.is_null(frame.text(field.name)).to_numpy(zero_copy_only=False))
        context.collector.rows(rule, frame, rows, lambda _: f"{field.title}（{field.name}）为空。")


def length(rule: Rule, frame: Frame, context: Context) -> None:
    """Characters of a text, digits before the point of a number."""
    field = _ready(rule, frame)
    if not field or field.length is None:
        return
    text = frame.text(field.name)
    if field.numeric:
        numbers = frame.numbers(field.name)
        limit = 10.0 ** (field.length - (field.decimals or 0))
        rows = np.flatnonzero(numbers.known & (np.abs(numbers.values) >= limit))
    else:
        rows = np.flatnonzero(_mask(pc.greater(pc.utf8_length(text), field.length)))
    context.collector.rows(
        rule, frame, rows,
        lambda r: f"{field.title}“{text[r]}”长 {len(text[r].as_py())}，标准长度 {field.length}。",
        value=lambda r: text[r].as_py(), expected=lambda _: str(field.length),
    )  # fmt: skip


def decimals(rule: Rule, frame: Frame, context: Context) -> None:
    """No more places after the point than the standard has."""
    field = _ready(rule, frame)
    if not field or field.decimals is None:
        return
    numbers = frame.numbers(field.name)
    with np.errstate(invalid="ignore", over="ignore"):
        scaled = numbers.values * 10.0**field.decimals
        slack = np.maximum(1e-4, np.abs(scaled) * 1e-12)
        rows = np.flatnonzero(numbers.known & (np.abs(scaled - np.rint(scaled)) > slack))
    context.collector.rows(
        rule, frame, rows,
        lambda r: f"{field.title} {numbers.values[r]!r} 的小数位数超过 {field.decimals} 位。",
        value=lambda r: repr(float(numbers.values[r])), expected=lambda _: f"{field.decimals} 位小数",
    )  # fmt: skip


def domain(rule: Rule, frame: Frame, context: Context) -> None:
    """One of the codes that stand in the table on the reference day of the period."""
    field = _ready(rule, frame)
    if not field or field.domain is None:
        return
    table = frame.model.domain(field)
    day = frame.model.reference_day(context.period)
    allowed = table.usable(day) if table else list(field.domain)
    text = frame.text(field.name)
    wrong = pc.and_(pc.is_valid(text), pc.invert(pc.is_in(text, pa.array(allowed, pa.string()))))

    def near(code: str) -> str | None:
        return table.nearest(code, day) if table else (allowed[0] if len(allowed) == 1 else None)

    def message(row: int) -> str:
        code = text[row].as_py()
        if table is not None:
            return table.fault(code, day)
        return f"“{code}”不在{field.title}代码表中" + (f"，最接近的是“{near(code)}”。" if near(code) else "。")

    context.collector.rows(
        rule, frame, np.flatnonzero(_mask(wrong)), message,
        value=lambda r: text[r].as_py(), expected=lambda r: near(text[r].as_py()),
    )  # fmt: skip


def in_range(rule: Rule, frame: Frame, context: Context) -> None:
    """Inside `above`, `below`, `min`, `max`."""
    field = _ready(rule, frame)
    if not field:
        return
    numbers = frame.numbers(field.name)
    v = numbers.values
    with np.errstate(invalid="ignore"):
        wrong = np.zeros(len(frame), bool)
        for bound, test in ((field.above, v.__le__), (field.below, v.__ge__), (field.min, v.__lt__),
                            (field.max, v.__gt__)):  # fmt: skip
            if bound is not None:
                wrong |= test(bound)
    if field.zero_is_empty:
        wrong &= v != 0
    shown = _range_text(field)
    context.collector.rows(
        rule, frame, np.flatnonzero(wrong & numbers.known),
        lambda r: f"{field.title} {_plain(v[r])} 超出范围，应{shown}。",
        value=lambda r: _plain(v[r]), expected=lambda _: shown,
    )  # fmt: skip


def _range_text(field: Field) -> str:
    words = (("大于", field.above), ("不小于", field.min), ("小于", field.below), ("不大于", field.max))
    return "、".join(f"{word} {_plain(bound)}" for word, bound in words if bound is not None)


def _plain(value: float) -> str:
    return str(int(value)) if value == int(value) else repr(round(float(value), 6))


def pattern(rule: Rule, frame: Frame, context: Context) -> None:
    """Composed as the pattern says; the county part is the deliverer's."""
    field = _ready(rule, frame)
    if not field or field.pattern is None:
        return
    made = frame.model.patterns[field.pattern]
    text = frame.text(field.name)
    good = pc.match_substring_regex(text, pattern_regex(made, context.county))
    rows = np.flatnonzero(_mask(pc.and_(pc.is_valid(text), pc.invert(good))))
    shown = pattern_title(made, context.county)
    context.collector.rows(
        rule, frame, rows, lambda r: f"{field.title}“{text[r]}”{_what_is_wrong(text[r].as_py(), made, context.county)}。",
        value=lambda r: text[r].as_py(), expected=lambda _: shown,
    )  # fmt: skip


_PART_REGEX = {"county": "[0-9]", "layer": "[0-9A-Z]", "serial": "[0-9]", "digits": "[0-9]", "zeros": "0"}
_PART_TITLE = {"county": "县级代码", "layer": "层代码", "serial": "顺序号", "digits": "数字", "zeros": "个 0"}


def pattern_regex(made: Pattern, county: str | None) -> str:
    """The pattern as a regular expression."""
    return "^" + "".join(_part_regex(name, size, county) for name, size in made.parts) + "$"


def _part_regex(name: str, size: int, county: str | None) -> str:
    if name == "county" and county:
        return re.escape(county)
    return f"{_PART_REGEX[name]}{{{size}}}"


def pattern_title(made: Pattern, county: str | None) -> str:
    """The pattern in words: 县级代码 340123 + 层代码 4 位 + 顺序号 8 位."""
    words = []
    for name, size in made.parts:
        if name == "county" and county:
            words.append(f"{_PART_TITLE[name]} {county}")
        else:
            words.append(f"{size} {_PART_TITLE[name]}" if name == "zeros" else f"{_PART_TITLE[name]} {size} 位")
    return " + ".join(words)


def _what_is_wrong(value: str, made: Pattern, county: str | None) -> str:
    if len(value) != made.length:
        return f"长 {len(value)} 位，应为 {made.length} 位"
    place = 0
    for name, size in made.parts:
        part = value[place : place + size]
        single = Pattern("", ((name, size),))
        if not re.match(pattern_regex(single, county), part):
            return f"的第 {place + 1} 至 {place + size} 位“{part}”不对，应为{pattern_title(single, county)}"
        place += size
    return "不符合编码规则"


def unique(rule: Rule, frame: Frame, context: Context) -> None:
    """No value twice (inside the values of another field, where the model names one)."""
    field = _ready(rule, frame)
    if not field:
        return
    text = frame.text(field.name)
    inside = frame.entity.fields[field.unique] if isinstance(field.unique, str) else None
    whole = text if inside is None else pc.binary_join_element_wise(frame.text(inside.name), text, "|")
    groups = repeated_groups(whole)
    shown = [_twice(rule, frame, field, inside, rows) for rows in groups[:LISTED]]
    context.collector.note(rule, len(groups), shown)


def repeated_groups(values: pa.Array) -> list[NDArray[np.int64]]:
    """Rows that share a value with another row, group by group; rows without a value stand in none."""
    encoded = values.dictionary_encode()
    codes = pc.fill_null(encoded.indices, -1).to_numpy(zero_copy_only=False).astype(np.int64)
    order = np.argsort(codes, kind="stable")
    order = order[codes[order] >= 0]
    ordered = codes[order]
    if not len(ordered):
        return []
    first = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])
    counts = np.diff(np.r_[first, len(ordered)])
    return [order[f : f + c] for f, c in zip(first[counts > 1], counts[counts > 1], strict=True)]


def _twice(rule: Rule, frame: Frame, field: Field, inside: Field | None, rows: NDArray[np.int64]) -> Finding:
    row = int(rows[0])
    value = frame.text(field.name)[row].as_py()
    scope = f"在{inside.title} {frame.text(inside.name)[row].as_py()} 内" if inside else ""
    listed = "、".join(str(frame.row_number(int(r))) for r in rows[:5]) + ("等" if len(rows) > 5 else "")
    point = frame.place(row)
    keys = [str(frame.keys[r]) for r in rows if frame.keys[r] is not None]
    own = min(keys) if keys else None
    return make(
        rule, f"{field.title}“{value}”{scope}出现 {len(rows)} 次（第 {listed} 行）。",
        key=own, row=frame.row_number(row), value=value, measure=float(len(rows)), unit="count",
        partners=tuple(k for k in keys if k != own)[:20],
        x=point[0] if point else None, y=point[1] if point else None, geometry=_places(frame, rows),
    )  # fmt: skip


def _places(frame: Frame, rows: NDArray[np.int64]) -> shapely.Geometry | None:
    """A point on each of the first features."""
    points = [place for place in (frame.place(int(row)) for row in rows[:20]) if place is not None]
    return shapely.multipoints(shapely.points(points)) if len(points) > 1 else None


def name_of(rule: Rule, frame: Frame, context: Context) -> None:
    """The name that belongs to a code."""
    field = _ready(rule, frame)
    if not field or not field.name_of:
        return
    code_field = frame.entity.fields[field.name_of]
    table = frame.model.domain(code_field)
    if table is None:
        return
    codes, names = frame.text(code_field.name), frame.text(field.name)
    place = pc.index_in(codes, pa.array([r.code for r in table.rows], pa.string()))
    right = pc.take(pa.array([r.name for r in table.rows], pa.string()), place)
    rows = np.flatnonzero(_mask(pc.not_equal(names, right)))
    context.collector.rows(
        rule, frame, rows, lambda r: f"{code_field.name} {codes[r]} 的名称应为“{right[r]}”，填的是“{names[r]}”。",
        value=lambda r: names[r].as_py(), expected=lambda r: right[r].as_py(),
    )  # fmt: skip


def equals(rule: Rule, frame: Frame, context: Context) -> None:
    """The same value in every row, given by the delivery (its year)."""
    field = _ready(rule, frame)
    if not field or context.period is None:
        return
    text = frame.text(field.name)
    rows = np.flatnonzero(_mask(pc.not_equal(text, context.period)))
    context.collector.rows(
        rule, frame, rows, lambda r: f"{field.title}为 {text[r]}，本次汇交的年份是 {context.period}。",
        value=lambda r: text[r].as_py(), expected=lambda _: context.period,
    )  # fmt: skip
