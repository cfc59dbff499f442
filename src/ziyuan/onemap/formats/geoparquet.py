"""GeoParquet read and written with Arrow: own geometry metadata, bounding box column for readers of small areas.

A Parquet file without such metadata and without a column `geometry` is a table of records. Reading runs in the sandbox's
child. Any column type that a layer may have is kept; nested ones are told and left out.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pyproj
import shapely

from ziyuan.base.errors import UserError
from ziyuan.base.sandbox.answer import ReadLayer

VERSION = "1.1.0"
_BOX = "bbox"
_SIDES = ("xmin", "ymin", "xmax", "ymax")
_CRS84 = "OGC:CRS84"


class ParquetBroken(UserError):
    code = "ZY-FMT-050"
    remedy = "请重新导出 GeoParquet(WKB 编码);普通 Parquet 表没有图形说明,请先转为带坐标的格式。"

    def __init__(self, why: str) -> None:
        super().__init__(f"GeoParquet 文件不能读取:{why}。", why=why)


def read(path: str, options: dict[str, Any]) -> Iterator[ReadLayer]:
    """The one layer, named like the file. Options: `name`."""
    try:
        file = pq.ParquetFile(path)
        metadata = file.schema_arrow.metadata or {}
        schema = file.schema_arrow
    except (pa.ArrowException, OSError) as bad:
        raise ParquetBroken("文件尾的目录损坏或不完整") from bad
    geometry, crs, kinds = _described(metadata, schema)
    kept, notes = _kept(schema, geometry, metadata)
    names = ["geometry" if field.name == geometry else field.name for field in kept]
    types = [pa.binary() if field.name == geometry else _plain(field.type) for field in kept]
    out = pa.schema([pa.field(name, kind) for name, kind in zip(names, types, strict=True)])
    title = str(options.get("name") or Path(path).stem)
    yield ReadLayer(title, out, _batches(file, kept, out), crs, kinds, {}, notes, "UTF-8")


def _described(metadata: dict[bytes, bytes], schema: pa.Schema) -> tuple[str | None, str | None, str | None]:
    """(geometry column, None for a table of records, CRS as text or None, geometry types). Raises ParquetBroken."""
    if b"geo" not in metadata and "geometry" not in schema.names:
        return None, None, None
    if b"geo" not in metadata:
        raise ParquetBroken("没有 geo 元数据,不是 GeoParquet")
    try:
        geo = json.loads(metadata[b"geo"])
        column = geo["primary_column"]
        told = geo["columns"][column]
        encoding = told["encoding"]
    except (ValueError, KeyError, TypeError) as bad:
        raise ParquetBroken("geo 元数据不完整") from bad
    if encoding != "WKB":
        raise ParquetBroken(f"图形编码是 {str(encoding)[:30]},只能读取 WKB")
    if column not in schema.names or not _binary(schema.field(column).type):
        raise ParquetBroken(f"缺少图形列 {str(column)[:60]}")
    system = told.get("crs", _CRS84)
    text = None if system is None else system if isinstance(system, str) else json.dumps(system)
    return column, text, "、".join(map(str, told.get("geometry_types") or [])) or "Unknown"


def _binary(kind: pa.DataType) -> bool:
    return pa.types.is_binary(kind) or pa.types.is_large_binary(kind)


def _kept(schema: pa.Schema, geometry: str | None, metadata: dict[bytes, bytes]) -> tuple[list[pa.Field], list[str]]:
    covering = {_BOX}
    columns = json.loads(metadata[b"geo"])["columns"] if geometry else {}
    box = columns.get(geometry, {}).get("covering", {}).get("bbox", {})
    covering |= {side[0] for side in box.values() if isinstance(side, list) and side}
    kept, notes = [], []
    for field in schema:
        if pa.types.is_nested(field.type):
            if field.name not in covering:
                notes.append(f"字段 {field.name} 是嵌套类型,未读入。")
        elif field.name != "geometry" or field.name == geometry:
            kept.append(field)
    return kept, notes


def _plain(kind: pa.DataType) -> pa.DataType:
    if pa.types.is_dictionary(kind):
        return _plain(kind.value_type)
    if pa.types.is_large_string(kind):
        return pa.string()
    return pa.binary() if pa.types.is_large_binary(kind) else kind


def _batches(file: pq.ParquetFile, kept: list[pa.Field], out: pa.Schema) -> Iterator[pa.RecordBatch]:
    try:
        for batch in file.iter_batches(65_536, columns=[field.name for field in kept], use_threads=False):
            columns = [batch.column(field.name).cast(to.type) for field, to in zip(kept, out, strict=True)]
            yield pa.RecordBatch.from_arrays(columns, schema=out)
    except (pa.ArrowException, OSError) as bad:
        raise ParquetBroken("数据页损坏") from bad


def write(path: Path, table: pa.Table, crs: str | None) -> None:
    """Write a layer (`geometry` as WKB) with its CRS (None is written as unknown); a table of records as plain Parquet."""
    if "geometry" not in table.column_names:
        pq.write_table(table.replace_schema_metadata(None), path, compression="zstd")
        return
    shapes = shapely.from_wkb(table.column("geometry").to_numpy())
    boxes = shapely.bounds(shapes)
    known = pa.array(np.isfinite(boxes).all(axis=1))
    struct = pa.StructArray.from_arrays([pa.array(boxes[:, i]) for i in range(4)], names=list(_SIDES), mask=_not(known))
    system = None if crs is None else pyproj.CRS.from_user_input(crs).to_json_dict()
    name = _BOX
    while name in table.column_names:
        name = f"_{name}"
    kinds = sorted({_title(shape) for shape in shapes if shape is not None})
    column: dict[str, Any] = {"encoding": "WKB", "geometry_types": kinds, "crs": system,
                              "covering": {_BOX: {side: [name, side] for side in _SIDES}}}  # fmt: skip
    if np.isfinite(boxes).any():
        column["bbox"] = [float(v) for v in (*np.nanmin(boxes[:, :2], axis=0), *np.nanmax(boxes[:, 2:], axis=0))]
    geo = {"version": VERSION, "primary_column": "geometry", "columns": {"geometry": column}}
    full = table.append_column(pa.field(name, struct.type), struct)
    pq.write_table(full.replace_schema_metadata({"geo": json.dumps(geo, ensure_ascii=False)}), path, compression="zstd")


def _not(mask: pa.Array) -> pa.Array:
    return pa.array(~mask.to_numpy(zero_copy_only=False))


def _title(shape: shapely.Geometry) -> str:
    return shape.geom_type + (" Z" if shape.has_z else "")
