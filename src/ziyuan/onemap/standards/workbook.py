"""Import template as a workbook (XLSX): a sheet a layer with its fields, drop-down lists of codes, a sheet of notes.

Row 1 of a layer's sheet holds the field names of the standard, so the filled sheet is read as it is. Points carry two
columns of coordinates; lines and areas cannot be filled in here, their sheet takes attributes only. Written as plain
OOXML: the file needs no library to make and opens in WPS, Excel and LibreOffice.
"""

from io import BytesIO
from pathlib import Path
from typing import NamedTuple
from xml.sax.saxutils import escape, quoteattr
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from ziyuan.onemap.standards.model import Entity, Field, Model

EAST, NORTH = "东坐标", "北坐标"
ROWS = 10_000
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_NEEDS = {True: "必填", False: ""}
_MOMENT = (1980, 1, 1, 0, 0, 0)


class Sheet(NamedTuple):
    """A sheet: its name, rows of texts, the XML of its validations, columns that hold figures, hidden or not."""

    name: str
    rows: list[list[str]]
    checks: str = ""
    figures: tuple[int, ...] = ()
    hidden: bool = False


def write(model: Model, path: Path) -> None:
    """Write the workbook of every layer that is delivered."""
    path.write_bytes(workbook(model))


def workbook(model: Model) -> bytes:
    """The workbook; the same model gives the same bytes."""
    layers = [e for e in model.entities.values() if e.written_by == "delivery"]
    codes = _codes_sheet(model, layers)
    places = {name: (column, len(rows)) for column, (name, rows) in enumerate(_lists(model, layers).items(), 1)}
    sheets = [_layer_sheet(model, e, places) for e in layers] + [_notes(model, layers), codes]
    held = BytesIO()
    with ZipFile(held, "w", ZIP_DEFLATED) as archive:
        for name, text in _parts(sheets).items():
            archive.writestr(ZipInfo(name, _MOMENT), text, ZIP_DEFLATED)
    return held.getvalue()


def _lists(model: Model, layers: list[Entity]) -> dict[str, list[tuple[str, str]]]:
    """Code lists that fields of the layers draw on, by table name."""
    wanted = {f.domain for e in layers for f in e.fields.values() if isinstance(f.domain, str)}
    return {
        name: [(row.code, row.name) for row in table.rows if row.usable]
        for name, table in model.codes.items() if name in wanted
    }  # fmt: skip


def _codes_sheet(model: Model, layers: list[Entity]) -> Sheet:
    """One column a code table: `code` for the drop-down list; names stand in the notes."""
    lists = _lists(model, layers)
    deepest = max((len(rows) for rows in lists.values()), default=0)
    body = [[rows[n][0] if n < len(rows) else "" for rows in lists.values()] for n in range(deepest)]
    return Sheet("代码", [list(lists), *body], hidden=True)


def _layer_sheet(model: Model, entity: Entity, places: dict[str, tuple[int, int]]) -> Sheet:
    fields = list(entity.fields.values())
    names = [f.name for f in fields] + ([EAST, NORTH] if entity.geometry.kind == "point" else [])
    made = (_check(model, field, column_name(number), places) for number, field in enumerate(fields, 1))
    checks = [text for text in made if text]
    figures = [n for n, name in enumerate(names) if n >= len(fields) or fields[n].type not in ("text", "code")]
    listed = f'<dataValidations count="{len(checks)}">{"".join(checks)}</dataValidations>'
    return Sheet(entity.name, [names], listed if checks else "", tuple(figures))


def _check(model: Model, field: Field, column: str, places: dict[str, tuple[int, int]]) -> str:
    """Validation of one column: code list, length, number, whole number or date."""
    table = model.domain(field)
    stop = "stop" if table is None or table.complete else "warning"
    if isinstance(field.domain, str) and field.domain in places:
        at, size = places[field.domain]
        where = column_name(at)
        return _validation(column, "list", f"代码!${where}$2:${where}${size + 1}", f"{field.title}应从代码表中选取。", stop)
    if isinstance(field.domain, tuple):
        return _validation(column, "list", '"' + ",".join(field.domain) + '"', f"{field.title}应为所列之值。", stop)
    if field.type in ("text", "code") and field.length:
        return _validation(column, "textLength", "0", f"{field.title}最长 {field.length} 个字符。", stop, str(field.length))
    if field.numeric:
        low, high = _bounds(field)
        kind = "whole" if field.type == "integer" else "decimal"
        return _validation(column, kind, low, f"{field.title}应为 {low} 到 {high} 的数。", stop, high)
    if field.type == "date":
        return _validation(column, "date", "1", f"{field.title}应为日期。", stop, "2958465")
    return ""


def _bounds(field: Field) -> tuple[str, str]:
    """Least and greatest value: those of the model, else what the digits hold."""
    most = 10 ** ((field.length or 15) - (field.decimals or 0)) - 1
    low = field.min if field.min is not None else field.above
    high = field.max if field.max is not None else field.below
    if field.zero_is_empty and low is not None:
        low = min(low, 0)
    return _plain(low) if low is not None else str(-most), _plain(high) if high is not None else str(most)


