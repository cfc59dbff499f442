"""Rules about lines, and about points that lie on one another."""

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from ziyuan.onemap.quality.collector import LISTED, Finding, make
from ziyuan.onemap.quality.context import Context
from ziyuan.onemap.quality.frames import Frame
from ziyuan.onemap.standards.model import Rule

_WIDEST = 1e7
"""Metres within which the nearest other line is looked for."""


def no_dangle(rule: Rule, frame: Frame, context: Context) -> None:
    """Both ends of each line lie on another line (or on another stretch of itself); with `at_ends` on an end of one."""
    points, held = _held(rule, frame)
    if frame.straight is not frame and not held.all():
        _, there = _held(rule, frame.straight)
        held = held | there if len(there) == len(held) else held
    part, loose = frame.lines.ends[1], np.flatnonzero(~held)
    shown = [_dangling(rule, frame, points[n], int(part[n])) for n in loose[:LISTED]]
    context.collector.note(rule, len(loose), shown)


def _held(rule: Rule, frame: Frame) -> tuple[NDArray[np.object_], NDArray[np.bool_]]:
    """The ends of the lines (units), and which of them lie on another line."""
    lines, limit = frame.lines, _tolerance(rule, frame)
    at, _, own = lines.ends
    points = shapely.points(lines.coords[at].astype(np.float64))
    held = np.zeros(len(points), bool)
    if rule.params.get("at_ends"):
        end, other = shapely.STRtree(points).query(points, predicate="dwithin", distance=limit)
        held[end[end != other]] = True
    else:
        end, segment = shapely.STRtree(lines.segments()).query(points, predicate="dwithin", distance=limit)
        held[end[(segment != own[end]) & (lines.lengths[segment] > 0)]] = True
    return points, held


def _tolerance(rule: Rule, frame: Frame) -> float:
    """Units within which two places are one."""
    metres = float(rule.params.get("tolerance", frame.model.space.tolerance))
    return max(metres * frame.shapes.scale, frame.grain.units)


def _dangling(rule: Rule, frame: Frame, point: shapely.Point, part: int) -> Finding:
    lines, shapes = frame.lines, frame.shapes
    row = int(shapes.rows[lines.owner[part]])
    place = shapes.deliver(point)
    away, other = _nearest_other(frame, point, part)
    words = f"，距最近的线 {away:.4f} 米" if away is not None else ""
    return make(
        rule, f"端点悬挂{words}。", key=frame.key(row), row=frame.row_number(row), x=place.x, y=place.y,
        measure=None if away is None else round(away, 6), unit=None if away is None else "m",
        partners=() if other is None or other == row else (frame.partner(other),), geometry=place,
    )  # fmt: skip


def _nearest_other(frame: Frame, point: shapely.Point, part: int) -> tuple[float | None, int | None]:
    """Metres to, and row of, the nearest other line."""
    lines, scale = frame.lines, frame.shapes.scale
    reach = 1.0
    while reach < _WIDEST:
        near = frame.part_tree.query(point, predicate="dwithin", distance=reach * scale)
        near = near[near != part]
        if len(near):
            away = shapely.distance(lines.parts[near], point)
            best = int(near[np.argmin(away)])
            return float(away.min()) / scale, int(frame.shapes.rows[lines.owner[best]])
        reach *= 10
    return None, None


def repeated(rule: Rule, frame: Frame, context: Context) -> None:
    """Consecutive vertices at one place."""
    lines = frame.lines
    places = np.flatnonzero(lines.lengths == 0)
    owner = lines.segment_owner[places]
    who, first, counts = np.unique(owner, return_index=True, return_counts=True)
    shown = []
    for one, at, count in zip(who[:LISTED], first, counts, strict=False):
        shown.append(_at_point(rule, frame, int(one), lines.coords[lines.starts[places[at]]], f"有重复节点 {count} 处。",
                               float(count), "count"))  # fmt: skip
    context.collector.note(rule, len(who), shown)


