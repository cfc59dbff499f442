"""Seal a delivery (入库成版): its layers become the present state of the county's map, in one transaction.

A reference date D of the delivery states the county's truth from D until the next edition's reference date (there is
none but for a late delivery); `paint` lays it over the rows on both clocks.
"""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
from django.db import connection

from ziyuan.base.canonical import merkle_root
from ziyuan.base.sm import provider
from ziyuan.kernel import service as kernel
from ziyuan.onemap.differences.changeset import LINKS
from ziyuan.onemap.editions import bulk, lake, links, paint, register, rows
from ziyuan.onemap.editions.errors import WrittenByCases
from ziyuan.onemap.editions.layers import Layer, layer
from ziyuan.onemap.editions.lock import changed, take_turn
from ziyuan.onemap.editions.models import Edition, ParentLink
from ziyuan.onemap.editions.prepare import Prepared, keys_at, prepare
from ziyuan.onemap.editions.zone import zone_of
from ziyuan.onemap.formats import LayerTable


@dataclass(frozen=True)
class Act:
    """One sealing of one county: from when its content is true, who seals, how it came."""

    delivery_no: str
    county: str
    day: date
    by: kernel.Actor
    zone: int
    written: list[Path] = field(default_factory=list)
    records: Mapping[str, pa.Table] = field(default_factory=dict)


def seal(
    delivery_no: str, layers: Mapping[str, LayerTable], *, county: str, reference_date: date, by: kernel.Actor
) -> list[Edition]:
    """Seal the layers of a delivery as the county's state from `reference_date` on.

    Keys of `layers` are layer ids or entity names. All or nothing, also inside the caller's transaction. Sealing
    the same delivery again gives the same editions and writes nothing. A layer's process record (`DLTBGXGC` for
    `DLTB`) among them names parents and children.
    Raises kernel.NotAllowed, WrittenByCases and the errors of `prepare`.
    """
    kernel.require(by, "edition.seal", region=county)
    wanted = {layer(name): table for name, table in layers.items()}
    for kind in wanted:
        if kind.by_cases:
            raise WrittenByCases(kind.id)
    written: list[Path] = []
    records = {kind.id.removesuffix(links.RECORD): t.table for kind, t in wanted.items() if kind.id.endswith(links.RECORD)}
    try:
        with kernel.acting(by):
            act = Act(delivery_no, county, reference_date, by, zone_of(county), written, records)
            done = {e.layer: e for e in Edition.objects.filter(county=county, delivery_no=delivery_no)}
            ready = {kind.id: prepare(kind, table, act.zone) for kind, table in wanted.items() if kind.id not in done}
            names = sorted(kind.id for kind in wanted)
            return [done.get(name) or _seal(act, ready[name]) for name in names]
    except BaseException:
        for path in written:
            path.unlink(missing_ok=True)
        raise


def turn(kind: Layer, county: str, delivery_no: str) -> tuple[datetime, Edition | None]:
    """The record moment of a writer's turn, and the edition another one sealed for the delivery meanwhile."""
    if kind.large:
        with connection.cursor() as c:
            c.execute("SELECT layers.add_county_partition(%s, %s)", [kind.id, county])
    known = take_turn(kind.id, county)
    return known, Edition.objects.filter(layer=kind.id, county=county, delivery_no=delivery_no).first()


def _seal(act: Act, ready: Prepared) -> Edition:
    kind = ready.layer
    known, done = turn(kind, act.county, act.delivery_no)
    if done:
        return done
    span = paint.Span(act.day, register.day_after(kind.id, act.county, act.day))
    standing = rows.overlapping(kind, act.county, span.start, span.end)
    plan = paint.plan(standing, span, ready.keys, pa.array(ready.digests, pa.binary(32)))
    name = lake.name_of(kind, act.county, act.day.isoformat(), act.delivery_no)
    act.written.append(lake.folder() / name)
    with ThreadPoolExecutor(1) as beside:  # the file is written while the database takes the rows
        filed = beside.submit(_file, kind, name, ready, act.zone)
        edition = register.enter(
            kind, act.county, act.day, delivery_no=act.delivery_no, digest=merkle_root(ready.digests),
            features=len(ready), area_m2=register.area_of(kind, ready.columns), inserted=plan.inserted,
            updated=plan.updated, deleted=plan.deleted, unchanged=plan.unchanged, lake=name, sealed=known,
            sealed_by=act.by.name,
        )  # fmt: skip
        write(act, ready, span, plan, edition)
        edition.file_sm3 = filed.result()
    edition.save(update_fields=["file_sm3"])
    register.announce_sealed(edition, act.by)
    return edition


def _file(kind: Layer, name: str, ready: Prepared, zone: int) -> str:
    """Write the lake file of an edition; its SM3."""
    lake.write(kind, name, lake.table_of(kind, ready.columns, ready.batch, ready.boxes), zone)
    return file_sm3(name)


def file_sm3(name: str) -> str:
    """SM3 (hex) of a lake file."""
    return provider().sm3((lake.folder() / name).read_bytes()).hex()


def write(
    act: Act, ready: Prepared, span: paint.Span, plan: paint.Plan, edition: Edition, found: pa.Table | None = None
) -> None:
    """Put the plan into the map: rows ended, new states added with their parents (`found`, else declared or measured)."""
    kind, known = ready.layer, edition.sealed
    entering = plan.entering
    found = _links(act, kind, plan.ended, ready, entering) if found is None else found
    paint.end(kind, act.county, plan.ended, span, known)
    if len(entering):
        parents = links.parents_by_child(found)
        entering = ready.near(entering)  # neighbours lie together, and index faster
        place = pa.array(entering)
        new = bulk.NewRows(
            ready.keys.take(place), {n: c.take(place) for n, c in ready.columns.items()}, ready.shapes(entering),
            [ready.digests[i] for i in entering], [parents.get(k) for k in keys_at(ready, entering)] if parents else None,
        )  # fmt: skip
        bulk.add(kind, act.county, new, zone=act.zone, valid=(span.start, span.end), known=known, edition=edition.pk)
    keep_links(edition, found)
    changed(kind.id, act.county, known)


def _links(act: Act, kind: Layer, ended: np.ndarray, ready: Prepared, entering: np.ndarray) -> pa.Table:
    """Links of the entering features to the rows that end."""
    if not len(ended) or not len(entering):
        return LINKS.empty_table()
    before = rows.features(kind, rows.THESE, rows.these(act.county, ended.tolist()))
    old = links.Shared([f.key for f in before], rows.batch_of(kind, before, act.zone))
    new = links.Shared(keys_at(ready, entering), ready.batch and ready.batch.take(entering))
    measured = links.overlaps(old, new)
    record = act.records.get(kind.id)
    return measured if record is None else links.merged(links.declared(record, old.keys, new.keys), measured)


def keep_links(edition: Edition, found: pa.Table) -> None:
    """Store the links of an edition, but for a feature's link to itself alone."""
    parents = links.parents_by_child(found)
    ParentLink.objects.bulk_create(
        [
            ParentLink(layer=edition.layer, county=edition.county, edition=edition, **row)
            for row in found.to_pylist()
            if row["child"] in parents
        ],
        batch_size=5000,
    )


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
