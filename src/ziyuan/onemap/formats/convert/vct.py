"""Layers as the content of a VCT file: feature codes from the standard, from the data, or numbered and told."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ziyuan.base import crs
from ziyuan.onemap.formats.convert.columns import type_of
from ziyuan.onemap.formats.convert.layer import Layer
from ziyuan.onemap.formats.convert.told import CannotCarry
from ziyuan.onemap.formats.vct.head import Column
from ziyuan.onemap.formats.vct.read import ANGLE, TEXT
from ziyuan.onemap.formats.vct.write import Content
from ziyuan.onemap.formats.vct.write import write as write_file
from ziyuan.onemap.standards.model import Entity

CODE = "YSDM"
_KINDS = {"point": "Point", "line": "Line", "polygon": "Polygon"}
_LONGEST = 254
FORBIDDEN = ((r"[\r\n\t]+", " ", "换行写成空格"), (",", "\uff0c", "半角逗号写成全角逗号"))
PLANE, DEGREES = 4, 9


def write(path: Path, layers: Sequence[Layer], entities: Mapping[str, Entity], made: date) -> list[str]:
    """Write the layers; the notes say where a feature code was not to be had."""
    systems = {layer.system.ours for layer in layers if layer.system is not None and layer.system.ours is not None}
    if not systems:
        raise CannotCarry("、".join(layer.name for layer in layers), "VCT 3.0", "没有带图形的图层,文件头写不出坐标系")
    if len(systems) != 1:
        raise CannotCarry("、".join(layer.name for layer in layers), "VCT 3.0", "各图层须为同一坐标系")
    system: crs.Crs = systems.pop()
    notes: list[str] = []
    contents = [_content(layer, entities.get(layer.name.upper()), at, notes) for at, layer in enumerate(layers, 1)]
    with open(path, "wb") as out:
        write_file(out, contents, system, made=made, decimals=DEGREES if system.zone is None else PLANE)
    return notes


def table_name(name: str) -> str:
    """A layer's name as a table of the file: no blanks, no separators."""
    return re.sub(r"[\s,\uff0c]+", "_", name)


def _content(layer: Layer, entity: Entity | None, number: int, notes: list[str]) -> Content:
    kind = _kind(layer)
    fields = [_field(name, layer, entity) for name in layer.table.column_names]
    columns = [_texts(layer.table.column(f.name), f) for f in fields]
    shapes = layer.shapes if layer.shapes is not None else np.full(layer.table.num_rows, None, object)
    name = table_name(layer.name)
    if kind is None:
        return Content(name, None, fields, columns, shapes, [], {})
    codes, names = _codes(layer, entity, number, notes)
    content = Content(name, kind, fields, columns, shapes, codes, names)
    if kind == "Annotation":
        content.texts = [re.sub(r"[\r\n]+", " ", v or "") for v in layer.table.column(TEXT).to_pylist()]
        content.angles = [v or 0.0 for v in layer.table.column(ANGLE).to_pylist()]
    return content


def _kind(layer: Layer) -> str | None:
    if layer.shapes is None:
        return None
    found = {k for k in layer.kinds if k != "none"}
    if {TEXT, ANGLE} <= set(layer.table.column_names) and found <= {"point"}:
        return "Annotation"
    return _KINDS[found.pop()] if found else "Polygon"


def _codes(layer: Layer, entity: Entity | None, number: int, notes: list[str]) -> tuple[list[str], dict[str, str]]:
    """Code of each row, and code → name. A row without one gets the layer's."""
    title = entity.title if entity is not None else layer.name
    own = entity.code if entity is not None else None
    column = next((n for n in layer.table.column_names if n.upper() == CODE), None)
    given = [None] * layer.table.num_rows if column is None else layer.table.column(column).to_pylist()
    codes = [re.sub(r"\s+", "", str(v)) if v is not None else "" for v in given]
    if own is None and not any(codes):
        own = str(number)
        todo = "正式汇交请用 --standard 指明数据标准" if entity is None else "标准里它的要素代码待核"
        notes.append(f"图层 {layer.name} 没有要素代码,文件内用“{own}”代替;{todo}。")
    fallback = own or next(c for c in codes if c)
    codes = [c or fallback for c in codes]
    names = {c: title.replace(",", "\uff0c") for c in dict.fromkeys(codes or [fallback])}
    return codes, names


def _field(name: str, layer: Layer, entity: Entity | None) -> Column:
    """A field as declared: by the standard, by the source, or as its values need."""
    column = layer.table.column(name)
    kind = type_of(column.type)
    told = entity.fields.get(name.upper()) if entity is not None else None
    width, decimals = layer.declared.get(layer.names.get(name, name), ("", None, None))[1:]
    if told is not None:
        width, decimals = told.length or width, told.decimals if told.decimals is not None else decimals
    if kind == "integer":
        return Column(name, "Int", max(width or 0, _longest(pc.cast(column, pa.string())), 1), None)
    if kind == "number":
        places = max(decimals or 0, _places(column))
        ends = pc.min_max(column).as_py()
        whole = max((len(str(int(abs(v)))) for v in ends.values() if v is not None and np.isfinite(v)), default=1)
        return Column(name, "Float", max(width or 0, whole + places + 2), places)
    if kind == "date":
        return Column(name, "Date", 8, None)
    longest = max(width or 0, _longest(column), 1)
    return Column(name, "Char", longest, None) if longest <= _LONGEST else Column(name, "VarChar", None, None)


def _longest(column: pa.ChunkedArray) -> int:
    """Bytes in GB18030 of the longest value."""
    values = pc.unique(column).to_pylist()
    return max((len(v.encode("gb18030", "replace")) for v in values if v is not None), default=0)


def _places(column: pa.ChunkedArray) -> int:
    """Decimals of the shortest text of any value."""
    values = pc.unique(column).to_pylist()
    return max((_places_of(v) for v in values if v is not None and np.isfinite(v)), default=0)


def _places_of(value: float) -> int:
    text = np.format_float_positional(value, trim="-")
    return len(text.partition(".")[2])


def _texts(column: pa.ChunkedArray, field: Column) -> pa.Array:
    array = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    if isinstance(array, pa.ChunkedArray):
        array = pa.concat_arrays(array.chunks) if array.num_chunks else pa.nulls(0, column.type)
    if field.kind == "Date":
        return pc.replace_substring(array.cast(pa.string()), "-", "")
    if field.kind == "Float":
        places = field.decimals or 0
        return pa.array([None if v is None or not np.isfinite(v) else f"{v:.{places}f}" for v in array.to_pylist()], pa.string())
    return array.cast(pa.string())
