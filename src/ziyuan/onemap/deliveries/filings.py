"""A single record as a delivery (直报备案): read into a layer of one row, judged by the same rules, written with both clocks."""

import json
from datetime import date
from typing import Any

import pyarrow as pa
import shapely

from ziyuan.base import crs
from ziyuan.base.geometry import BadShape, Kind, PlaneShape
from ziyuan.kernel import service as kernel
from ziyuan.onemap.deliveries import chained
from ziyuan.onemap.deliveries.errors import RecordWrong
from ziyuan.onemap.deliveries.mandates import Mandate, mandate
from ziyuan.onemap.deliveries.models import Delivery
from ziyuan.onemap.differences.values import UNREADABLE, one
from ziyuan.onemap.editions.lake import arrow_type
from ziyuan.onemap.editions.layers import Layer
from ziyuan.onemap.editions.layers import layer as layer_of
from ziyuan.onemap.editions.write import layer_write
from ziyuan.onemap.formats import County, LayerTable, Member, Package

_SHAPES: dict[Kind, tuple[str, tuple[str, str]]] = {
    "point": ("点", ("Point", "MultiPoint")), "line": ("线", ("LineString", "MultiLineString")),
    "polygon": ("面", ("Polygon", "MultiPolygon")),
}  # fmt: skip


def layer_named(task: Mandate, name: str) -> Layer:
    """The layer of a mandate's records. Raises RecordWrong."""
    known = task.layout.layers.get(name.replace("~", "/").rsplit("/", 1)[-1])
    if known is None:
        raise RecordWrong("layer", f"应为 {'、'.join(task.layout.layers)} 之一")
    return layer_of(known.id)


def values_of(kind: Layer, attributes: dict[str, Any]) -> dict[str, Any]:
    """The record's fields as JSON keeps them, each proven readable. Raises RecordWrong."""
    for name in attributes:
        if name not in kind.names:
            raise RecordWrong(str(name)[:60], f"不是“{kind.title}”的字段")
    for field in kind.fields:
        try:
            one(field, attributes.get(field.name))
        except UNREADABLE as wrong:
            raise RecordWrong(field.name, f"的值“{attributes.get(field.name)}”不能读作“{field.title}”") from wrong
    return {f.name: attributes.get(f.name) for f in kind.fields}


def shape_of(kind: Layer, geometry: dict[str, Any] | None, zone: int) -> PlaneShape | None:
    """The record's shape in the county's zone: GeoJSON in degrees (EPSG:4490), or zone and parts; None for a table's record.

    Raises RecordWrong, ShapeText.
    """
    if kind.shape is None:
        if geometry:
            raise RecordWrong("geometry", f"应为空:“{kind.title}”没有图形")
        return None
    title, types = _SHAPES[kind.shape]
    wanted = f"不是{title}({'、'.join(types)})的 GeoJSON"
    if not geometry:
        raise RecordWrong("geometry", "没有填写")
    if "parts" in geometry:
        told = PlaneShape.from_json(geometry)
        if told.kind != kind.shape:
            raise RecordWrong("geometry", f"不是{title}")
        return told
    try:
        shape = shapely.from_geojson(json.dumps(geometry))
        if shape.geom_type not in types or shape.is_empty:
            raise ValueError(shape.geom_type)
        return PlaneShape.from_4490(shape, zone, kind.shape)
    except (shapely.errors.GEOSException, ValueError, TypeError, AttributeError, BadShape) as wrong:
        raise RecordWrong("geometry", wanted) from wrong


def _kept(told: dict[str, Any]) -> PlaneShape | None:
    return PlaneShape.from_json(told["geometry"]) if told["geometry"] is not None else None


def package_of(row: Delivery, task: Mandate, county: County) -> Package:
    """The record as a package of one layer of one row."""
    told = row.facts["record"]
    kind = layer_named(task, told["layer"])
    values = {f.name: one(f, told["attributes"].get(f.name)) for f in kind.fields}
    columns = {f.name: pa.array([values[f.name]], arrow_type(f)) for f in kind.fields}
    shape, zone = _kept(told), county.zone
    if shape is not None:
        columns["geometry"], zone = pa.array([shapely.to_wkb(shape.to_shapely())], pa.binary()), shape.zone
    name = kind.entity.name
    layer = LayerTable(name, crs.epsg_of_zone(zone), pa.table(columns), "JSON", "UTF-8", row.file_name)
    return Package({name: layer}, [], [Member(row.file_name, row.size, row.file_sm3, "JSON", "UTF-8", (name,))],
                   row.file_sm3, False)


def write(by: kernel.Actor, row: Delivery) -> None:
    """Enter the record: true since its own day, known since now. Raises the errors of editions.layer_write."""
    told = row.facts["record"]
    kind = layer_named(mandate(row.mandate), told["layer"])
    layer_write(
        kind.id, row.county, told["key"], _kept(told), told["attributes"],
        valid_from=date.fromisoformat(told["valid_from"]), case_no=row.no, by=by, excused=chained.told(row),
    )  # fmt: skip
