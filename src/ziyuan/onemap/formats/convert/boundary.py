"""Polygons as a boundary-point text: one parcel for each row, named by the columns that say so."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import shapely

from ziyuan.base import areas
from ziyuan.base.geometry import PlaneBatch, PlaneShape
from ziyuan.base.numbers import half_up
from ziyuan.onemap.formats.boundary_txt import Parcel, write_boundary
from ziyuan.onemap.formats.boundary_txt.layer import FIELDS
from ziyuan.onemap.formats.convert.layer import Layer, decimals_needed
from ziyuan.onemap.formats.convert.told import CannotCarry

ALIASES = {"no": ("地块编号", "编号", "DKBH", "BSM", "TBBH"), "name": ("地块名称", "名称", "DKMC", "XMMC"),
           "sheet": ("图幅号", "TFH"), "use": ("地块用途", "用途", "DKYT"),
           "land_class": ("地类编码", "地类代码", "DLBM")}  # fmt: skip


def taken(names: list[str]) -> dict[str, str]:
    """Which column fills which part of the parcel line: part → column."""
    by_fold = {name.casefold(): name for name in names}
    found = {}
    for part, words in ALIASES.items():
        column = next((by_fold[w.casefold()] for w in (FIELDS[part], *words) if w.casefold() in by_fold), None)
        if column is not None:
            found[part] = column
    return found


def _parcel(told: dict[str, str], no: str, shape: PlaneShape, area: Decimal) -> Parcel:
    """A parcel with what the columns told of it."""
    texts = {name: told.get(name, "") for name in ("name", "sheet", "use", "land_class")}
    return Parcel(told.get("no", no), texts["name"], shape, area, None, texts["sheet"], texts["use"], texts["land_class"])


def write(path: Path, layer: Layer, columns: dict[str, str], made: date) -> None:
    """Write the parcels in their zone, with the area of record."""
    system = layer.system.ours if layer.system is not None else None
    if system is None or system.zone is None or layer.shapes is None:
        raise CannotCarry(layer.name, "界址点坐标 TXT", "须为 CGCS2000 三度带平面坐标的面图层")
    if not len(layer.shapes):
        raise CannotCarry(layer.name, "界址点坐标 TXT", "没有面")
    batch = PlaneBatch.from_wkb(shapely.to_wkb(layer.shapes), system.epsg)
    sizes = areas.official_area(batch)
    parcels = []
    values = {part: layer.table.column(column).to_pylist() for part, column in columns.items()}
    for at in range(len(batch)):
        told = {part: str(column[at]) for part, column in values.items() if column[at] is not None}
        area = half_up(Decimal(str(sizes[at])), 2)
        parcels.append(_parcel(told, f"DK{at + 1}", batch.shape(at), area))
    path.write_bytes(write_boundary(parcels, made=made, decimals=decimals_needed(layer.shapes, 3, 4)))
