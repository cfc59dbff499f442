"""Screen a case's site on the map, then run the checks its matter names."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from ziyuan.base.geometry import PlaneShape
from ziyuan.kernel import service as kernel
from ziyuan.onemap import service as onemap
from ziyuan.workflow.cases.journal import Journal
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


def screen(rt: Runtime, journal: Journal) -> None:
    """Add `screened` to the case: the overlay with pinned editions, the findings of the matter's checks.

    The map is told that the case stands on these editions, so that a withdrawal can be asked what it would move.
    """
    state = journal.state
    shape = PlaneShape.from_json(state["site"])
    told = onemap.screen(shape, on=kernel.today(), counties=state["case"]["counties"])
    screening = told.to_json()
    screening["checks"] = findings(rt, {**state, "screening": screening}, _names(state), kernel.today())
    journal.add("screened", {"screening": screening})
    pins = {(p.layer, p.county, p.edition) for theme in told.themes for p in theme.editions}
    onemap.catalogue.stands_on(journal.by, "case", state["case"]["no"], sorted(pins))


def _names(state: dict[str, Any]) -> tuple[str, ...]:
    return tuple(kernel.region(c).name for c in state["case"]["counties"])


def findings(rt: Runtime, state: dict[str, Any], names: tuple[str, ...], day: date) -> list[dict[str, Any]]:
    """What the checks named by the matter find; `names` are those of the counties, in the same order."""
    told = Facts(
        form=state["form"],
        site_area=Decimal(state["screening"]["site_area_m2"]),
        counties=tuple(state["case"]["counties"]),
        county_names=names,
        screening=state["screening"],
        papers=tuple(p["kind"] for p in state["papers"]),
        missing=tuple(p["title"] for p in missing_papers(rt, state)),
        day=day,
    )
    pack = kernel.packs()[rt.matter.pack]
    return [found for name in rt.matter.told.get("screening", []) for found in pack.function(name)(told)]
