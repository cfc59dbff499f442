"""Numbers of a column: whole numbers at a scale while 64 bits hold them, else FEEL's own decimals.

Both are exact: the first because nothing is rounded, the second because it is FEEL's arithmetic itself.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ziyuan.base.feel import numbers
from ziyuan.base.feel.rows.columns import Column, at_scale

Flags = npt.NDArray[np.bool_]
_ROOM = 2**62
_EXACT_DOUBLE = 2.0**52


@dataclass(frozen=True)
class Figures:
    """`units` are int64 at `scale`, or Decimal objects when `scale` is None; only where `known`."""

    units: npt.NDArray[Any]
    scale: int | None
    known: Flags

    def decimals(self) -> npt.NDArray[np.object_]:
        """As Decimal objects (0 where unknown)."""
        if self.scale is None:
            return self.units
        scale = self.scale
        made: npt.NDArray[np.object_] = np.frompyfunc(lambda unit: Decimal(int(unit)).scaleb(-scale), 1, 1)(self.units)
        return made

    def largest(self) -> int:
        """The largest size of a unit."""
        return max(abs(int(self.units.max(initial=0))), abs(int(self.units.min(initial=0))))


def constant(value: Decimal | None) -> Figures:
    """One number for all rows."""
    known = np.array([value is not None])
    if value is None:
        return Figures(np.zeros(1, np.int64), 0, known)
    exponent = value.as_tuple().exponent
    scale = max(-exponent, 0) if isinstance(exponent, int) else 0
    units = int(value.scaleb(scale, numbers.WIDE)) if scale <= 18 and value.adjusted() <= 18 else _ROOM
    if abs(units) < _ROOM:
        return Figures(np.array([units], np.int64), scale, known)
    return Figures(np.array([value], object), None, known)


def read(array: pa.Array, column: Column) -> Figures:
    """The figures of an Arrow array of whole numbers, decimals, doubles or their null."""
    kind = array.type
    if pa.types.is_floating(kind):
        return _of_doubles(pc.cast(array, pa.float64()).to_numpy(zero_copy_only=False), column)
    known = pc.is_valid(array).to_numpy(zero_copy_only=False)
    if pa.types.is_null(kind):
        return Figures(np.zeros(len(array), np.int64), 0, known)
    if pa.types.is_decimal(kind):
        return _of_decimals(array, column, known)
    if pa.types.is_uint64(kind):
        return _of_objects(array.to_pylist(), column)
    units = pc.fill_null(pc.cast(array, pa.int64()), 0).to_numpy(zero_copy_only=False)
    return Figures(units, 0, known)


def _of_doubles(values: npt.NDArray[np.float64], column: Column) -> Figures:
    """Scaled in doubles; what lies near a tie, or is large, is read digit by digit."""
    known = np.isfinite(values)
    if column.scale is None:
        return _of_objects([v if k else None for v, k in zip(values.tolist(), known.tolist(), strict=True)], column)
    size = np.abs(np.where(known, values, 0.0)) * 10.0**column.scale
    if (size >= _EXACT_DOUBLE / 8).any():
        return _of_objects([v if k else None for v, k in zip(values.tolist(), known.tolist(), strict=True)], column)
    whole = np.floor(size)
    near = np.abs(size - whole - 0.5) < 1e-9 + size * 2.0**-48
    units = np.copysign(np.floor(size + 0.5), values, where=known, out=np.zeros(len(values))).astype(np.int64)
    for row in np.flatnonzero(near & known):
        exact = at_scale(float(values[row]), column.scale)
        units[row] = 0 if exact is None else int(exact.scaleb(column.scale))
    return Figures(units, column.scale, known)


def _of_decimals(array: pa.Array, column: Column, known: Flags) -> Figures:
    rounded = array
    if column.scale is not None and array.type.scale > column.scale:
        rounded = pc.round(array, ndigits=column.scale, round_mode="half_towards_infinity")
    if array.type.bit_width != 128:
        return _of_objects(array.to_pylist(), column)
    halves = np.frombuffer(rounded.buffers()[1], np.int64).reshape(-1, 2)[rounded.offset : rounded.offset + len(array)]
    low, high = np.where(known, halves[:, 0], 0), np.where(known, halves[:, 1], 0)
    if (high != low >> 63).any() or (np.abs(low) >= _ROOM).any():
        return _of_objects(array.to_pylist(), column)
    return Figures(low, array.type.scale, known)


def _of_objects(values: list[Any], column: Column) -> Figures:
    made = [column.value(value) for value in values]
    known = np.array([value is not None for value in made], bool)
    return decimals([Decimal(0) if value is None else value for value in made], known)


def decimals(values: Any, known: Flags) -> Figures:
    """Figures of Decimal objects; those that are not finite are unknown."""
    units = np.empty(len(values), object)
    units[:] = values
    finite = np.asarray(np.frompyfunc(Decimal.is_finite, 1, 1)(units), bool)
    if not finite.all():
        units[~finite] = Decimal(0)
    return Figures(units, None, known & finite)


def aligned(a: Figures, b: Figures) -> tuple[npt.NDArray[Any], npt.NDArray[Any], int | None]:
    """The units of both at one scale, or the decimals of both."""
    if a.scale is None or b.scale is None:
        return a.decimals(), b.decimals(), None
    scale = max(a.scale, b.scale)
    up = (10 ** (scale - a.scale), 10 ** (scale - b.scale))
    if a.largest() * up[0] >= _ROOM or b.largest() * up[1] >= _ROOM:
        return a.decimals(), b.decimals(), None
    return a.units * up[0], b.units * up[1], scale


def calculate(op: str, a: Figures, b: Figures) -> Figures:
    """`a op b` as FEEL has it: null where either is null, the divisor is zero or the result too large."""
    known = a.known & b.known
    if op == "*" and a.scale is not None and b.scale is not None and a.largest() * b.largest() < _ROOM:
        return Figures(a.units * b.units, a.scale + b.scale, known)
    if op in ("+", "-"):
        left, right, scale = aligned(a, b)
        if scale is not None and int(np.abs(left).max(initial=0)) + int(np.abs(right).max(initial=0)) < _ROOM:
            return Figures(left + right if op == "+" else left - right, scale, known)
    left, right = a.decimals(), b.decimals()
    if op == "/":
        zero = np.asarray(right == 0, bool)
        one = np.array(Decimal(1), object)
        known, right = known & ~zero, np.where(zero, one, right)
    return decimals(np.atleast_1d(_DECIMAL[op](left, right)), np.broadcast_to(known, np.broadcast(left, right).shape))


_DECIMAL: dict[str, Callable[[Any, Any], Any]] = {
    "+": np.frompyfunc(numbers.CONTEXT.add, 2, 1),
    "-": np.frompyfunc(numbers.CONTEXT.subtract, 2, 1),
    "*": np.frompyfunc(numbers.CONTEXT.multiply, 2, 1),
    "/": np.frompyfunc(numbers.CONTEXT.divide, 2, 1),
}


def mapped(function: Callable[[Decimal], Decimal | None], a: Figures) -> Figures:
    """A function of one decimal over all rows."""
    results = [function(value) for value in a.decimals()]
    known = np.array([result is not None for result in results], bool) & a.known
    return decimals([Decimal(0) if result is None else result for result in results], known)
