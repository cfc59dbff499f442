"""Layers with planted faults, and the list of what was planted: an independent answer for the checker.

Cells of a jittered lattice share their vertices. Each fault sits in cells of its own (three cells apart from the
next), is described by the geometry that was changed, and knows nothing of how the checker works.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import shapely
from shapely import affinity

CELL = 40.0


@dataclass(frozen=True)
class Fault:
    """What was planted: the rule's kind, the features, where (local metres), how large (m2 or m; None: not compared)."""

    kind: str
    keys: frozenset[str]
    region: shapely.Geometry
    measure: float | None
    some_keys: bool = False


@dataclass
class Field:
    """Cells by key, still open to change, and what was planted in them."""

    shapes: dict[str, shapely.Geometry]
    faults: list[Fault] = field(default_factory=list)

    def move(self, key: str, corner: int, by: tuple[float, float]) -> None:
        """Move one vertex of one cell only."""
        points = np.array(self.shapes[key].exterior.coords)[:-1]
        points[corner] = np.round(points[corner] + by, 4)
        self.shapes[key] = shapely.Polygon(points)


def name(column: int, row: int) -> str:
    """Key of a cell: text whose order is not the order of rows."""
    return f"K{(column * 37 + row * 11) % 97:02d}{column:03d}{row:03d}"


def lattice(columns: int, rows: int, seed: int) -> Field:
    """Cells of 8 vertices: 0 south-west, 1 south, 2 south-east, 3 east, 4 north-east, 5 north, 6 north-west, 7 west."""
    chance = np.random.default_rng(seed)
    grid = np.stack(np.meshgrid(np.arange(2 * columns + 1), np.arange(2 * rows + 1)), axis=-1) * (CELL / 2)
    grid = np.round(grid + chance.uniform(-3, 3, grid.shape), 4)
    shapes = {}
    for c in range(columns):
        for r in range(rows):
            x, y = 2 * c, 2 * r
            ring = [(x, y), (x + 1, y), (x + 2, y), (x + 2, y + 1), (x + 2, y + 2), (x + 1, y + 2), (x, y + 2), (x, y + 1)]
            shapes[name(c, r)] = shapely.Polygon([grid[b, a] for a, b in ring])
    return Field(shapes)


def overlap_triangle(f: Field, c: int, r: int, size: float) -> None:
    """The middle of the east side pushed over the neighbour."""
    own, other = name(c, r), name(c + 1, r)
    before = f.shapes[own]
    f.move(own, 3, (size, 0))
    part = f.shapes[own].intersection(f.shapes[other])
    f.faults.append(Fault("no_overlap", frozenset((own, other)), f.shapes[own].difference(before), part.area))


def overlap_strip(f: Field, c: int, r: int, size: float) -> None:
    """The whole east side pushed over the neighbour: the corners stay where they are."""
    own, other = name(c, r), name(c + 1, r)
    points = np.array(f.shapes[own].exterior.coords)[:-1]
    low, middle, high = points[2], points[3], points[4]
    away = np.array([size, 0.0])
    pushed = [np.round(p + away, 4) for p in (low * 0.9 + middle * 0.1, middle, high * 0.9 + middle * 0.1)]
    before = f.shapes[own]
    f.shapes[own] = shapely.Polygon([*points[:3], *pushed, *points[4:]])
    part = f.shapes[own].intersection(f.shapes[other])
    f.faults.append(Fault("no_overlap", frozenset((own, other)), f.shapes[own].difference(before), part.area))


def gap_triangle(f: Field, c: int, r: int, size: float) -> None:
    """The middle of the east side pulled back from the neighbour."""
    own, other = name(c, r), name(c + 1, r)
    before = f.shapes[own]
    f.move(own, 3, (-size, 0))
    gap = before.difference(f.shapes[own])
    f.faults.append(Fault("no_gap", frozenset((own, other)), gap, gap.area))