def _at_point(rule: Rule, frame: Frame, place: int, xy: NDArray[Any], message: str, measure: float, unit: str) -> Finding:
    row = int(frame.shapes.rows[place])
    x, y = frame.shapes.delivered(np.asarray(xy, np.float64))[0]
    return make(rule, message, key=frame.key(row), row=frame.row_number(row), x=float(x), y=float(y),
                measure=measure, unit=unit, geometry=shapely.Point(x, y))  # fmt: skip


def short_edge(rule: Rule, frame: Frame, context: Context) -> None:
    """A stretch between two vertices shorter than the limit; one shared by several lines is one finding."""
    lines, limit = frame.lines, float(rule.params["min_length"])
    places = np.flatnonzero((lines.lengths > 0) & (lines.lengths < limit))
    _, first, group = np.unique(lines.keys[places], return_index=True, return_inverse=True)
    shown = []
    for number, at in enumerate(first[:LISTED].tolist()):
        rows = frame.by_key(np.unique(frame.shapes.rows[lines.segment_owner[places[group == number]]]))
        length = float(lines.lengths[places[at]])
        stretch = frame.shapes.deliver(lines.segments(places[at : at + 1])[0])
        shown.append(_stretch(rule, frame, rows, stretch, length, f"边长 {length:.4f} 米，短于 {limit:g} 米。"))
    context.collector.note(rule, len(first), shown)


def _stretch(rule: Rule, frame: Frame, rows: list[int], line: shapely.Geometry, length: float, message: str) -> Finding:
    """A finding on a stretch of line, placed in its middle."""
    longest = max(shapely.get_parts(line), key=lambda p: p.length)
    middle = longest.interpolate(0.5, normalized=True)
    return make(
        rule, message, key=frame.key(rows[0]), row=frame.row_number(rows[0]), x=middle.x, y=middle.y,
        measure=round(length, 6), unit="m", partners=tuple(frame.partner(r) for r in rows[1:]), geometry=line,
    )  # fmt: skip


def self_intersection(rule: Rule, frame: Frame, context: Context) -> None:
    """A line that crosses, touches or runs over itself."""
    shapes = frame.shapes
    crossed = np.flatnonzero(~shapely.is_simple(shapes.units))
    shown = []
    for place in crossed[:LISTED].tolist():
        xy, doubled = _where_crossed(shapes.units[place])
        words = f"线自重叠 {doubled / shapes.scale:.4f} 米。" if doubled else "线自相交。"
        measure, unit = (round(doubled / shapes.scale, 6), "m") if doubled else (1.0, "count")
        shown.append(_at_point(rule, frame, place, np.array(xy), words, measure, unit))
    context.collector.note(rule, len(crossed), shown)


def _where_crossed(line: shapely.Geometry) -> tuple[tuple[float, float], float]:
    """A place where a line meets itself, and the length (units) over which it runs twice."""
    pieces = shapely.get_parts(shapely.node(line))
    xy, part = shapely.get_coordinates(line if line.geom_type == "LineString" else shapely.get_parts(line), return_index=True)
    same = part[1:] == part[:-1]
    segments = shapely.linestrings(np.stack([xy[:-1][same], xy[1:][same]], axis=1))
    segments = segments[shapely.length(segments) > 0]
    middles = shapely.line_interpolate_point(pieces, 0.5, normalized=True)
    hit, _ = shapely.STRtree(segments).query(middles, predicate="dwithin", distance=0.5)
    twice = np.bincount(hit, minlength=len(pieces)) > 1
    if twice.any():
        point = middles[int(np.argmax(twice))]
        return (point.x, point.y), float(shapely.length(pieces[twice]).sum())
    ends = np.concatenate([shapely.get_coordinates(shapely.get_point(pieces, n)) for n in (0, -1)])
    places, counts = np.unique(ends, axis=0, return_counts=True)
    best = places[int(np.argmax(counts))]
    return (float(best[0]), float(best[1])), 0.0


