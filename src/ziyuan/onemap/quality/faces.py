"""Faces between open edges: where cover changes, a face changes; so gaps and uncovered strips are faces."""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from ziyuan.onemap.quality.edges import Edges
from ziyuan.onemap.quality.junctions import Pieces
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
    lines = _distinct_lines([_near_others(edges, edges.pieces(grain.units), alone=len(layers) == 1) for edges in layers])
    if not len(lines):
        return Faces(np.empty(0, object), np.empty(0, object))
    noded = shapely.node(shapely.multilinestrings(lines))
    found = shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))
    found = found[thick(found, grain)]
    return Faces(found, shapely.point_on_surface(found))


def joined(faces: NDArray[np.object_]) -> NDArray[np.object_]:
    """Faces side by side are one defect; those that touch in a point only are two."""
    return shapely.get_parts(shapely.union_all(faces)) if len(faces) > 1 else faces


def _near_others(edges: Edges, pieces: Pieces, *, alone: bool) -> Pieces:
    """Without the pieces of shapes that stand apart from all others and have no hole: they enclose nothing."""
    shapes = edges.shapes
    if not alone or not len(pieces.owner):
        return pieces
    one, other = shapes.tree.query(shapes.sound)
    meets = np.bincount(one[one != other], minlength=len(shapes.sound)) > 0
    holed = np.zeros(len(shapes.sound), bool)
    holed[edges.batch.ring_geometry[edges.batch.is_hole]] = True
    return pieces.only((meets | holed | ~shapes.valid)[pieces.owner])


def _distinct_lines(layers: list[Pieces]) -> NDArray[np.object_]:
    """Each stretch once, as a line."""
    whole = Pieces(*(np.concatenate([getattr(p, name) for p in layers]) for name in ("start", "end", "owner", "key")))
    first = np.zeros(len(whole.key), bool)
    first[np.unique(whole.key, return_index=True)[1]] = True
    return whole.only(first).lines()
