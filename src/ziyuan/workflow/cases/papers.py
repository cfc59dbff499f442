"""Papers of a case: what is handed in, what the matter and the screening require."""

from decimal import Decimal
from typing import Any

from ziyuan.base import feel
from ziyuan.workflow.cases.runtime import Runtime


def theme_area(screening: dict[str, Any] | None, theme: str) -> str:
    """Area in m² (as text) that a theme of the screening concerns; "0" without one."""
    for told in (screening or {}).get("themes", []):
        if told["id"] == theme:
            return str(told["area_m2"] or "0")
    return "0"


def conditions(state: dict[str, Any]) -> dict[str, Any]:
    """The names that a paper's `required` condition may read."""
    return {
        **state["form"],
        "farmland_area": Decimal(theme_area(state["screening"], "farmland")),
        "redline_area": Decimal(theme_area(state["screening"], "red_line")),
    }


def required_papers(runtime: Runtime, state: dict[str, Any]) -> list[dict[str, Any]]:
    """Papers this case must hold: by the matter's text and by its decision `proofs`."""
    values = conditions(state)
    proofs = runtime.decide("proofs", values).value if "proofs" in runtime.decisions else []
    return [p for p in runtime.matter.told["papers"] if _required(p, values) or p["id"] in (proofs or [])]


def _required(paper: dict[str, Any], values: dict[str, Any]) -> bool:
    told = paper["required"]
    return told if isinstance(told, bool) else feel.evaluate(told, values) is True


def missing_papers(runtime: Runtime, state: dict[str, Any]) -> list[dict[str, Any]]:
    """Required papers that are not there."""
    there = {p["kind"] for p in state["papers"]}
    return [p for p in required_papers(runtime, state) if p["id"] not in there]
