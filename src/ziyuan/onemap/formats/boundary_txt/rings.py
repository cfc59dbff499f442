"""From point lines to rings, and from rings to parts with holes, decided by geometry."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import shapely

from ziyuan.base.geometry import PlaneShape, Ring
from ziyuan.onemap.formats.boundary_txt.placing import Placing
from ziyuan.onemap.formats.boundary_txt.text import ParcelLines, PointLine, TextFile

_METRE = 10_000


@dataclass(frozen=True)
class LinedRing:
    """A ring of at least three different points, each with its line; `number` as the file gives it."""

    number: int
    points: Ring
    lines: tuple[PointLine, ...]


@dataclass(frozen=True)
class Rings:
    rings: list[LinedRing]
    closing_points: int
    written_points: int


def rings_of(file: TextFile, parcel: ParcelLines, placing: Placing) -> Rings:
    """Split the points into rings: at a change of ring number, and where a ring comes back to its start."""
    runs: list[list[PointLine]] = []
    for point in parcel.points:
        if not runs or runs[-1][-1].ring != point.ring:
            runs.append([point])
        else:
            runs[-1].append(point)
    rings: list[LinedRing] = []
    closing = 0
    for run in runs:
        pieces = _pieces(run, placing)
        if len(pieces) > 1:
            file.say("ZY-TXT-056", pieces[1][0].line, name=parcel.title, ring=run[0].ring)
        for piece in pieces:
            closed = len(piece) > 1 and placing.units(piece[0]) == placing.units(piece[-1])
            closing += closed
            ring = _ring(file, parcel, piece[:-1] if closed else piece, placing)
            if ring is not None:
                rings.append(ring)
                if not closed:
                    file.say("ZY-TXT-050", piece[-1].line, name=parcel.title, ring=piece[0].ring)
    return Rings(rings, closing, len(parcel.points))


def _pieces(run: list[PointLine], placing: Placing) -> list[list[PointLine]]:
    pieces: list[list[PointLine]] = [[]]
    for point in run:
        piece = pieces[-1]
        piece.append(point)
        if len(piece) > 3 and placing.units(point) == placing.units(piece[0]):
            pieces.append([])
    return [piece for piece in pieces if piece]


def _ring(file: TextFile, parcel: ParcelLines, piece: list[PointLine], placing: Placing) -> LinedRing | None:
    kept: list[tuple[tuple[int, int], PointLine]] = []
    for point in piece:
        here = placing.units(point)
        if kept and kept[-1][0] == here:
            file.say("ZY-TXT-051", point.line)
            continue
        kept.append((here, point))
    if len({here for here, _point in kept}) < 3:
        file.say("ZY-TXT-052", piece[0].line, name=parcel.title, ring=piece[0].ring)
        return None
    return LinedRing(piece[0].ring, tuple(h for h, _p in kept), tuple(p for _h, p in kept))


def shape_of(file: TextFile, parcel: ParcelLines, rings: list[LinedRing], zone: int) -> PlaneShape | None:
    """Parts and holes by geometry: a ring inside a ring is its hole, one inside a hole is a part again."""
    if not rings or any(crossing(file, parcel, ring) for ring in rings):
        return None
    areas = [_polygon(ring) for ring in rings]
    inside = _containers(file, parcel, rings, areas)
    if inside is None:
        return None
    depth = [len(around) for around in inside]
    parts: dict[int, list[Ring]] = {i: [rings[i].points] for i in range(len(rings)) if depth[i] % 2 == 0}
    for i, around in enumerate(inside):
        if depth[i] % 2:
            parts[min(around, key=lambda j: areas[j].area)].append(rings[i].points)
        elif i:
            file.say("ZY-TXT-055", rings[i].lines[0].line, name=parcel.title, ring=rings[i].number)
    return PlaneShape(zone, tuple(tuple(part) for part in parts.values()))


def _polygon(ring: LinedRing) -> shapely.Polygon:
    return shapely.Polygon(np.array(ring.points, dtype=np.float64) / _METRE)


def _containers(file: TextFile, parcel: ParcelLines, rings: list[LinedRing],
                areas: list[shapely.Polygon]) -> list[list[int]] | None:
    """For each ring the rings that contain it; None when two rings cross."""
    inside: list[list[int]] = [[] for _ in rings]
    tree = shapely.STRtree(areas)
    for i, area in enumerate(areas):
        for j in sorted(int(k) for k in tree.query(area) if k > i):
            if _within(areas[j], area):
                inside[j].append(i)
            elif _within(area, areas[j]):
                inside[i].append(j)
            elif area.intersection(areas[j]).area > 1e-6:
                file.say("ZY-TXT-054", rings[j].lines[0].line, name=parcel.title, ring=rings[j].number,
                         other=rings[i].number)
                return None
    return inside


def _within(inner: shapely.Polygon, outer: shapely.Polygon) -> bool:
    return bool(inner.area < outer.area and inner.difference(outer).area <= 1e-6)


def crossing(file: TextFile, parcel: ParcelLines, ring: LinedRing) -> bool:
    """Exact test of a ring for edges that cross, overlap or touch; the first pair is named with its lines."""
    found = _first_crossing(ring.points)
    if found is None:
        return False
    i, j = found
    count = len(ring.lines)
    a, b, c, d = (ring.lines[k % count] for k in (i, i + 1, j, j + 1))
    where = f"{a.number}–{b.number}(第 {a.line} 行)与 {c.number}–{d.number}(第 {c.line} 行)相交"
    file.say("ZY-TXT-053", a.line, name=parcel.title, where=where)
    return True


def _first_crossing(points: Ring) -> tuple[int, int] | None:
    """Indexes of two edges that share a point other than a common end, by integer arithmetic."""
    count = len(points)
    ends = [*pairwise(points), (points[-1], points[0])]
    edges = shapely.linestrings(np.array(ends, dtype=np.float64))
    left, right = shapely.STRtree(edges).query(edges, predicate=None)
    for i, j in sorted({(int(a), int(b)) for a, b in zip(left, right, strict=True) if a < b}):
        adjacent = j == i + 1 or (i == 0 and j == count - 1)
        if adjacent:
            first, second = (ends[i], ends[j]) if j == i + 1 else (ends[j], ends[i])
            if _folds_back(first[0], first[1], second[1]):
                return i, j
        elif _touch(*ends[i], *ends[j]):
            return i, j
    return None


def _turn(a: tuple[int, int], b: tuple[int, int], c: tuple[int, int]) -> int:
    value = (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
    return (value > 0) - (value < 0)


def _folds_back(a: tuple[int, int], b: tuple[int, int], c: tuple[int, int]) -> bool:
    """Edge b–c runs back over edge a–b."""
    ahead = (b[0] - a[0]) * (c[0] - b[0]) + (b[1] - a[1]) * (c[1] - b[1])
    return _turn(a, b, c) == 0 and ahead < 0


def _touch(a: tuple[int, int], b: tuple[int, int], c: tuple[int, int], d: tuple[int, int]) -> bool:
    if _turn(a, b, c) != _turn(a, b, d) and _turn(c, d, a) != _turn(c, d, b):
        return True
    return any(_turn(p, q, r) == 0 and _between(p, q, r) for p, q, r in
               ((a, b, c), (a, b, d), (c, d, a), (c, d, b)))


def _between(p: tuple[int, int], q: tuple[int, int], r: tuple[int, int]) -> bool:
    return (min(p[0], q[0]) <= r[0] <= max(p[0], q[0])) and (min(p[1], q[1]) <= r[1] <= max(p[1], q[1]))
