"""Screen a case's site on the map, then run the checks its matter names."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from ziyuan.base.geometry import PlaneShape
from ziyuan.kernel import service as kernel
from ziyuan.onemap import service as onemap
from ziyuan.workflow.cases.papers import missing_papers
from ziyuan.workflow.cases.runtime import Runtime


@dataclass(frozen=True)
class Facts:
    """What a pack's check may look at. Areas in m²."""

    form: dict[str, Any]
    site_area: Decimal
    counties: tuple[str, ...]
    county_names: tuple[str, ...]
    screening: dict[str, Any]
    papers: tuple[str, ...]
    missing: tuple[str, ...]
    day: date


def screened_body(rt: Runtime, state: dict[str, Any]) -> dict[str, Any]:
    """The event body of `screened`: the overlay with pinned editions, and the findings of the matter's checks."""
    shape = PlaneShape.from_json(state["site"])
    told = onemap.screen(shape, on=kernel.today(), counties=state["case"]["counties"])
    screening = told.to_json()
    screening["checks"] = _checks(
        rt, {**state, "screening": screening}, Decimal(str(screening["site_area_m2"]))
    )
    return {"screening": screening}


def _checks(rt: Runtime, state: dict[str, Any], area: Decimal) -> list[dict[str, Any]]:
    counties = tuple(state["case"]["counties"])
    facts = Facts(
        form=state["form"],
        site_area=area,
        counties=counties,
        county_names=tuple(kernel.region(c).name for c in counties),
        screening=state["screening"],
        papers=tuple(p["kind"] for p in state["papers"]),
        missing=tuple(p["title"] for p in missing_papers(rt, state)),
        day=kernel.today(),
    )
    pack = kernel.packs()[rt.matter.pack]
    return [found for name in rt.matter.told["screening"] for found in pack.function(name)(facts)]
