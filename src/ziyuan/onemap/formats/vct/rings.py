"""Rings of polygons put together from shared lines, and polygons from rings: all at once, in arrays."""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from ziyuan.onemap.formats.vct.errors import LineMissing, RingOpen, RingTooShort

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
CLOSE = 0.0001 + 1e-8  # metres; in degrees far below this already


@dataclass(frozen=True)
class Curves:
    """Lines of the file: `ids` ascending, `start` and `size` into `xy`."""

    ids: Ints
    start: Ints
    size: Ints
    xy: Floats


@dataclass(frozen=True)
class Rings:
    """Closed rings: `owner` is the object's index, `size` the points (first repeated at the end), `xy` all points."""

    owner: Ints
    size: Ints
    xy: Floats


def chained(tokens: Ints, of: Ints, numbers: Ints, curves: Curves, close: float = CLOSE) -> Rings:
    """Rings of the indirect polygons: `tokens` are signed line ids, 0 between rings, `of` the object of each.

    Raises LineMissing, RingOpen, RingTooShort; `numbers` are the objects' ids, for the words.
    """
    ring = np.cumsum((tokens == 0) | np.r_[True, of[1:] != of[:-1]]) if len(tokens) else tokens
    used = tokens != 0
    tokens, of, ring = tokens[used], of[used], ring[used]
    if not len(tokens):
        return Rings(of, of, np.empty((0, 2)))
    row = _rows(np.abs(tokens), curves, tokens, of, numbers)
    xy, size = _walked(row, tokens < 0, curves)
    first = np.r_[True, ring[1:] != ring[:-1]]
    ends = np.cumsum(size)
    _check_joints(xy, ends, size, first, tokens, of, numbers, close)
    keep = np.ones(len(xy), bool)
    keep[(ends - size)[~first]] = False  # the first point of a line is the last of the one before
    owner_of_point = np.repeat(np.cumsum(first) - 1, size)[keep]
    sizes = np.bincount(owner_of_point)
    xy = xy[keep]
    last = np.cumsum(sizes) - 1
    xy[last] = xy[last - sizes + 1]
    return Rings(of[first], sizes, xy)


def _rows(wanted: Ints, curves: Curves, tokens: Ints, of: Ints, numbers: Ints) -> Ints:
    place = np.searchsorted(curves.ids, wanted)
    place[place == len(curves.ids)] = 0
    found = curves.ids[place] == wanted if len(curves.ids) else np.zeros(len(wanted), bool)
    lost = np.flatnonzero(~found)
    if len(lost):
        raise LineMissing(int(numbers[of[lost[0]]]), int(tokens[lost[0]]), len(lost) - 1)
    return place


def _walked(row: Ints, backwards: NDArray[np.bool_], curves: Curves) -> tuple[Floats, Ints]:
    """The points of the lines `row` one after the other, each in its direction."""
    size = curves.size[row]
    step = np.arange(size.sum()) - np.repeat(np.cumsum(size) - size, size)
    long, turned, start = np.repeat(size, size), np.repeat(backwards, size), np.repeat(curves.start[row], size)
    return curves.xy[start + np.where(turned, long - 1 - step, step)], size


def _check_joints(xy: Floats, ends: Ints, size: Ints, first: NDArray[np.bool_], tokens: Ints, of: Ints, numbers: Ints,
                  close: float) -> None:  # fmt: skip
    """Each line must begin where the one before ends, and the last end where the ring began."""
    starts = ends - size
    ring_start = np.maximum.accumulate(np.where(first, starts, 0))
    is_last = np.r_[first[1:], True]
    following = np.where(is_last, ring_start, np.r_[starts[1:], 0])
    gap = np.hypot(*(xy[following] - xy[ends - 1]).T)
    wide = np.flatnonzero(gap > close)
    if len(wide):
        at = wide[0]
        x, y = xy[ends[at] - 1]
        raise RingOpen(int(numbers[of[at]]), int(tokens[at]), float(gap[at]), float(x), float(y), len(wide) - 1)


def closed(owner: Ints, start: Ints, xy: Floats) -> Rings:
    """Rings of the direct polygons; one that does not repeat its first point is closed."""
    size = np.diff(np.r_[start, len(xy)])
    last = start + size - 1
    open_ = (xy[start] != xy[last]).any(axis=1)
    points = np.insert(xy, (last + 1)[open_], xy[start[open_]], axis=0)
    return Rings(owner, size + open_, points)


def polygons(rings: Rings, count: int, numbers: Ints) -> NDArray[np.object_]:
    """One polygon (or multipolygon) for each of `count` objects; None for those without a ring.

    The first ring is an outer one; a further ring is a hole when it lies inside, else a part of its own.
    """
    short = np.flatnonzero(rings.size < 4)
    if len(short):
        raise RingTooShort(int(numbers[rings.owner[short[0]]]), int(rings.size[short[0]]) - 1)
    made = np.full(count, None, object)
    if not len(rings.owner):
        return made
    order = np.argsort(rings.owner, kind="stable")
    shapes = shapely.linearrings(rings.xy, indices=np.repeat(np.arange(len(rings.size)), rings.size))[order]
    owner = rings.owner[order]
    single = np.bincount(owner, minlength=count)[owner] == 1
    made[owner[single]] = shapely.polygons(shapes[single])
    several = np.flatnonzero(~single)
    for group in np.split(several, np.flatnonzero(np.diff(owner[several])) + 1):
        if len(group):
            made[owner[group[0]]] = _nested(shapes[group])
    return made


def _nested(rings: NDArray[np.object_]) -> shapely.Geometry:
    """A polygon of an outer ring and what lies in it, or several where a ring lies outside all before."""
    faces = shapely.polygons(rings)
    inside = [0]
    for at in range(1, len(rings)):
        home = [k for k in range(len(rings)) if k != at and _within(faces[at], faces[k])]
        inside.append(len(home))
    outer = [at for at, depth in enumerate(inside) if depth % 2 == 0]
    parts = []
    for at in outer:
        holes = [k for k, depth in enumerate(inside) if depth == inside[at] + 1 and _within(faces[k], faces[at])]
        parts.append(shapely.polygons(rings[at], holes=list(rings[holes]) if holes else None))
    return parts[0] if len(parts) == 1 else shapely.multipolygons(parts)


def _within(inner: shapely.Geometry, outer: shapely.Geometry) -> bool:
    """Whether a ring's face lies in another's, judged by a point inside it (rings may touch)."""
    return bool(shapely.area(inner) < shapely.area(outer) and shapely.intersects(outer, shapely.point_on_surface(inner)))
