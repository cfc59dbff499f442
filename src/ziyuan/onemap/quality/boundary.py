"""Rules that compare outlines: on the boundary of, edge match between neighbouring layers, one line between counties."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import shapely
from numpy.typing import NDArray

from ziyuan.onemap.quality.collector import LISTED, Finding, make
from ziyuan.onemap.quality.context import Context
from ziyuan.onemap.quality.cross import pair_of, shared, shared_parts
from ziyuan.onemap.quality.frames import Frame
from ziyuan.onemap.quality.shapes import Shapes
from ziyuan.onemap.quality.strips import Grain
from ziyuan.onemap.standards.model import Rule

Ints = NDArray[np.int64]
Lines = NDArray[np.object_]
_SLACK = 1.5
"""Units by which a place may be off a line and still lie on it: half a grid step each way, and GEOS's own rounding."""


def on_boundary_of(rule: Rule, context: Context) -> None:
    """Points lie on, lines run along the outlines of polygons; what does not is told stretch by stretch."""
    pair = pair_of(rule, context, "of")
    if pair is None:
        return
    own, other = pair
    if own.straight.shapes.origin == other.straight.shapes.origin:
        own, other = own.straight, other.straight
    outline = _outlines(other)
    found = _points_off(own, outline) if own.shapes.kind == "point" else _stretches_off(own, outline)
    shown = [_off(rule, own, other, pair[0].shapes, *one) for one in found[:LISTED]]
    context.collector.note(rule, len(found), shown)


def _outlines(frame: Frame) -> Lines:
    """All outlines of a layer as single segments (units), shared borders once."""
    if frame.shapes.kind == "line":
        lines = frame.lines
        _, first = np.unique(lines.keys, return_index=True)
        return lines.segments(first)
    edges = frame.edges
    _, first = np.unique(edges.index.key, return_index=True)
    return edges.lines(first[edges.index.count[first] > 0])


def _limit(frame: Frame) -> float:
    return max(_SLACK, frame.grain.units)


def _points_off(frame: Frame, outline: Lines) -> list[tuple[int, shapely.Geometry, float]]:
    """Place of each shape off the outlines, the shape, and its distance in units."""
    points = shapely.centroid(frame.shapes.units)
    if not len(outline):
        return [(n, p, float("nan")) for n, p in enumerate(points)]
    places, away = shapely.STRtree(outline).query_nearest(points, return_distance=True, all_matches=False)
    off = away > _limit(frame)
    return [(int(n), points[n], float(d)) for n, d in zip(places[0][off], away[off], strict=True)]


def _stretches_off(frame: Frame, outline: Lines) -> list[tuple[int, shapely.Geometry, float]]:
    """Stretches of lines that leave the outlines: place of the line, the stretch, its length in units."""
    segments, owner = _own_segments(frame)
    limit = _limit(frame)
    tree = shapely.STRtree(outline)
    which, near = tree.query(segments, predicate="dwithin", distance=limit)
    same = shapely.equals(segments[which], outline[near])
    open_ = np.ones(len(segments), bool)
    open_[which[same]] = False
    rest = np.flatnonzero(open_)
    keep = np.isin(which, rest)
    which, near = which[keep], near[keep]
    left: dict[int, list[shapely.Geometry]] = {}
    for number, roads in _grouped(which, near, rest):
        band = shapely.union_all(shapely.buffer(outline[roads], limit, cap_style="square"))
        stretch = shapely.difference(segments[number], band) if len(roads) else segments[number]
        if stretch.length > 2 * limit:
            left.setdefault(int(owner[number]), []).append(stretch)
    return [
        (place, part, float(part.length)) for place, stretches in sorted(left.items()) for part in _joined(stretches, limit)
    ]


def _own_segments(frame: Frame) -> tuple[Lines, Ints]:
    if frame.shapes.kind == "line":
        return frame.lines.segments(), frame.lines.segment_owner
    edges = frame.edges
    real = np.flatnonzero(edges.index.count > 0)
    return edges.lines(real), edges.index.geometry[real]


def _grouped(which: Ints, values: Ints, all_: Ints) -> list[tuple[int, Ints]]:
    """Values by the number they belong to, for each number of `all_` (sorted)."""
    order = np.argsort(which, kind="stable")
    first = np.searchsorted(which[order], all_, "left")
    last = np.searchsorted(which[order], all_, "right")
    return [(int(n), values[order[a:b]]) for n, a, b in zip(all_, first, last, strict=True)]


def _joined(stretches: list[shapely.Geometry], limit: float) -> Lines:
    """Stretches that follow one another are one."""
    lines = shapely.get_parts(np.array(stretches, object))
    bands = shapely.get_parts(shapely.union_all(shapely.buffer(lines, 2 * limit)))
    home, part = shapely.STRtree(bands).query(lines, predicate="intersects")
    groups = [lines[home[part == n]] for n in range(len(bands))]
    return np.array([shapely.multilinestrings(list(group)) if len(group) > 1 else group[0] for group in groups], object)