def gap_of_many(f: Field, c: int, r: int, size: float) -> None:
    """A corner of four cells pulled back in each: a gap closed by four features."""
    cells = [(name(c, r), 4, (-size, -size)), (name(c + 1, r), 6, (size, -size)), (name(c + 1, r + 1), 0, (size, size)),
             (name(c, r + 1), 2, (-size, size))]  # fmt: skip
    before = shapely.union_all([f.shapes[key] for key, _, _ in cells])
    for key, corner, by in cells:
        f.move(key, corner, by)
    gap = before.difference(shapely.union_all([f.shapes[key] for key, _, _ in cells]))
    f.faults.append(Fault("no_gap", frozenset(key for key, _, _ in cells), gap, gap.area))


def missing_cell(f: Field, c: int, r: int, size: float) -> None:
    """A cell left out."""
    gap = f.shapes.pop(name(c, r))
    around = frozenset(name(c + x, r + y) for x, y in ((1, 0), (-1, 0), (0, 1), (0, -1)))
    f.faults.append(Fault("no_gap", around, gap, gap.area))


def twin(f: Field, c: int, r: int, size: float) -> None:
    """The same shape again: other start, other direction, and more vertices on its sides."""
    own = name(c, r)
    points = np.array(f.shapes[own].exterior.coords)[:-1]
    turned = np.roll(points, 3, axis=0)[::-1]
    f.shapes["Z" + own] = shapely.Polygon(turned)
    f.faults.append(Fault("no_duplicate", frozenset((own, "Z" + own)), f.shapes[own], f.shapes[own].area))


def inside(f: Field, c: int, r: int, size: float) -> None:
    """A small feature drawn over a cell."""
    own = name(c, r)
    small = shapely.Polygon(np.round(affinity.scale(f.shapes[own], 0.3, 0.3).exterior.coords, 4))
    f.shapes["A" + own] = small
    f.faults.append(Fault("no_contained", frozenset((own, "A" + own)), small, small.area))


def island(f: Field, c: int, r: int, size: float) -> None:
    """A hole that its island fills exactly: no fault; and for the next cell a hole that is too wide by `size`."""
    for column, much in ((c, 0.0), (c + 1, size)):
        own = name(column, r)
        small = shapely.Polygon(np.round(affinity.scale(f.shapes[own], 0.4, 0.4).exterior.coords, 4))
        hole = np.array(small.exterior.coords)[:-1]
        hole[3] += (much, 0)
        f.shapes[own] = shapely.Polygon(f.shapes[own].exterior, [np.round(hole, 4)])
        f.shapes["I" + own] = small
        if much:
            gap = shapely.Polygon(np.round(hole, 4)).difference(small)
            f.faults.append(Fault("no_gap", frozenset((own, "I" + own)), gap, gap.area))


def short_edge(f: Field, c: int, r: int, size: float) -> None:
    """Two vertices close together on a common side, in both cells."""
    own, other = name(c, r), name(c + 1, r)
    points = np.array(f.shapes[own].exterior.coords)[:-1]
    step = (points[4] - points[3]) / np.hypot(*(points[4] - points[3]))
    extra = np.round(points[3] + step * 0.02, 4)
    f.shapes[own] = shapely.Polygon(np.insert(points, 4, extra, axis=0))
    theirs = np.array(f.shapes[other].exterior.coords)[:-1]
    f.shapes[other] = shapely.Polygon(np.insert(theirs, 7, extra, axis=0))
    edge = shapely.LineString([points[3], extra])
    f.faults.append(Fault("no_short_edge", frozenset((own, other)), edge.buffer(1e-3), edge.length))


def sliver(f: Field, c: int, r: int, size: float) -> None:
    """A strip of 5 cm cut off a cell along its east side, as a feature of its own."""
    own = name(c, r)
    points = np.array(f.shapes[own].exterior.coords)[:-1]
    low, high = points[2] * 0.8 + points[3] * 0.2, points[2] * 0.2 + points[3] * 0.8
    away = np.array([-0.05, 0])
    ring = np.round([low, high, high + away, low + away], 4)
    strip = shapely.Polygon(ring)
    f.shapes[own] = shapely.Polygon([*points[:3], ring[0], ring[3], ring[2], ring[1], *points[3:]])
    other = name(c + 1, r)
    theirs = np.array(f.shapes[other].exterior.coords)[:-1]
    f.shapes[other] = shapely.Polygon([*theirs, ring[1], ring[0]])
    f.shapes["S" + own] = strip
    f.faults.append(Fault("no_sliver", frozenset(("S" + own,)), strip, strip.area))


