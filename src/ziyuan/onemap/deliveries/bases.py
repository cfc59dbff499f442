"""What a delivery builds on: the sealed editions from which a partial one takes the rest, or which a correction corrects.

The parts that were not delivered are put in before the check, so that borders, cross-layer rules and balances are
judged over the whole county.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import shapely

from ziyuan.base import crs
from ziyuan.base.geometry import PlaneBatch
from ziyuan.onemap.deliveries.errors import BaseMovedOn, BaseUnknown, RowOutsideParts
from ziyuan.onemap.deliveries.mandates import Mandate
from ziyuan.onemap.deliveries.models import Delivery, Kind
from ziyuan.onemap.editions import lake
from ziyuan.onemap.editions.change_tables import without_boxes
from ziyuan.onemap.editions.layers import layer as layer_of
from ziyuan.onemap.editions.models import Edition
from ziyuan.onemap.editions.register import latest
from ziyuan.onemap.formats import Fault, LayerTable, Layout
from ziyuan.onemap.formats.errors import LayerSurplus
from ziyuan.onemap.formats.package import fault_of
from ziyuan.onemap.standards import library

BUILDING = (Kind.PARTIAL, Kind.CORRECTION, Kind.CHANGES)
_VILLAGE = 12


@dataclass(frozen=True)
class Whole:
    """The county as it would be: all layers, those that would be sealed, and how many rows of each were delivered."""

    layers: dict[str, LayerTable]
    sealed: dict[str, LayerTable]
    delivered: dict[str, int]
    faults: list[Fault]


def base_of(task: Mandate, kind: str, county: str, period: str, against: str) -> dict[str, Any]:
    """Layer name → edition that a delivery builds on; empty for the kinds that build on nothing.

    `against`: an edition's id, a delivery's number, or empty for the latest of each layer. Asked inside `kernel.acting`.
    Raises BaseUnknown.
    """
    if kind not in BUILDING:
        return {}
    day = task.reference_date(period)
    names = task.layout.layers
    named = _named(county, against) if against else []
    if kind == Kind.CORRECTION and not against:
        raise BaseUnknown("", "更正须指明所更正的版本或汇交编号")
    by_id = {layer.id: name for name, layer in names.items()}
    found = {by_id[e.layer]: e for e in named if e.layer in by_id}
    if against and not found:
        raise BaseUnknown(against, "不含该任务的图层")
    for edition in found.values():
        wrong = edition.reference_date != day if kind == Kind.CORRECTION else edition.reference_date > day
        if wrong:
            raise BaseUnknown(against, f"时点为 {edition.reference_date},与期别 {period} 不符")
    passing = _of_one_year(task)
    for name, layer in names.items():
        known = found.pop(name, None) or latest(layer.id, county, day)
        if known is not None and (name not in passing or known.reference_date == day):
            found[name] = known
    return {name: {"edition": e.pk, "digest": e.hex_digest, "delivery": e.delivery_no,
                   "corrected": kind == Kind.CORRECTION and e in named} for name, e in found.items()}


def _of_one_year(task: Mandate) -> set[str]:
    """Layers that tell of one year's changes (更新图斑、更新过程): another year's say nothing here."""
    rules = [rule for name in task.standards for rule in library.load_named(name).rules]
    return {str(rule.params[part]) for rule in rules for part in ("new_state", "record") if rule.params.get(part)}


def _named(county: str, against: str) -> list[Edition]:
    chosen = Edition.objects.filter(county=county)
    chosen = chosen.filter(pk=int(against)) if against.isdecimal() and len(against) < 18 else chosen.filter(delivery_no=against)
    found = list(chosen)
    if not found:
        raise BaseUnknown(against, "没有这个版本或汇交")
    return found


def layout_of(row: Delivery, task: Mandate) -> Layout:
    """The mandate's layout as this delivery must meet it: parts named, tables renamed as the deliverer once said."""
    layout = task.layout
    aliases = {d["subject"]: d["value"] for d in row.decisions if d["what"] == "member"}
    layers = layout.layers
    if row.kind == Kind.PARTIAL:
        layers = {n: replace(la, required=n in row.named.get("layers", ())) for n, la in layers.items()}
    elif row.kind in (Kind.CORRECTION, Kind.CHANGES):
        layers = {n: replace(la, required=False) for n, la in layers.items()}
    return replace(layout, layers=layers, aliases=aliases)


