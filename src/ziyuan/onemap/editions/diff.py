"""What changed between two editions or two moments: one row per feature, collapsed, told field by field."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow.compute as pc
import shapely

from ziyuan.base import crs
from ziyuan.kernel import service as kernel
from ziyuan.onemap.differences import tables
from ziyuan.onemap.differences.tables import KINDS, Kind, Side
from ziyuan.onemap.editions import rows
from ziyuan.onemap.editions.change_tables import rows_table
from ziyuan.onemap.editions.errors import NoEdition
from ziyuan.onemap.editions.layers import Layer, layer
from ziyuan.onemap.editions.links import Link, ties
from ziyuan.onemap.editions.models import Edition
from ziyuan.onemap.editions.moment import Moment
from ziyuan.onemap.editions.zone import zone_of

When = Edition | int | date | Moment


@dataclass(frozen=True)
class FieldChange:
    name: str
    before: Any
    after: Any


@dataclass(frozen=True)
class Change:
    """One feature's change. `geometry` (4490) is the later one, of a deleted feature the earlier one; None for a record.

    `old_key`: of a renumbered feature only.
    """

    change: Kind
    key: str
    old_key: str | None
    fields: tuple[FieldChange, ...]
    geometry_changed: bool
    area_before: Decimal | None
    area_after: Decimal | None
    geometry: shapely.Geometry | None
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
    items, alike = compare(kind, sides)
    summary: dict[str, int] = {k: sum(c.change == k for c in items) for k in KINDS}
    return Difference(kind.id, county, before, after, summary | {"unchanged": sides.unchanged + alike}, items)


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
    return rows.features(kind, rows.THESE, rows.these(county, fids.tolist()))


def compare(kind: Layer, sides: Sides) -> tuple[tuple[Change, ...], int]:
    """One change per feature in key order, renumbered ones recognised; and how many differ in nothing that counts."""
    epsg = crs.epsg_of_zone(sides.zone)
    before, after = (Side(rows_table(kind, found, sides.zone), epsg) for found in (sides.before, sides.after))
    found = tables.compare(kind.model, kind.entity, before, after)
    shapes = [rows.batch_of(kind, side, sides.zone) for side in (sides.before, sides.after)]
    parents, children = ties([f.key for f in sides.before], shapes[0], [f.key for f in sides.after], shapes[1])
    items = tuple(_change(kind, sides, c, parents, children) for c in found.changes)
    return items, found.unchanged


def _change(
    kind: Layer, sides: Sides, told: tables.Change, parents: dict[str, list[Link]], children: dict[str, list[Link]]
) -> Change:
    old = None if told.old_row is None else sides.before[told.old_row]
    new = None if told.new_row is None else sides.after[told.new_row]
    shown = new or old
    assert shown is not None  # noqa: S101  one of both is always given
    fields = [FieldChange(n, old.attributes[n], new.attributes[n]) for n in told.fields] if old and new else []
    return Change(
        change=told.change, key=shown.key, old_key=told.old_key, fields=tuple(fields), geometry_changed=told.geometry,
        area_before=_area(kind, old), area_after=_area(kind, new), geometry=shown.geometry,
        parents=tuple(parents.get(shown.key, ())) if new and told.change != "renumber" else (),
        children=tuple(children.get(shown.key, ())) if not new else (),
    )  # fmt: skip


def _area(kind: Layer, feature: rows.Feature | None) -> Decimal | None:
    return feature.attributes.get(kind.area_field) if feature and kind.area_field else None
