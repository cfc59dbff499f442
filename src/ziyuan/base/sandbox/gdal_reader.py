"""Reading with GDAL inside the child: one driver is left, layers come in batches, text as bytes."""

import importlib
import os
import sys
from collections.abc import Iterator
from typing import Any

import pyarrow as pa

from ziyuan.base.sandbox.answer import ReadLayer, Unread
from ziyuan.base.sandbox.looks import curves_told, explained, look_over

_ENVIRONMENT = {
    "GDAL_DRIVER_PATH": "disable", "OGR_SQLITE_PRAGMA": "temp_store=2", "CPL_TMPDIR": "/nonexistent",
    "GDAL_PAM_ENABLED": "NO", "GML_SKIP_RESOLVE_ELEMS": "ALL", "GML_GFS_TEMPLATE": "", "GML_SAVE_RESOLVED_TO": "",
    "OGR_GEOJSON_MAX_OBJ_SIZE": "0", "LIBKML_RESOLVE_STYLE": "NO", "GDAL_HTTP_MAX_RETRY": "0",
}  # fmt: skip
_OPEN_OPTIONS: dict[str, dict[str, str]] = {
    "GPKG": {"LIST_ALL_TABLES": "NO", "IMMUTABLE": "YES"},
    "ESRI Shapefile": {"AUTO_REPACK": "NO"},
    "GML": {"WRITE_GFS": "NO"},
}
# layer types that pyogrio has no word for, though their rows are read: any kind with heights, curves
_MORE_TYPES = dict.fromkeys((0x80000000, *range(8, 15), *range(1008, 1015)), "Unknown")
_UNNEEDED = ("pyproj", "shapely")  # a faster start


def prepare(driver: str, skip: str) -> Any:
    """pyogrio with every other driver left out; refuses to go on when more than one is left."""
    os.environ.update(_ENVIRONMENT)
    os.environ["GDAL_SKIP"] = skip
    for unneeded in _UNNEEDED:
        sys.modules[unneeded] = None  # type: ignore[assignment]
    for early in ("sqlite3", "pyarrow.ipc"):  # loaded before the file wall stands
        importlib.import_module(early)
    pyogrio = importlib.import_module("pyogrio")
    pyogrio._geometry.GEOMETRY_TYPES.update(_MORE_TYPES)
    left = set(pyogrio.list_drivers())
    if driver and left != {driver}:
        raise RuntimeError(f"drivers left: {sorted(left)}")
    return pyogrio


def read(pyogrio: Any, path: str, driver: str, wanted: list[str] | None) -> Iterator[ReadLayer | Unread]:
    """All layers of the file in turn; those not in `wanted` are only named."""
    look_over(path, driver)
    try:
        yield from _layers(pyogrio, path, driver, wanted)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError) as problem:
        raise explained(path, driver, problem) from problem


def _layers(pyogrio: Any, path: str, driver: str, wanted: list[str] | None) -> Iterator[ReadLayer | Unread]:
    for name in _layer_names(pyogrio, path, driver):
        if wanted is not None and name not in wanted:
            yield Unread(name)
            continue
        encoding = "ISO-8859-1" if driver == "ESRI Shapefile" else None
        opened = pyogrio.raw.open_arrow(
            path, layer=name, encoding=encoding, use_pyarrow=True, **_OPEN_OPTIONS.get(driver, {})
        )
        with opened as (meta, reader):
            layer = _layer(name, meta, _whole(pyogrio, path, reader.schema) if driver == "FlatGeobuf" else reader)
            layer.notes += curves_told(path, driver)
            yield layer


def _whole(pyogrio: Any, path: str, schema: pa.Schema) -> pa.RecordBatchReader:
    """A FlatGeobuf by rows: the stream of GDAL 3.12 breaks off at a row without geometry."""
    _told, _fids, wkb, columns = pyogrio.raw.read(path)
    arrays = [pa.array(column, from_pandas=True).cast(field.type, safe=False)
              for column, field in zip([*columns, wkb], schema, strict=True)]  # fmt: skip
    batch = pa.RecordBatch.from_arrays(arrays, schema=schema)
    return pa.RecordBatchReader.from_batches(schema, [batch])


def _layer(name: str, meta: dict[str, Any], reader: pa.RecordBatchReader) -> ReadLayer:
    geometry = meta.get("geometry_name") or "wkb_geometry"
    schema = pa.schema([_column(field, geometry) for field in reader.schema])
    kind = meta.get("geometry_type")
    return ReadLayer(name, schema, _batches(reader, schema), meta.get("crs"), None if kind is None else str(kind))


def _column(field: pa.Field, geometry: str) -> pa.Field:
    """Text becomes bytes for the parent to judge; what is binary in the file is told from it by the larger type."""
    if field.name == geometry:
        return pa.field("geometry", field.type)
    name = f"{field.name}_" if field.name == "geometry" else field.name
    if pa.types.is_string(field.type) or pa.types.is_large_string(field.type):
        return pa.field(name, pa.binary())
    return pa.field(name, pa.large_binary() if pa.types.is_binary(field.type) else field.type)


def _batches(reader: pa.RecordBatchReader, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    for batch in reader:
        columns = [column.cast(field.type) for column, field in zip(batch.columns, schema, strict=True)]
        yield pa.RecordBatch.from_arrays(columns, schema=schema)


def _layer_names(pyogrio: Any, path: str, driver: str) -> list[str]:
    if driver == "GPKG":
        return _real_tables(path)
    return [str(row[0]) for row in pyogrio.list_layers(path)]


def _real_tables(path: str) -> list[str]:
    """Layer tables of a GeoPackage: registered features that are tables. Views are never run."""
    import sqlite3

    quoted = path.replace("%", "%25").replace("?", "%3f").replace("#", "%23")
    base = sqlite3.connect(f"file:{quoted}?mode=ro&immutable=1", uri=True)
    try:
        rows = base.execute(
            "SELECT c.table_name, m.type FROM gpkg_contents c"
            " LEFT JOIN sqlite_master m ON m.name = c.table_name"
            " WHERE c.data_type IN ('features', 'attributes') AND c.table_name <> 'ogr_empty_table' ORDER BY c.rowid"
        ).fetchall()
    finally:
        base.close()
    views = [name for name, kind in rows if kind != "table"]
    if views:
        raise ValueError(f"图层“{views[0]}”不是数据表")
    return [name for name, _kind in rows]
