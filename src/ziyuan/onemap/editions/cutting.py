"""Editions of layers that cases write (定时切版): cut every night and on demand, with digest and Parquet file.

Such a layer has no delivery that would make an edition: its rows come one by one. A cut states what the county's layer
held on the day, as known at the moment; it changes no row. A county in which nothing was written since the last cut is
left alone.
"""

from datetime import datetime

import numpy as np
import pyarrow as pa

from ziyuan.base.canonical import merkle_root
from ziyuan.kernel import service as kernel
from ziyuan.onemap.differences.values import arrow_type
from ziyuan.onemap.editions import lake, register, rows, seal
from ziyuan.onemap.editions.degrees import back_again
from ziyuan.onemap.editions.digests import feature_digests
from ziyuan.onemap.editions.layers import Layer, layer, layers
from ziyuan.onemap.editions.lock import take_turn
from ziyuan.onemap.editions.models import Edition, LayerState
from ziyuan.onemap.editions.moment import Moment
from ziyuan.onemap.editions.prepare import Prepared
from ziyuan.onemap.editions.zone import zone_of

DELIVERED = ("delivery", "changeset", "rollback")


def cut(name: str, county: str, *, by: kernel.Actor) -> Edition | None:
    """An edition of what the county's layer holds now; the last cut where nothing was written since, None for nothing.

    Raises kernel.NotAllowed.
    """
    kind = layer(name)
    kernel.require(by, "edition.seal", region=county)
    written: list[str] = []
    try:
        with kernel.acting(by):
            known = take_turn(kind.id, county)
            last = Edition.objects.filter(layer=kind.id, county=county, kind="cut", withdrawn=None).order_by("sealed").last()
            state = LayerState.objects.filter(layer=kind.id, county=county).first()
            if state is None or (last and last.sealed >= state.known):
                return last
            return _cut(kind, county, state.serial, known, by, written)
    except BaseException:
        for path in written:
            (lake.folder() / path).unlink(missing_ok=True)
        raise


def _cut(kind: Layer, county: str, serial: int, known: datetime, by: kernel.Actor, written: list[str]) -> Edition:
    day = kernel.today()
    moment = Moment(day, known)
    asked = {"county": county, **moment.parameters}
    found = rows.features(kind, f"county = %(county)s AND {moment.condition}", asked, order="key")
    zone = zone_of(county)
    ready = _ready(kind, found, zone)
    number = f"QB-{day:%Y%m%d}-{serial}"
    name = lake.name_of(kind, county, day.isoformat(), number)
    written.append(name)
    lake.write(kind, name, lake.table_of(kind, ready.columns, ready.batch, ready.boxes), zone)
    edition = register.enter(
        kind, county, day, how="cut", delivery_no=number, digest=merkle_root(ready.digests), features=len(ready),
        area_m2=register.area_of(kind, ready.columns), inserted=0, updated=0, deleted=0, unchanged=len(ready), lake=name,
        file_sm3=seal.file_sm3(name), sealed=known, sealed_by=by.name,
    )  # fmt: skip
    register.announce_sealed(edition, by)
    return edition


def _ready(kind: Layer, found: list[rows.Feature], zone: int) -> Prepared:
    """The features as sealing holds them; digests are made anew from what the rows say."""
    keys = pa.array([f.key for f in found], pa.string())
    columns = {f.name: pa.array([row.attributes[f.name] for row in found], arrow_type(f)) for f in kind.fields}
    batch = rows.batch_of(kind, found, zone)
    digests = feature_digests(kind.id, keys, {n: columns[n] for n in kind.hashed}, batch, turned=kind.turned)
    return Prepared(kind, keys, columns, batch, np.empty((0, 2)) if batch is None else back_again(batch)[0], digests)


def cut_all(by: kernel.Actor, name: str | None = None) -> list[Edition]:
    """Cut every layer and county that was written outside of deliveries since its last cut."""
    made = []
    for kind_id, county in _due(by, name):
        edition = cut(kind_id, county, by=by)
        if edition is not None:
            made.append(edition)
    return made


def _due(by: kernel.Actor, name: str | None) -> list[tuple[str, str]]:
    with kernel.acting(by):
        states = LayerState.objects.filter(layer=layer(name).id) if name else LayerState.objects.all()
        editions = Edition.objects.filter(withdrawn=None)
        delivered = set(editions.filter(kind__in=DELIVERED).values_list("layer", "county"))
        last = {(e.layer, e.county): e.sealed for e in editions.filter(kind="cut").order_by("sealed")}
        written = {(s.layer, s.county): s.known for s in states.order_by("layer", "county") if s.layer in layers()}
        return [
            place for place, known in written.items() if place not in delivered and (place not in last or last[place] < known)
        ]


@kernel.every("onemap.cut_editions", "20 2 * * *")
def cut_nightly() -> None:
    """Twenty past two, every night."""
    cut_all(kernel.system_actor("定时切版"))
