"""WKB of a whole batch written as one Arrow column, all geometries in step; no object is made for any of them."""

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from ziyuan.base.geometry.flat import offsets_of, owners
from ziyuan.base.geometry.grid import Floats, Ints
from ziyuan.base.geometry.kinds import FORMS, Kind

if TYPE_CHECKING:
    from ziyuan.base.geometry.plane import PlaneBatch

_SRID = 0x20000000
_POINT = 16
_SIZES: dict[Kind, tuple[int, int, int]] = {"point": (5, 0, 0), "line": (9, 0, 0), "polygon": (9, 4, 1)}
"""Bytes before a part, bytes before a ring, and how often a ring's first point stands at its end too."""
_HEX = np.frombuffer("".join(f"{n:02X}" for n in range(256)).encode(), dtype="<u2")


def write(batch: "PlaneBatch", coords: Floats, *, srid: int | None = None) -> pa.Array:
    """Binary column of multi-part shapes with the rings and parts of `batch` and these `coords` (n, 2) for its points.

    Little-endian, rings closed; with `srid` the extended form that PostGIS takes.
    """
    rings, parts, geoms = batch.ring_offsets, batch.part_offsets, batch.geom_offsets
    head = 9 if srid is None else 13
    part_head, ring_head, closing = _SIZES[batch.kind]
    closed = rings + closing * np.arange(len(rings))
    part_geometry, ring_part = owners(geoms), owners(parts)
    ring_at = (
        head * (part_geometry[ring_part] + 1) + part_head * (ring_part + 1)
        + ring_head * np.arange(len(rings) - 1) + _POINT * closed[:-1]
    )  # fmt: skip
    part_at = head * (part_geometry + 1) + part_head * np.arange(len(parts) - 1)
    part_at += ring_head * parts[:-1] + _POINT * closed[parts[:-1]]
    within = geoms  # parts before each geometry, and at the end all of them
    starts = head * np.arange(len(geoms)) + part_head * within + ring_head * parts[within] + _POINT * closed[parts[within]]
    out = np.zeros(int(starts[-1]) + 8, dtype=np.uint8)  # room for the last unaligned double
    _heads(out, starts[:-1], np.diff(geoms), FORMS[batch.kind].many, srid)
    out[part_at] = 1
    _words(out, part_at + 1, np.full(len(part_at), FORMS[batch.kind].one))
    counts = np.diff(rings)
    if batch.kind != "point":
        _words(out, part_at + 5, np.diff(parts) if closing else counts)
    if closing:
        _words(out, ring_at, counts + 1)
        _closings(out, ring_at + ring_head, counts, rings, coords)
    _points(out, ring_at + ring_head, counts, rings, coords)
    return _column(out[: int(starts[-1])], starts)


def _heads(out: np.ndarray, at: Ints, parts: Ints, kind: int, srid: int | None) -> None:
    out[at] = 1
    _words(out, at + 1, np.full(len(at), kind if srid is None else kind | _SRID))
    if srid is not None:
        _words(out, at + 5, np.full(len(at), srid))
    _words(out, at + (5 if srid is None else 9), parts)


def _words(out: np.ndarray, at: Ints, values: Ints) -> None:
    """Unsigned 32-bit numbers at any places."""
    np.ndarray((len(out) - 3,), "<u4", out, strides=(1,))[at] = values


def _points(out: np.ndarray, at: Ints, counts: Ints, rings: Ints, coords: Floats) -> None:
    doubles = np.ndarray((len(out) - 7,), "<f8", out, strides=(1,))
    place = np.repeat(at - _POINT * rings[:-1], counts) + _POINT * np.arange(len(coords))
    doubles[place], doubles[place + 8] = coords[:, 0], coords[:, 1]


def _closings(out: np.ndarray, at: Ints, counts: Ints, rings: Ints, coords: Floats) -> None:
    """Each ring's first point once more at its end."""
    doubles = np.ndarray((len(out) - 7,), "<f8", out, strides=(1,))
    full = counts > 0
    last, first = (at + _POINT * counts)[full], rings[:-1][full]
    doubles[last], doubles[last + 8] = coords[first, 0], coords[first, 1]


def _column(data: np.ndarray, starts: Ints) -> pa.Array:
    wide = len(data) >= 2**31
    kind, offsets = (pa.large_binary(), starts.astype("<i8")) if wide else (pa.binary(), starts.astype("<i4"))
    return pa.Array.from_buffers(kind, len(starts) - 1, [None, pa.py_buffer(offsets), pa.py_buffer(data)])


def hexadecimal(column: pa.Array) -> pa.Array:
    """The bytes of a binary column (without nulls) as hexadecimal text."""
    if pa.types.is_fixed_size_binary(column.type):
        width = column.type.byte_width
        data = np.frombuffer(column.buffers()[1], np.uint8)[column.offset * width : (column.offset + len(column)) * width]
        starts = offsets_of(np.full(len(column), width))
    else:
        offsets = np.frombuffer(column.buffers()[1], "<i4")[column.offset : column.offset + len(column) + 1].astype(np.int64)
        data = np.frombuffer(column.buffers()[2] or b"", np.uint8)[offsets[0] : offsets[-1]]
        starts = offsets - offsets[0]
    text = np.take(_HEX, data)
    return pa.Array.from_buffers(
        pa.string(), len(column), [None, pa.py_buffer((2 * starts).astype("<i4")), pa.py_buffer(text.view(np.uint8))]
    )
