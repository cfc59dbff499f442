"""Topology inside one polygon layer: duplicates, overlaps, contained shapes, gaps.

Fast path: only shapes that own an open edge (an edge that is no common border of exactly two features) go
to GEOS, and whatever they overlap follows until nothing new comes. Judged on plane integers; a strip
narrower than the resolution is rounding, not a fault.
"""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from ziyuan.onemap.quality.collector import LISTED, Finding, make
from ziyuan.onemap.quality.context import Context
from ziyuan.onemap.quality.edges import Edges
from ziyuan.onemap.quality.faces import faces_of, square_metres, wide_parts
from ziyuan.onemap.quality.frames import Frame
from ziyuan.onemap.standards.model import Rule

_SAME = 1e-9


@dataclass(frozen=True)
class Overlap:
    """Two shapes (places in `units`) and what they share, in units; `contained` names the inner one."""

    first: int
    second: int
    shared: shapely.Geometry
    contained: int | None = None


@dataclass(frozen=True)
class Conflicts:
    """All pairs in conflict of one layer: groups of equal shapes, and overlaps between different ones."""

    duplicates: list[NDArray[np.int64]]
    overlaps: list[Overlap]


def conflicts(edges: Edges, noise: float) -> Conflicts:
    """Find all that are at least `noise` metres wide; a group of equal shapes is represented by its first."""
    groups = _equal_groups(edges)
    spare = {int(place) for group in groups for place in group[1:]}
    return Conflicts(groups, _overlaps(edges, spare, noise))


def _equal_groups(edges: Edges) -> list[NDArray[np.int64]]:
    prints = edges.fingerprints()
    order = np.argsort(prints, kind="stable")
    ordered = prints[order]
    first = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]]) if len(ordered) else np.zeros(0, np.int64)
    counts = np.diff(np.r_[first, len(ordered)])
    many = counts > 1
    return [np.sort(order[f : f + c]) for f, c in zip(first[many], counts[many], strict=True)]


def _overlaps(edges: Edges, spare: set[int], noise: float) -> list[Overlap]:
    shapes = edges.shapes
    seen: set[tuple[int, int]] = set()
    done = np.zeros(len(shapes.units), bool)
    todo = edges.candidates
    found: list[Overlap] = []
    while len(todo):
        done[todo] = True
        pairs = _meeting_pairs(shapes.tree, shapes.sound, todo, spare, seen)
        new = [o for o in (_overlap(shapes.sound, *p, noise) for p in pairs) if o is not None]
        found += new
        partners = {place for o in new for place in (o.first, o.second)}
        todo = np.array(sorted(p for p in partners if not done[p]), np.int64)
    return sorted(found, key=lambda o: (o.first, o.second))


def _meeting_pairs(tree: shapely.STRtree, sound: NDArray[np.object_], todo: NDArray[np.int64], spare: set[int],
                   seen: set[tuple[int, int]]) -> list[tuple[int, int]]:  # fmt: skip
    """Pairs whose interiors may meet and that were not judged before."""
    left, right = tree.query(sound[todo])
    left = todo[left]
    low, high = np.minimum(left, right), np.maximum(left, right)
    low, high = low[low != high], high[low != high]
    pairs = np.unique(np.stack([low, high], axis=1), axis=0) if len(low) else np.zeros((0, 2), np.int64)
    fresh = [(a, b) for a, b in pairs.tolist() if (a, b) not in seen and a not in spare and b not in spare]
    seen.update(fresh)
    if not fresh:
        return []
    a, b = np.array(fresh).T
    shapely.prepare(sound[np.unique(a)])
    apart = shapely.touches(sound[a], sound[b]) | ~shapely.intersects(sound[a], sound[b])
    return [pair for pair, away in zip(fresh, apart, strict=True) if not away]


def _overlap(sound: NDArray[np.object_], first: int, second: int, noise: float) -> Overlap | None:
    shared = wide_parts(shapely.intersection(sound[first], sound[second]), noise)
    if shared is None:
        return None
    sizes = {place: sound[place].area for place in (first, second)}
    inner = min(sizes, key=lambda place: sizes[place])
    whole = abs(shared.area - sizes[inner]) <= _SAME * sizes[inner] + 1.0
    return Overlap(first, second, shared, inner if whole else None)


def conflicts_of(frame: Frame, context: Context) -> Conflicts:
    """The conflicts of a frame, computed once."""
    if frame.name not in context.conflicts:
        context.conflicts[frame.name] = conflicts(frame.edges, frame.model.space.resolution)
    return context.conflicts[frame.name]


