"""The normal form of shapes: what a digest sees (start, direction and order of rings make no difference).

Of a polygon, each ring runs with the interior on the left and starts at its least (east, north) vertex; where that vertex
occurs twice, the least sequence counts, and for a ring of no area the lesser of both directions. Holes are
in order of their bytes within a part, parts in order of their bytes. Of lines and points only the parts are put in
order: where a line runs to says something, unless it is declared that it does not (`turned`). The form of one geometry is
a run of big-endian int64: zone, number of parts; per part the number of rings; per ring the number of points, then
east and north of each.
"""

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from ziyuan.base.geometry import rings as loops
from ziyuan.base.geometry.compiled import Loop
from ziyuan.base.geometry.flat import gather, reduce_runs
from ziyuan.base.geometry.grid import Ints

if TYPE_CHECKING:
    from ziyuan.base.geometry.plane import PlaneBatch

_FAR = np.iinfo(np.int64).max
_BEGIN = Loop(loops.begin, fills=2)
_WORDS = Loop(loops.words, fills=1)


def oriented(batch: "PlaneBatch") -> "PlaneBatch":
    """`batch` with outer rings counter-clockwise and holes clockwise; rings of no area stay as they are."""
    doubled = batch.doubled_ring_areas
    wrong = np.where(batch.is_hole, doubled > 0, doubled < 0)
    if not wrong.any():
        return batch
    return _with_coords(batch, batch.coords[_reversed_items(batch.ring_offsets, wrong)])


def to_bytes(batch: "PlaneBatch", *, turned: bool = False) -> list[bytes]:
    """The normal form of each geometry; `turned`: a line says the same from its other end."""
    if batch.kind == "polygon":
        return _stream(arranged(batch))
    return _stream(arranged_runs(batch, turned=turned))


def arranged(
    batch: "PlaneBatch", *, direction: bool = True, start: bool = True, order: bool = True
) -> "PlaneBatch":
    """`batch` in normal order of points, rings and parts; a False leaves direction, first point or order as given."""
    begun = _begun(batch, direction=direction, start=start)
    return _sorted_parts(_sorted_holes(begun)) if order else begun


def arranged_runs(batch: "PlaneBatch", *, turned: bool = False, order: bool = True) -> "PlaneBatch":
    """Lines and points in normal order of parts; `turned`: each run from the end that gives the lesser sequence."""
    way = _with_coords(batch, batch.coords[_lesser_ways(batch)]) if turned else batch
    return _sorted_parts(way) if order else way


def _lesser_ways(batch: "PlaneBatch") -> Ints:
    """Coordinate numbers in which runs that are less when read backwards run so."""
    offsets = batch.ring_offsets
    counts = np.repeat(np.diff(offsets), np.diff(offsets))
    begin = np.repeat(offsets[:-1], np.diff(offsets))
    items = np.arange(offsets[-1])
    back = 2 * begin + counts - 1 - items
    here, there = batch.coords, batch.coords[back]
    east, north = (np.sign(there[:, i] - here[:, i]) for i in (0, 1))
    less = np.where(east != 0, east, north)
    first = reduce_runs(np.minimum, np.where(less != 0, items, _FAR), offsets, _FAR)
    told = np.zeros(len(first), dtype=bool)
    unlike = first < _FAR
    told[unlike] = less[first[unlike]] < 0
    return np.where(np.repeat(told, np.diff(offsets)), back, items)


def _with_coords(batch: "PlaneBatch", coords: Ints) -> "PlaneBatch":
    return replace(batch, coords=coords, off_grid=0)


def _reversed_items(offsets: Ints, wrong: np.ndarray) -> Ints:
    """Coordinate numbers in which the rings of `wrong` run backwards from their own first point."""
    items = np.arange(offsets[-1])
    counts = np.diff(offsets)
    turned = np.repeat(wrong, counts)
    start = np.repeat(offsets[:-1], counts)
    place = items - start
    back = start + (np.repeat(counts, counts) - place) % np.maximum(np.repeat(counts, counts), 1)
    return np.where(turned, back, items)


