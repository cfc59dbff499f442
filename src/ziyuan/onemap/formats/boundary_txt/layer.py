"""A boundary-point text as a layer of parcels, for conversions and checks; runs in the sandbox's child."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import shapely

from ziyuan.base import crs
from ziyuan.base.errors import UserError
from ziyuan.base.geometry import PlaneBatch
from ziyuan.base.sandbox.answer import LINE, ReadLayer
from ziyuan.onemap.formats.boundary_txt.read import Boundary, Parcel, read_boundary

FIELDS = {"no": "地块编号", "name": "地块名称", "sheet": "图幅号", "use": "地块用途", "land_class": "地类编码"}
AREA, EXTRA = "文件面积", "扩展"


class BoundaryBroken(UserError):
    code = "ZY-FMT-051"

    def __init__(self, message: str, remedy: str, line: int | None, others: int) -> None:
        more = f"(另有 {others} 处错误)" if others else ""
        super().__init__(f"{message}{more}", remedy=remedy, **({"line": line} if line else {}))


def read(path: str, options: dict[str, Any]) -> Iterator[ReadLayer]:
    """The one layer, named like the file: a row for each parcel. Options: `name`."""
    boundary = read_boundary(Path(path).read_bytes())
    errors = boundary.errors
    if errors or not boundary.parcels:
        first = errors[0]
        raise BoundaryBroken(first.message, first.remedy, first.line, len(errors) - 1)
    notes = [p.message for p in boundary.problems]
    unit = boundary.shown.get("stated_unit") or ""
    if any(p.stated_area is not None for p in boundary.parcels):
        notes.append(f"{AREA}一列的单位是{unit}。")
    table = pa.table(_columns(boundary.parcels))
    yield ReadLayer(str(options.get("name") or Path(path).stem), table.schema, table.to_batches(), _system(boundary),
                    "Unknown", {}, notes, boundary.shown["encoding"])  # fmt: skip


def _system(boundary: Boundary) -> str:
    return f"EPSG:{crs.epsg_of_zone(boundary.parcels[0].shape.zone)}"


def _columns(parcels: list[Parcel]) -> dict[str, pa.Array]:
    columns = {title: pa.array([getattr(p, key) or None for p in parcels], pa.string()) for key, title in FIELDS.items()}
    columns[AREA] = pa.array([None if p.stated_area is None else float(p.stated_area) for p in parcels], pa.float64())
    for at in range(max(len(p.extra) for p in parcels)):
        values = [p.extra[at] if at < len(p.extra) else None for p in parcels]
        columns[f"{EXTRA}{at + 1}"] = pa.array(values, pa.string())
    shapes = [_single(shape) for shape in PlaneBatch.of([p.shape for p in parcels]).to_shapely()]
    columns[LINE] = pa.array([p.line for p in parcels], pa.int64())
    return columns | {"geometry": pa.array(shapely.to_wkb(shapes), pa.binary())}


def _single(shape: shapely.MultiPolygon) -> shapely.Geometry:
    return shape.geoms[0] if len(shape.geoms) == 1 else shape
