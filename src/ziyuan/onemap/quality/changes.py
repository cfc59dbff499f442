"""Rules about a year of changes: what the process record (更新过程) declares against what the shapes and codes say.

`base` is the layer as it was: that of the edition before where the check is given one, else a layer of the file.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow.compute as pc
import shapely
from numpy.typing import NDArray

from ziyuan.onemap.quality.areal import shown_area
from ziyuan.onemap.quality.collector import LISTED, Finding, make
from ziyuan.onemap.quality.context import Context
from ziyuan.onemap.quality.frames import Frame
from ziyuan.onemap.quality.strips import ground_area, thick_parts
from ziyuan.onemap.quality.threads import in_threads
from ziyuan.onemap.standards.model import Rule

_WITHIN = 1.0
"""Square metres by which a declared area may differ where the rule says nothing."""
Texts = NDArray[np.object_]


@dataclass(frozen=True)
class Change:
    """The three layers of a change rule; `record` has a before key, an after key and perhaps an area in each row."""

    base: Frame
    new: Frame
    record: Frame | None
    before: Texts
    after: Texts


def _change(rule: Rule, context: Context) -> Change | None:
    base, new = context.base(str(rule.params["base"])), context.frames.get(str(rule.params["new_state"]))
    named = rule.params.get("record")
    record = context.frames.get(str(named)) if named else None
    if base is None or new is None or (named and record is None) or context.apart(base, new):
        return None
    empty = np.empty(0, object)
    return Change(base, new, record, _texts(record, rule, "before", empty), _texts(record, rule, "after", empty))


def _texts(record: Frame | None, rule: Rule, key: str, empty: Texts) -> Texts:
    named = rule.params.get(key)
    return empty if record is None or not named else record.text(str(named)).to_numpy(zero_copy_only=False)


def declared_equals_computed(rule: Rule, context: Context) -> None:
    """Each pair of old and new feature in the record overlaps as declared, and each overlap is in the record."""
    change = _change(rule, context)
    if change is None or change.record is None:
        return
    limit = float(rule.params.get("within", _WITHIN))
    computed = _computed(change)
    area = rule.params.get("area")
    stated = change.record.numbers(str(area)) if area and change.record.has(str(area)) else None
    found = []
    declared: set[tuple[str, str]] = set()
    for row, pair in enumerate(zip(change.before, change.after, strict=True)):
        if None in pair:
            continue
        declared.add(pair)
        size = computed.get(pair, (0.0, None))[0]
        if pair not in computed:
            found.append(_declared(rule, change, row, pair, "变更前后的图形没有重叠", None))
        elif stated is not None and stated.known[row] and abs(float(stated.values[row]) - size) > limit:
            found.append(_declared(rule, change, row, pair, f"变化面积应为 {size:.2f} 平方米", size, float(stated.values[row])))
    missing = [(pair, *computed[pair]) for pair in sorted(computed.keys() - declared) if computed[pair][0] > limit]
    found += [_undeclared(rule, change, *one) for one in missing]
    context.collector.note(rule, len(found), found[:LISTED])


Computed = dict[tuple[str, str], tuple[float, shapely.Geometry | None]]


def _computed(change: Change) -> Computed:
    """Overlap of old and new features by their keys: m² on the ground, and its shape in units."""
    old, new = change.base.shapes, change.new.shapes
    left, right = old.tree.query(new.sound, predicate="intersects")
    shared = in_threads(shapely.intersection, new.sound[left], old.sound[right])
    out: Computed = {}
    for place in np.flatnonzero(shapely.area(shared) > 0).tolist():
        part = thick_parts(shared[place], change.new.grain)
        keys = (change.base.keys[old.rows[right[place]]], change.new.keys[new.rows[left[place]]])
        if part is not None and None not in keys:
            out[keys] = (ground_area(part, new, change.new.model.space.area), part)
    return out


def _declared(rule: Rule, change: Change, row: int, pair: tuple[str, str], words: str, size: float | None,
              stated: float | None = None) -> Finding:  # fmt: skip
    record = change.record
    place = _place_of(change.new, pair[1])
    return make(
        rule, f"变更记录 {pair[0]} → {pair[1]}：{words}。", layer=record.name if record else None, key=pair[0],
        partners=(pair[1],), row=record.row_number(row) if record else None,
        field=rule.params.get("area") if size is not None else None,
        value=None if stated is None else f"{stated:g}", expected=None if size is None else f"{size:.2f}",
        measure=None if size is None or stated is None else round(stated - size, 4), unit=None if size is None else "m2",
        x=place[0] if place else None, y=place[1] if place else None,
    )  # fmt: skip


def _undeclared(rule: Rule, change: Change, pair: tuple[str, str], size: float, part: shapely.Geometry) -> Finding:
    shape = change.new.shapes.deliver(part)
    point = shapely.point_on_surface(shape)
    return make(
        rule, f"{pair[0]} → {pair[1]} 变化 {shown_area(size)} 平方米，变更记录中没有。", layer=change.new.name, key=pair[1],
        partners=(pair[0],), x=point.x, y=point.y, measure=round(size, 4), unit="m2", geometry=shape,
    )  # fmt: skip


def _row_of(frame: Frame, key: str | None) -> int | None:
    found = np.flatnonzero(frame.keys == key) if key is not None else np.zeros(0, int)
    return int(found[0]) if len(found) else None


def _place_of(frame: Frame, key: str | None) -> tuple[float, float] | None:
    row = _row_of(frame, key)
    return None if row is None else frame.place(row)


def untouched_identical(rule: Rule, context: Context) -> None:
    """What the record does not name is as it was: same shape, same values but for `ignore`."""
    change = _change(rule, context)
    if change is None:
        return
    named = {key for key in (*change.before, *change.after) if key is not None}
    new_rows = {key: row for row, key in enumerate(change.new.keys) if key is not None}
    whole = change.base.name == change.new.name
    pairs, lost = [], []
    for row, key in enumerate(change.base.keys):
        if key is None or key in named:
            continue
        if key in new_rows:
            pairs.append((row, new_rows[key]))
        elif whole:
            lost.append(row)
    found = [_lost(rule, change, row) for row in lost] + _differing(rule, change, np.array(pairs, np.int64).reshape(-1, 2))
    context.collector.note(rule, len(found), found[:LISTED])


def _lost(rule: Rule, change: Change, row: int) -> Finding:
    place = change.base.place(row)
    return make(rule, f"上一版的 {change.base.called(row)} 不在本版中，变更记录也没有说明。", layer=change.new.name,
                key=change.base.key(row), x=place[0] if place else None, y=place[1] if place else None)  # fmt: skip


def _differing(rule: Rule, change: Change, pairs: NDArray[np.int64]) -> list[Finding]:
    if not len(pairs):
        return []
    old, new = pairs.T
    ignore = {str(f) for f in rule.params.get("ignore") or ()}
    moved = _prints(change.base)[old] != _prints(change.new)[new]
    fields: dict[int, list[str]] = {int(n): ["图形"] for n in np.flatnonzero(moved)}
    for name in change.new.entity.fields:
        if name in ignore or not (change.base.has(name) and change.new.has(name)):
            continue
        was, now = change.base.text(name).take(old), change.new.text(name).take(new)
        same = pc.fill_null(pc.equal(was, now), False).to_numpy(zero_copy_only=False)
        same |= (pc.is_null(was).to_numpy(zero_copy_only=False)) & (pc.is_null(now).to_numpy(zero_copy_only=False))
        for n in np.flatnonzero(~same).tolist():
            fields.setdefault(n, []).append(name)
    return [_changed(rule, change, int(new[n]), names) for n, names in sorted(fields.items())]


def _prints(frame: Frame) -> NDArray[np.uint64]:
    """A number for the shape of each row; equal shapes have equal ones."""
    out = np.zeros(len(frame), np.uint64)
    out[frame.shapes.rows] = frame.edges.fingerprints()
    return out


def _changed(rule: Rule, change: Change, row: int, names: list[str]) -> Finding:
    place = change.new.place(row)
    return make(rule, f"未列入变更的 {change.new.called(row)} 与上一版不同：{'、'.join(names)}。", layer=change.new.name,
                key=change.new.key(row), row=change.new.row_number(row), value="、".join(names),
                x=place[0] if place else None, y=place[1] if place else None)  # fmt: skip


def allowed_transition(rule: Rule, context: Context) -> None:
    """A code changes only into those allowed; or into none of the forbidden."""
    record = context.frames.get(str(rule.params["record"]))
    source, target = str(rule.params["from"]), str(rule.params["to"])
    if record is None or not (record.has(source) and record.has(target)):
        return
    was, now = record.text(source), record.text(target)
    pairs = list(zip(was.to_pylist(), now.to_pylist(), strict=True))
    allowed, forbidden = ({(str(a), str(b)) for a, b in rule.params.get(k) or ()} for k in ("allowed", "forbidden"))
    wrong = {p for p in set(pairs) if None not in p and p[0] != p[1] and (p in forbidden or (allowed and p not in allowed))}
    rows = [row for row, pair in enumerate(pairs) if pair in wrong]
    context.collector.rows(
        rule, record, rows, lambda r: f"{source} {pairs[r][0]} 变为 {target} {pairs[r][1]}，不在允许的变化之内。",
        value=lambda r: f"{pairs[r][0]} → {pairs[r][1]}",
    )  # fmt: skip


def parent_child(rule: Rule, context: Context) -> None:
    """New features have parents in the record, named features exist, and the children of a parent add up to it."""
    change = _change(rule, context)
    if change is None or change.record is None:
        return
    found = _orphans(rule, change)
    found += _unknown(rule, change, change.before, change.base, str(rule.params["before"]))
    found += _unknown(rule, change, change.after, change.new, str(rule.params["after"]))
    area = rule.params.get("area")
    if area and change.record.has(str(area)):
        found += _unequal(rule, change, str(area))
    context.collector.note(rule, len(found), found[:LISTED])


def _orphans(rule: Rule, change: Change) -> list[Finding]:
    known = set(change.after)
    out = []
    for row in [r for r, key in enumerate(change.new.keys) if key is not None and key not in known]:
        place = change.new.place(row)
        message = f"{change.new.called(row)} 在变更记录中没有来源。"
        out.append(make(rule, message, layer=change.new.name, key=change.new.key(row), row=change.new.row_number(row),
                        x=place[0] if place else None, y=place[1] if place else None))  # fmt: skip
    return out


def _unknown(rule: Rule, change: Change, keys: Texts, where: Frame, field: str) -> list[Finding]:
    known = set(where.keys)
    record = change.record
    lost: dict[str, int] = {}
    for row, key in enumerate(keys):
        if key is not None and key not in known:
            lost.setdefault(key, row)
    return [
        make(rule, f"变更记录中的 {key} 在{where.entity.title}中没有。", layer=record.name if record else None, key=key,
             field=field, value=key, row=record.row_number(row) if record else None)
        for key, row in lost.items()
    ]  # fmt: skip


def _unequal(rule: Rule, change: Change, area: str) -> list[Finding]:
    """Parents whose declared pieces do not add up to their own area."""
    record = change.record
    if record is None:
        return []
    stated = record.numbers(area)
    sums: dict[str, float] = {}
    for key, value, known in zip(change.before, stated.values, stated.known, strict=True):
        if key is not None:
            sums[key] = sums.get(key, 0.0) + (float(value) if known else 0.0)
    shapes, limit = change.base.shapes, float(rule.params.get("within", _WITHIN))
    place = {change.base.keys[row]: n for n, row in enumerate(shapes.rows)}
    out = []
    for key in [k for k in sums if k in place]:
        whole = ground_area(shapes.units[place[key]], shapes, change.base.model.space.area)
        if abs(sums[key] - whole) > limit:
            point = shapely.point_on_surface(shapes.given[shapes.rows[place[key]]])
            message = f"{key} 的变化面积合计 {sums[key]:.2f} 平方米，图形面积 {whole:.2f} 平方米。"
            out.append(make(
                rule, message, layer=record.name, key=key, field=area, value=f"{sums[key]:.2f}", expected=f"{whole:.2f}",
                measure=round(sums[key] - whole, 4), unit="m2", x=point.x, y=point.y,
            ))  # fmt: skip
    return out
