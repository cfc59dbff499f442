"""The lake file of an edition: GeoParquet in the delivered plane coordinates, with a 4490 box per feature.

Rows lie along a Hilbert curve in groups of 2,000 so that a reader of a small area reads little (engines.md). A file
is written beside its name, flushed to disk and renamed before the transaction commits; if that one does not commit,
the file has no edition and `sweep` takes it away.
"""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pyproj
import shapely

from ziyuan.base import crs
from ziyuan.base.geometry import PlaneBatch
from ziyuan.kernel import service as kernel
from ziyuan.onemap.editions.layers import Layer, decimals_of
from ziyuan.onemap.standards.model import Field

GROUP = 2_000
_SUFFIX = ".parquet"


def folder() -> Path:
    """Root of the lake of this node."""
    return kernel.node().data / "lake"


def name_of(layer: Layer, county: str, reference_date: str, delivery_no: str) -> str:
    """Path of an edition's file below the lake; the delivery makes it unique."""
    safe = "".join(c if c.isalnum() or c in "-_." else "_" for c in delivery_no)
    return f"{layer.id}/{county}/{reference_date}-{safe}{_SUFFIX}"


def write(
    layer: Layer, name: str, columns: dict[str, list[Any]], batch: PlaneBatch, boxes: np.ndarray
) -> Path:
    """Write the file `name`; boxes: (n, 4) degrees. The same input gives the same bytes."""
    order = hilbert_order(boxes)
    arrays: list[pa.Array] = [pa.array(columns[f.name], type=arrow_type(f)) for f in layer.fields]
    wkb = pa.array(shapely.to_wkb(batch.to_shapely()), type=pa.binary())
    box = pa.StructArray.from_arrays(
        [pa.array(boxes[:, i]) for i in range(4)], names=["xmin", "ymin", "xmax", "ymax"]
    )
    schema = pa.schema(
        [pa.field(f.name, arrow_type(f)) for f in layer.fields]
        + [pa.field("geometry", pa.binary()), pa.field("bbox", box.type)],
        metadata={
            "geo": json.dumps(_geo(batch.zone), ensure_ascii=False, sort_keys=True),
            "ziyuan:layer": layer.id,
        },
    )
    table = pa.Table.from_arrays([*arrays, wkb, box], schema=schema).take(pa.array(order))
    path = folder() / name
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with beside.open("wb") as out:
            pq.write_table(table, out, compression="zstd", row_group_size=GROUP)
            out.flush()
            os.fsync(out.fileno())
        beside.rename(path)
    finally:
        beside.unlink(missing_ok=True)
    _flush_folder(path.parent)
    return path


def read(path: Path) -> tuple[pa.Table, int]:
    """The table of a lake file and the zone of its coordinates."""
    table = pq.read_table(path)
    geo = json.loads(table.schema.metadata[b"geo"])
    return table, int(geo["columns"]["geometry"]["zone"])


def files() -> Iterator[tuple[str, str, Path]]:
    """Layer, county and path of every file of the lake, unfinished ones too."""
    root = folder()
    if root.is_dir():
        for path in sorted(p for p in root.glob("*/*/*/*") if p.is_file()):
            standard, entity, county = path.relative_to(root).parts[:3]
            yield f"{standard}/{entity}", county, path


def _flush_folder(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def arrow_type(field: Field) -> pa.DataType:
    """Arrow type of a field: text, int64, decimal at its scale, date."""
    if field.type == "number":
        return pa.decimal128(38, decimals_of(field))
    return {"integer": pa.int64(), "date": pa.date32()}.get(field.type, pa.string())


def _geo(zone: int) -> dict[str, Any]:
    """GeoParquet 1.1 metadata with the delivered plane system and the covering box column."""
    system = pyproj.CRS.from_epsg(crs.epsg_of_zone(zone)).to_json_dict()
    covering = {side: ["bbox", side] for side in ("xmin", "ymin", "xmax", "ymax")}
    column = {"encoding": "WKB", "geometry_types": ["MultiPolygon"], "crs": system, "zone": zone}
    return {
        "version": "1.1.0",
        "primary_column": "geometry",
        "columns": {"geometry": column},
        "ziyuan:bbox": {"crs": "EPSG:4490", **covering},
    }


def hilbert_order(boxes: np.ndarray, bits: int = 16) -> np.ndarray:
    """Order of the boxes along a Hilbert curve through their centres (ties in the given order)."""
    centre = np.column_stack([boxes[:, 0] + boxes[:, 2], boxes[:, 1] + boxes[:, 3]])
    low = centre.min(axis=0)
    span = np.maximum(centre.max(axis=0) - low, 1e-12)
    full = 2**bits - 1
    x, y = ((centre - low) / span * full).astype(np.int64).T
    place = np.zeros(len(boxes), dtype=np.int64)
    for level in range(bits - 1, -1, -1):
        side = 1 << level
        right, up = (x & side) > 0, (y & side) > 0
        place += side * side * ((3 * right) ^ up)
        flip = ~up & right
        x, y = np.where(flip, full - x, x), np.where(flip, full - y, y)
        x, y = np.where(~up, y, x), np.where(~up, x, y)
    return np.argsort(place, kind="stable")