def _begun(batch: "PlaneBatch", *, direction: bool, start: bool) -> "PlaneBatch":
    """Each ring turned and begun where it should; rare rings that need comparing are done one by one."""
    offsets, doubled = batch.ring_offsets, batch.doubled_ring_areas
    wrong = np.where(batch.is_hole, doubled > 0, doubled < 0) & direction
    coords, ties = np.empty_like(batch.coords), np.empty(len(wrong), dtype=np.int64)
    _BEGIN(len(coords), *_columns(batch), offsets, wrong, int(start), coords, ties)
    unclear = (ties > 1) | ((doubled == 0) & (ties > 0))
    for ring in np.flatnonzero(unclear & start):
        span = slice(offsets[ring], offsets[ring + 1])
        coords[span] = _least_rotation(coords[span].tolist(), flat=doubled[ring] == 0)
    return _with_coords(batch, coords)


def _columns(batch: "PlaneBatch") -> tuple[Ints, Ints]:
    return np.ascontiguousarray(batch.coords[:, 0]), np.ascontiguousarray(batch.coords[:, 1])


def _least_rotation(points: list[list[int]], *, flat: bool) -> list[list[int]]:
    """The least of all rotations that begin at the least vertex; both directions for a flat ring."""
    least = min(points)
    ways = [points, points[::-1]] if flat else [points]
    return min(way[i:] + way[:i] for way in ways for i, point in enumerate(way) if point == least)


def _ring_key(batch: "PlaneBatch", ring: int) -> bytes:
    points = batch.coords[batch.ring_offsets[ring] : batch.ring_offsets[ring + 1]]
    return len(points).to_bytes(8, "big") + points.astype(">i8").tobytes()


def _sorted_holes(batch: "PlaneBatch") -> "PlaneBatch":
    many = np.flatnonzero(np.diff(batch.part_offsets) > 2)
    if not len(many):
        return batch
    order = np.arange(len(batch.ring_offsets) - 1)
    for part in many:
        first, end = int(batch.part_offsets[part]) + 1, int(batch.part_offsets[part + 1])
        order[first:end] = sorted(range(first, end), key=lambda ring: _ring_key(batch, ring))
    items, offsets = gather(batch.ring_offsets, order)
    return replace(batch, coords=batch.coords[items], ring_offsets=offsets, off_grid=0)


def _part_key(batch: "PlaneBatch", part: int) -> bytes:
    rings = range(int(batch.part_offsets[part]), int(batch.part_offsets[part + 1]))
    return len(rings).to_bytes(8, "big") + b"".join(_ring_key(batch, ring) for ring in rings)


def _sorted_parts(batch: "PlaneBatch") -> "PlaneBatch":
    many = np.flatnonzero(np.diff(batch.geom_offsets) > 1)
    if not len(many):
        return batch
    order = np.arange(len(batch.part_offsets) - 1)
    for geometry in many:
        first, end = int(batch.geom_offsets[geometry]), int(batch.geom_offsets[geometry + 1])
        order[first:end] = sorted(range(first, end), key=lambda part: _part_key(batch, part))
    rings, part_offsets = gather(batch.part_offsets, order)
    items, ring_offsets = gather(batch.ring_offsets, rings)
    return replace(batch, coords=batch.coords[items], ring_offsets=ring_offsets, part_offsets=part_offsets, off_grid=0)


def _stream(batch: "PlaneBatch") -> list[bytes]:
    """The words of all geometries in one array, cut at their borders."""
    rings, parts, geoms = batch.ring_offsets, batch.part_offsets, batch.geom_offsets
    starts = 2 * rings[parts[geoms]] + parts[geoms] + geoms + 2 * np.arange(len(geoms))
    stream = np.empty(int(starts[-1]), dtype=np.int64)
    _WORDS(len(stream), batch.zone, *_columns(batch), rings, parts, geoms, stream)
    whole = stream.astype(">i8").tobytes()
    return [whole[start:end] for start, end in pairwise((8 * starts).tolist())]
