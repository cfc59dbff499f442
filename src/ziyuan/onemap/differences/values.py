"""Columns of a delivered layer as the map keeps them: one typed Arrow array per field, read without a loop over rows.

Text (also codes): NFC, trimmed, an empty text is none. Integers: int64. Numbers: decimals at the field's declared scale,
half up. Dates: date32. What cannot be read so is empty and marked; a NaN is a format's way to say nothing.
"""

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ziyuan.base.numbers import NotANumber, half_up
from ziyuan.onemap.standards.model import Field

UNREADABLE = (NotANumber, InvalidOperation, ValueError, TypeError, OverflowError)
_EXACT = 2.0**52
_NEAR_HALF = 1e-4


@dataclass(frozen=True, eq=False)
class Typed:
    """The values of one field. `bad`: rows whose value cannot be read as the field's type; they are empty."""

    array: pa.Array
    bad: np.ndarray | None = None


def decimals_of(field: Field) -> int:
    """Digits after the point that the map keeps of a number."""
    return field.decimals or 0


def arrow_type(field: Field) -> pa.DataType:
    """Arrow type of a field: text, int64, decimal at its scale, date."""
    if field.type == "number":
        return pa.decimal128(38, decimals_of(field))
    return {"integer": pa.int64(), "date": pa.date32()}.get(field.type, pa.string())


def typed(column: pa.ChunkedArray | pa.Array, field: Field, *, trimmed: bool = True) -> Typed:
    """The column read as the field's type."""
    array = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    if isinstance(array, pa.ChunkedArray):
        array = pa.concat_arrays(array.chunks)
    if pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    if pa.types.is_null(array.type):
        return Typed(pa.nulls(len(array), arrow_type(field)))
    if field.type == "number":
        return _numbers(array, field)
    if field.type == "integer" and pa.types.is_integer(array.type) and not pa.types.is_uint64(array.type):
        return Typed(array.cast(pa.int64()))
    if arrow_type(field) == pa.string() and _is_text(array.type):
        return Typed(text(array, trimmed=trimmed))
    return _each(array, field)


def text(array: pa.Array, *, trimmed: bool = True) -> pa.Array:
    """Strings in NFC; trimmed ones lose outer blanks, and an empty one is none."""
    if pa.types.is_binary(array.type) or pa.types.is_large_binary(array.type):
        return _each(array, Field("", "", "text")).array
    plain = array if array.type == pa.string() else array.cast(pa.string())
    if pc.all(pc.string_is_ascii(plain)).as_py() is False:
        plain = pc.utf8_normalize(plain, form="NFC")
    if not trimmed:
        return plain
    plain = pc.utf8_trim_whitespace(plain)
    return pc.if_else(pc.equal(plain, ""), pa.scalar(None, pa.string()), plain)


def _is_text(kind: pa.DataType) -> bool:
    return pa.types.is_string(kind) or pa.types.is_large_string(kind)


def _numbers(array: pa.Array, field: Field) -> Typed:
    """Floats and integers by whole columns; texts, decimals and doubtful halves one by one."""
    places = decimals_of(field)
    if pa.types.is_integer(array.type):
        array = array.cast(pa.float64(), safe=False)
    if pa.types.is_decimal(array.type) and array.type.scale == places:
        return Typed(array.cast(pa.decimal128(38, places)))
    if not pa.types.is_floating(array.type):
        return _each(array, field)
    doubles = array.cast(pa.float64())
    values = np.array(doubles.fill_null(float("nan")).to_numpy(zero_copy_only=False))
    with np.errstate(invalid="ignore", over="ignore"):
        scaled = np.abs(values) * 10.0**places
        units = np.floor(scaled + 0.5)
        fraction = scaled - np.floor(scaled)
        doubtful = (np.abs(fraction - 0.5) < np.maximum(_NEAR_HALF, scaled * 1e-15)) | (scaled >= _EXACT)
    empty = np.isnan(values)
    whole = np.where(empty | doubtful, 0.0, np.copysign(units, values)).astype(np.int64)
    found = decimal_array(whole, ~empty, places)
    rare = np.flatnonzero(doubtful & ~empty)
    if not len(rare):
        return Typed(found)
    kind = pa.types.is_float32(array.type) or pa.types.is_float16(array.type)
    one_by_one = _each(pa.array(values[rare].astype(np.float32).astype(str) if kind else values[rare]), field)
    mask = np.zeros(len(values), dtype=bool)
    mask[rare] = True
    bad = None
    if one_by_one.bad is not None:
        bad = np.zeros(len(values), dtype=bool)
        bad[rare] = one_by_one.bad
    return Typed(pc.replace_with_mask(found, pa.array(mask), one_by_one.array), bad)


def decimal_array(units: np.ndarray, valid: np.ndarray, places: int) -> pa.Array:
    """int64 numbers of 10^-places as decimal128(38, places)."""
    words = np.empty((len(units), 2), dtype="<i8")
    words[:, 0], words[:, 1] = units, units >> 63
    bits = np.packbits(valid, bitorder="little")
    kind = pa.decimal128(38, places)
    return pa.Array.from_buffers(kind, len(units), [pa.py_buffer(bits.tobytes()), pa.py_buffer(words.tobytes())])


def _each(array: pa.Array, field: Field) -> Typed:
    """Each distinct value is read once."""
    packed = array.dictionary_encode()
    known, readable = [], []
    for raw in packed.dictionary.to_pylist():
        try:
            known.append(one(field, raw))
            readable.append(True)
        except UNREADABLE:
            known.append(None)
            readable.append(False)
    found = pa.array(known, type=arrow_type(field)).take(packed.indices)
    if all(readable):
        return Typed(found)
    at = packed.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    return Typed(found, (at >= 0) & ~np.array([*readable, True])[at])


def one(field: Field, raw: object) -> Any:
    """A single value of `field` as the map keeps it; None for nothing. Raises one of UNREADABLE."""
    if raw is None or raw != raw:
        return None
    return _READERS[field.type](raw, field)


def _text(raw: object, field: Field) -> str | None:
    if isinstance(raw, float) and raw.is_integer():
        raw = int(raw)
    if isinstance(raw, bytes):
        raw = raw.decode("utf-8", "replace")
    return unicodedata.normalize("NFC", str(raw)).strip() or None


def _integer(raw: Any, field: Field) -> int | None:
    if isinstance(raw, str) and not raw.strip():
        return None
    value = Decimal(raw.strip() if isinstance(raw, str) else repr(raw) if isinstance(raw, float) else raw)
    if value != value.to_integral_value():
        raise ValueError(raw)
    return int(value)


def _number(raw: Any, field: Field) -> Decimal | None:
    if isinstance(raw, str) and not raw.strip():
        return None
    return half_up(raw.strip() if isinstance(raw, str) else raw, decimals_of(field))


def _date(raw: object, field: Field) -> date | None:
    if isinstance(raw, datetime):
        return raw.date()
    if isinstance(raw, date):
        return raw
    digits = str(raw).strip().replace("-", "").replace("/", "")
    return date(int(digits[:4]), int(digits[4:6]), int(digits[6:8])) if digits else None


_READERS: dict[str, Callable[[Any, Field], Any]] = {
    "text": _text, "code": _text, "reference": _text, "file": _text,
    "integer": _integer, "number": _number, "date": _date,
}  # fmt: skip