def _plain(figure: float) -> str:
    return str(int(figure)) if figure == int(figure) else repr(float(figure))


def _validation(column: str, kind: str, first: str, message: str, style: str, second: str | None = None) -> str:
    between = ' operator="between"' if second is not None else ""
    more = f"<formula2>{escape(second)}</formula2>" if second is not None else ""
    return (
        f'<dataValidation type="{kind}"{between} errorStyle="{style}" allowBlank="1" showErrorMessage="1" '
        f'error={quoteattr(message)} sqref="{column}2:{column}{ROWS}"><formula1>{escape(first)}</formula1>{more}</dataValidation>'
    )


def _notes(model: Model, layers: list[Entity]) -> Sheet:
    """What each column means, and the names of the codes."""
    rows = [[f"{model.title} {model.name}", "", "", "", "", "", ""], ["图层", "字段", "名称", "类型", "长度", "必填", "值域"]]
    for entity in layers:
        for field in entity.fields.values():
            size = f"{field.length or ''}" + (f",{field.decimals}" if field.decimals is not None else "")
            domain = field.domain if isinstance(field.domain, str) else "、".join(field.domain or ())
            rows.append([entity.name, field.name, field.title, field.type, size, _NEEDS[field.required], domain])
    for name, codes in _lists(model, layers).items():
        rows += [["", "", "", "", "", "", ""], [f"代码表 {name}", model.codes[name].title, "", "", "", "", ""]]
        rows += [["", code, title, "", "", "", ""] for code, title in codes]
    return Sheet("说明", rows)


def column_name(number: int) -> str:
    """1 → A, 27 → AA."""
    name = ""
    while number:
        number, rest = divmod(number - 1, 26)
        name = chr(65 + rest) + name
    return name


def _parts(sheets: list[Sheet]) -> dict[str, str]:
    """The files of the package, in the order readers expect."""
    numbered = list(enumerate(sheets, 1))
    overrides = "".join(
        f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{_OFFICE}.worksheet+xml"/>' for n, _ in numbered
    )
    listed = "".join(
        f'<sheet name={quoteattr(s.name[:31])} sheetId="{n}" r:id="rId{n}"{" state=" + quoteattr("hidden") if s.hidden else ""}/>'
        for n, s in numbered
    )
    links = "".join(
        f'<Relationship Id="rId{n}" Type="{_RELATIONS}/worksheet" Target="worksheets/sheet{n}.xml"/>' for n, _ in numbered
    )
    return {
        "[Content_Types].xml": f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
        f'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" '
        f'ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="{_OFFICE}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{_OFFICE}.styles+xml"/>{overrides}</Types>',
        "_rels/.rels": f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{_RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'{_HEAD}<workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONS}"><sheets>{listed}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">{links}<Relationship '
        f'Id="rId{len(sheets) + 1}" Type="{_RELATIONS}/styles" Target="styles.xml"/></Relationships>',
        "xl/styles.xml": _STYLES,
        **{f"xl/worksheets/sheet{n}.xml": _sheet(s) for n, s in numbered},
    }


_STYLES = (
    f'{_HEAD}<styleSheet xmlns="{_MAIN}"><fonts count="2"><font><sz val="11"/><name val="宋体"/></font><font><b/><sz val="11"/>'
    '<name val="宋体"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill '
    'patternType="gray125"/></fill></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
    '<cellXfs count="3"><xf xfId="0"/><xf fontId="1" xfId="0" applyFont="1"/><xf numFmtId="49" xfId="0" '
    'applyNumberFormat="1"/></cellXfs></styleSheet>'
)
"""Cell styles: 0 plain, 1 bold head, 2 text (so that codes keep their leading zeros)."""


def _sheet(sheet: Sheet) -> str:
    rows = "".join(
        f'<row r="{r}">{"".join(_cell(c, r, text) for c, text in enumerate(row, 1) if text)}</row>'
        for r, row in enumerate(sheet.rows, 1)
    )
    width = max((len(row) for row in sheet.rows), default=0) or 1
    columns = "".join(
        f'<col min="{n + 1}" max="{n + 1}" width="14" style="{0 if n in sheet.figures else 2}"/>' for n in range(width)
    )
    pane = '<pane ySplit="1" topLeftCell="A2" state="frozen"/>'
    view = f'<sheetViews><sheetView workbookViewId="0">{pane}</sheetView></sheetViews><cols>{columns}</cols>'
    return f'{_HEAD}<worksheet xmlns="{_MAIN}">{view}<sheetData>{rows}</sheetData>{sheet.checks}</worksheet>'


def _cell(column: int, row: int, text: str) -> str:
    style = 1 if row == 1 else 2
    return f'<c r="{column_name(column)}{row}" s="{style}" t="inlineStr"><is><t xml:space="preserve">{escape(text)}</t></is></c>'
