"""Packages on disk: one GeoPackage with all layers in a zip, the same bytes for the same seed."""

import zipfile
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyogrio
import pyogrio.raw
import shapely

from ziyuan.base import crs
from ziyuan.site.sample.lattice import Ints

STAMP = "2026-01-15T08:00:00.000Z"  # the day a county might have made its package
ZIP_TIME = (2026, 1, 15, 8, 0, 0)


def geopackage(file: Path, layers: Iterable[tuple[str, Iterable[pa.Table]]], zone: int) -> None:
    """Write each layer, table after table."""
    file.unlink(missing_ok=True)
    before = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": STAMP})
    try:
        for name, tables in layers:
            for number, table in enumerate(tables):
                _append(file, name, table, zone, number > 0)
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": before})


def _append(file: Path, layer: str, table: pa.Table, zone: int, append: bool) -> None:
    kind, table = _one_kind(table)
    pyogrio.raw.write_arrow(
        table, file, layer=layer, driver="GPKG", geometry_name="geometry", geometry_type=kind,
        crs=f"EPSG:{crs.epsg_of_zone(zone)}", append=append,
    )  # fmt: skip


def _one_kind(table: pa.Table) -> tuple[str, pa.Table]:
    """Polygon, or all of them as MultiPolygon when there is one among them."""
    wkb = table["geometry"].to_numpy()
    if all(value is None or value[1] == 3 for value in wkb):  # little-endian type code
        return "Polygon", table
    given = shapely.from_wkb(wkb)
    shapes = [None if shape is None else shapely.multipolygons(shapely.get_parts(shape)) for shape in given]
    column = pa.array(shapely.to_wkb(np.array(shapes, dtype=object)), type=pa.binary())
    return "MultiPolygon", table.set_column(table.column_names.index("geometry"), "geometry", column)


def pack(source: Path, target: Path, *, keep: bool) -> None:
    """Zip `source`; leave it beside the package when `keep`."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as package:
        info = zipfile.ZipInfo(source.name, ZIP_TIME)
        info.compress_type = zipfile.ZIP_DEFLATED
        info._compresslevel = 1  # type: ignore[attr-defined]  # a ZipInfo does not take that of its ZipFile
        info.external_attr = 0o644 << 16
        with source.open("rb") as raw, package.open(info, "w", force_zip64=True) as out:
            while block := raw.read(1 << 22):
                out.write(block)
    if not keep:
        source.unlink()


def another_way(wkb: pa.Array, rng: np.random.Generator) -> pa.Array:
    """The same polygons as another program would export them: rings turned round, begun elsewhere."""
    shapes = shapely.from_wkb(wkb.to_numpy(zero_copy_only=False))
    kind, points, offsets = shapely.to_ragged_array(shapes)
    ring_offsets = offsets[0]
    turned = points[_turned(ring_offsets, rng)]
    shapes = shapely.from_ragged_array(kind, turned, offsets)
    return pa.array(shapely.to_wkb(shapes), type=pa.binary())


def _turned(offsets: Ints, rng: np.random.Generator) -> Ints:
    length = np.diff(offsets)
    ring = np.repeat(np.arange(len(length)), length)
    within = np.arange(offsets[-1]) - offsets[ring]
    sides = length[ring] - 1
    begin = (rng.integers(0, 1 << 30, len(length)) % (length - 1))[ring]
    return offsets[ring] + (begin - within) % sides
