"""The names that a matter's FEEL texts may read of a case: one list for conditions, effects and documents."""

from datetime import date
from decimal import Decimal
from typing import Any

from ziyuan.base import feel

THEMES = ("land_use", "farmland", "red_line", "urban_boundary")
NAMES = frozenset({"case", "form", "site", "areas", "decision", "document"})


def theme_area(screening: dict[str, Any] | None, theme: str) -> Decimal:
    """Area in m² that a theme of the screening concerns; 0 without one."""
    for told in (screening or {}).get("themes", []):
        if told["id"] == theme:
            return Decimal(str(told["area_m2"] or "0"))
    return Decimal(0)


def read(state: dict[str, Any], decision: dict[str, Any] | None = None) -> dict[str, Any]:
    """`case`, `form`, `site.area_m2`, `areas.<theme>` (m²); with a decision also `decision` and `document.no`."""
    told = {
        "case": state["case"],
        "form": exact(state["form"]),
        "site": {"area_m2": Decimal(state["screening"]["site_area_m2"]) if state["screening"] else None},
        "areas": {theme: theme_area(state["screening"], theme) for theme in THEMES},
    }
    if decision:
        told["decision"] = {**decision, "day": date.fromisoformat(decision["day"])}
        told["document"] = {"no": decision["no"]}
    return told


def evaluate(texts: dict[str, str], names: dict[str, Any]) -> dict[str, Any]:
    """Each FEEL text of a mapping, over the same names."""
    return {key: feel.evaluate(text, names) for key, text in texts.items()}


def exact(value: Any) -> Any:
    """The value with every float as the decimal that its text says, so that it can be hashed and computed with."""
    kind = type(value)
    if kind is dict:
        return {name: exact(inner) if type(inner) in _INEXACT else inner for name, inner in value.items()}
    if kind is list:
        return [exact(inner) if type(inner) in _INEXACT else inner for inner in value]
    return Decimal(repr(value)) if kind is float else value


_INEXACT = frozenset({dict, list, float})
