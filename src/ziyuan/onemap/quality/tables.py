"""Rules about values across layers and tables: numbers unique over several layers, statistics against the map."""

from collections import Counter

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ziyuan.onemap.quality.collector import LISTED, Finding, make
from ziyuan.onemap.quality.conditions import verdicts
from ziyuan.onemap.quality.context import Context
from ziyuan.onemap.quality.frames import Frame
from ziyuan.onemap.standards.model import Rule


def unique_across(rule: Rule, context: Context) -> None:
    """No value twice in the named fields of several layers; inside one layer its own rule tells."""
    columns = [_column(context, str(named)) for named in rule.params["fields"]]
    there = [column for column in columns if column is not None]
    seen: Counter[str] = Counter()
    for frame, field in there:
        seen.update(pc.unique(frame.text(field).drop_null()).to_pylist())
    twice = sorted(value for value, count in seen.items() if count > 1)
    context.collector.note(rule, len(twice), [_twice(rule, value, there) for value in twice[:LISTED]])


def _column(context: Context, named: str) -> tuple[Frame, str] | None:
    layer, _, field = named.partition(".")
    frame = context.frames.get(layer)
    return (frame, field) if frame is not None and frame.has(field) else None


def _twice(rule: Rule, value: str, columns: list[tuple[Frame, str]]) -> Finding:
    held = []
    for frame, field in columns:
        row = pc.index(frame.text(field), pa.scalar(value)).as_py()
        if row >= 0:
            held.append((frame, field, int(row)))
    frame, field, row = held[0]
    place = frame.place(row)
    named = "、".join(one.entity.title for one, _, _ in held)
    return make(
        rule, f"编号“{value}”在{named}中都有。", layer=frame.name, field=field, key=frame.key(row), row=frame.row_number(row),
        value=value, measure=float(len(held)), unit="count", x=place[0] if place else None, y=place[1] if place else None,
        partners=tuple(f"{one.name}:{one.partner(other)}" for one, _, other in held[1:]),
    )  # fmt: skip


def forbidden_when(rule: Rule, frame: Frame, context: Context) -> None:
    """Empty where the condition holds."""
    field = frame.entity.fields[str(rule.field)]
    if not frame.has(field.name) or not field.forbidden_when:
        return
    filled = ~frame.empty(field)
    rows = np.flatnonzero(filled & (verdicts(field.forbidden_when, frame, filled) == 1))
    text = frame.text(field.name)
    context.collector.rows(
        rule, frame, rows,
        lambda r: f"{field.title}（{field.name}）在“{field.forbidden_when}”时不得填写，现填有“{text[r].as_py()}”。",
        value=lambda r: text[r].as_py(),
    )  # fmt: skip


def media(rule: Rule, frame: Frame, context: Context) -> None:
    """A file of one of the kinds taken, by the ending of its name."""
    field = frame.entity.fields[str(rule.field)]
    if not frame.has(field.name) or not field.media:
        return
    text = frame.text(field.name)
    ends = pa.array([kind.lower().lstrip(".") for kind in field.media])
    ending = pc.utf8_lower(pc.replace_substring_regex(pc.fill_null(text, ""), r"^.*\.", ""))
    wrong = pc.and_(pc.is_valid(text), pc.invert(pc.is_in(ending, ends)))
    shown = "、".join(field.media)
    context.collector.rows(
        rule, frame, np.flatnonzero(pc.fill_null(wrong, False).to_numpy(zero_copy_only=False)),
        lambda r: f"{field.title}“{text[r].as_py()}”的文件种类不在 {shown} 之内。",
        value=lambda r: text[r].as_py(), expected=lambda _: shown,
    )  # fmt: skip