def _off(rule: Rule, own: Frame, other: Frame, plane: Shapes, place: int, part: shapely.Geometry, size: float) -> Finding:
    """A stretch (or point) off the boundary, `size` units; the length of a stretch is taken in the plane."""
    row = int(own.shapes.rows[place])
    shape = own.shapes.deliver(part)
    at = shape if shape.geom_type == "Point" else _middle(shape)
    metres = size / own.shapes.scale
    if shape.geom_type != "Point" and plane is not own.shapes:
        metres = shapely.length(shapely.transform(shape, plane.local)) / plane.scale
    words = f"离{other.entity.title}的边界 {metres:.4f} 米" if shape.geom_type == "Point" else \
        f"有 {metres:.4f} 米不在{other.entity.title}的边界上"  # fmt: skip
    return make(rule, f"{own.entity.title}{words}。", layer=own.name, key=own.key(row), row=own.row_number(row), x=at.x, y=at.y,
                measure=round(metres, 6) if np.isfinite(metres) else None, unit="m", geometry=shape)  # fmt: skip


def _middle(line: shapely.Geometry) -> shapely.Point:
    longest = max(shapely.get_parts(line), key=lambda p: p.length)
    return longest.interpolate(0.5, normalized=True)


@dataclass(frozen=True)
class Rim:
    """The vertices and segments of a layer that may have to meet another layer: the outer border, or ends of lines.

    `at` (n, 2) units, `owner` place of each vertex's shape, `after` number of the next vertex along the rim or -1. Behind the
    vertices stand the middles of the segments; `ends` (m, 2) are the vertices of each segment that has a middle there.
    """

    frame: Frame
    at: Ints
    owner: Ints
    after: Ints
    segments: Lines
    segment_owner: Ints
    ends: Ints

    @classmethod
    def of(cls, frame: Frame) -> "Rim":
        """Open edges of a polygon layer; free ends of a line layer."""
        if frame.shapes.kind == "line":
            ends, part, _ = frame.lines.ends
            owner = frame.lines.owner[part]
            none = np.full(len(ends), -1, np.int64)
            every = frame.lines.segments()
            return cls(frame, frame.lines.coords[ends], owner, none, every, frame.lines.segment_owner, np.empty((0, 2), np.int64))
        edges = frame.edges
        starts = edges.open
        follows = edges.index.following[starts]
        number = np.full(len(edges.batch.coords), -1, np.int64)
        places = np.union1d(starts, follows)
        number[places] = np.arange(len(places))
        after = np.full(len(places), -1, np.int64)
        after[number[starts]] = number[follows]
        at = edges.batch.coords[places] - np.array(frame.shapes.origin)
        owner = edges.index.geometry
        ends = np.column_stack([number[starts], number[follows]])
        at = np.concatenate([at, at[ends].sum(axis=1) // 2])
        after = np.concatenate([after, np.full(len(starts), -1, np.int64)])
        return cls(frame, at, np.concatenate([owner[places], owner[starts]]), after, edges.lines(starts), owner[starts], ends)

    def segment_of(self, vertex: int) -> Ints | None:
        """The ends (2, 2) of the segment of which this is the middle; None for a vertex."""
        number = vertex - (len(self.at) - len(self.ends))
        return self.at[self.ends[number]] if number >= 0 else None

    def along(self, near: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Which vertices and middles run along the other rim, by which of them are near it: a middle between two such ends."""
        out = near.copy()
        if len(self.ends):
            out[-len(self.ends) :] &= near[self.ends].all(axis=1)
        return out


@dataclass(frozen=True)
class Miss:
    """A vertex of one rim that nearly meets the other: its number, the shape of the other rim, the distance in units."""

    own: bool
    vertex: int
    other: int
    distance: float


def edge_match(rule: Rule, context: Context) -> None:
    """Where the borders of two layers run within the tolerance of one another they are one line."""
    pair = pair_of(rule, context, "with")
    if pair is not None:
        found = _mismatches(rule, *pair, float(rule.params["tolerance"]))
        context.collector.note(rule, len(found), [tell() for tell in found[:LISTED]])


def boundary_equal(rule: Rule, context: Context) -> None:
    """The border with a neighbouring county is the neighbour's border; silent where no neighbour is given.

    Borders that run within the tolerance of one another are compared vertex by vertex; beyond it they are two borders,
    and only what both counties claim is told.
    """
    own = context.frames.get(str(rule.params["layer"]))
    other = context.neighbour(own) if own is not None else None
    if own is None or other is None or context.apart(own):
        return
    tolerance = float(rule.params.get("tolerance", _NEIGHBOUR_TOLERANCE))
    found = _mismatches(rule, own, other, tolerance)
    if own.shapes.kind == "polygon":
        both = shared_parts(own.shapes, other.shapes, Grain(tolerance * own.shapes.scale))
        rows, others = own.shapes.rows, other.shapes.rows
        found += [partial(shared, rule, own, other, int(rows[a]), int(others[b]), part) for a, b, part in both]
    context.collector.note(rule, len(found), [tell() for tell in found[:LISTED]])


_NEIGHBOUR_TOLERANCE = 1.0
"""Metres within which two counties' borders are taken for the same border."""


def _mismatches(rule: Rule, first: Frame, second: Frame, tolerance: float) -> list[Callable[[], Finding]]:
    """One for each stretch where the borders run within the tolerance of one another and are not the same."""
    mine, theirs = Rim.of(first), Rim.of(second)
    missed = _missed(mine, theirs, tolerance, own=True) + _missed(theirs, mine, tolerance, own=False)
    places = _clusters(missed, mine, theirs, tolerance * first.shapes.scale)
    return [partial(_mismatch, rule, mine, theirs, group) for group in places]


def _missed(rim: Rim, other: Rim, tolerance: float, *, own: bool) -> list[Miss]:
    if not len(rim.at) or not len(other.segments):
        return []
    scale = rim.frame.shapes.scale
    points = shapely.points(rim.at.astype(np.float64))
    found, away = shapely.STRtree(other.segments).query_nearest(
        points, max_distance=tolerance * scale, return_distance=True, all_matches=False
    )
    near = np.zeros(len(rim.at), bool)
    near[found[0]] = True
    off = (away > _limit(rim.frame)) & rim.along(near)[found[0]]
    who, against, away = found[0][off], found[1][off], away[off]
    also = _off_in_degrees(rim, other, who)
    who, against, away = who[also], against[also], away[also]
    return [Miss(own, int(v), int(other.segment_owner[s]), float(d)) for v, s, d in zip(who, against, away, strict=True)]


def _off_in_degrees(rim: Rim, other: Rim, who: Ints) -> NDArray[np.bool_]:
    """Which of the points are off the other rim too where edges that are straight in degrees stay straight.

    A vertex on a long edge of a layer in degrees lies beside that edge in the plane, and is no fault.
    """
    here, there = rim.frame.shapes.second, other.frame.shapes.second
    if not len(who) or here is None or there is None or {here.kind, there.kind} != {"polygon"} or here.origin != there.origin:
        return np.ones(len(who), bool)
    at = here.local(rim.frame.shapes.delivered(rim.at.astype(np.float64)))
    if len(rim.ends):
        at[-len(rim.ends) :] = at[rim.ends].mean(axis=1)
    edges = other.frame.second
    assert edges is not None  # noqa: S101  it has a second reading
    _, away = shapely.STRtree(edges.lines(edges.open)).query_nearest(
        shapely.points(at[who]), return_distance=True, all_matches=False
    )
    return np.asarray(away > _limit(rim.frame), bool)


def _clusters(missed: list[Miss], mine: Rim, theirs: Rim, reach: float) -> list[list[Miss]]:
    """Misses of one stretch of border: same place, neighbours along a rim, one segment, or opposite within the tolerance."""
    if not missed:
        return []
    at = np.array([(mine if m.own else theirs).at[m.vertex] for m in missed], np.float64)
    lines = [shapely.Point(p).buffer(reach * 1.01) for p in at]
    by_vertex = {(m.own, m.vertex): n for n, m in enumerate(missed)}
    for n, miss in enumerate(missed):
        rim = mine if miss.own else theirs
        follower = by_vertex.get((miss.own, int(rim.after[miss.vertex])))
        joined = [at[n], at[follower]] if follower is not None else rim.segment_of(miss.vertex)
        if joined is not None:
            lines[n] = shapely.union(lines[n], shapely.LineString(joined).buffer(reach))
    whole = shapely.get_parts(shapely.union_all(lines))
    home, part = shapely.STRtree(whole).query(shapely.points(at), predicate="intersects")
    groups = [[missed[n] for n in home[part == g].tolist()] for g in range(len(whole))]
    return [group for group in groups if group]


def _mismatch(rule: Rule, mine: Rim, theirs: Rim, group: list[Miss]) -> Finding:
    first, second = mine.frame, theirs.frame
    worst = max(group, key=lambda m: m.distance)
    own = {mine.owner[m.vertex] if m.own else m.other for m in group}
    other = {m.other if m.own else theirs.owner[m.vertex] for m in group}
    rows = first.by_key(first.shapes.rows[sorted(int(o) for o in own)])
    partners = second.by_key(second.shapes.rows[sorted(int(o) for o in other)])
    x, y = first.shapes.delivered((mine if worst.own else theirs).at[worst.vertex].astype(np.float64))[0]
    metres = worst.distance / first.shapes.scale
    named = (*(first.partner(r) for r in rows[1:]), *(second.partner(r) for r in partners))
    return make(
        rule, f"与{second.entity.title} {second.called(partners[0])} 接边不符，最大相差 {metres:.4f} 米。", layer=first.name,
        key=first.key(rows[0]), row=first.row_number(rows[0]), x=float(x), y=float(y), measure=round(metres, 6), unit="m",
        partners=named[:20], geometry=shapely.Point(x, y),
    )  # fmt: skip
