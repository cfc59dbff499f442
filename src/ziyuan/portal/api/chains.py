"""前后环节: the report of a chain as a table to take along."""

from django.http import HttpRequest, HttpResponse
from ninja import Router

from ziyuan.onemap import service as onemap
from ziyuan.portal.api.common import actor, attachment

router = Router(tags=["前后环节"])


@router.get("/chains/{chain}/report.csv", summary="前后环节检查(表格)")
def report_csv(request: HttpRequest, chain: str, county: str | None = None) -> HttpResponse:
    told = onemap.findings.stage_report(actor(request), chain, county=county)
    body = onemap.findings.stage_table(told).encode("utf-8")
    return attachment(body, f"前后环节-{told['title']}-{county or '全部'}-{told['on']}.csv", "text/csv; charset=utf-8")