def no_duplicate(rule: Rule, frame: Frame, context: Context) -> None:
    """Lines of the same course whatever their direction; points at one place."""
    groups = duplicates_of(frame)
    shown = []
    for group in groups[:LISTED]:
        rows = frame.by_key(frame.shapes.rows[group])
        shape = frame.shapes.deliver(frame.shapes.units[group[0]])
        if frame.shapes.kind == "line":
            length = float(shapely.length(frame.shapes.units[group[0]])) / frame.shapes.scale
            shown.append(_stretch(rule, frame, rows, shape, length, f"{len(rows)} 条线完全相同。"))
        else:
            point = shapely.get_parts(shape)[0]
            partners = tuple(frame.partner(r) for r in rows[1:])
            shown.append(make(
                rule, f"{len(rows)} 个点在同一位置。", key=frame.key(rows[0]), row=frame.row_number(rows[0]), x=point.x,
                y=point.y, measure=float(len(rows)), unit="count", partners=partners, geometry=shape,
            ))  # fmt: skip
    context.collector.note(rule, len(groups), shown)


def duplicates_of(frame: Frame) -> list[NDArray[np.int64]]:
    """Groups (places in `units`) of equal lines or points."""
    if frame.shapes.kind == "line":
        prints: NDArray[Any] = _courses(frame)
    else:
        prints = shapely.to_wkb(shapely.normalize(frame.shapes.units))
    _, inverse, counts = np.unique(prints, return_inverse=True, return_counts=True)
    order = np.argsort(inverse, kind="stable")
    runs = np.split(order, np.cumsum(counts)[:-1]) if len(order) else []
    return [np.sort(run) for run in runs if len(run) > 1]


def _courses(frame: Frame) -> NDArray[np.int64]:
    """A number for each line, the same for lines of one course, whatever vertices stand on their straight stretches."""
    units = frame.shapes.units
    _, first, course = np.unique(frame.lines.fingerprints(), return_index=True, return_inverse=True)
    _, box = np.unique(shapely.bounds(units[first]), axis=0, return_inverse=True)
    order = np.argsort(box, kind="stable")
    limit = max(frame.grain.units, 1.0)
    for alike in np.split(order, np.flatnonzero(np.diff(box[order])) + 1):
        for number, one in enumerate(alike[1:].tolist(), 1):
            before = alike[:number]
            away = shapely.hausdorff_distance(units[first[before]], units[first[one]])
            same = before[(away <= limit) & (np.abs(shapely.length(units[first[before]]) - units[first[one]].length) <= limit)]
            course[course == one] = same[0] if len(same) else one
    return np.asarray(course, np.int64)


def no_overlap(rule: Rule, frame: Frame, context: Context) -> None:
    """Two lines that run over one another for some length; equal lines are told by their own rule, if there is one."""
    shapes = frame.shapes
    if shapes.kind != "line":
        return
    skip = {tuple(sorted((int(a), int(b)))) for g in duplicates_of(frame) for a in g for b in g if a < b} if \
        any(r.kind == "no_duplicate" for r in frame.entity.rules) else set()  # fmt: skip
    left, right = shapes.tree.query(shapes.units, predicate="intersects")
    once = left < right
    left, right = left[once], right[once]
    shared = shapely.intersection(shapes.units[left], shapes.units[right])
    found = []
    for place in np.flatnonzero(shapely.length(shared) > max(frame.grain.units, 0)).tolist():
        pair = (int(left[place]), int(right[place]))
        if pair not in skip:
            found.append((pair, shared[place]))
    shown = []
    for pair, both in found[:LISTED]:
        rows = frame.by_key(shapes.rows[list(pair)])
        length = float(both.length) / shapes.scale
        runs = shapely.multilinestrings([p for p in shapely.get_parts(both) if p.length > 0])
        message = f"与 {frame.called(rows[1])} 重叠 {length:.4f} 米。"
        shown.append(_stretch(rule, frame, rows, shapes.deliver(runs), length, message))
    context.collector.note(rule, len(found), shown)
