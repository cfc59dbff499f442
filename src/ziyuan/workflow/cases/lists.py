"""Case lists: filter, search, sort, page by key, count, export. All inside the reader's region."""

import csv
import io
from datetime import date
from typing import Any

from django.db.models import F, Q, QuerySet

from ziyuan.base.csv_safe import safe_row
from ziyuan.kernel import service as kernel
from ziyuan.workflow.cases import words
from ziyuan.workflow.cases.clock import reading
from ziyuan.workflow.cases.models import Case
from ziyuan.workflow.cases.sight import seen
from ziyuan.workflow.cases.state import OPEN
from ziyuan.workflow.cases.versions import runtime_of
from ziyuan.workflow.cases.view import STATUS
from ziyuan.workflow.clocks.calendars import calendar_of
from ziyuan.workflow.forms.text import clean
from ziyuan.workflow.serving.rows import unserved
from ziyuan.workflow.serving.view import of_decision

EXPORT_LIMIT = 10_000
_LARGEST_KEY = 2**63 - 1


def _found(by: kernel.Actor, status: str, q: str, region: str, asks: str = "") -> QuerySet[Case]:
    found, q = seen(by), clean(q)
    if status:
        found = found.filter(status=status)
    if q:
        found = found.filter(
            Q(no__contains=q) | Q(title__contains=q) | Q(applicant__contains=q) | Q(outer_no=q) | Q(platform_no=q)
        )
    if region:
        lo, hi = kernel.region_range(clean(region))
        found = found.filter(county__gte=lo, county__lt=hi)
    if asks == "extension":
        found = found.filter(status__in=OPEN, state__extension__state="proposed")
    if asks == "service":
        found = unserved(found)
    return found


def cases_page(
    by: kernel.Actor,
    *,
    status: str = "",
    q: str = "",
    region: str = "",
    asks: str = "",
    sort: str = "opened",
    after: str | None = None,
    limit: int = 50,
) -> dict[str, Any]:
    """Newest first; or by `due` open cases, the least days left first, then those whose clock stands or has not begun.

    `asks="extension"`: only cases with a proposed extension that waits for an answer; `"service"`: only decided ones
    whose decision is not served.
    """
    with kernel.acting(by):
        kernel.require(by, "case.read")
        found = _found(by, status, q, region, asks)
        pages = _by_due if sort == "due" else _newest
        rows = list(pages(found, after)[: limit + 1])
        items = [_shown(case) for case in rows[:limit]]
    last = rows[limit - 1] if len(rows) > limit else None
    return {"items": items, "next": _cursor(last, sort) if last else None}


def _newest(found: QuerySet[Case], after: str | None) -> QuerySet[Case]:
    if after and after.isdecimal():
        found = found.filter(pk__lt=min(int(after[:19]), _LARGEST_KEY))
    return found.order_by("-pk")


def _by_due(found: QuerySet[Case], after: str | None) -> QuerySet[Case]:
    """Every day takes one from what is left of each running case: by last day is by days left."""
    found = found.filter(status__in=OPEN).order_by(F("due").asc(nulls_last=True), "pk")
    if after is None:
        return found
    day, key = _read(after)
    if day is None:
        return found.filter(due=None, pk__gt=key)
    return found.filter(Q(due__gt=day) | Q(due=day, pk__gt=key) | Q(due=None))


def _cursor(case: Case, sort: str) -> str:
    return f"{case.due or ''}~{case.pk}" if sort == "due" else str(case.pk)


def _read(cursor: str) -> tuple[date | None, int]:
    """(last day, key); a cursor that is none of ours is one after the last row."""
    day, _, key = cursor.partition("~")
    try:
        return (date.fromisoformat(day) if day else None), min(int(key[:19]), _LARGEST_KEY)
    except ValueError:
        return None, _LARGEST_KEY


def cases_count(
    by: kernel.Actor, *, status: str = "", q: str = "", region: str = "", asks: str = ""
) -> int:
    """How many cases a list would show."""
    with kernel.acting(by):
        kernel.require(by, "case.read")
        return _found(by, status, q, region, asks).count()


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
        "status_title": words.status_title(case.state, STATUS.get(case.status, case.status)),
        "opened": case.opened.isoformat(),
        "due": clock["due"],
        "days_left": clock["left"],
        "lamp": clock["lamp"],
        "provisional": clock["provisional"],
        "standing": clock["standing"],
        "serving": of_decision(case.state, kernel.today(), calendar_of(case.state)) if case.state["decision"] else None,
        "now": [t["title"] for t in case.state["tasks"].values() if t["state"] in ("open", "waiting")],
    }


def export_csv(by: kernel.Actor, *, status: str = "", q: str = "", region: str = "", asks: str = "") -> bytes:
    """The list as CSV (UTF-8 with BOM, for Excel); a cell never becomes a formula."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(
        ["案件编号", "项目名称", "申请单位", "行政区", "状态", "收件时间", "办结期限", "当前环节"]
    )
    with kernel.acting(by):
        kernel.require(by, "case.export")
        for case in _found(by, status, q, region, asks).order_by("-pk")[:EXPORT_LIMIT]:
            told = _shown(case)
            row = [told["no"], told["title"], told["applicant"], told["region_name"], told["status_title"]]
            writer.writerow(safe_row((*row, told["opened"][:16], told["due"] or "", "、".join(told["now"]))))
    return b"\xef\xbb\xbf" + out.getvalue().encode()
