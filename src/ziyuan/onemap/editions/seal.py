"""Seal a delivery (入库成版): its layers become the present state of the county's map, in one transaction.

A reference date D of the delivery states the county's truth from D until the next edition's reference date (there is
none but for a late delivery). Rows that say the same stay. A row that says something else is closed in record time
and entered again for the part of its validity that the delivery does not touch; then the new state is added. A
correction of the same day therefore only closes record time.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.db import connection
from django.db.models import Min

from ziyuan.base.canonical import merkle_root
from ziyuan.base.sm import provider
from ziyuan.kernel import service as kernel
from ziyuan.onemap.editions import lake, rows
from ziyuan.onemap.editions.layers import layer, period_of
from ziyuan.onemap.editions.links import parents_of
from ziyuan.onemap.editions.lock import changed, take_turn
from ziyuan.onemap.editions.models import Edition
from ziyuan.onemap.editions.moment import Moment
from ziyuan.onemap.editions.prepare import Prepared, prepare
from ziyuan.onemap.editions.zone import zone_of
from ziyuan.onemap.formats import LayerTable


def seal(
    delivery_no: str, layers: Mapping[str, LayerTable], *, county: str, reference_date: date, by: kernel.Actor
) -> list[Edition]:
    """Seal the layers of a delivery as the county's state from `reference_date` on.

    Keys of `layers` are layer ids or entity names. All or nothing, also inside the caller's transaction. Sealing
    the same delivery again gives the same editions and writes nothing.
    Raises kernel.NotAllowed and the errors of `prepare`.
    """
    kernel.require(by, "edition.seal", region=county)
    wanted = {layer(name): table for name, table in layers.items()}
    written: list[Path] = []
    try:
        with kernel.acting(by):
            zone = zone_of(county)
            done = {e.layer: e for e in Edition.objects.filter(county=county, delivery_no=delivery_no)}
            ready = {
                kind.id: prepare(kind, table, zone) for kind, table in wanted.items() if kind.id not in done
            }
            act = _Act(delivery_no, county, reference_date, by, zone)
            names = sorted(kind.id for kind in wanted)
            return [done.get(name) or _seal(act, ready[name], written) for name in names]
    except BaseException:
        for path in written:
            path.unlink(missing_ok=True)
        raise


@dataclass(frozen=True)
class _Act:
    delivery_no: str
    county: str
    day: date
    by: kernel.Actor
    zone: int


@dataclass(frozen=True)
class _Changes:
    """Places in the delivery and rows of the map that are new, changed, gone."""

    new: list[int]
    altered: list[tuple[rows.Row, int]]
    gone: list[rows.Row]
    same: int

    @property
    def ended(self) -> list[rows.Row]:
        return [row for row, _ in self.altered] + self.gone

    @property
    def entering(self) -> list[int]:
        return sorted([place for _, place in self.altered] + self.new)


def _seal(act: _Act, ready: Prepared, written: list[Path]) -> Edition:
    kind = ready.layer
    if kind.large:
        with connection.cursor() as c:
            c.execute("SELECT layers.add_county_partition(%s, %s)", [kind.id, act.county])
    known = take_turn(kind.id, act.county)
    if done := Edition.objects.filter(layer=kind.id, county=act.county, delivery_no=act.delivery_no).first():
        return done  # sealed by another while this one waited
    standing = rows.standing(kind, act.county, Moment(act.day))
    changes = compare(standing, ready)
    parents = parents_of(kind, act.county, [r.fid for r in changes.ended], ready, changes.entering)
    name = lake.name_of(kind, act.county, act.day.isoformat(), act.delivery_no)
    written.append(lake.folder() / name)
    lake.write(kind, name, ready.columns, ready.batch, ready.boxes)
    edition = _edition(act, ready, changes, known, name)
    _write(act, ready, changes, parents, edition)
    changed(kind.id, act.county, known)
    _tell(act, edition)
    return edition


def compare(standing: list[rows.Row], ready: Prepared) -> _Changes:
    """What the delivery says against what the map says at its reference date."""
    place = ready.place
    gone, altered, met = [], [], set()
    for row in standing:
        at = place.get(row.key)
        if at is None:
            gone.append(row)
            continue
        met.add(at)
        if row.digest != ready.digests[at]:
            altered.append((row, at))
    new = [i for i in range(len(ready.keys)) if i not in met]
    return _Changes(new, altered, gone, len(met) - len(altered))


def _edition(act: _Act, ready: Prepared, changes: _Changes, known: datetime, name: str) -> Edition:
    kind = ready.layer
    earlier = Edition.objects.filter(layer=kind.id, county=act.county, reference_date__lte=act.day)
    areas = [v for v in ready.columns[kind.area_field] if v is not None] if kind.area_field else None
    return Edition.objects.create(
        layer=kind.id, county=act.county, period=period_of(act.day), delivery_no=act.delivery_no,
        reference_date=act.day, digest=merkle_root(ready.digests), features=len(ready.keys),
        area_m2=None if areas is None else sum(areas, Decimal(0)),
        inserted=len(changes.new), updated=len(changes.altered), deleted=len(changes.gone), unchanged=changes.same,
        lake=name, file_sm3=provider().sm3((lake.folder() / name).read_bytes()).hex(), columns=list(kind.hashed),
        sealed=known, sealed_by=act.by.name, base=earlier.order_by("reference_date", "sealed").last(),
    )  # fmt: skip


def _write(
    act: _Act, ready: Prepared, changes: _Changes, parents: dict[str, list[str]], edition: Edition
) -> None:
    kind, known = ready.layer, edition.sealed
    until = (
        Edition.objects.filter(layer=kind.id, county=act.county, reference_date__gt=act.day)
        .aggregate(day=Min("reference_date"))["day"]
    )  # fmt: skip
    ended = [row.fid for row in changes.ended]
    if ended:
        rows.close(kind, act.county, ended, known=known)
        rows.re_enter(kind, act.county, ended, known=known, before=act.day, after=None)
        if until:
            rows.re_enter(kind, act.county, ended, known=known, before=None, after=until)
    entering = changes.entering
    if entering:
        keys = [ready.keys[i] for i in entering]
        new = rows.NewRows(
            keys, ready.values(entering), ready.shapes[entering], [ready.digests[i] for i in entering],
            [parents.get(key) for key in keys],
        )  # fmt: skip
        rows.add(
            kind, act.county, new, zone=act.zone, valid=(act.day, until), known=known, edition=edition.pk
        )


def _tell(act: _Act, edition: Edition) -> None:
    facts: dict[str, Any] = {
        "layer": edition.layer, "county": act.county, "edition": edition.pk, "digest": edition.hex_digest,
        "delivery": act.delivery_no, "reference_date": act.day,
    }  # fmt: skip
    counts = {"inserted": edition.inserted, "updated": edition.updated, "deleted": edition.deleted}
    kernel.record(
        act.by, "edition.sealed", on=("edition", edition.pk), county=act.county, after=facts, **counts
    )
    kernel.announce("edition.sealed", **facts)


def editions(by: kernel.Actor, layer_id: str | None = None, county: str | None = None) -> list[Edition]:
    """Editions within the actor's region, the newest reference date first."""
    with kernel.acting(by):
        found = Edition.objects.order_by("-reference_date", "-sealed", "layer", "county")
        if layer_id:
            found = found.filter(layer=layer(layer_id).id)
        return list(found.filter(county=county) if county else found)


def latest(layer_id: str, county: str, on: date, known: datetime | None = None) -> Edition | None:
    """The edition in force on a day, as known at a moment: the last sealed one of the last reference date.

    Asked inside `kernel.acting`.
    """
    found = Edition.objects.filter(layer=layer(layer_id).id, county=county, reference_date__lte=on)
    if known is not None:
        found = found.filter(sealed__lte=known)
    return found.order_by("reference_date", "sealed").last()


def sweep() -> int:
    """Take away lake files that belong to no edition: what a killed sealing left. Returns how many.

    A county whose sealing is running is left alone, so a file not yet committed is never taken.
    """
    removed = 0
    for layer_id, county, path in lake.files():
        with kernel.acting(kernel.system_actor()):
            if not take_turn(layer_id, county, wait=False):
                continue
            name = str(path.relative_to(lake.folder()))
            if not Edition.objects.filter(layer=layer_id, county=county, lake=name).exists():
                with suppress(FileNotFoundError):
                    path.unlink()
                    removed += 1
    return removed
