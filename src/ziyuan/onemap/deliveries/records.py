"""File a single record (直报备案) by form or interface: judged at once, effective at once where the mandate has no reviewer."""

import json
from dataclasses import replace
from datetime import date
from typing import Any

from ziyuan.kernel import service as kernel
from ziyuan.onemap.deliveries import acts
from ziyuan.onemap.deliveries.errors import RecordWrong
from ziyuan.onemap.deliveries.filings import layer_named, shape_of, values_of
from ziyuan.onemap.deliveries.job import county_of, read_and_check
from ziyuan.onemap.deliveries.mandates import mandate
from ziyuan.onemap.deliveries.models import Delivery, Kind
from ziyuan.onemap.deliveries.opening import open_delivery, take
from ziyuan.onemap.deliveries.orders import Order, admit
from ziyuan.onemap.differences.values import one
from ziyuan.onemap.standards.keys import key_of

_MOST = 1 << 20


def file_record(
    by: kernel.Actor, order: Order, layer: str, attributes: dict[str, Any], geometry: dict[str, Any] | None, valid_from: date,
    command: str = "",
) -> Delivery:  # fmt: skip
    """File one record; the same `command` again gives the same delivery.

    The record's own number is the key of its layer; `geometry` None for a table's record; `valid_from` is the day since
    when it is true. With errors it is returned and nothing is written.
    Raises what `admit` raises, RecordWrong, ShapeText, and NotKeptByCases (the key stands there by another record).
    """
    filing = replace(order, kind=Kind.FILING)
    with kernel.acting(by):
        kernel.require(by, "delivery.submit", region=order.county)
        acts.take_turn(order.mandate, order.county, order.period)
        before = acts.done_before(order.county, "file", command)
        if before is not None:
            return before
        task, base = admit(by, filing)
        kind = layer_named(task, layer)
        values = values_of(kind, attributes)
        key = key_of(kind.entity, {name: one(kind.entity.fields[name], values[name]) for name in kind.key_fields})
        if key is None:
            raise RecordWrong(kind.key, "没有填写")
        if valid_from > kernel.today():
            raise RecordWrong("valid_from", "晚于今天")
        shape = shape_of(kind, geometry, county_of(order.county).zone)
        delivery = open_delivery(by, task, filing, base)
        delivery.facts = {"record": {"layer": kind.entity.name, "key": key, "attributes": values,
                                     "geometry": shape and shape.to_json(), "valid_from": valid_from.isoformat()}}
        body = json.dumps(delivery.facts["record"], ensure_ascii=False, sort_keys=True).encode()
        if len(body) > _MOST:
            raise RecordWrong("geometry", "过大,请改用成果包汇交")
        name = f"{delivery.no}.json"
        stored = kernel.put_file(body, name=name, media="application/json")
        acts.remember(delivery, "file", command)
        acts.note(by, delivery, "submit", f"备案“{kind.title}”{key}" + (f":{delivery.comment}" if delivery.comment else ""))
        take(by, delivery, stored, name, by.name, queued=False)
        read_and_check(delivery=delivery.pk)
        return Delivery.objects.get(pk=delivery.pk)


def form(by: kernel.Actor, name: str, layer: str) -> dict[str, Any]:
    """The fields of a mandate's record, for the form. Raises MandateUnknown, RecordWrong."""
    kernel.require(by, "delivery.submit")
    kind = layer_named(mandate(name), layer)
    return {
        "layer": kind.id, "title": kind.title, "key": kind.key, "shape": kind.shape,
        "fields": [
            {"name": f.name, "title": f.title, "type": f.type, "required": f.required, "unit": f.unit,
             "length": f.length, "decimals": f.decimals, "above": f.above, "below": f.below, "min": f.min, "max": f.max,
             "required_when": f.required_when, "values": _values(kind, f)}
            for f in kind.fields
        ],
    }  # fmt: skip


def _values(kind: Any, field: Any) -> list[dict[str, str]] | None:
    """Codes of a field with their names; None where any value may stand."""
    if not field.domain:
        return None
    if isinstance(field.domain, str):
        table = kind.model.codes.get(field.domain)
        return [{"code": c, "name": table.title_of(c) or ""} for c in table.usable()] if table else None
    return [{"code": str(v), "name": str(v)} for v in field.domain]
