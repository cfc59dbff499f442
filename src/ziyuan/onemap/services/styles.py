"""Drawing styles: by class for land use, one colour for a control line. Colours of ours, not of a standard."""

from typing import Any

from ziyuan.onemap.editions.layers import Layer

CLASS_COLOURS = {
    "00": ("#9fd3c7", "湿地"), "01": ("#f7e6a1", "耕地"), "02": ("#d9c77e", "种植园用地"), "03": ("#8fbf88", "林地"),
    "04": ("#c9dfa5", "草地"), "05": ("#e39c8b", "商业服务业用地"), "06": ("#c7a7c9", "工矿用地"),
    "07": ("#e8b1a6", "住宅用地"), "08": ("#e3a6c0", "公共管理与公共服务用地"), "09": ("#b39ab8", "特殊用地"),
    "10": ("#b8b8b8", "交通运输用地"), "11": ("#9cc7e6", "水域及水利设施用地"), "12": ("#d8d2c4", "其他土地"),
}  # fmt: skip
_LINE = "#8a8272"
_PLAIN = {"fill": "#c8cdd2", "stroke": "#5f6b76"}


def style_of(kind: Layer) -> dict[str, Any]:
    """`{"field", "rules": [{"values", "fill", "stroke", "title"}]}`; without classes one rule for all."""
    table = kind.classes
    if kind.class_field == "DLBM" and table is not None and not kind.entity.style:
        heads: dict[str, list[str]] = {}
        for code in table.usable():
            heads.setdefault(table.top(code) or code, []).append(code)
        rules = [
            {"values": codes, "fill": colour_of(head), "stroke": _LINE, "title": table.title_of(head) or head}
            for head, codes in sorted(heads.items())
        ]
        return {"field": "DLBM", "rules": rules}
    own = kind.entity.style or _PLAIN
    fill, stroke = own.get("fill", _PLAIN["fill"]), own.get("stroke", _PLAIN["stroke"])
    return {
        "field": kind.class_field,
        "rules": [{"values": [], "fill": fill, "stroke": stroke, "title": kind.title}],
    }


def colour_of(head: str) -> str:
    """Fill of a first-level land class."""
    return CLASS_COLOURS.get(head, ("#dddddd", ""))[0]
