"""WKB of a whole column read as flat arrays, all geometries in step; no object is made for any of them.

Reads what layers are made of: little-endian polygons and multipolygons in two dimensions, with or without
SRID, rings closed. Anything else in the column (other kinds, Z, nulls, damaged bytes) gives None, and the
column goes to GEOS, which judges it geometry by geometry.
"""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ziyuan.base.geometry.flat import offsets_of
from ziyuan.base.geometry.grid import Floats, Ints

_POLYGON, _MULTIPOLYGON, _SRID = 3, 6, 0x20000000
_MOST_STEPS = 5_000  # parts and rings of one geometry; beyond it stepping together does not pay


class Ragged(NamedTuple):
    """Coordinates without each ring's repeated last point, and offsets of rings, parts and geometries."""

    coords: Floats
    ring_offsets: Ints
    part_offsets: Ints
    geom_offsets: Ints


class _Bytes:
    """The bytes of all values, readable at any place without copying."""

    def __init__(self, data: npt.NDArray[np.uint8]) -> None:
        self.data, self.size = data, len(data)
        self._double = np.ndarray((max(len(data) - 7, 0),), "<f8", data, strides=(1,))

    def counts(self, at: Ints) -> Ints:
        """Unsigned 32-bit numbers at these places."""
        found = self.data[at].astype(np.int64)
        for place in (1, 2, 3):
            found |= self.data[at + place].astype(np.int64) << 8 * place
        return found

    def doubles(self, at: Ints) -> Floats:
        return self._double[at]


def binary(values: Any) -> pa.Array:
    """Bytes given as a list, a numpy array or an Arrow (chunked, binary, GeoArrow WKB) array, as one Arrow array."""
    if isinstance(values, pa.ChunkedArray):
        values = values.combine_chunks()
    if isinstance(values, pa.ChunkedArray):
        values = values.chunk(0) if values.num_chunks else pa.array([], pa.large_binary())
    if not isinstance(values, pa.Array):
        given = [value if value is None or isinstance(value, bytes) else bytes(value) for value in values]
        return pa.array(given, pa.large_binary())
    array = values
    array = array.storage if isinstance(array, pa.ExtensionArray) else array
    return pc.cast(array, pa.large_binary())


def parse(array: pa.Array) -> Ragged | None:
    """The flat arrays of a `binary` column; None when something in it is not of the plain kinds."""
    if array.null_count or not len(array):
        return None
    offsets = np.frombuffer(array.buffers()[1], np.int64)[array.offset : array.offset + len(array) + 1]
    held = array.buffers()[2]
    if held is None or (np.diff(offsets) < 9).any():
        return None
    rings = _rings(_Bytes(np.frombuffer(held, np.uint8)), offsets)
    return None if rings is None else _ragged(*rings)


def _rings(data: _Bytes, offsets: Ints) -> tuple[_Bytes, Ints, Ints, Ints, Ints, Ints] | None:
    """Per ring its geometry, part, first byte and number of points; per geometry its number of parts."""
    starts, ends = offsets[:-1], offsets[1:]
    kind = data.counts(starts + 1)
    srid = (kind & _SRID) != 0
    multi = (kind & ~_SRID) == _MULTIPOLYGON
    if (data.data[starts] != 1).any() or not (multi | ((kind & ~_SRID) == _POLYGON)).all():
        return None
    cursor = starts + np.where(srid, 9, 5)
    if (cursor + 4 > ends).any():
        return None
    parts = np.where(multi, data.counts(cursor), 1)
    state = _State(data, ends, cursor + np.where(multi, 4, 0), parts.copy(), multi)
    found: list[tuple[Ints, Ints, Ints, Ints]] = []
    steps = 0
    while state.active.size:
        steps += 1
        step = state.step() if steps <= _MOST_STEPS else None
        if step is None:
            return None
        found.append(step)
    columns = [np.concatenate(column) for column in zip(*found, strict=True)]
    order = np.argsort(columns[0], kind="stable")
    geometry, part, first, points = (column[order] for column in columns)
    return data, geometry, part, first, points, parts


class _State:
    """Where the reading of each geometry stands: the next byte, the parts and rings still to come."""

    def __init__(self, data: _Bytes, ends: Ints, cursor: Ints, parts: Ints, multi: npt.NDArray[np.bool_]) -> None:
        self.data, self.ends, self.cursor, self.parts, self.multi = data, ends, cursor, parts, multi
        self.rings = np.zeros(len(cursor), np.int64)
        self.part = np.full(len(cursor), -1, np.int64)
        self.active = np.arange(len(cursor))

    def step(self) -> tuple[Ints, Ints, Ints, Ints] | None:
        """One ring further in every geometry that has more; None when the bytes are not as they should be."""
        opening = self.active[self.rings[self.active] == 0]
        if opening.size and not self._open_parts(opening):
            return None
        now = self.active
        at = self.cursor[now]
        if (at + 4 > self.ends[now]).any():
            return None
        points = self.data.counts(at)
        after = at + 4 + 16 * points
        if (points < 4).any() or (after > self.ends[now]).any():
            return None
        self.cursor[now] = after
        self.rings[now] -= 1
        self.active = now[(self.rings[now] > 0) | (self.parts[now] > 0)]
        return now, self.part[now], at + 4, points

    def _open_parts(self, now: Ints) -> bool:
        inner = now[self.multi[now]]
        at = self.cursor[inner]
        if (self.parts[now] < 1).any() or (at + 9 > self.ends[inner]).any():
            return False
        if (self.data.data[at] != 1).any() or (self.data.counts(at + 1) != _POLYGON).any():
            return False
        self.cursor[inner] += 5
        self.rings[now] = self.data.counts(self.cursor[now])
        self.cursor[now] += 4
        self.parts[now] -= 1
        self.part[now] += 1
        return bool((self.rings[now] > 0).all())


def _ragged(
    data: _Bytes, geometry: Ints, part: Ints, first: Ints, points: Ints, parts: Ints
) -> Ragged | None:
    last = first + 16 * (points - 1)
    for shift in (0, 8):  # a ring that is not closed, or not finite at its ends, is for GEOS to judge
        if not (data.doubles(first + shift) == data.doubles(last + shift)).all():
            return None
    ring_offsets = offsets_of(points - 1)
    begins = first - 16 * ring_offsets[:-1]
    at = np.repeat(begins, points - 1) + 16 * np.arange(ring_offsets[-1])
    coords = np.empty((len(at), 2))
    coords[:, 0] = data.doubles(at)
    coords[:, 1] = data.doubles(at + 8)
    geom_offsets = offsets_of(parts)
    rings_of_part = np.bincount(geom_offsets[geometry] + part, minlength=geom_offsets[-1]).astype(np.int64)
    return Ragged(coords, ring_offsets, offsets_of(rings_of_part), geom_offsets)
