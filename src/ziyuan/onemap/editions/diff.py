"""What changed between two editions or two moments: one row per feature, collapsed, told field by field."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal

import numpy as np
import pyarrow.compute as pc
import shapely

from ziyuan.base.geometry import PlaneBatch
from ziyuan.kernel import service as kernel
from ziyuan.onemap.editions import rows
from ziyuan.onemap.editions.errors import NoEdition
from ziyuan.onemap.editions.layers import Layer, layer
from ziyuan.onemap.editions.links import Link, ties
from ziyuan.onemap.editions.models import Edition
from ziyuan.onemap.editions.moment import Moment
from ziyuan.onemap.editions.zone import zone_of

Kind = Literal["insert", "update", "delete", "renumber"]
When = Edition | int | date | Moment
KINDS: tuple[Kind, ...] = ("insert", "update", "delete", "renumber")


@dataclass(frozen=True)
class FieldChange:
    name: str
    before: Any
    after: Any


@dataclass(frozen=True)
class Change:
    """One feature's change. `geometry` (4490) is the later one, of a deleted feature the earlier one."""

    change: Kind
    key: str
    old_key: str | None
    fields: tuple[FieldChange, ...]
    geometry_changed: bool
    area_before: Decimal | None
    area_after: Decimal | None
    geometry: shapely.Geometry
    parents: tuple[Link, ...] = ()
    children: tuple[Link, ...] = ()


@dataclass(frozen=True)
class Difference:
    """All changes after `before`, up to and with `after`, in key order."""

    layer: str
    county: str
    before: Moment
    after: Moment
    summary: dict[str, int]
    items: tuple[Change, ...]


@dataclass(frozen=True)
class Sides:
    """Whole features that differ between two moments, and how many stand unchanged."""

    before: list[rows.Feature]
    after: list[rows.Feature]
    unchanged: int
    zone: int


def moment_of(when: When, kind: Layer, county: str) -> Moment:
    """The pair of days an edition, its number, a date or a moment stands for. Asked inside `kernel.acting`."""
    if isinstance(when, Moment):
        return when
    if isinstance(when, date):
        return Moment(when)
    edition = Edition.objects.filter(pk=when).first() if isinstance(when, int) else when
    if edition is None or edition.layer != kind.id or edition.county != county:
        raise NoEdition(kind.id, county, when)
    return Moment(edition.reference_date, edition.sealed)


def diff(name: str, county: str, from_: When, to: When, *, by: kernel.Actor) -> Difference:
    """Changes of a county's layer from one edition or moment (exclusive) to another (inclusive)."""
    kind = layer(name)
    with kernel.acting(by):
        before, after = moment_of(from_, kind, county), moment_of(to, kind, county)
        sides = differing(kind, county, before, after)
    items = compare(kind, sides)
    summary: dict[str, int] = {k: sum(c.change == k for c in items) for k in KINDS}
    return Difference(kind.id, county, before, after, summary | {"unchanged": sides.unchanged}, items)


def differing(kind: Layer, county: str, before: Moment, after: Moment) -> Sides:
    """Features whose state is not the same at both moments. Asked inside `kernel.acting`."""
    old, new = rows.standing(kind, county, before), rows.standing(kind, county, after)
    same_old, same_new = _same(old, new), _same(new, old)
    return Sides(
        _whole(kind, county, old.fids[~same_old]), _whole(kind, county, new.fids[~same_new]),
        int(same_old.sum()), zone_of(county),
    )  # fmt: skip


def _same(one: rows.Standing, other: rows.Standing) -> np.ndarray:
    """Rows of the one that the other has with the same content."""
    place = pc.index_in(one.keys, value_set=other.keys)
    return pc.fill_null(pc.equal(other.digests.take(place), one.digests), False).to_numpy(zero_copy_only=False)


def _whole(kind: Layer, county: str, fids: np.ndarray) -> list[rows.Feature]:
    if not len(fids):
        return []
    return rows.features(kind, "county = %(county)s AND fid = ANY(%(fids)s)", {"county": county, "fids": fids.tolist()})


def compare(kind: Layer, sides: Sides) -> tuple[Change, ...]:
    """One change per feature: renumbered ones are recognised before anything is called new or gone."""
    old_shapes = PlaneBatch.from_4490([f.geometry for f in sides.before], sides.zone)
    new_shapes = PlaneBatch.from_4490([f.geometry for f in sides.after], sides.zone)
    forms = dict(
        zip([f.fid for f in sides.before], old_shapes.normal_bytes() if len(old_shapes) else [], strict=True)
    )
    forms |= dict(
        zip([f.fid for f in sides.after], new_shapes.normal_bytes() if len(new_shapes) else [], strict=True)
    )
    old, new = {f.key: f for f in sides.before}, {f.key: f for f in sides.after}
    renamed = _renamed(
        kind, forms, [f for k, f in old.items() if k not in new], [f for k, f in new.items() if k not in old]
    )
    parents, children = ties(
        [f.key for f in sides.before], old_shapes, [f.key for f in sides.after], new_shapes
    )
    found = []
    for key, feature in new.items():
        earlier = renamed.get(key) or old.get(key)
        word: Kind = "renumber" if key in renamed else "update" if earlier else "insert"
        found.append(_change(kind, word, earlier, feature, forms, tuple(parents.get(key, ()))))
    taken = {f.key for f in renamed.values()}
    for key, feature in old.items():
        if key not in new and key not in taken:
            found.append(_change(kind, "delete", feature, None, forms, (), tuple(children.get(key, ()))))
    return tuple(sorted(found, key=lambda c: c.key))


def _renamed(
    kind: Layer, forms: dict[int, bytes], gone: list[rows.Feature], come: list[rows.Feature]
) -> dict[str, rows.Feature]:
    """New key → the feature it was under another key: same shape and same class, paired in key order."""
    waiting: dict[tuple[bytes, Any], list[rows.Feature]] = defaultdict(list)
    for feature in sorted(gone, key=lambda f: f.key, reverse=True):
        waiting[forms[feature.fid], feature.attributes.get(kind.class_field or "")].append(feature)
    found = {}
    for feature in sorted(come, key=lambda f: f.key):
        same = waiting.get((forms[feature.fid], feature.attributes.get(kind.class_field or "")))
        if same:
            found[feature.key] = same.pop()
    return found


def _change(
    kind: Layer, word: Kind, old: rows.Feature | None, new: rows.Feature | None, forms: dict[int, bytes],
    parents: tuple[Link, ...], children: tuple[Link, ...] = (),
) -> Change:  # fmt: skip
    fields: tuple[FieldChange, ...] = ()
    moved = False
    if old and new:
        moved = forms[old.fid] != forms[new.fid]
        pairs = ((n, old.attributes[n], new.attributes[n]) for n in kind.names if n in kind.hashed)
        fields = tuple(FieldChange(n, a, b) for n, a, b in pairs if a != b)
    shown = new or old
    assert shown is not None  # noqa: S101  one of both is always given
    return Change(
        change=word, key=shown.key, old_key=old.key if old else None, fields=fields,
        geometry_changed=moved,
        area_before=_area(kind, old), area_after=_area(kind, new), geometry=shown.geometry,
        parents=parents if word != "renumber" else (), children=children,
    )  # fmt: skip


def _area(kind: Layer, feature: rows.Feature | None) -> Decimal | None:
    return feature.attributes.get(kind.area_field) if feature and kind.area_field else None
