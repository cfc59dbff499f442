"""Faces between open edges: where cover changes, a face changes; so gaps and uncovered strips are faces."""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from ziyuan.base.geometry import UNITS_PER_METRE
from ziyuan.onemap.quality.edges import Edges
from ziyuan.onemap.quality.shapes import SQUARE, Shapes


@dataclass(frozen=True)
class Faces:
    """Bounded faces of an arrangement of lines, in units, with a point inside each."""

    shapes: NDArray[np.object_]
    points: NDArray[np.object_]

    def covered(self, by: Shapes) -> NDArray[np.bool_]:
        """Which faces lie in at least one shape of a layer (judged at the point inside)."""
        out = np.zeros(len(self.points), bool)
        if len(self.points) and len(by.sound):
            hit, _ = by.tree.query(self.points, predicate="intersects")
            out[hit] = True
        return out


def faces_of(*layers: Edges, noise: float) -> Faces:
    """The faces between all open edges of some layers that share one origin.

    `noise` is the mean width in metres below which a strip is only rounding (the model's resolution).
    """
    lines = _distinct_lines(layers)
    if not len(lines):
        return Faces(np.empty(0, object), np.empty(0, object))
    noded = shapely.node(shapely.multilinestrings(lines))
    found = shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))
    wide = found[_width(found) >= noise]
    return Faces(wide, shapely.point_on_surface(wide))


def _distinct_lines(layers: tuple[Edges, ...]) -> NDArray[np.object_]:
    keys, lines = [], []
    for edges in layers:
        key, line = edges.open_lines()
        keys.append(key)
        lines.append(line)
    _, first = np.unique(np.concatenate(keys), return_index=True)
    return np.concatenate(lines)[first]


def _width(shapes: NDArray[np.object_]) -> NDArray[np.float64]:
    """Mean width in metres: 2 × area ÷ perimeter."""
    around = shapely.length(shapes) * UNITS_PER_METRE
    return np.divide(2 * shapely.area(shapes), around, out=np.zeros(len(shapes)), where=around > 0)


def wide_parts(shape: shapely.Geometry, noise: float) -> shapely.Geometry | None:
    """The polygon parts of a shape (units) at least `noise` metres wide; None when nothing is left."""
    parts = shapely.get_parts(shape)
    parts = parts[np.isin(shapely.get_type_id(parts), (3, 6))]
    parts = parts[(shapely.area(parts) > 0) & (_width(parts) >= noise)]
    if not len(parts):
        return None
    return parts[0] if len(parts) == 1 else shapely.multipolygons(parts)


def square_metres(shape: shapely.Geometry) -> float:
    """Plane area in m² of a shape in units."""
    return shape.area / SQUARE
