"""Drawing styles of a layer by code, made from the model; also as SLD for desktop programs.

`style: {field, palette, fill, stroke}` of the layer decides. By code the colour is that of the code's head: from the
palette, from a column `colour` of the code table, else hues spread evenly. Colours are ours, not those of a standard.
"""

import colorsys
from collections.abc import Mapping
from typing import Any
from xml.sax.saxutils import escape

from ziyuan.onemap.standards.codes import CodeTable
from ziyuan.onemap.standards.model import Entity, Model

PALETTES: dict[str, dict[str, str]] = {
    "land_class": {
        "00": "#9fd3c7", "01": "#f7e6a1", "02": "#d9c77e", "03": "#8fbf88", "04": "#c9dfa5", "05": "#e39c8b",
        "06": "#c7a7c9", "07": "#e8b1a6", "08": "#e3a6c0", "09": "#b39ab8", "10": "#b8b8b8", "11": "#9cc7e6",
        "12": "#d8d2c4",
    },
}  # fmt: skip
LINE, FILL, STROKE, UNKNOWN = "#8a8272", "#c8cdd2", "#5f6b76", "#dddddd"
Style = dict[str, Any]


def style_of(model: Model, entity: Entity) -> Style:
    """`{"field", "rules": [{"values", "fill", "stroke", "title"}]}`; without classes one rule for all."""
    field = _class_field(model, entity)
    table = model.domain(entity.fields[field]) if field else None
    if field is None or table is None:
        return plain(entity, field)
    return by_code(field, table, str(entity.style.get("palette") or ""), str(entity.style.get("stroke") or LINE))


def _class_field(model: Model, entity: Entity) -> str | None:
    """The field of `style`; without a style the first field whose code table is a tree."""
    if entity.style:
        return entity.style.get("field")
    trees = (f.name for f in entity.fields.values() if (t := model.domain(f)) and any(r.parent for r in t.rows))
    return next(trees, None)


def plain(entity: Entity, field: str | None = None) -> Style:
    """One colour for all features."""
    fill, stroke = entity.style.get("fill") or FILL, entity.style.get("stroke") or STROKE
    return {"field": field, "rules": [{"values": [], "fill": fill, "stroke": stroke, "title": entity.title}]}


def by_code(field: str, table: CodeTable, palette: str = "", stroke: str = LINE) -> Style:
    """A rule for each head of the code table (each code, where the table is flat)."""
    heads: dict[str, list[str]] = {}
    for code in table.usable():
        heads.setdefault(table.top(code) or code, []).append(code)
    colours = colours_of(table, sorted(heads), palette)
    rules = [
        {"values": codes, "fill": colours[head], "stroke": stroke, "title": table.title_of(head) or head}
        for head, codes in sorted(heads.items())
    ]
    return {"field": field, "rules": rules}


def colours_of(table: CodeTable, heads: list[str], palette: str = "") -> dict[str, str]:
    """Fill of each head: palette, then the table's own column, then an even spread of hues."""
    given = PALETTES.get(palette, {})
    own = {code: row.extra["colour"] for code, row in table.by_code.items() if row.extra.get("colour")}
    return {head: given.get(head) or own.get(head) or _hue(n, len(heads)) for n, head in enumerate(heads)}


def _hue(number: int, count: int) -> str:
    """A soft colour at place `number` of `count` on the circle."""
    red, green, blue = colorsys.hls_to_rgb(number / max(count, 1), 0.75, 0.45)
    return f"#{round(red * 255):02x}{round(green * 255):02x}{round(blue * 255):02x}"


def sld(model: Model, entity: Entity) -> str:
    """The style as OGC SLD 1.0, which QGIS and MapServer read."""
    style = style_of(model, entity)
    rules = "".join(_sld_rule(style["field"], rule, entity.geometry.kind) for rule in style["rules"])
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<StyledLayerDescriptor version="1.0.0" xmlns="http://www.opengis.net/sld" '
        'xmlns:ogc="http://www.opengis.net/ogc"><NamedLayer>'
        f"<Name>{escape(entity.name)}</Name><UserStyle><Title>{escape(entity.title)}</Title>"
        f"<FeatureTypeStyle>{rules}</FeatureTypeStyle></UserStyle></NamedLayer></StyledLayerDescriptor>\n"
    )


def _sld_rule(field: str | None, rule: Mapping[str, Any], kind: str) -> str:
    tests = [
        f"<ogc:PropertyIsEqualTo><ogc:PropertyName>{escape(str(field))}</ogc:PropertyName>"
        f"<ogc:Literal>{escape(code)}</ogc:Literal></ogc:PropertyIsEqualTo>"
        for code in rule["values"]
    ]
    any_of = tests[0] if len(tests) == 1 else f"<ogc:Or>{''.join(tests)}</ogc:Or>"
    only = f"<ogc:Filter>{any_of}</ogc:Filter>" if tests else ""
    return f"<Rule><Title>{escape(rule['title'])}</Title>{only}{_symbol(rule, kind)}</Rule>"


def _symbol(rule: Mapping[str, Any], kind: str) -> str:
    fill = f'<Fill><CssParameter name="fill">{rule["fill"]}</CssParameter></Fill>'
    stroke = f'<Stroke><CssParameter name="stroke">{rule["stroke"]}</CssParameter></Stroke>'
    if kind == "line":
        return f"<LineSymbolizer>{stroke}</LineSymbolizer>"
    if kind == "point":
        mark = f"<Mark><WellKnownName>circle</WellKnownName>{fill}{stroke}</Mark><Size>8</Size>"
        return f"<PointSymbolizer><Graphic>{mark}</Graphic></PointSymbolizer>"
    return f"<PolygonSymbolizer>{fill}{stroke}</PolygonSymbolizer>"
