"""The lake file of an edition: GeoParquet in the delivered plane coordinates, with a 4490 box per feature.

A table of records without shapes is a plain Parquet file in order of keys.

Rows lie along a Hilbert curve in groups of 2,000 so that a reader of a small area reads little (engines.md). A file
is written beside its name, flushed to disk and renamed before the transaction commits; if that one does not commit,
the file has no edition and `sweep` takes it away.
"""

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pyproj

from ziyuan.base import crs
from ziyuan.base.geometry import Kind, PlaneBatch, to_metres, wkb_writer
from ziyuan.base.geometry.hilbert import hilbert_order
from ziyuan.kernel import service as kernel
from ziyuan.onemap.differences.values import arrow_type
from ziyuan.onemap.editions.layers import Layer

GROUP = 2_000
_SUFFIX = ".parquet"
_TYPES: dict[Kind, str] = {"point": "MultiPoint", "line": "MultiLineString", "polygon": "MultiPolygon"}


def folder() -> Path:
    """Root of the lake of this node."""
    return kernel.node().data / "lake"


def name_of(layer: Layer, county: str, reference_date: str, delivery_no: str) -> str:
    """Path of an edition's file below the lake; the delivery makes it unique."""
    safe = "".join(c if c.isalnum() or c in "-_." else "_" for c in delivery_no)
    return f"{layer.id}/{county}/{reference_date}-{safe}{_SUFFIX}"


def table_of(layer: Layer, columns: Mapping[str, pa.Array], batch: PlaneBatch | None, boxes: np.ndarray) -> pa.Table:
    """The rows of an edition: fields, `geometry` (WKB in metres), `bbox` in degrees; boxes: (n, 4).

    `batch` None: the fields alone.
    """
    if batch is None:
        return pa.table([columns[f.name] for f in layer.fields], schema=schema_of(layer))
    box = pa.StructArray.from_arrays(
        [pa.array(np.ascontiguousarray(boxes[:, i])) for i in range(4)], names=["xmin", "ymin", "xmax", "ymax"]
    )
    wkb = wkb_writer.write(batch, to_metres(batch.coords))
    return pa.table([*(columns[f.name] for f in layer.fields), wkb, box], schema=schema_of(layer))


def schema_of(layer: Layer) -> pa.Schema:
    """Columns of a lake file."""
    fields = [(f.name, arrow_type(f)) for f in layer.fields]
    if layer.shape is None:
        return pa.schema(fields)
    corners = pa.struct([(side, pa.float64()) for side in ("xmin", "ymin", "xmax", "ymax")])
    return pa.schema([*fields, ("geometry", pa.binary()), ("bbox", corners)])


def write(layer: Layer, name: str, table: pa.Table, zone: int) -> Path:
    """Write the file `name` from rows as of `table_of`. The same input gives the same bytes."""
    told = {"ziyuan:layer": layer.id, "ziyuan:zone": str(zone)}
    if layer.shape is not None:
        told = {"geo": json.dumps(_geo(layer.shape, zone), ensure_ascii=False, sort_keys=True), "ziyuan:layer": layer.id}
        boxes = np.column_stack([column.to_numpy() for column in table.column("bbox").combine_chunks().flatten()] or [[]])
        table = table.take(pa.array(hilbert_order(boxes)))
    table = table.replace_schema_metadata(told)
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
    """The table of a lake file and the zone of its county's coordinates."""
    table = pq.read_table(path)
    told = table.schema.metadata
    if b"geo" not in told:
        return table, int(told[b"ziyuan:zone"])
    return table, int(json.loads(told[b"geo"])["columns"]["geometry"]["zone"])


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


def _geo(kind: Kind, zone: int) -> dict[str, Any]:
    """GeoParquet 1.1 metadata with the delivered plane system and the covering box column."""
    system = pyproj.CRS.from_epsg(crs.epsg_of_zone(zone)).to_json_dict()
    covering = {side: ["bbox", side] for side in ("xmin", "ymin", "xmax", "ymax")}
    column = {"encoding": "WKB", "geometry_types": [_TYPES[kind]], "crs": system, "zone": zone}
    return {
        "version": "1.1.0",
        "primary_column": "geometry",
        "columns": {"geometry": column},
        "ziyuan:bbox": {"crs": "EPSG:4490", **covering},
    }


