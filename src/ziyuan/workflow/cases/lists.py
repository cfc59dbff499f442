"""Case lists: filter, search, page by key, count, export. All inside the reader's region."""

import csv
import io
from typing import Any

from django.db.models import Q, QuerySet

from ziyuan.base.csv_safe import safe_row
from ziyuan.kernel import service as kernel
from ziyuan.workflow.cases.clock import reading
from ziyuan.workflow.cases.models import Case
from ziyuan.workflow.cases.versions import runtime_of
from ziyuan.workflow.cases.view import STATUS
from ziyuan.workflow.forms.text import clean

EXPORT_LIMIT = 10_000
_LARGEST_KEY = 2**63 - 1


def _found(status: str, q: str, region: str) -> QuerySet[Case]:
    found, q = Case.objects.all(), clean(q)
    if status:
        found = found.filter(status=status)
    if q:
        found = found.filter(
            Q(no__contains=q) | Q(title__contains=q) | Q(applicant__contains=q) | Q(outer_no=q)
        )
    if region:
        lo, hi = kernel.region_range(clean(region))
        found = found.filter(county__gte=lo, county__lt=hi)
    return found


def cases_page(
    by: kernel.Actor,
    *,
    status: str = "",
    q: str = "",
    region: str = "",
    after: str | None = None,
    limit: int = 50,
) -> dict[str, Any]:
    """Newest first."""
    with kernel.acting(by):
        kernel.require(by, "case.read")
        found = _found(status, q, region).order_by("-pk")
        if after and after.isdecimal():
            found = found.filter(pk__lt=min(int(after[:19]), _LARGEST_KEY))
        rows = list(found[: limit + 1])
        items = [_shown(case) for case in rows[:limit]]
    return {"items": items, "next": str(rows[limit - 1].pk) if len(rows) > limit else None}


def cases_count(by: kernel.Actor, *, status: str = "", q: str = "", region: str = "") -> int:
    """How many cases a list would show."""
    with kernel.acting(by):
        kernel.require(by, "case.read")
        return _found(status, q, region).count()


def _shown(case: Case) -> dict[str, Any]:
    clock = reading(runtime_of(case), case.state)
    return {
        "id": case.pk,
        "no": case.no,
        "title": case.title,
        "matter": case.matter,
        "matter_title": runtime_of(case).matter.title,
        "region": case.county,
        "region_name": kernel.region(case.county).name,
        "applicant": case.applicant,
        "status": case.status,
        "status_title": STATUS.get(case.status, case.status),
        "opened": case.opened.isoformat(),
        "due": clock["due"],
        "days_left": clock["left"],
        "lamp": clock["lamp"],
        "provisional": clock["provisional"],
        "now": [t["title"] for t in case.state["tasks"].values() if t["state"] in ("open", "waiting")],
    }


def export_csv(by: kernel.Actor, *, status: str = "", q: str = "", region: str = "") -> bytes:
    """The list as CSV (UTF-8 with BOM, for Excel); a cell never becomes a formula."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(
        ["案件编号", "项目名称", "申请单位", "行政区", "状态", "收件时间", "办结期限", "当前环节"]
    )
    with kernel.acting(by):
        kernel.require(by, "case.export")
        for case in _found(status, q, region).order_by("-pk")[:EXPORT_LIMIT]:
            told = _shown(case)
            row = [told["no"], told["title"], told["applicant"], told["region_name"], told["status_title"]]
            writer.writerow(safe_row((*row, told["opened"][:16], told["due"] or "", "、".join(told["now"]))))
    return b"\xef\xbb\xbf" + out.getvalue().encode()
