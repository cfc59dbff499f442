"""The columns of a delivered layer as the map keeps them: trimmed text, decimals at their declared scale, dates.

What a format writes differently (blanks around a text, an empty text for none, a double for a decimal) is made one
here, before anything is stored or hashed. An all-blank text is no value: Shapefiles cannot tell the two apart.
"""

import unicodedata
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

import pyarrow as pa

from ziyuan.base.numbers import NotANumber, half_up
from ziyuan.onemap.editions.errors import MissingColumn, UnreadableValue
from ziyuan.onemap.editions.layers import Layer, decimals_of
from ziyuan.onemap.standards.model import Field

Values = list[Any]
UNREADABLE = (NotANumber, InvalidOperation, ValueError, TypeError, OverflowError)


def read(layer: Layer, table: pa.Table, first_row: int = 1) -> dict[str, Values]:
    """Values of every field of the layer, by field name, in the order of the rows.

    A column that the delivery leaves out is empty when the field may be empty.
    Raises MissingColumn, UnreadableValue.
    """
    names = {name.upper(): name for name in table.column_names}
    found = {}
    for field in layer.fields:
        if field.name.upper() in names:
            found[field.name] = _column(layer, field, table.column(names[field.name.upper()]), first_row)
        elif field.required:
            raise MissingColumn(layer.id, field.name)
        else:
            found[field.name] = [None] * table.num_rows
    return found


def _column(layer: Layer, field: Field, column: pa.ChunkedArray, first_row: int) -> Values:
    """Each distinct value is read once: land-survey columns repeat a few hundred values many times."""
    packed = column.combine_chunks().dictionary_encode()
    if isinstance(packed, pa.ChunkedArray):
        packed = packed.unify_dictionaries().combine_chunks()
    known = packed.dictionary.to_pylist()
    codes = packed.indices.to_pylist()
    values = []
    for place, raw in enumerate(known):
        try:
            values.append(one(field, raw))
        except UNREADABLE as error:
            row = codes.index(place) + first_row
            raise UnreadableValue(layer.id, row, field.name, raw, _WANTED[field.type]) from error
    return [None if code is None else values[code] for code in codes]


_WANTED = {"text": "文本", "code": "代码", "integer": "整数", "number": "数值", "date": "日期"}


def one(field: Field, raw: object) -> object:
    """A single value of `field` as the map keeps it; None for nothing."""
    if raw is None or raw != raw:  # a NaN is a format's way to say nothing
        return None
    return _READERS[field.type](raw, field)


def _text(raw: object, field: Field) -> str | None:
    if isinstance(raw, float) and raw.is_integer():
        raw = int(raw)
    return unicodedata.normalize("NFC", str(raw)).strip() or None


def _integer(raw: object, field: Field) -> int | None:
    if isinstance(raw, str) and not raw.strip():
        return None
    value = Decimal(raw.strip() if isinstance(raw, str) else repr(raw) if isinstance(raw, float) else raw)  # type: ignore[arg-type]
    if value != value.to_integral_value():
        raise ValueError(raw)
    return int(value)


def _number(raw: object, field: Field) -> Decimal | None:
    if isinstance(raw, str) and not raw.strip():
        return None
    return half_up(raw.strip() if isinstance(raw, str) else raw, decimals_of(field))  # type: ignore[arg-type]


def _date(raw: object, field: Field) -> date | None:
    if isinstance(raw, datetime):
        return raw.date()
    if isinstance(raw, date):
        return raw
    digits = str(raw).strip().replace("-", "").replace("/", "")
    return date(int(digits[:4]), int(digits[4:6]), int(digits[6:8])) if digits else None


_READERS = {"text": _text, "code": _text, "integer": _integer, "number": _number, "date": _date}


def rows_of(columns: dict[str, Values], names: Sequence[str]) -> list[tuple[Any, ...]]:
    """The columns as rows, in the order of `names`."""
    return list(zip(*(columns[name] for name in names), strict=True))
