"""Evaluate row conditions for a whole layer: as an Arrow kernel (`base.feel.rows`) over its columns.

A condition outside the kernel's subset is asked once for each distinct set of values: codes repeat, so it sees
a few hundred different rows out of any number.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ziyuan.base.feel.rows import Column, OutsideRows, RowCondition
from ziyuan.onemap.quality.context import Context
from ziyuan.onemap.quality.frames import Frame
from ziyuan.onemap.standards.conditions import Condition, Functions
from ziyuan.onemap.standards.model import Entity, Field, Model, Rule


def condition_of(text: str, frame: Frame) -> Condition:
    """The compiled condition over this layer's fields."""
    return Condition(text, tuple(frame.entity.fields), frame.model.codes)


def verdicts(text: str, frame: Frame, within: NDArray[np.bool_] | None = None) -> NDArray[np.int8]:
    """Per row 1 true, 0 false, -1 not to be judged; rows outside `within` are -1."""
    out = np.full(len(frame), -1, np.int8)
    rows = np.arange(len(frame)) if within is None else np.flatnonzero(within)
    if not len(rows):
        return out
    kernel = _kernel(text, frame.model, frame.entity)
    out[rows] = _one_by_one(text, frame, rows) if kernel is None else _by_columns(kernel, frame, rows)
    return out


def column_of(field: Field) -> Column:
    """A field as a row condition reads it: numbers at the field's scale, all else as text."""
    scale = field.decimals if field.decimals is not None else 0 if field.type == "integer" else None
    return Column(field.name, "number" if field.numeric else "text", scale if field.numeric else None, stored="double")


def _kernel(text: str, model: Model, entity: Entity) -> RowCondition | None:
    columns = {name: column_of(field) for name, field in entity.fields.items()}
    try:
        return RowCondition(text, columns, Functions(model.codes).for_rows)
    except OutsideRows:
        return None


def _by_columns(kernel: RowCondition, frame: Frame, rows: NDArray[np.int64]) -> NDArray[np.int8]:
    every = len(rows) == len(frame)
    arrays = {}
    for name, column in kernel.columns.items():
        if column.kind == "number":
            numbers = frame.numbers(name)
            values = numbers.values if every else numbers.values[rows]
            arrays[name] = pa.array(values, mask=~(numbers.known if every else numbers.known[rows]))
        else:
            arrays[name] = frame.text(name) if every else frame.text(name).take(pa.array(rows))
    return kernel.of_arrow(arrays, len(rows))


def _one_by_one(text: str, frame: Frame, rows: NDArray[np.int64]) -> NDArray[np.int8]:
    condition = condition_of(text, frame)
    group, first = _groups(frame, condition.names, rows)
    context = Values(frame, condition.names)
    answers = np.array([_verdict(condition.value(context.row(int(rows[f])))) for f in first], np.int8)
    return answers[group]


def answers(text: str, frame: Frame) -> list[Any]:
    """The value of an expression for each row, asked once for each distinct set of values."""
    condition = condition_of(text, frame)
    rows = np.arange(len(frame))
    if not len(rows):
        return []
    group, first = _groups(frame, condition.names, rows)
    context = Values(frame, condition.names)
    known = [condition.value(context.row(int(f))) for f in first]
    return [known[g] for g in group]


def _verdict(value: Any) -> int:
    return -1 if not isinstance(value, bool) else int(value)


def _groups(frame: Frame, names: Sequence[str], rows: NDArray[np.int64]) -> tuple[NDArray[Any], NDArray[Any]]:
    """For each of `rows` the number of its set of values, and for each set the place of its first row."""
    if not names:
        return np.zeros(len(rows), np.int64), np.zeros(1, np.int64)
    group = np.zeros(len(rows), np.int64)
    for name in names:
        encoded = frame.text(name).take(pa.array(rows)).dictionary_encode()
        codes = pc.fill_null(encoded.indices, -1).to_numpy(zero_copy_only=False).astype(np.int64) + 1
        _, group = np.unique(group * (len(encoded.dictionary) + 1) + codes, return_inverse=True)
    _, first = np.unique(group, return_index=True)
    return group, first