def bow_tie(f: Field, c: int, r: int, size: float) -> None:
    """A cell whose ring crosses itself: what it leaves bare is not told a second time."""
    own = name(c, r)
    points = np.array(f.shapes[own].exterior.coords)[:-1]
    points[[0, 4]] = points[[4, 0]]
    whole = f.shapes[own]
    f.shapes[own] = shapely.Polygon(points)
    f.faults.append(Fault("no_self_intersection", frozenset((own,)), whole.buffer(1), None))


def parts(f: Field, c: int, r: int, size: float) -> None:
    """Two cells under one key."""
    own, other = name(c, r), name(c + 1, r + 1)
    f.shapes[own] = shapely.MultiPolygon([f.shapes[own], f.shapes.pop(other)])
    f.faults.append(Fault("single_part", frozenset((own,)), f.shapes[own], 2.0))


def spike(f: Field, c: int, r: int, size: float) -> None:
    """A ring that runs out and back on one line."""
    own = name(c, r)
    points = np.array(f.shapes[own].exterior.coords)[:-1]
    middle = np.round(points.mean(axis=0), 4)
    f.shapes[own] = shapely.Polygon([*points[:4], middle, *points[3:]])
    f.faults.append(Fault("no_self_intersection", frozenset((own,)), f.shapes[own].convex_hull.buffer(1), None))


PLANTERS: dict[str, Callable[[Field, int, int, float], None]] = {
    "overlap_triangle": overlap_triangle, "overlap_strip": overlap_strip, "gap_triangle": gap_triangle,
    "gap_of_many": gap_of_many, "missing_cell": missing_cell, "twin": twin, "inside": inside, "island": island,
    "short_edge": short_edge, "sliver": sliver, "bow_tie": bow_tie, "parts": parts, "spike": spike,
}  # fmt: skip


def planted(seed: int, size: float, kinds: list[str] | None = None) -> Field:
    """A lattice with one fault of each kind, four cells apart."""
    chosen = kinds if kinds is not None else list(PLANTERS)
    across = 4
    down = -(-len(chosen) // across)
    made = lattice(4 * across + 1, 4 * down + 1, seed)
    order = np.random.default_rng(seed).permutation(len(chosen))
    for place, number in enumerate(order.tolist()):
        PLANTERS[chosen[number]](made, 4 * (place % across) + 1, 4 * (place // across) + 1, size)
    return made


def disguised(made: Field, seed: int, *, dense: bool) -> tuple[list[str], list[shapely.Geometry]]:
    """Keys and shapes in shuffled order, rings begun elsewhere and run either way, some as multi-polygons, some with
    heights; `dense`: vertices on sides that the neighbour does not have (T-junctions)."""
    chance = np.random.default_rng(seed + 1)
    keys = list(made.shapes)
    chance.shuffle(keys)
    out = []
    for key in keys:
        shape = made.shapes[key]
        if shape.geom_type == "Polygon" and shape.is_valid:
            rings = [_ring(np.array(r.coords)[:-1], chance, dense) for r in (shape.exterior, *shape.interiors)]
            shape = shapely.Polygon(rings[0], rings[1:])
            if chance.random() < 0.3:
                shape = shapely.MultiPolygon([shape])
            if chance.random() < 0.2:
                shape = shapely.force_3d(shape, float(chance.uniform(0, 90)))
        out.append(shape)
    return keys, out


def _ring(points: np.ndarray, chance: np.random.Generator, dense: bool) -> np.ndarray:
    if dense and chance.random() < 0.5:
        side = int(chance.integers(len(points)))
        a, b = points[side], points[(side + 1) % len(points)]
        if np.hypot(*(b - a)) > 5:
            points = np.insert(points, side + 1, a + (b - a) * chance.uniform(0.2, 0.8), axis=0)
    points = np.roll(points, int(chance.integers(len(points))), axis=0)
    return points[::-1] if chance.random() < 0.5 else points
