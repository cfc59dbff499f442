"""Whether two shapes lie within a tolerance of one another, point for point, whatever ring start and order.

Only for the few pairs whose integers differ although both have as many points. Shapes of one ring, nearly all, are
decided together; the others ring by ring.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from ziyuan.base.geometry.flat import offsets_of, reduce_runs

if TYPE_CHECKING:
    from ziyuan.onemap.differences.no_change import NoChange
    from ziyuan.onemap.differences.shapes import Shapes

_FAR = np.iinfo(np.int64).max
_POLYGON = 3
Rings = list[list[np.ndarray]]


def near(old: "Shapes", new: "Shapes", tolerance: float) -> np.ndarray:
    """Per place of two aligned batches. bool (n,)."""
    found = np.zeros(len(old.kinds), dtype=bool)
    if not len(found) or not old.rules.collinear_counts:
        return found
    limit = tolerance * (1 + 1e-6) + (0.0 if old.degrees else 2e-8)
    boxes = np.abs(shapely.bounds(old.geometries) - shapely.bounds(new.geometries)).max(axis=1)
    points = shapely.get_num_coordinates(old.geometries) == shapely.get_num_coordinates(new.geometries)
    likely = np.flatnonzero(points & (boxes <= limit))
    simple = _one_ring(old, likely) & _one_ring(new, likely)
    chosen = likely[simple]
    found[chosen] = _rings_near(old, new, chosen, limit)
    for place in [*likely[~simple], *chosen[~found[chosen]]]:
        areal = bool(old.kinds[place] == _POLYGON)
        found[place] = _parts_near(
            _rings(old.geometries[place], areal), _rings(new.geometries[place], areal), old.rules, areal, limit
        )
    return found


def _one_ring(shapes: "Shapes", places: np.ndarray) -> np.ndarray:
    """Polygons of a single part without holes."""
    chosen = shapes.geometries[places]
    first = shapely.get_geometry(chosen, 0)
    return (
        (shapes.kinds[places] == _POLYGON)
        & (shapely.get_num_geometries(chosen) == 1)
        & (shapely.get_num_interior_rings(first) == 0)
    )


def _rings_near(old: "Shapes", new: "Shapes", places: np.ndarray, limit: float) -> np.ndarray:
    """Outer rings turned so that the point nearest to the old first one comes first, then compared both ways."""
    if not len(places):
        return np.zeros(0, dtype=bool)
    a, b = (_open_rings(s.geometries[places]) for s in (old, new))
    counts = shapely.get_num_coordinates(old.geometries[places]) - 1
    offsets = offsets_of(counts)
    span = np.repeat(counts, counts)
    begin = np.repeat(offsets[:-1], counts)
    inside = np.arange(len(a)) - begin
    first = np.repeat(a[offsets[:-1]], counts, axis=0)
    hit = np.where((np.abs(b - first) <= limit).all(axis=1), inside, _FAR)
    shift = reduce_runs(np.minimum, hit, offsets, _FAR)
    met = shift < _FAR
    if not old.rules.any_start:
        met &= shift == 0
    turned = np.repeat(np.where(met, shift, 0), counts)
    ways = [begin + (inside + turned) % span]
    if old.rules.any_direction:
        ways.append(begin + (turned - inside) % span)
    close = [reduce_runs(np.logical_and, (np.abs(b[way] - a) <= limit).all(axis=1), offsets, True) for way in ways]
    return met & np.logical_or.reduce(close)


def _open_rings(geometries: np.ndarray) -> np.ndarray:
    coords = shapely.get_coordinates(geometries)
    last = np.cumsum(shapely.get_num_coordinates(geometries)) - 1
    return np.delete(coords, last, axis=0)


def _rings(geometry: shapely.Geometry, areal: bool) -> Rings:
    """Parts of one shape, each a list of point arrays."""
    parts = shapely.get_parts(geometry)
    if not areal:
        return [[shapely.get_coordinates(part)] for part in parts]
    return [[shapely.get_coordinates(ring)[:-1] for ring in shapely.get_rings(part)] for part in parts]


def _parts_near(old: Rings, new: Rings, rules: "NoChange", areal: bool, limit: float) -> bool:
    return _paired(old, new, rules.any_order, lambda a, b: _part_near(a, b, rules, areal, limit))


def _part_near(old: list[np.ndarray], new: list[np.ndarray], rules: "NoChange", areal: bool, limit: float) -> bool:
    def close(a: np.ndarray, b: np.ndarray) -> bool:
        return _ring_near(a, b, rules, areal, limit)

    return close(old[0], new[0]) and _paired(old[1:], new[1:], rules.any_order, close)


def _paired(old: list[Any], new: list[Any], any_order: bool, close: Callable[[Any, Any], bool]) -> bool:
    """Each old one has one new partner that is close."""
    if len(old) != len(new):
        return False
    if not any_order:
        return all(close(a, b) for a, b in zip(old, new, strict=True))
    left = list(range(len(new)))
    for a in old:
        partner = next((i for i in left if close(a, new[i])), None)
        if partner is None:
            return False
        left.remove(partner)
    return True


def _ring_near(old: np.ndarray, new: np.ndarray, rules: "NoChange", areal: bool, limit: float) -> bool:
    if len(old) != len(new):
        return False
    starts = np.flatnonzero((np.abs(new - old[0]) <= limit).all(axis=1)) if areal and rules.any_start else [0]
    inside = np.arange(len(old))
    if not areal and rules.any_line_direction and bool((np.abs(new[::-1] - old) <= limit).all()):
        return True
    ways = [1, -1] if areal and rules.any_direction else [1]
    return any(
        bool((np.abs(new[(start + way * inside) % len(new)] - old) <= limit).all()) for start in starts for way in ways
    )
