"""One-page summary of a case for a chief: what, where, who said what, what the map says."""

from datetime import date
from pathlib import Path

from ziyuan.base.geometry import PlaneShape
from ziyuan.kernel import errors
from ziyuan.kernel import service as kernel
from ziyuan.onemap import service as onemap
from ziyuan.workflow.cases.view import case_record, visible_case
from ziyuan.workflow.documents.issue import hectares
from ziyuan.workflow.documents.render import render

TEMPLATE = Path(__file__).with_name("summary.typ")


def summary_pdf(by: kernel.Actor, case_id: int) -> bytes:
    """PDF of the case as it stands, with the map. Raises NotFound for a case without a site."""
    with kernel.acting(by):
        case = visible_case(by, case_id)
        if case.state["site"] is None:
            raise errors.NotFound("案卷摘要", case_id)
        record = case_record(by, case_id)
        shape = PlaneShape.from_json(case.state["site"])
        day = date.fromisoformat(record["screening"]["on"])
        picture = onemap.draw_map(shape, counties=case.counties, on=day, sample=kernel.node().sample, by=by)
    screening = record["screening"]
    data = {
        **{k: record[k] for k in ("no", "title", "applicant", "region_name", "status_title", "opinions")},
        "due": record["due"] or "—",
        "area_ha": hectares(screening["site_area_m2"]),
        "classes": [{**c, "ha": hectares(c["area_m2"])} for c in screening["classes"]],
        "themes": [
            {**t, "ha": hectares(t["area_m2"] or "0")} for t in screening["themes"] if t["id"] != "land_use"
        ],
        "checks": screening["checks"],
        "printed": f"{by.name} {kernel.now():%Y-%m-%d %H:%M}",
    }
    return render(TEMPLATE, data, pictures={"map.svg": picture})
