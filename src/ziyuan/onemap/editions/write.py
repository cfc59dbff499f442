"""Layers written by cases (`layer.write`): one feature as an effect of a decision, and its withdrawal."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

import pyarrow as pa
from django.db import connection

from ziyuan.base.geometry import PlaneBatch, PlaneShape
from ziyuan.kernel import service as kernel
from ziyuan.onemap.differences.values import UNREADABLE, arrow_type, one
from ziyuan.onemap.editions import bulk, rows, stages
from ziyuan.onemap.editions.digests import feature_digests
from ziyuan.onemap.editions.errors import (
    EmptyGeometry,
    MissingColumn,
    NotKeptByCases,
    NotReversible,
    UnreadableValue,
)
from ziyuan.onemap.editions.layers import Layer, layer
from ziyuan.onemap.editions.lock import changed, take_turn
from ziyuan.onemap.editions.zone import zone_of
from ziyuan.onemap.quality.stages import Row


def layer_write(
    name: str, county: str, key: str, shape: PlaneShape | None, attributes: Mapping[str, Any], *,
    valid_from: date, case_no: str, by: kernel.Actor, excused: Collection[str] = (),
) -> rows.Feature:  # fmt: skip
    """Enter a feature that a case decided on; writing it again for the same case and key changes nothing.

    `shape` may lie in a neighbouring zone; it is brought into the county's, vertex by vertex; a record of a table has
    none. `key` is the layer's key, of several parts as `standards.keys.key_of` joins them. `excused`: rules of
    chains (`Break.rule`) that were told before and do not stop it; what only warns is recorded with the writing.
    Raises kernel.NotAllowed, NotKeptByCases (the key belongs to another case), MissingColumn, UnreadableValue, StageBroken.
    """
    kind = layer(name)
    kernel.require(by, "layer.write", region=county)
    with kernel.acting(by):
        known = take_turn(kind.id, county)
        standing = _of_key(kind, county, key)
        if standing is not None:
            if standing.case_no != case_no:
                raise NotKeptByCases(kind.id, key, standing.case_no or "")
            return standing
        if kind.large:
            with connection.cursor() as c:
                c.execute("SELECT layers.add_county_partition(%s, %s)", [kind.id, county])
        zone = zone_of(county)
        batch = _placed(kind, key, shape, zone)
        values = _values(kind, {**attributes, kind.key: key} if len(kind.key_fields) == 1 else attributes)
        warned = stages.demand(stages.broken(kind.id, [Row(county, key, values)]), excused)
        _enter(kind, county, key, zone, batch, values, valid_from, case_no, known)
        changed(kind.id, county, known)
        facts = {"layer": kind.id, "county": county, "key": key, "case": case_no}
        said = {"warned": [b.message for b in warned]} if warned else {}
        kernel.record(
            by, "layer.written", on=("feature", f"{kind.id}/{county}/{key}"), county=county, after=facts, **said
        )
        kernel.announce("layer.written", **facts)
        written = _of_key(kind, county, key)
    assert written is not None  # noqa: S101  entered above in this transaction
    return written


def layer_withdraw(name: str, county: str, key: str, *, case_no: str, by: kernel.Actor) -> bool:
    """Take back what a case wrote: its record time ends now. False where nothing of the case stands.

    Raises kernel.NotAllowed, StageNeeded (a later stage names it as the one before).
    """
    kind = layer(name)
    kernel.require(by, "layer.write", region=county)
    with kernel.acting(by):
        known = take_turn(kind.id, county)
        standing = _of_key(kind, county, key)
        if standing is None or standing.case_no != case_no:
            return False
        stages.demand_free(kind.id, Row(county, key, standing.attributes))
        rows.close(kind, county, [standing.fid], known=known)
        changed(kind.id, county, known)
        facts = {"layer": kind.id, "county": county, "key": key, "case": case_no}
        kernel.record(
            by, "layer.withdrawn", on=("feature", f"{kind.id}/{county}/{key}"), county=county, before=facts
        )
        kernel.announce("layer.withdrawn", **facts)
        return True


def layer_verify(
    name: str, county: str, key: str, *, case_no: str, digest: str, by: kernel.Actor
) -> str:  # fmt: skip
    """What is wrong with a feature that a case wrote with this digest (hex); empty when it is whole."""
    kind = layer(name)
    with kernel.acting(by):
        found = _of_key(kind, county, key)
    if found is None or found.case_no != case_no:
        return "图层中没有该案件写入的要素"
    columns = _columns(kind, {n: found.attributes[n] for n in kind.hashed})
    batch = rows.batch_of(kind, [found], found.zone)
    computed = feature_digests(kind.id, [key], columns, batch, turned=kind.turned)[0]
    return "" if computed.hex() == digest == found.digest.hex() else "图层要素的内容与写入时的摘要不符"


def into_zone(batch: PlaneBatch, zone: int) -> PlaneBatch:
    """The shapes brought vertex by vertex into another zone (unchanged in their own)."""
    return batch if batch.zone == zone else PlaneBatch.from_4490(batch.to_4490(), zone, kind=batch.kind)


def _placed(kind: Layer, key: str, shape: PlaneShape | None, zone: int) -> PlaneBatch | None:
    """The shape in the county's zone; None for a record of a table. Raises EmptyGeometry, NotReversible."""
    if kind.shape is None:
        return None
    if shape is None or shape.kind != kind.shape:
        raise EmptyGeometry(kind.id, key, kind.shape)
    batch = into_zone(shape.batch(), zone)
    if not batch.survives_4490().all():
        raise NotReversible(kind.id, key, zone)
    return batch


def _of_key(kind: Layer, county: str, key: str) -> rows.Feature | None:
    found = rows.features(
        kind, "county = %(county)s AND key = %(key)s AND known_to IS NULL AND valid_to IS NULL",
        {"county": county, "key": key},
    )  # fmt: skip
    return found[0] if found else None


def _enter(
    kind: Layer, county: str, key: str, zone: int, batch: PlaneBatch | None, values: Mapping[str, Any], valid_from: date,
    case_no: str, known: Any,
) -> None:  # fmt: skip
    columns = _columns(kind, values)
    digests = feature_digests(kind.id, [key], {n: columns[n] for n in kind.hashed}, batch, turned=kind.turned)
    shapes = None if batch is None else pa.array(batch.to_wkb_4490(srid=True), pa.binary())
    new = bulk.NewRows(pa.array([key]), columns, shapes, digests)
    bulk.add(kind, county, new, zone=zone, valid=(valid_from, None), known=known, case_no=case_no)


def _columns(kind: Layer, values: Mapping[str, Any]) -> dict[str, pa.Array]:
    return {name: pa.array([value], arrow_type(kind.entity.fields[name])) for name, value in values.items()}


def _values(kind: Layer, attributes: Mapping[str, Any]) -> dict[str, Any]:
    """Every field of the layer from the case's values. Raises MissingColumn, UnreadableValue."""
    found = {}
    for field in kind.fields:
        try:
            found[field.name] = one(field, attributes.get(field.name))
        except UNREADABLE as error:
            raise UnreadableValue(kind.id, 1, field.name, attributes.get(field.name), field.title) from error
        if found[field.name] is None and field.required:
            raise MissingColumn(kind.id, field.name)
    return found
