"""Cut shapes with shapes in plane integers: pieces, which pair they come from, and their official areas.

GEOS works on whole numbers here (units of 0.0001 m from a common corner), so a vertex that lies on a neighbour's edge
lies on it exactly. The vertices of a piece are rounded to the same units, as the official area wants its points; a
piece that has no area then is none.
"""

from dataclasses import dataclass

import numpy as np
import shapely

from ziyuan.base import areas
from ziyuan.base.geometry import UNITS_PER_METRE, PlaneBatch


@dataclass(frozen=True, eq=False)
class Cut:
    """Aligned: piece i lies in shape `left[i]` of the one batch and `right[i]` of the other. m², unrounded."""

    left: np.ndarray
    right: np.ndarray
    pieces: PlaneBatch
    areas: np.ndarray


def cut(one: PlaneBatch, other: PlaneBatch) -> Cut:
    """Pieces of positive area common to a shape of the one and a shape of the other batch (same zone)."""
    corner = np.minimum(one.coords.min(axis=0), other.coords.min(axis=0))
    a, b = local(one, corner), local(other, corner)
    left, right = (
        shapely.STRtree(b).query(a, predicate="intersects") if len(a) and len(b) else np.empty((2, 0), int)
    )
    order = np.lexsort((right, left))
    left, right = left[order], right[order]
    found = shapely.intersection(a[left], b[right])
    pieces, kept = pieces_of(found, corner, one.zone)
    return Cut(left[kept], right[kept], pieces, areas.official_area(pieces))


def rest(site: PlaneBatch, covers: PlaneBatch) -> tuple[PlaneBatch, float]:
    """What the covers leave of the one shape of `site`, and its official area in m²."""
    corner = site.coords.min(axis=0)
    left = shapely.difference(local(site, corner)[0], shapely.union_all(local(covers, corner)))
    pieces, _ = pieces_of(np.array([left]), corner, site.zone)
    return pieces, float(areas.official_area(pieces).sum())


def local(batch: PlaneBatch, corner: np.ndarray) -> np.ndarray:
    """Shapes in units from a corner: whole numbers, exact as doubles."""
    return shapely.transform(batch.to_shapely(), lambda xy: np.rint(xy * UNITS_PER_METRE) - corner)


def pieces_of(found: np.ndarray, corner: np.ndarray, zone: int) -> tuple[PlaneBatch, np.ndarray]:
    """Plane integers of the polygons among overlay results, and which results have any."""
    parts, owner = shapely.get_parts(found, return_index=True)
    nested = shapely.get_type_id(parts) > shapely.GeometryType.POLYGON
    if nested.any():
        inner, of = shapely.get_parts(parts[nested], return_index=True)
        owner = np.concatenate([owner[~nested], owner[nested][of]])
        parts = np.concatenate([parts[~nested], inner])
    flat = shapely.get_type_id(parts) == shapely.GeometryType.POLYGON
    parts, owner = parts[flat], owner[flat]
    parts = shapely.remove_repeated_points(shapely.transform(parts, np.rint))
    solid = shapely.area(parts) > 0
    parts, owner = parts[solid], owner[solid]
    order = np.argsort(owner, kind="stable")
    parts, owner = parts[order], owner[order]
    kept, first = np.unique(owner, return_index=True)
    grouped = np.empty(len(kept), dtype=object)
    for i, group in enumerate(np.split(parts, first[1:]) if len(kept) else []):
        grouped[i] = shapely.MultiPolygon(list(group))
    metres = shapely.transform(grouped, lambda xy: (xy + corner) / UNITS_PER_METRE)
    return PlaneBatch.from_shapely(metres, zone), kept