class Values:
    """Values of some fields, as a condition takes them."""

    def __init__(self, frame: Frame, names: Sequence[str]) -> None:
        self._frame = frame
        self._fields = [frame.entity.fields[name] for name in names]

    def row(self, row: int) -> dict[str, Any]:
        """The values of one row."""
        return {field.name: self._value(field, row) for field in self._fields}

    def _value(self, field: Field, row: int) -> Any:
        text = self._frame.text(field.name)[row].as_py()
        if text is None or not field.numeric:
            return text
        numbers = self._frame.numbers(field.name)
        return column_of(field).value(float(numbers.values[row])) if numbers.known[row] else None


def conditional(rule: Rule, frame: Frame, context: Context) -> None:
    """A written check: where `if` holds, `then` must hold."""
    text, test = rule.params["then"], rule.params["if"]
    names = condition_of(f"{text}", frame).names
    if not all(frame.has(name) for name in names):
        return
    within = verdicts(test, frame) == 1 if test else None
    rows = np.flatnonzero(verdicts(text, frame, within) == 0)
    field = frame.entity.fields.get(rule.field or "")
    wanted = condition_of(rule.params["expected"], frame) if rule.params["expected"] else None
    values = Values(frame, tuple(dict.fromkeys((*_names(test, frame), *names))))

    def message(row: int) -> str:
        facts = "，".join(f"{name}={_shown(value)}" for name, value in values.row(row).items())
        return f"{rule.say}（{facts}）。"

    def expected(row: int) -> str | None:
        if wanted is None or field is None:
            return None
        return _shown_number(wanted.value(values.row(row)), field)

    context.collector.rows(
        rule, frame, rows, message, expected=expected,
        value=lambda r: frame.text(rule.field)[r].as_py() if rule.field else None,
    )  # fmt: skip


def _names(text: str | None, frame: Frame) -> tuple[str, ...]:
    return condition_of(text, frame).names if text else ()


def _shown(value: Any) -> str:
    return "空" if value is None else str(value)


def _shown_number(value: Any, field: Field) -> str | None:
    if not isinstance(value, Decimal | int | float):
        return None if value is None else str(value)
    return f"{Decimal(str(value)):.{field.decimals or 0}f}"


def allowed_when(rule: Rule, frame: Frame, context: Context) -> None:
    """Filled only where the condition holds."""
    field = frame.entity.fields[str(rule.field)]
    if not frame.has(field.name) or not field.allowed_when:
        return
    filled = ~frame.empty(field)
    rows = np.flatnonzero(filled & (verdicts(field.allowed_when, frame, filled) == 0))
    _field_rows(rule, frame, context, rows, field, field.allowed_when, "只在{}时填写，现填有“{}”")


def required_when(rule: Rule, frame: Frame, context: Context) -> None:
    """Not empty where the condition holds."""
    field = frame.entity.fields[str(rule.field)]
    if not frame.has(field.name) or not field.required_when:
        return
    empty = frame.empty(field)
    rows = np.flatnonzero(empty & (verdicts(field.required_when, frame, empty) == 1))
    _field_rows(rule, frame, context, rows, field, field.required_when, "在{}时必须填写，现为空")


def _field_rows(rule: Rule, frame: Frame, context: Context, rows: NDArray[np.int64], field: Field,
                condition: str, words: str) -> None:  # fmt: skip
    values = Values(frame, _names(condition, frame))
    text = frame.text(field.name)

    def message(row: int) -> str:
        facts = "，".join(f"{name}={_shown(value)}" for name, value in values.row(row).items())
        return f"{field.title}（{field.name}）{words.format(f'“{condition}”', text[row].as_py())}（{facts}）。"

    context.collector.rows(rule, frame, rows, message, value=lambda r: text[r].as_py())
