"""Where two aligned columns of a field differ: first as delivered, then as the field's type reads them."""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ziyuan.onemap.differences.values import typed
from ziyuan.onemap.standards.model import Field

_DUST = 1e-12
_SINGLE = 1e-6


def differing(
    field: Field, old: pa.ChunkedArray | None, new: pa.ChunkedArray | None, old_rows: np.ndarray,
    new_rows: np.ndarray, *, trimmed: bool = True,
) -> np.ndarray:  # fmt: skip
    """bool (n,): the field says something else in the pair of rows. A column left out is empty everywhere."""
    if old is None and new is None:
        return np.zeros(len(old_rows), dtype=bool)
    a, b = (_taken(column, rows) for column, rows in ((old, old_rows), (new, new_rows)))
    doubtful = np.flatnonzero(_unlike(a, b))
    found = np.zeros(len(old_rows), dtype=bool)
    if len(doubtful):
        found[doubtful] = _read_unlike(field, a.take(pa.array(doubtful)), b.take(pa.array(doubtful)), trimmed)
    return found


def _taken(column: pa.ChunkedArray | None, rows: np.ndarray) -> pa.Array:
    if column is None:
        return pa.nulls(len(rows))
    found = column.take(pa.array(rows))
    found = found.combine_chunks() if isinstance(found, pa.ChunkedArray) else found
    if isinstance(found, pa.ChunkedArray):
        found = pa.concat_arrays(found.chunks)
    return found.dictionary_decode() if pa.types.is_dictionary(found.type) else found


def _unlike(a: pa.Array, b: pa.Array) -> np.ndarray:
    """Not the same as delivered; all of them where the types have no common ground."""
    if a.type != b.type:
        common = _common(a.type, b.type)
        if common is None:
            return np.ones(len(a), dtype=bool)
        a, b = a.cast(common), b.cast(common)
    unequal = pc.not_equal(a, b) if not pa.types.is_null(a.type) else pa.array(np.zeros(len(a), dtype=bool))
    return pc.fill_null(unequal, False).to_numpy(zero_copy_only=False) | _one_empty(a, b)


def _common(a: pa.DataType, b: pa.DataType) -> pa.DataType | None:
    """A type that holds both without loss: wider integers, doubles, long strings."""
    for test, wide in (
        (pa.types.is_signed_integer, pa.int64()),
        (pa.types.is_floating, pa.float64()),
        (lambda t: pa.types.is_string(t) or pa.types.is_large_string(t), pa.large_string()),
    ):
        if test(a) and test(b):
            return wide
    return None


def _one_empty(a: pa.Array, b: pa.Array) -> np.ndarray:
    return pc.is_null(a).to_numpy(zero_copy_only=False) ^ pc.is_null(b).to_numpy(zero_copy_only=False)


def _read_unlike(field: Field, a: pa.Array, b: pa.Array, trimmed: bool) -> np.ndarray:
    if field.type == "number" and field.decimals is None:
        return _free_numbers_unlike(a, b)
    one, other = typed(a, field, trimmed=trimmed), typed(b, field, trimmed=trimmed)
    found = _unlike(one.array, other.array)
    for bad in (one.bad, other.bad):
        if bad is not None:  # what cannot be read as the type is compared as it is written
            found[bad] = [x != y for x, y in zip(_written(a, bad), _written(b, bad), strict=True)]
    return found


def _written(array: pa.Array, where: np.ndarray) -> list[str]:
    return ["" if v is None else str(v).strip() for v in array.filter(pa.array(where)).to_pylist()]


def _free_numbers_unlike(a: pa.Array, b: pa.Array) -> np.ndarray:
    """Numbers without declared decimals: equal but for binary dust; single precision where one side has no more."""
    one, other = _doubles(a), _doubles(b)
    if one is None or other is None:
        return np.array([x != y for x, y in zip(a.to_pylist(), b.to_pylist(), strict=True)], dtype=bool)
    dust = _SINGLE if any(pa.types.is_float32(x.type) for x in (a, b)) else _DUST
    with np.errstate(invalid="ignore"):
        close = np.abs(one - other) <= dust * np.maximum(np.abs(one), np.abs(other))
    return ~(close | (np.isnan(one) & np.isnan(other)))


def _doubles(array: pa.Array) -> Any:
    try:
        found = pa.nulls(len(array), pa.float64()) if pa.types.is_null(array.type) else array.cast(pa.float64(), safe=False)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return None
    return found.fill_null(float("nan")).to_numpy(zero_copy_only=False)
