"""Faces between open edges: where cover changes, a face changes; so gaps and uncovered strips are faces."""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from ziyuan.onemap.quality.edges import Edges
from ziyuan.onemap.quality.shapes import Shapes
from ziyuan.onemap.quality.strips import Grain, thick


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


def faces_of(*layers: Edges, grain: Grain) -> Faces:
    """The faces thicker than the grain between all open edges of some layers that share one plane."""
    lines = _distinct_lines(layers)
    if not len(lines):
        return Faces(np.empty(0, object), np.empty(0, object))
    noded = shapely.node(shapely.multilinestrings(lines))
    found = shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))
    found = found[thick(found, grain)]
    return Faces(found, shapely.point_on_surface(found))


def joined(faces: NDArray[np.object_]) -> NDArray[np.object_]:
    """Faces side by side are one defect; those that touch in a point only are two."""
    return shapely.get_parts(shapely.union_all(faces)) if len(faces) > 1 else faces


def _distinct_lines(layers: tuple[Edges, ...]) -> NDArray[np.object_]:
    keys, lines = [], []
    for edges in layers:
        key, line = edges.open_lines()
        keys.append(key)
        lines.append(line)
    _, first = np.unique(np.concatenate(keys), return_index=True)
    return np.concatenate(lines)[first]
