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

from ziyuan.base.geometry.flat import gather, reduce_runs
from ziyuan.base.geometry.grid import Ints

if TYPE_CHECKING:
    from ziyuan.base.geometry.plane import PlaneBatch

_FAR = np.iinfo(np.int64).max


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
    turned = oriented(batch) if direction else batch
    begun = _rotated(turned) if start else turned
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


def _rotated(batch: "PlaneBatch") -> "PlaneBatch":
    """Each ring begun at its least vertex; rare rings that need comparing are done one by one."""
    offsets = batch.ring_offsets
    counts = np.diff(offsets)
    east, north = batch.coords[:, 0], batch.coords[:, 1]
    west = np.repeat(reduce_runs(np.minimum, east, offsets, 0), counts)
    norths = np.where(east == west, north, _FAR)
    least = norths == np.repeat(reduce_runs(np.minimum, norths, offsets, 0), counts)
    place = np.where(least, np.arange(len(east)), _FAR)
    start = reduce_runs(np.minimum, place, offsets, 0)
    begin = np.repeat(offsets[:-1], counts)
    shift = np.repeat(start, counts) - begin
    items = begin + (np.arange(len(east)) - begin + shift) % np.repeat(counts, counts)
    coords = batch.coords[items]
    unclear = (reduce_runs(np.add, least.astype(np.int64), offsets, 0) > 1) | (batch.doubled_ring_areas == 0)
    for ring in np.flatnonzero(unclear & (counts > 0)):
        span = slice(offsets[ring], offsets[ring + 1])
        coords[span] = _least_rotation(coords[span].tolist(), flat=batch.doubled_ring_areas[ring] == 0)
    return _with_coords(batch, coords)


def _least_rotation(points: list[list[int]], *, flat: bool) -> list[list[int]]:
    """The least of all rotations that begin at the least vertex; both directions for a flat ring."""
    least = min(points)
    ways = [points, points[::-1]] if flat else [points]
    return min(way[i:] + way[:i] for way in ways for i, point in enumerate(way) if point == least)


def _ring_key(batch: "PlaneBatch", ring: int) -> bytes:
    points = batch.coords[batch.ring_offsets[ring] : batch.ring_offsets[ring + 1]]
    return len(points).to_bytes(8, "big") + points.astype(">i8").tobytes()


def _sorted_holes(batch: "PlaneBatch") -> "PlaneBatch":
    order = np.arange(len(batch.ring_offsets) - 1)
    for part in np.flatnonzero(np.diff(batch.part_offsets) > 2):
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
    ring_at = _heads(2 * rings[:-1], np.arange(len(rings) - 1), _before(parts), _before(parts[geoms], 2))
    part_at = _heads(2 * rings[parts[:-1]], parts[:-1], np.arange(len(parts) - 1), _before(geoms, 2))
    geom_at = 2 * rings[parts[geoms]] + parts[geoms] + geoms + 2 * np.arange(len(geoms))
    words = np.empty(int(geom_at[-1]), dtype=">i8")
    words[geom_at[:-1]] = batch.zone
    words[geom_at[:-1] + 1] = np.diff(geoms)
    words[part_at] = np.diff(parts)
    counts = np.diff(rings)
    words[ring_at] = counts
    at = np.repeat(ring_at + 1 - 2 * rings[:-1], counts) + 2 * np.arange(len(batch.coords))
    words[at], words[at + 1] = batch.coords[:, 0], batch.coords[:, 1]
    whole = words.tobytes()
    ends = (8 * geom_at).tolist()
    return [whole[start:end] for start, end in pairwise(ends)]


def _before(offsets: Ints, width: int = 1) -> Ints:
    """For each item, the words of heads one level up that stand before it."""
    return width * np.repeat(np.arange(1, len(offsets)), np.diff(offsets))


def _heads(*words_before: Ints) -> Ints:
    return np.sum(words_before, axis=0)
