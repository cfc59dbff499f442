"""Shapes of the planned patches, village by village, clipped by the county's outline.

The lattice gives exact neighbours inside the county. At the outline both neighbours of a side are cut by the
same segment, on the same grid of 0.0001 m, so they get the same new vertex. Where a cut falls so near a
vertex that a side shorter than `SHORTEST_SIDE` appears, the nodes nearby are shifted anew beforehand.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from ziyuan.site.sample.lattice import UNITS, Floats, Ints
from ziyuan.site.sample.layout import Layout
from ziyuan.site.sample.trace import Traced, corners, trace

SHORTEST_SIDE = 0.25  # metres
GRID = 1 / UNITS
WINDOW_CELLS = 2_500_000
Shapes = npt.NDArray[np.object_]


@dataclass(frozen=True)
class Patches:
    """Shapes in plane metres with the village and the kind of each, ordered by village."""

    shapes: Shapes
    village: Ints
    kind: npt.NDArray[np.int8]
    label: Ints

    def __len__(self) -> int:
        return len(self.shapes)


def settle_rim(layout: Layout, outline: BaseGeometry) -> None:
    """Shift nodes near the outline until no cut makes a short side; changes `layout.lattice` only."""
    shapely.prepare(outline)
    wanted = layout.rim
    for salt in range(1, 9):
        places = []
        for villages in village_groups(layout, wanted):
            traced = _traced(layout, wanted & np.isin(layout.village, villages))
            places.append(_short_sides(_clip(traced.shapes, outline)[0]))
        found = np.concatenate(places) if places else np.empty((0, 2))
        if not len(found):
            return
        _shift_near(layout, found, layout.lattice.salt + salt)


def _shift_near(layout: Layout, places: Floats, salt: int) -> None:
    lattice = layout.lattice
    for u, v in lattice.from_plane(places):
        row, column = int(np.searchsorted(lattice.v, v)), int(np.searchsorted(lattice.u, u))
        for r in range(row - 2, row + 2):
            for c in range(column - 2, column + 2):
                lattice.shifted[(r, c)] = salt


def _short_sides(shapes: Shapes) -> Floats:
    points, ring = shapely.get_coordinates(shapely.get_rings(shapes), return_index=True)
    if not len(points):
        return np.empty((0, 2))
    step = np.hypot(*(np.diff(points, axis=0)).T)
    short = (np.diff(ring) == 0) & (step < SHORTEST_SIDE)
    return points[:-1][short]


def village_groups(layout: Layout, wanted: npt.NDArray[np.bool_]) -> Iterator[Ints]:
    """Villages with wanted patches in runs, each run small enough to be traced in one window."""
    cells = np.bincount(layout.village[wanted], minlength=int(layout.village.max()) + 1)
    villages = np.flatnonzero(cells)
    total = layout.raster.size
    if total <= WINDOW_CELLS:
        yield villages
        return
    boxes = layout.boxes
    group: list[int] = []
    box = np.array([0, 0, 0, 0])
    for village in villages:
        wider = np.array([*np.minimum(box[:2], boxes[village][:2]), *np.maximum(box[2:], boxes[village][2:])])
        if group and (wider[2] - wider[0]) * (wider[3] - wider[1]) > WINDOW_CELLS:
            yield np.array(group)
            group = []
        box = wider if group else boxes[village]
        group.append(int(village))
    yield np.array(group)


def _traced(layout: Layout, wanted: npt.NDArray[np.bool_]) -> Traced:
    """Unclipped shapes of the wanted labels."""
    rows, columns = _window(layout, wanted)
    raster = layout.raster[rows, columns]
    mask = np.append(wanted, False)[raster]
    nodes = layout.lattice.positions(
        slice(rows.start, rows.stop + 1), slice(columns.start, columns.stop + 1), corners(raster)
    )
    return trace(raster, mask, nodes)


def _window(layout: Layout, wanted: npt.NDArray[np.bool_]) -> tuple[slice, slice]:
    boxes = layout.boxes[np.unique(layout.village[wanted])]
    low, high = boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)
    low, high = np.maximum(low - 2, 0), np.minimum(high + 2, layout.raster.shape)
    return slice(int(low[0]), int(high[0])), slice(int(low[1]), int(high[1]))


def _clip(shapes: Shapes, outline: BaseGeometry) -> tuple[Shapes, Ints]:
    """Pieces of `shapes` inside the outline and which shape each is of; shapes all inside stay as they are."""
    whole = shapely.contains_properly(outline, shapes)
    cut = shapes.copy()
    cut[~whole] = shapely.intersection(shapes[~whole], outline, grid_size=GRID)
    pieces, of = shapely.get_parts(cut, return_index=True)
    area = (shapely.get_type_id(pieces) == shapely.GeometryType.POLYGON) & (shapely.area(pieces) > 0)
    return pieces[area], of[area]


def patches_of(layout: Layout, villages: Ints, outline: BaseGeometry) -> Patches:
    """The patches of some villages: traced, clipped, small pieces joined to a neighbour; by village."""
    wanted = np.isin(layout.village, villages)
    traced = _traced(layout, wanted)
    on_rim = layout.rim[traced.labels]
    pieces, of = _clip(traced.shapes[on_rim], outline)
    shapes = np.concatenate([traced.shapes[~on_rim], pieces])
    label = np.concatenate([traced.labels[~on_rim], traced.labels[on_rim][of]])
    shapes, label = _join_small(shapes, label, layout.village, layout.smallest_piece)
    order = np.lexsort((label, layout.village[label]))
    shapes, label = shapely.normalize(shapes[order]), label[order]
    return Patches(shapes, layout.village[label], layout.kind[label], label)


def _join_small(shapes: Shapes, label: Ints, village: Ints, least: float) -> tuple[Shapes, Ints]:
    """Join pieces below the smallest mapped size to the neighbour (of their village, if any) with the longest border."""
    area = shapely.area(shapes)
    small = np.flatnonzero(area < 0.9 * least)
    if not len(small):
        return shapes, label
    tree = shapely.STRtree(shapes)
    gone = np.zeros(len(shapes), dtype=bool)
    for index in small[np.argsort(area[small], kind="stable")]:
        near = tree.query(shapes[index], predicate="intersects")
        near = near[~gone[near] & (near != index)]
        own = near[village[label[near]] == village[label[index]]]
        near = own if len(own) else near
        if not len(near):
            continue
        border = shapely.length(
            shapely.intersection(shapely.boundary(shapes[near]), shapely.boundary(shapes[index]))
        )
        best = near[int(np.argmax(border))]
        joined = shapely.union(shapes[best], shapes[index], grid_size=GRID)
        if joined.geom_type == "Polygon":
            shapes[best], gone[index] = joined, True
    return shapes[~gone], label[~gone]
