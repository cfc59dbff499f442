"""Reader of XLSX: one layer for each sheet that has rows; formulas, macros and links are told, never evaluated."""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
from openpyxl.utils.exceptions import InvalidFileException

from ziyuan.base.sandbox.answer import ReadLayer
from ziyuan.onemap.formats.tables.errors import TableBroken
from ziyuan.onemap.formats.tables.layer import headed, layer

_MOST_UNPACKED, _MOST_RATIO = 2 << 30, 400
_MOST_COLUMNS = 1024
_BROKEN = (InvalidFileException, KeyError, ValueError, TypeError, AttributeError, SyntaxError, zipfile.BadZipFile,
           EOFError, zlib.error)  # fmt: skip
_FORMULA = re.compile(rb"<(?:\w+:)?f[ >/]")


def read(path: str, options: dict[str, Any]) -> Iterator[ReadLayer]:
    """Layers of a workbook. Options: `xy`."""
    data = Path(path).read_bytes()
    notes = _looked_over(data)
    try:
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
        for sheet in book.worksheets:
            table, first_row = _table(sheet, f"工作表“{sheet.title}”")
            if table is not None:
                where = f"工作表“{sheet.title}”"
                yield layer(sheet.title, where, table, options, encoding="UTF-8", notes=notes, first_row=first_row)
                notes = []
    except _BROKEN as bad:
        raise TableBroken("工作簿", "结构损坏,不能读取") from bad


def _looked_over(data: bytes) -> list[str]:
    """What the package holds besides values; a bomb or a broken package is refused."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            infos = package.infolist()
            total = sum(info.file_size for info in infos)
            if total > _MOST_UNPACKED or any(i.file_size > (16 << 20) and i.file_size > _MOST_RATIO * max(i.compress_size, 1)
                                             for i in infos):  # fmt: skip
                raise TableBroken("工作簿", f"解开后过大({total >> 20} MB)")
            names = {info.filename for info in infos}
            if "[Content_Types].xml" not in names or not any(n.startswith("xl/") for n in names):
                raise TableBroken("工作簿", "不是 Excel 工作簿")
            return _told(package, names)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, zlib.error) as bad:
        raise TableBroken("工作簿", "压缩结构损坏或已加密") from bad


def _told(package: zipfile.ZipFile, names: set[str]) -> list[str]:
    notes = []
    if any(n.endswith("vbaProject.bin") for n in names):
        notes.append("工作簿含有宏,未运行。")
    if any("externalLinks/" in n for n in names):
        notes.append("工作簿含有外部链接,未打开。")
    formulas = sum(len(_FORMULA.findall(package.read(n))) for n in names if re.fullmatch(r"xl/worksheets/[^/]+\.xml", n))
    if formulas:
        notes.append(f"工作簿含有 {formulas} 个公式,只取其保存时的结果,未重新计算。")
    return notes


def _table(sheet: Any, where: str) -> tuple[pa.Table | None, int]:
    rows = sheet.iter_rows(values_only=True)
    number, header = next(((n, row) for n, row in enumerate(rows, 1) if any(v is not None for v in row)), (0, ()))
    if not number:
        return None, 0
    width = max(at for at, value in enumerate(header, 1) if value is not None)
    if width > _MOST_COLUMNS:
        raise TableBroken(where, f"有 {width} 列,超过 {_MOST_COLUMNS} 列")
    names = headed(where, ["" if value is None else str(value) for value in header[:width]])
    body = [row[:width] + (None,) * (width - len(row)) for row in rows]
    while body and all(value is None for value in body[-1]):
        body.pop()
    columns = list(zip(*body, strict=True)) if body else [()] * width
    return pa.table({name: _column(list(values)) for name, values in zip(names, columns, strict=True)}), number + 1


def _column(values: list[Any]) -> pa.Array:
    """One type for a column: whole numbers, numbers, dates, times, booleans; mixed ones become text."""
    kinds = {type(value) for value in values if value is not None}
    if not kinds or kinds == {str}:
        return pa.array(values, pa.string())
    if kinds == {bool}:
        return pa.array(values, pa.bool_())
    if kinds <= {int, float}:
        whole = all(v is None or (v == int(v) and abs(v) < 2**53) for v in values if v == v)
        return pa.array([None if v is None else int(v) for v in values], pa.int64()) if whole else pa.array(values, pa.float64())
    if kinds <= {datetime, date}:
        at_midnight = all(not isinstance(v, datetime) or v.time() == time(0) for v in values)
        days = [v.date() if isinstance(v, datetime) else v for v in values]
        return pa.array(days, pa.date32()) if at_midnight else pa.array(values, pa.timestamp("ms"))
    return pa.array([None if v is None else _text(v) for v in values], pa.string())


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float) and value == int(value):
        return str(int(value))
    return value.isoformat() if isinstance(value, date | time) else str(value)
