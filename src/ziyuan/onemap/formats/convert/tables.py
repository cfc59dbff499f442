"""Writing tables with coordinates: points as two columns with unmistakable names, other shapes as WKT."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import shapely

from ziyuan.onemap.formats.convert.columns import number_text
from ziyuan.onemap.formats.convert.layer import Layer
from ziyuan.onemap.formats.convert.told import CannotCarry

_SHEET_ROWS = 1_048_576
_SHEET_NAME = 31


def coordinates(layer: Layer) -> dict[str, list[Any]]:
    """Columns that hold the shapes: 东坐标 and 北坐标, 经度 and 纬度, or WKT."""
    if layer.shapes is None:
        return {}
    known = ~shapely.is_missing(layer.shapes)
    plain = set(layer.kinds) <= {"point", "none"} and not shapely.has_z(layer.shapes).any()
    if plain and (shapely.get_type_id(layer.shapes[known]) == 0).all() and not shapely.is_empty(layer.shapes[known]).any():
        geographic = layer.system is not None and layer.system.geographic
        sides = (shapely.get_x(layer.shapes), shapely.get_y(layer.shapes))
        titles = ("经度", "纬度") if geographic else ("东坐标", "北坐标")
        return {_free(title, layer): [None if np.isnan(v) else float(v) for v in side]
                for title, side in zip(titles, sides, strict=True)}  # fmt: skip
    return {_free("WKT", layer): list(shapely.to_wkt(layer.shapes, rounding_precision=-1, trim=True))}


def _free(title: str, layer: Layer) -> str:
    if title in layer.table.column_names:
        raise CannotCarry(layer.name, "表格", f"已有名为“{title}”的字段,与坐标列重名")
    return title


def write_csv(path: Path, layer: Layer) -> None:
    """UTF-8 with mark, so that office programs know the encoding; CRLF."""
    columns = {name: _texts(layer.table.column(name)) for name in layer.table.column_names}
    columns |= {name: [None if v is None else v if isinstance(v, str) else number_text(v) for v in values]
                for name, values in coordinates(layer).items()}  # fmt: skip
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows(zip(*columns.values(), strict=True))
    path.write_bytes(out.getvalue().encode("utf-8-sig"))


def _texts(column: pa.ChunkedArray) -> list[str | None]:
    return [None if v is None else _text(v) for v in column.to_pylist()]


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return number_text(value)
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def write_xlsx(path: Path, layers: Sequence[Layer]) -> None:
    """A sheet for each layer; text stays text, so that codes keep their zeros and no value becomes a formula."""
    import openpyxl
    from openpyxl.utils.exceptions import IllegalCharacterError

    book = openpyxl.Workbook(write_only=True)
    for layer in layers:
        if layer.table.num_rows >= _SHEET_ROWS:
            raise CannotCarry(layer.name, "Excel 工作簿", f"有 {layer.table.num_rows} 行,一张工作表最多 {_SHEET_ROWS - 1} 行")
        if len(layer.name) > _SHEET_NAME:
            raise CannotCarry(layer.name, "Excel 工作簿", f"图层名超过 {_SHEET_NAME} 个字符")
        sheet = book.create_sheet(layer.name)
        columns = {name: layer.table.column(name).to_pylist() for name in layer.table.column_names} | coordinates(layer)
        sheet.append([_cell(sheet, name) for name in columns])
        try:
            for row in zip(*columns.values(), strict=True):
                sheet.append([_cell(sheet, value) for value in row])
        except IllegalCharacterError as bad:
            raise CannotCarry(layer.name, "Excel 工作簿", "文字中含有控制字符") from bad
    book.save(path)


def _cell(sheet: Any, value: Any) -> Any:
    if not isinstance(value, str):
        return value.replace(tzinfo=None) if getattr(value, "tzinfo", None) else value
    from openpyxl.cell import WriteOnlyCell

    cell = WriteOnlyCell(sheet, value)
    cell.data_type = "s"  # never a formula
    return cell
