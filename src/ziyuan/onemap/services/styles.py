"""Drawing styles of the map's layers: those of the standard, by land class where a layer has them."""

from typing import Any

from ziyuan.onemap.editions.layers import Layer
from ziyuan.onemap.standards import styles

_LAND = "land_class"


def style_of(kind: Layer) -> dict[str, Any]:
    """`{"field", "rules": [{"values", "fill", "stroke", "title"}]}`; without classes one rule for all."""
    table = kind.classes
    if kind.class_field == "DLBM" and table is not None and not kind.entity.style:
        return styles.by_code("DLBM", table, _LAND)
    if kind.entity.style.get("field"):
        return styles.style_of(kind.model, kind.entity)
    return styles.plain(kind.entity, kind.class_field)


def colour_of(head: str) -> str:
    """Fill of a first-level land class."""
    return styles.PALETTES[_LAND].get(head, styles.UNKNOWN)
