"""Styles of the error layer: QML kept inside the GeoPackage (table `layer_styles`), read by desktop programs."""

import sqlite3
from pathlib import Path
from xml.sax.saxutils import quoteattr

from ziyuan.onemap.quality.report.entries import FIELDS

COLOURS = {"错误": "#d7191c", "警告": "#e66101", "提示": "#2c7bb6"}
_MOMENT = "2000-01-01T00:00:00Z"  # the same findings give the same table
_TABLE = """CREATE TABLE layer_styles (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, f_table_catalog TEXT(256),
    f_table_schema TEXT(256), f_table_name TEXT(256), f_geometry_column TEXT(256), styleName TEXT(30), styleQML TEXT,
    styleSLD TEXT, useAsDefault BOOLEAN, description TEXT, owner TEXT(30), ui TEXT(30), update_time DATETIME)"""
_SYMBOLS = {
    "Point": ("marker", "SimpleMarker", {"name": "circle", "size": "3.2", "size_unit": "MM", "outline_color": "#ffffff"}),
    "MultiLineString": ("line", "SimpleLine", {"line_width": "0.9", "line_width_unit": "MM"}),
    "MultiPolygon": ("fill", "SimpleFill", {"style": "b_diagonal", "outline_width": "0.7", "outline_width_unit": "MM"}),
}  # fmt: skip
_COLOUR_OF = {"marker": ("color",), "line": ("line_color",), "fill": ("color", "outline_color")}


def add_styles(path: Path, tables: dict[str, str]) -> None:
    """Write a default style for each table of the GeoPackage (table → geometry kind)."""
    with sqlite3.connect(path) as db:
        db.execute(_TABLE)
        db.execute(
            "INSERT INTO gpkg_contents (table_name, data_type, identifier, description, last_change)"
            " VALUES ('layer_styles', 'attributes', 'layer_styles', '', ?)", [_MOMENT],
        )  # fmt: skip
        for table, kind in tables.items():
            column = db.execute(
                "SELECT column_name FROM gpkg_geometry_columns WHERE table_name = ?", [table]
            ).fetchone()[0]
            db.execute(
                "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column, styleName,"
                " styleQML, styleSLD, useAsDefault, description, owner, update_time)"
                " VALUES ('', '', ?, ?, ?, ?, '', 1, '按级别着色', '', ?)", [table, column, table, qml(kind), _MOMENT],
            )  # fmt: skip
    db.close()


def qml(kind: str) -> str:
    """QML of one table: a colour for each severity, Chinese names of the fields, the message as label on hovering."""
    symbol = _SYMBOLS[kind]
    categories = "".join(
        f'<category value={quoteattr(title)} label={quoteattr(title)} symbol="{n}" render="true"/>'
        for n, title in enumerate(COLOURS)
    )
    symbols = "".join(_symbol(n, colour, symbol) for n, colour in enumerate(COLOURS.values()))
    aliases = "".join(
        f'<alias index="{n}" field="{name}" name={quoteattr(title)}/>' for n, (name, title, _) in enumerate(FIELDS, 1)
    )
    return (
        '<!DOCTYPE qgis PUBLIC "http://mrcc.com/qgis.dtd" "SYSTEM"><qgis version="3.22" '
        'styleCategories="Symbology|Fields|MapTips">'
        '<renderer-v2 type="categorizedSymbol" attr="severity" forceraster="0" enableorderby="0" symbollevels="0">'
        f"<categories>{categories}</categories><symbols>{symbols}</symbols></renderer-v2>"
        f"<aliases>{aliases}</aliases><mapTip>[% \"rule\" %] [% \"message\" %]</mapTip></qgis>"
    )


def _symbol(number: int, colour: str, symbol: tuple[str, str, dict[str, str]]) -> str:
    kind, layer, given = symbol
    options = {**given, **dict.fromkeys(_COLOUR_OF[kind], _rgba(colour))}
    if "outline_color" in given:
        options["outline_color"] = _rgba(given["outline_color"])
    told = "".join(f'<Option type="QString" name="{k}" value="{v}"/>' for k, v in options.items())
    return (
        f'<symbol type="{kind}" name="{number}" alpha="1" clip_to_extent="1" force_rhr="0">'
        f'<layer class="{layer}" enabled="1" locked="0" pass="0"><Option type="Map">{told}</Option></layer></symbol>'
    )


def _rgba(colour: str) -> str:
    return ",".join(str(int(colour[i : i + 2], 16)) for i in (1, 3, 5)) + ",255"
