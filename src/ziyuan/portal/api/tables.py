"""Lists and figures to take away: CSV, or the same cells as an Excel workbook (`format=xlsx`)."""

import csv
import io
import re
from typing import Any, Literal

from django.http import HttpResponse
from ninja import Field, Schema

from ziyuan.portal.api.common import attachment

CSV = "text/csv; charset=utf-8"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_NUMBER = re.compile(r"-?(0|[1-9]\d{0,14})(\.\d{1,9})?")  # what a spreadsheet keeps digit by digit; a code with zeros is text
_WIDEST = 60


class TableIn(Schema):
    """How a table is wanted."""

    format: Literal["csv", "xlsx"] = Field("csv", description="csv,或 xlsx:Excel 工作簿")


def table(form: TableIn, body: bytes, name: str) -> HttpResponse:
    """A CSV (UTF-8 with BOM) as the download that was asked for; `name` has no ending."""
    if form.format == "csv":
        return attachment(body, f"{name}.csv", CSV)
    return attachment(workbook(body), f"{name}.xlsx", XLSX)


def workbook(body: bytes) -> bytes:
    """The cells of a CSV in a sheet: heads that stay in sight, columns of figures as numbers, texts that never run."""
    import openpyxl

    rows = list(csv.reader(io.StringIO(body.decode("utf-8-sig"))))
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("表")
    sheet.freeze_panes = "A2"
    columns = list(zip(*(row for row in rows if len(row) == len(rows[0])), strict=True)) if rows else []
    figures = [all(_NUMBER.fullmatch(cell) for cell in column[1:] if cell) for column in columns]
    for at, column in enumerate(columns):
        letter = openpyxl.utils.get_column_letter(at + 1)
        sheet.column_dimensions[letter].width = min(_WIDEST, 2 + max(map(_width, column[:200])))
    for number, row in enumerate(rows):
        numeric = figures if number and len(row) == len(figures) else [False] * len(row)
        sheet.append([_cell(sheet, cell, figure, head=number == 0) for cell, figure in zip(row, numeric, strict=True)])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _width(text: str) -> int:
    return sum(2 if ord(letter) > 255 else 1 for letter in text)


def _cell(sheet: Any, text: str, figure: bool, *, head: bool) -> Any:
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
    from openpyxl.styles import Font

    if not text:
        return None
    if figure:
        return float(text) if "." in text else int(text)
    cell = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("", text))
    cell.data_type = "s"  # never a formula
    if head:
        cell.font = Font(bold=True)
    return cell
