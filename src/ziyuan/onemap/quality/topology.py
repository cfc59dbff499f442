"""Rules about shapes of one polygon layer that share area or leave none: duplicates, overlaps, gaps."""

import numpy as np
import shapely
from numpy.typing import NDArray

from ziyuan.onemap.quality.areal import bare, meeting, neighbours, shown_area
from ziyuan.onemap.quality.collector import LISTED, Finding, make
from ziyuan.onemap.quality.conflicts import Conflicts, Overlap, conflicts
from ziyuan.onemap.quality.context import Context
from ziyuan.onemap.quality.frames import Frame
from ziyuan.onemap.quality.strips import Grain, ground_area, holds_circle
from ziyuan.onemap.standards.model import Rule


def conflicts_of(frame: Frame, context: Context) -> Conflicts:
    """The conflicts of a frame, computed once; pairs with a shape that has no clear inside wait until it has."""
    if frame.name not in context.conflicts:
        found = conflicts(frame.edges, frame.grain)
        if frame.second is not None:
            found = found.among(conflicts(frame.second, Grain.of(frame.model.space.resolution, frame.second.shapes)))
        context.conflicts[frame.name] = _clear(found, frame.shapes.vague)
    return context.conflicts[frame.name]


def _clear(found: Conflicts, vague: NDArray[np.bool_]) -> Conflicts:
    return Conflicts(found.duplicates, [o for o in found.overlaps if not (vague[o.first] or vague[o.second])])


def no_duplicate(rule: Rule, frame: Frame, context: Context) -> None:
    """Equal shapes, whatever the ring start, direction and order, whatever vertices lie on their edges."""
    groups = conflicts_of(frame, context).duplicates
    shown = []
    for group in groups[:LISTED]:
        rows = frame.by_key(frame.shapes.rows[group])
        whole = frame.shapes.sound[group[0]]
        area = ground_area(whole, frame.shapes, frame.model.space.area)
        shown.append(_finding(rule, frame, rows, f"{len(rows)} 个图形完全相同。", area, frame.shapes.deliver(whole)))
    context.collector.note(rule, len(groups), shown)


def no_overlap(rule: Rule, frame: Frame, context: Context) -> None:
    """Interiors that share area. Contained and equal shapes are told by their own rules, if the model has them."""
    kinds = {r.kind for r in frame.entity.rules}
    found = conflicts_of(frame, context)
    overlaps = [o for o in found.overlaps if o.contained is None or "no_contained" not in kinds]
    if "no_duplicate" not in kinds:
        overlaps += _twins(found, frame)
    _report(rule, frame, context, overlaps, "与 {} 重叠 {} 平方米。")


def _twins(found: Conflicts, frame: Frame) -> list[Overlap]:
    """Every pair of equal shapes as an overlap of the whole."""
    whole = frame.shapes.sound
    return [
        Overlap(int(a), int(b), whole[a]) for group in found.duplicates for n, a in enumerate(group) for b in group[n + 1 :]
    ]


def no_contained(rule: Rule, frame: Frame, context: Context) -> None:
    """A shape that lies wholly inside another; equal shapes too where no rule is about them."""
    kinds = {r.kind for r in frame.entity.rules}
    found = conflicts_of(frame, context)
    overlaps = [o for o in found.overlaps if o.contained is not None]
    if not kinds & {"no_duplicate", "no_overlap"}:
        overlaps += _twins(found, frame)
    _report(rule, frame, context, overlaps, "与 {} 是包含关系，被包含部分 {} 平方米。")


def _report(rule: Rule, frame: Frame, context: Context, overlaps: list[Overlap], words: str) -> None:
    shown = []
    for overlap in overlaps[:LISTED]:
        rows = frame.by_key(frame.shapes.rows[[overlap.first, overlap.second]])
        area = ground_area(overlap.shared, frame.shapes, frame.model.space.area)
        message = words.format(frame.called(rows[1]), shown_area(area))
        shown.append(_finding(rule, frame, rows, message, area, frame.shapes.deliver(overlap.shared)))
    context.collector.note(rule, len(overlaps), shown)


def _finding(rule: Rule, frame: Frame, rows: list[int], message: str, area: float, shape: shapely.Geometry) -> Finding:
    point = shapely.point_on_surface(shape)
    return make(
        rule, message, key=frame.key(rows[0]), row=frame.row_number(rows[0]), x=point.x, y=point.y,
        measure=round(area, 8), unit="m2", partners=tuple(frame.partner(r) for r in rows[1:]), geometry=shape,
    )  # fmt: skip


def no_gap(rule: Rule, frame: Frame, context: Context) -> None:
    """Enclosed area that no feature covers; where `within` names a layer, all its area that none covers."""
    within = context.frames.get(str(rule.params.get("within")))
    if within is not None and context.apart(frame, within):
        within = None
    found = _bare(frame, within)
    limit = rule.params.get("max_width")
    if limit is not None and len(found):
        found = found[~holds_circle(found, limit * frame.shapes.scale + 2)]
    gaps = sorted(found, key=lambda g: (-g.area, g.bounds))
    context.gaps.setdefault(frame.name, []).extend(gaps)
    context.collector.note(rule, len(gaps), [_gap(rule, frame, gap) for gap in gaps[:LISTED]])


def _bare(frame: Frame, within: Frame | None) -> NDArray[np.object_]:
    """Bare areas in units, in both readings of a layer that had to be projected."""
    found = bare(frame.edges, within.edges if within else None, frame.grain)
    second = within.second if within else None
    if not len(found) or frame.second is None or (within is not None and second is None):
        return found
    there = frame.second.shapes
    others = bare(frame.second, second, Grain.of(frame.model.space.resolution, there))
    return meeting(found, others, there, frame.shapes)


def _gap(rule: Rule, frame: Frame, gap: shapely.Geometry) -> Finding:
    rows = frame.by_key(frame.shapes.rows[neighbours(gap, frame.shapes)])
    area = ground_area(gap, frame.shapes, frame.model.space.area)
    shape = frame.shapes.deliver(gap)
    point = shapely.point_on_surface(shape)
    wide = 2 * gap.area / gap.length / frame.shapes.scale
    return make(
        rule, f"图形之间有缝隙，面积 {shown_area(area)} 平方米，平均宽 {wide:.4f} 米。",
        key=frame.key(rows[0]) if rows else None, row=frame.row_number(rows[0]) if rows else None,
        x=point.x, y=point.y, measure=round(area, 8), unit="m2",
        partners=tuple(frame.partner(r) for r in rows[1:20]), geometry=shape,
    )  # fmt: skip