def whole(row: Delivery, task: Mandate, delivered: Mapping[str, LayerTable], zone: int) -> Whole:
    """The delivered layers completed from the bases. Asked inside `kernel.acting`."""
    counts = {name: len(table) for name, table in delivered.items() if row.kind != Kind.CHANGES}
    if row.kind not in BUILDING:
        return Whole(dict(delivered), dict(delivered), counts, [])
    layers, sealed, faults = {}, {}, []
    for name in task.layout.layers:
        table, base = delivered.get(name), base_table(row, task, name, zone)
        how = _how(row, task, name) if table is not None else "base"
        if table is not None and how == "base":
            faults.append(fault_of(LayerSurplus(name, table.file), "warning", name))
        if table is not None and how == "whole":
            layers[name] = sealed[name] = table
        elif table is not None and how == "villages":
            layers[name], wrong = _with_villages(row, task.villages[name], table, base)
            sealed[name] = layers[name]
            faults += wrong
        elif base is not None:
            layers[name] = base
    return Whole(layers, sealed, counts, faults)


def demand_current(row: Delivery, task: Mandate) -> None:
    """Raise BaseMovedOn when a layer that was built on has a newer edition by now."""
    day = task.reference_date(row.period)
    for name, told in row.base.items():
        now = latest(task.layout.layers[name].id, row.county, day)
        if now is None or now.pk != told["edition"]:
            raise BaseMovedOn(row.no, name)


def _how(row: Delivery, task: Mandate, name: str) -> str:
    """Whether a delivered layer replaces its base whole, in the named villages, or not at all."""
    if row.kind in (Kind.CORRECTION, Kind.CHANGES) or name in row.named.get("layers", ()):
        return "whole"
    return "villages" if row.named.get("villages") and name in task.villages else "base"


def base_table(row: Delivery, task: Mandate, name: str, zone: int) -> LayerTable | None:
    """The layer as its base edition has it, in the county's zone, said of the period that is delivered."""
    told = row.base.get(name)
    if told is None:
        return None
    edition = Edition.objects.get(pk=told["edition"])
    base = read(edition, name, zone)
    table = base.table
    for field in layer_of(edition.layer).yearly & set(table.column_names):
        at = table.column_names.index(field)
        said = pa.array([row.period[:4]] * table.num_rows, pa.string()).cast(table.schema.field(field).type)
        table = table.set_column(at, field, said)
    return replace(base, table=table)


def before(row: Delivery, task: Mandate, zone: int, most: int | None) -> dict[str, LayerTable]:
    """The layers as the edition of the reference date before has them, at most so many rows of each, in the county's zone.

    Asked inside `kernel.acting`.
    """
    day = task.reference_date(row.period) - timedelta(days=1)
    passing = _of_one_year(task)
    found = {name: latest(layer.id, row.county, day) for name, layer in task.layout.layers.items() if name not in passing}
    return {name: read(edition, name, zone, most) for name, edition in found.items() if edition is not None}


def read(edition: Edition, name: str, zone: int, most: int | None = None) -> LayerTable:
    """A sealed layer from the lake, in the county's zone."""
    table, lies = lake.read(lake.folder() / edition.lake)
    table, shape = without_boxes(table).slice(0, most), layer_of(edition.layer).shape
    if lies != zone and shape is not None:
        batch = PlaneBatch.from_wkb(table.column("geometry").to_pylist(), crs.epsg_of_zone(lies), kind=shape)
        moved = PlaneBatch.from_4490(batch.to_4490(), zone, kind=shape)
        at = table.column_names.index("geometry")
        table = table.set_column(at, "geometry", pa.array(shapely.to_wkb(moved.to_shapely()), pa.binary()))
    return LayerTable(name, crs.epsg_of_zone(zone), table, "GeoParquet", "UTF-8", edition.lake)


def _with_villages(
    row: Delivery, field: str, table: LayerTable, base: LayerTable | None
) -> tuple[LayerTable, list[Fault]]:
    """The delivered villages, and below them everything else of the base."""
    villages = pa.array(sorted(row.named["villages"]))
    faults = []
    if field in table.table.column_names:
        heads = _heads(table.table, field)
        inside = pc.fill_null(pc.is_in(heads, value_set=villages), False)
        outside = pc.indices_nonzero(pc.invert(inside))
        if len(outside):
            first = outside[0].as_py()
            wrong = RowOutsideParts(table.name, first + table.first_row, heads[first].as_py() or "(空)", len(outside))
            faults.append(fault_of(wrong, "error", table.name))
    if base is None:
        return table, faults
    rest = base.table.filter(pc.invert(pc.fill_null(pc.is_in(_heads(base.table, field), value_set=villages), False)))
    return replace(table, table=pa.concat_tables([table.table, shaped(rest, table.table.schema)])), faults


def _heads(table: pa.Table, field: str) -> pa.ChunkedArray:
    return pc.utf8_slice_codeunits(table.column(field).cast(pa.string()), 0, _VILLAGE)


def shaped(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """The rows under another schema: the columns that it has, in its types; what it does not have is left out."""
    columns = [
        table.column(f.name).cast(f.type, safe=False) if f.name in table.column_names else pa.nulls(table.num_rows, f.type)
        for f in schema
    ]
    return pa.Table.from_arrays(columns, schema=schema)
