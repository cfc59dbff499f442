"""When is a strip a fault, and when only the rounding of coordinates? And how large is it on the ground?

A vertex on the edge of a neighbour (T-junction) can be off by half a grid step each way, so that a strip up to
0.07 mm thick is nobody's mistake. A strip is judged by its thickness, the diameter of the largest circle in it,
which must exceed twice the model's resolution (0.1 mm by default; with resolution 0 every area counts).
"""

from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from ziyuan.onemap.quality.shapes import Shapes
from ziyuan.onemap.quality.threads import in_threads

_HAIR = 0.01
"""Units by which a strip must be thicker than the limit: what GEOS adds in its own rounding."""
Shapely = NDArray[np.object_]


class Grain(NamedTuple):
    """The thickness, in units, up to which a strip is rounding."""

    units: float

    @classmethod
    def of(cls, resolution: float, shapes: Shapes) -> "Grain":
        """From a model's resolution in metres."""
        return cls(2 * resolution * shapes.scale)


def thick(strips: Shapely, grain: Grain) -> NDArray[np.bool_]:
    """Which polygons (units) are thicker than the grain."""
    area, around = shapely.area(strips), shapely.length(strips)
    if grain.units <= 0:
        return area > 0
    limit = grain.units + _HAIR
    mean = np.divide(2 * area, around, out=np.zeros(len(strips)), where=around > 0)
    out = mean > limit
    bounds = shapely.bounds(strips)
    with np.errstate(invalid="ignore"):
        unclear = ~out & (area > 0) & (np.minimum(bounds[:, 2] - bounds[:, 0], bounds[:, 3] - bounds[:, 1]) > limit)
    unclear &= np.divide(area, limit, out=np.zeros(len(strips))) > limit / 2
    places = np.flatnonzero(unclear)
    if len(places):
        left = in_threads(lambda s: shapely.buffer(s, -limit / 2, quad_segs=1), strips[places])
        out[places] = ~shapely.is_empty(left)
    return out


def thick_parts(shape: shapely.Geometry, grain: Grain) -> shapely.Geometry | None:
    """The polygon parts of a shape (units) thicker than the grain; None when nothing is left."""
    parts = shapely.get_parts(shape)
    parts = parts[np.isin(shapely.get_type_id(parts), (3, 6))]
    if not len(parts):
        return None
    parts = parts[thick(parts, grain)]
    if not len(parts):
        return None
    return parts[0] if len(parts) == 1 else shapely.multipolygons(parts)


def holds_circle(shapes: Shapely, diameter: float) -> NDArray[np.bool_]:
    """Into which polygons (units) a circle of so many units fits: taken in by its radius, something is left.

    Not by the largest circle, which GEOS only finds to a thousandth of the shape's size.
    """
    inwards = diameter / 2
    return ~shapely.is_empty(in_threads(lambda s: shapely.buffer(s, -inwards, join_style="mitre"), shapes))


def ground_area(strip: shapely.Geometry, shapes: Shapes, how: str) -> float:
    """Area in m² of a piece in units: on the ellipsoid, unless the model asks for the `plane`."""
    area = strip.area / shapes.square
    if how == "plane" or not area:
        return area
    middle = np.array(strip.centroid.coords)
    factor = float(shapes.plane.areal_scale(shapes.delivered(middle))[0])
    return area / factor if np.isfinite(factor) and factor > 0 else area
