"""Rules between two layers of one delivery, judged on the same plane integers."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from numpy.typing import NDArray

from ziyuan.onemap.quality.areal import meeting, owners_of, shown_area, uncovered
from ziyuan.onemap.quality.collector import LISTED, Finding, make
from ziyuan.onemap.quality.context import Context
from ziyuan.onemap.quality.frames import Frame
from ziyuan.onemap.quality.shapes import Shapes
from ziyuan.onemap.quality.strips import Grain, ground_area, thick_parts
from ziyuan.onemap.quality.threads import in_threads
from ziyuan.onemap.standards.model import Rule


def pair_of(rule: Rule, context: Context, other: str) -> tuple[Frame, Frame] | None:
    """Both layers, when both are there and both lie where they should."""
    names = (str(rule.params["layer"]), str(rule.params[other]))
    if any(name not in context.frames for name in names):
        return None
    first, second = (context.frames[name] for name in names)
    return None if context.apart(first, second) else (first, second)


def covered_by(rule: Rule, context: Context) -> None:
    """Every part of one layer lies in the other; with `both_ways` the reverse too, but for gaps already told."""
    pair = pair_of(rule, context, "by")
    if pair is None or str(rule.params.get("unless")) in context.frames:
        return
    inner, outer = pair
    if inner.shapes.kind != "polygon":
        _outside(rule, context, inner, outer)
        return
    found = [(strip, inner, outer) for strip in _uncovered_in_both(inner, outer)]
    if rule.params.get("both_ways"):
        bare = _uncovered_in_both(outer, inner)
        told = shapely.STRtree(context.gaps.get(inner.name, []))
        known = np.zeros(len(bare), bool)
        if len(bare):
            known[told.query(shapely.point_on_surface(bare), predicate="intersects")[0]] = True
        found += [(strip, outer, inner) for strip in bare[~known]]
    found.sort(key=lambda f: (-f[0].area, f[0].bounds))
    context.collector.note(rule, len(found), [_uncovered(rule, *f) for f in found[:LISTED]])


def _uncovered_in_both(inner: Frame, outer: Frame) -> NDArray[np.object_]:
    """Areas (units) of one layer outside another, in both readings of a layer that had to be projected."""
    found = uncovered(inner.edges, outer.edges, inner.grain)
    if not len(found) or inner.second is None or outer.second is None:
        return found
    there = inner.second.shapes
    others = uncovered(inner.second, outer.second, Grain.of(inner.model.space.resolution, there))
    return meeting(found, others, there, inner.shapes)


def _outside(rule: Rule, context: Context, inner: Frame, outer: Frame) -> None:
    """Points and lines that leave the polygons of another layer."""
    plane = inner.shapes
    if inner.straight.shapes.origin == outer.straight.shapes.origin:
        inner, outer = inner.straight, outer.straight
    shapes, grain = inner.shapes, max(inner.grain.units, 1.0)
    which, near = outer.shapes.tree.query(shapes.units, predicate="dwithin", distance=grain)
    left = shapes.units.copy()
    for place in np.unique(which).tolist():
        around = shapely.union_all(shapely.buffer(outer.shapes.sound[near[which == place]], grain))
        left[place] = shapely.difference(shapes.units[place], around)
    out = np.flatnonzero(~shapely.is_empty(left) & ((shapely.length(left) > 2 * grain) | (shapes.kind == "point")))
    shown = [_left(rule, inner, outer, plane, int(place), left[place]) for place in out[:LISTED]]
    context.collector.note(rule, len(out), shown)


def _left(rule: Rule, inner: Frame, outer: Frame, plane: Shapes, place: int, part: shapely.Geometry) -> Finding:
    row, shape = int(inner.shapes.rows[place]), inner.shapes.deliver(part)
    point = shapely.point_on_surface(shape)
    length = (part if plane is inner.shapes else shapely.transform(shape, plane.local)).length / plane.scale
    words = f"有 {length:.4f} 米" if length else ""
    return make(
        rule, f"{inner.entity.title}{words}在{outer.entity.title}之外。", layer=inner.name, key=inner.key(row),
        row=inner.row_number(row), x=point.x, y=point.y, measure=round(length, 6) if length else 1.0,
        unit="m" if length else "count", geometry=shape,
    )  # fmt: skip


def _uncovered(rule: Rule, strip: shapely.Geometry, whose: Frame, by: Frame) -> Finding:
    shape = whose.shapes.deliver(strip)
    point = shapely.point_on_surface(shape)
    rows = whose.by_key(whose.shapes.rows[owners_of(strip, whose.shapes)])
    area = ground_area(strip, whose.shapes, whose.model.space.area)
    return make(
        rule, f"{whose.entity.title}有 {shown_area(area)} 平方米未被{by.entity.title}覆盖。", layer=whose.name,
        key=whose.key(rows[0]) if rows else None, row=whose.row_number(rows[0]) if rows else None,
        x=point.x, y=point.y, measure=round(area, 8), unit="m2", geometry=shape,
        partners=tuple(whose.partner(r) for r in rows[1:20]),
    )  # fmt: skip


def no_intersection(rule: Rule, context: Context) -> None:
    """Two layers share no area."""
    pair = pair_of(rule, context, "with")
    if pair is None:
        return
    first, second = pair
    found = [(a, b, kept) for a, b, kept in shared_parts(first.shapes, second.shapes, first.grain)]
    if found and first.shapes.second is not None and second.shapes.second is not None:
        grain = Grain.of(first.model.space.resolution, first.shapes.second)
        twice = {(a, b) for a, b, _ in shared_parts(first.shapes.second, second.shapes.second, grain)}
        found = [f for f in found if (f[0], f[1]) in twice]
    shown = [shared(rule, first, second, int(first.shapes.rows[a]), int(second.shapes.rows[b]), part)
             for a, b, part in found[:LISTED]]  # fmt: skip
    context.collector.note(rule, len(found), shown)


def shared_parts(first: Shapes, second: Shapes, grain: Grain) -> list[tuple[int, int, shapely.Geometry]]:
    """Pairs (places in both layers) and what they share beyond the grain, in units."""
    left, right = second.tree.query(first.sound, predicate="intersects")
    common = in_threads(shapely.intersection, first.sound[left], second.sound[right])
    found = []
    for place in np.flatnonzero(shapely.area(common) > 0).tolist():
        kept = thick_parts(common[place], grain)
        if kept is not None:
            found.append((int(left[place]), int(right[place]), kept))
    return found


def shared(rule: Rule, first: Frame, second: Frame, row: int, other: int, part: shapely.Geometry) -> Finding:
    """The finding of two rows of two layers that share a part (units)."""
    shape = first.shapes.deliver(part)
    point = shapely.point_on_surface(shape)
    area = ground_area(part, first.shapes, first.model.space.area)
    return make(
        rule, f"与{second.entity.title} {second.called(other)} 重叠 {shown_area(area)} 平方米。", layer=first.name,
        key=first.key(row), row=first.row_number(row), x=point.x, y=point.y, measure=round(area, 8),
        unit="m2", partners=(second.partner(other),), geometry=shape,
    )  # fmt: skip


def reference_exists(rule: Rule, context: Context) -> None:
    """A code (or its first characters, `head`) occurs in a field of another layer."""
    target, _, field = str(rule.params["in"]).partition(".")
    source = context.frames.get(str(rule.params["layer"]))
    other = context.frames.get(target)
    if source is None or other is None or not source.has(rule.params["field"]) or not other.has(field):
        return
    text = source.text(rule.params["field"])
    head = rule.params.get("head")
    asked = pc.utf8_slice_codeunits(text, 0, int(head)) if head else text
    known = pc.drop_null(other.text(field))
    lost = pc.and_(pc.is_valid(text), pc.invert(pc.is_in(asked, pa.array(known, pa.string()))))
    context.collector.rows(
        rule, source, np.flatnonzero(pc.fill_null(lost, False).to_numpy(zero_copy_only=False)),
        lambda r: f"{rule.params['field']}“{text[r]}”在{other.entity.title}的 {field} 中没有。",
        value=lambda r: text[r].as_py(),
    )  # fmt: skip


def equal_inside(rule: Rule, context: Context) -> None:
    """A field equals a field of the polygon in which the feature lies (judged at a point inside it)."""
    pair = pair_of(rule, context, "inside")
    if pair is None or not pair[0].has(rule.params["field"]) or not pair[1].has(rule.params["equals"]):
        return
    inner, outer = pair
    holder = _holder(inner, outer)
    own = inner.text(rule.params["field"]).to_numpy(zero_copy_only=False)
    theirs = outer.text(rule.params["equals"]).to_numpy(zero_copy_only=False)
    wanted = np.full(len(inner), None, object)
    placed = holder >= 0
    wanted[inner.shapes.rows[placed]] = theirs[holder[placed]]
    wrong = _unlike(own, wanted, empty_too=rule.params.get("empty") == "wrong")
    context.collector.rows(
        rule, inner, np.flatnonzero(wrong),
        lambda r: f"{rule.say}：{rule.params['field']} 是 {own[r] or '空'}，所在的{outer.entity.title}是 {wanted[r]}。",
        value=lambda r: own[r], expected=lambda r: wanted[r],
    )  # fmt: skip


def _unlike(own: NDArray[np.object_], wanted: NDArray[np.object_], *, empty_too: bool) -> NDArray[np.bool_]:
    """Rows with a wanted value that is not their own; those without an own value only if these count."""
    asked, given = (np.array([v is not None for v in values], bool) for values in (wanted, own))
    return asked & np.not_equal(own, wanted) & (empty_too | given)


def _holder(inner: Frame, outer: Frame) -> NDArray[np.int64]:
    """For each usable shape of `inner` the row of `outer` in which it lies; -1 in none."""
    points = shapely.STRtree(inner.shapes.inside)
    holder = np.full(len(inner.shapes.rows), -1, np.int64)
    shapely.prepare(outer.shapes.sound)
    who, which = points.query(outer.shapes.sound, predicate="intersects")
    holder[which] = outer.shapes.rows[who]
    return holder
