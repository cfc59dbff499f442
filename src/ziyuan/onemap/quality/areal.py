"""Areas that one layer leaves bare, or that lie in one layer and not in another, in units."""

import numpy as np
import shapely
from numpy.typing import NDArray

from ziyuan.onemap.quality.edges import Edges
from ziyuan.onemap.quality.faces import faces_of, joined
from ziyuan.onemap.quality.shapes import Shapes
from ziyuan.onemap.quality.strips import Grain

_NEAR = 1.0
"""Units within which a feature lies along a gap."""
_ALONG = 1e-3
"""Share of a gap's outline along which a feature must lie to be its neighbour."""
Areas = NDArray[np.object_]


def bare(own: Edges, within: Edges | None, grain: Grain) -> Areas:
    """Enclosed areas that no shape covers; with `within` all its area that none covers.

    What lies at a shape without a clear inside (a bow tie) waits until the shape has one.
    """
    faces = faces_of(own, *([within] if within is not None else []), grain=grain)
    open_ = ~faces.covered(own.shapes)
    if within is not None:
        open_ &= faces.covered(within.shapes)
    found = joined(faces.shapes[open_])
    return found[~_at_vague(found, own.shapes)] if len(found) else found


def uncovered(inner: Edges, outer: Edges, grain: Grain) -> Areas:
    """Areas of one layer outside another."""
    faces = faces_of(inner, outer, grain=grain)
    found = joined(faces.shapes[faces.covered(inner.shapes) & ~faces.covered(outer.shapes)])
    return found[~_at_vague(found, outer.shapes)] if len(found) else found


def _at_vague(areas: Areas, shapes: Shapes) -> NDArray[np.bool_]:
    out = np.zeros(len(areas), bool)
    if shapes.vague.any():
        vague = shapely.buffer(shapely.convex_hull(shapes.sound[shapes.vague]), _NEAR)
        out[shapely.STRtree(areas).query(vague, predicate="intersects")[1]] = True
    return out


def meeting(areas: Areas, others: Areas, there: Shapes, here: Shapes) -> Areas:
    """Of `areas` (units of `here`) those that meet one of `others` (units of `there`, another reading)."""
    if not len(others):
        return areas[:0]
    delivered = np.array([there.deliver(area) for area in others], object)
    placed = shapely.make_valid(shapely.transform(delivered, here.local))
    hit, _ = shapely.STRtree(placed).query(areas, predicate="intersects")
    return areas[np.unique(hit)]


def neighbours(gap: shapely.Geometry, shapes: Shapes) -> NDArray[np.int64]:
    """Places of the features that lie along a gap, not only at a corner of it."""
    near = np.sort(shapes.tree.query(gap, predicate="dwithin", distance=_NEAR))
    outline = shapely.boundary(gap)
    around = shapely.box(*(np.array(gap.bounds) + np.array([-2, -2, 2, 2]) * _NEAR))
    nearby = shapely.buffer(shapely.intersection(shapes.sound[near], around), _NEAR)
    along = shapely.length(shapely.intersection(nearby, outline))
    return near[along > max(4 * _NEAR, _ALONG * outline.length)]


def owners_of(strip: shapely.Geometry, shapes: Shapes) -> NDArray[np.int64]:
    """Places of the features that hold a part of a strip."""
    near = np.sort(shapes.tree.query(strip, predicate="intersects"))
    held = shapely.area(shapely.intersection(shapes.sound[near], strip))
    return near[held > _ALONG * strip.area]


def shown_area(area: float) -> str:
    """Square metres with as many decimals as the size needs."""
    return f"{area:.4f}" if area >= 0.01 else f"{area:.8f}".rstrip("0")
