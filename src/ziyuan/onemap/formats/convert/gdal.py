"""Writing with GDAL: the options by which each driver keeps coordinates and rows as they are."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyogrio
import shapely

from ziyuan.onemap.formats import kinds
from ziyuan.onemap.formats.convert.layer import Layer, decimals_needed, plain_name
from ziyuan.onemap.formats.kinds import Format

_MULTI = {"point": "Point", "line": "MultiLineString", "polygon": "MultiPolygon"}
_SINGLE = {"point": "Point", "line": "LineString", "polygon": "Polygon"}


@dataclass(frozen=True)
class Written:
    """A layer as it was handed to the writer."""

    layer: Layer
    file: Path


def write(path: Path, layers: Sequence[Layer], kind: Format) -> list[Written]:
    """Write the layers into `path` (Shapefiles: a folder, a file for each layer)."""
    done = []
    for layer in layers:
        file = path / f"{plain_name(layer.name)}.shp" if kind is kinds.SHP else path
        _write_one(file, layer, kind, append=file.exists() and kind is not kinds.SHP)
        done.append(Written(layer, file))
    return done


def _write_one(file: Path, layer: Layer, kind: Format, *, append: bool) -> None:
    table = _narrowed(layer.table) if kind in (kinds.GDB, kinds.KML) else layer.table
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what a driver changes is found by reading back
        _hand_over(file, layer, table, kind, append=append)


def _hand_over(file: Path, layer: Layer, table: pa.Table, kind: Format, *, append: bool) -> None:
    told: dict[str, Any] = {"driver": kind.driver, "layer": plain_name(layer.name), "append": append}
    if layer.shapes is None:
        pyogrio.write_arrow(table, file, **told, **_options(layer, kind))
        return
    full = table.append_column(pa.field("geometry", pa.binary()), pa.array(shapely.to_wkb(layer.shapes), pa.binary()))
    crs = layer.system.text if layer.system is not None else None
    pyogrio.write_arrow(full, file, geometry_name="geometry", geometry_type=_geometry_type(layer, kind), crs=crs,
                        **told, **_options(layer, kind))  # fmt: skip


def _geometry_type(layer: Layer, kind: Format) -> str:
    shapes = layer.shapes
    assert shapes is not None  # noqa: S101
    high = " Z" if shapely.has_z(shapes).any() else ""
    found = {k for k in layer.kinds if k != "none"}
    if kind is kinds.GDB or kind is kinds.SHP:
        if not found:
            return "Polygon"
        one = found.pop()
        multipoint = one == "point" and (shapely.get_type_id(shapes) == 4).any()
        table = _MULTI if kind is kinds.GDB else _SINGLE
        return ("MultiPoint" if multipoint else table[one]) + high
    types = {s.geom_type for s in shapes if s is not None}
    mixed_height = bool(high) and not shapely.has_z(shapes[~shapely.is_missing(shapes)]).all()
    return types.pop() + high if len(types) == 1 and not mixed_height else "Unknown"


def _options(layer: Layer, kind: Format) -> dict[str, str]:
    """Layer creation options."""
    names = {name.casefold() for name in layer.table.column_names}
    if kind is kinds.GPKG:
        return {"FID": _free("fid", names), "GEOMETRY_NAME": _free("geom", names)}
    if kind is kinds.GDB:
        return {"FID": _free("OBJECTID", names), "GEOMETRY_NAME": _free("SHAPE", names)} | _grid(layer)
    if kind is kinds.SHP:
        return {"encoding": "GB18030"}
    if kind is kinds.FGB:
        return {"SPATIAL_INDEX": "NO"}  # its index would sort the rows
    if kind is kinds.GEOJSON and layer.shapes is not None:
        return {"COORDINATE_PRECISION": str(decimals_needed(layer.shapes, 4, 15))}
    return {}


def _free(name: str, used: set[str]) -> str:
    while name.casefold() in used:
        name += "_"
    return name


def _grid(layer: Layer) -> dict[str, str]:
    """A geodatabase stores whole steps from an origin: steps of half the last decimal, from zero where that is possible."""
    if layer.shapes is None:
        return {}
    decimals = gdb_decimals(layer)
    xy = shapely.get_coordinates(layer.shapes)
    low = np.floor(xy.min(axis=0)) - 1 if len(xy) else np.zeros(2)
    x, y = (0 if value >= -1 else int(value) for value in low)
    return {"XORIGIN": str(x), "YORIGIN": str(y), "XYSCALE": str(2 * 10**decimals), "XYTOLERANCE": f"{10.0**-decimals:.15g}"}


def gdb_decimals(layer: Layer) -> int:
    """Decimals that a geodatabase keeps of a layer: its whole steps have 53 bits."""
    geographic = layer.system is not None and layer.system.geographic
    return decimals_needed(layer.shapes if layer.shapes is not None else [], *((9, 12) if geographic else (4, 7)))


def _narrowed(table: pa.Table) -> pa.Table:
    """Whole numbers of 64 bits as 32 where they fit, else as doubles (exact to 2^53)."""
    for at, field in enumerate(table.schema):
        if pa.types.is_integer(field.type) and field.type.bit_width > 32:
            ends = pc.min_max(table.column(at)).as_py()
            small = ends["min"] is None or (ends["min"] >= -(2**31) and ends["max"] < 2**31)
            table = table.set_column(at, field.name, table.column(at).cast(pa.int32() if small else pa.float64(), safe=False))
    return table