def no_duplicate(rule: Rule, frame: Frame, context: Context) -> None:
    """Equal shapes, whatever the ring start, direction and order."""
    groups = conflicts_of(frame, context).duplicates
    shown = []
    for group in groups[:LISTED]:
        rows = _by_key(frame, frame.shapes.rows[group])
        shape = frame.shapes.given[rows[0]]
        point = shapely.point_on_surface(shape)
        area = float(frame.shapes.areas[group[0]])
        shown.append(
            _finding(rule, frame, rows, f"{len(rows)} 个图形完全相同。", point, area, shape)
        )
    context.collector.note(rule, len(groups), shown)


def no_overlap(rule: Rule, frame: Frame, context: Context) -> None:
    """Interiors that share area. Contained and equal shapes are told by their own rules, if the model has them."""
    kinds = {r.kind for r in frame.entity.rules}
    found = conflicts_of(frame, context)
    overlaps = [o for o in found.overlaps if o.contained is None or "no_contained" not in kinds]
    if "no_duplicate" not in kinds:
        whole = frame.shapes.sound
        overlaps += [Overlap(int(g[0]), int(p), whole[p]) for g in found.duplicates for p in g[1:]]
    _report(rule, frame, context, overlaps, "与 {} 重叠 {:.4f} 平方米。")


def no_contained(rule: Rule, frame: Frame, context: Context) -> None:
    """A shape that lies wholly inside another."""
    overlaps = [o for o in conflicts_of(frame, context).overlaps if o.contained is not None]
    _report(rule, frame, context, overlaps, "与 {} 是包含关系，被包含部分 {:.4f} 平方米。")


def _report(rule: Rule, frame: Frame, context: Context, overlaps: list[Overlap], words: str) -> None:
    shown = []
    for overlap in overlaps[:LISTED]:
        rows = _by_key(frame, frame.shapes.rows[[overlap.first, overlap.second]])
        area = square_metres(overlap.shared)
        shape = frame.shapes.deliver(overlap.shared)
        message = words.format(frame.called(rows[1]), area)
        shown.append(_finding(rule, frame, rows, message, shapely.point_on_surface(shape), area, shape))
    context.collector.note(rule, len(overlaps), shown)


def _by_key(frame: Frame, rows: NDArray[np.int64]) -> list[int]:
    return sorted((int(r) for r in rows), key=lambda r: (str(frame.keys[r] or ""), r))


def _finding(rule: Rule, frame: Frame, rows: list[int], message: str, point: shapely.Point, area: float,
             shape: shapely.Geometry) -> Finding:  # fmt: skip
    return make(
        rule, message, key=frame.key(rows[0]), row=frame.row_number(rows[0]), x=point.x, y=point.y,
        measure=round(area, 4), unit="m2", partners=tuple(frame.called(r) for r in rows[1:]), geometry=shape,
    )  # fmt: skip


def no_gap(rule: Rule, frame: Frame, context: Context) -> None:
    """Enclosed area that no feature covers; where `within` names a layer, only inside that layer."""
    faces = faces_of(frame.edges, noise=frame.model.space.resolution)
    open_ = ~faces.covered(frame.shapes)
    within = context.frames.get(str(rule.params.get("within")))
    if within is not None and within.name not in context.shifted:
        open_ &= faces.covered(within.shapes)
    gaps = [g for g in faces.shapes[open_] if _narrow_enough(g, rule.params.get("max_width"))]
    context.gaps[frame.name] = gaps
    gaps.sort(key=lambda g: (-g.area, g.bounds))
    context.collector.note(rule, len(gaps), [_gap(rule, frame, gap) for gap in gaps[:LISTED]])


def _narrow_enough(gap: shapely.Geometry, limit: float | None) -> bool:
    return limit is None or 2 * gap.area / gap.length / 10_000 <= limit


def _gap(rule: Rule, frame: Frame, gap: shapely.Geometry) -> Finding:
    shape = frame.shapes.deliver(gap)
    point = shapely.point_on_surface(shape)
    around = frame.shapes.rows[frame.shapes.tree.query(gap, predicate="intersects")]
    rows = _by_key(frame, around)
    area = square_metres(gap)
    return make(
        rule, f"图形之间有缝隙，面积 {area:.4f} 平方米，平均宽 {2 * gap.area / gap.length / 10_000:.4f} 米。",
        key=frame.key(rows[0]) if rows else None, row=frame.row_number(rows[0]) if rows else None,
        x=point.x, y=point.y, measure=round(area, 4), unit="m2",
        partners=tuple(frame.called(r) for r in rows[1:20]), geometry=shape,
    )  # fmt: skip
