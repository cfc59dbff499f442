"""督办 as lists and figures: every item of the reader's region, its clock and lamp, all of it from the cases' events."""

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django.db.models import Q, QuerySet

from ziyuan.base.csv_safe import safe_row
from ziyuan.kernel import service as kernel
from ziyuan.workflow.forms.text import clean
from ziyuan.workflow.reach.models import Supervision
from ziyuan.workflow.reach.offers import clock_of

EXPORT_LIMIT = 10_000
STATES = {"open": "待反馈", "reported": "已反馈", "closed": "已办结"}
_HEADS = [
    "案件编号", "项目名称", "督办人", "督办机关", "承办地区", "承办人", "督办事项", "督办日期", "反馈期限", "反馈日期", "状态",
    "灯",
]  # fmt: skip
_LAMPS = {"red": "红", "yellow": "黄", "green": "绿", "none": ""}


@dataclass(frozen=True)
class AskedItems:
    """What a list of supervision is asked for; `mine` keeps what the reader opened himself."""

    state: str = ""
    lamp: str = ""
    q: str = ""
    region: str = ""
    mine: bool = False
    since: date | None = None
    until: date | None = None


def supervisions_page(by: kernel.Actor, *, after: str | None = None, limit: int = 50, **asked: Any) -> dict[str, Any]:
    """What is not closed comes first by its last day where `state` says so; else the latest first."""
    told = AskedItems(**asked)
    with kernel.acting(by):
        kernel.require(by, "case.read")
        items: list[tuple[dict[str, Any], Supervision]] = []
        for row in _rows(by, told, after).iterator(200):
            shown = _shown(row)
            if not told.lamp or shown["lamp"] == told.lamp:
                items.append((shown, row))
            if len(items) > limit:
                break
    more = len(items) > limit
    return {"items": [shown for shown, _ in items[:limit]], "next": _cursor(items[limit - 1][1], told) if more else None}


def _by_due(asked: AskedItems) -> bool:
    return asked.state in ("open", "reported")


def _rows(by: kernel.Actor, asked: AskedItems, after: str | None) -> QuerySet[Supervision]:
    found = _filtered(by, asked).select_related("case").defer("case__state")
    day, _, key = (after or "").partition("~")
    place = int(key[:18]) if key.isdecimal() and key.isascii() else 0
    if _by_due(asked):
        if after:
            last = _day(day)
            found = found.filter(Q(due__gt=last) | Q(due=last, pk__gt=place)) if last else found.none()
        return found.order_by("due", "pk")
    return (found.filter(pk__lt=place) if after else found).order_by("-pk")


def _cursor(row: Supervision, asked: AskedItems) -> str:
    return f"{row.due.isoformat() if _by_due(asked) else ''}~{row.pk}"


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _filtered(by: kernel.Actor, asked: AskedItems) -> QuerySet[Supervision]:
    found, q = Supervision.objects.all(), clean(asked.q)
    conditions = {
        "open": Q(closed=None, reported=None),
        "reported": Q(closed=None, reported__isnull=False),
        "closed": Q(closed__isnull=False),
    }
    if asked.state:
        found = found.filter(conditions.get(asked.state, Q(pk=None)))
    if q:
        found = found.filter(Q(case__no__contains=q) | Q(case__title__contains=q) | Q(asks__contains=q) | Q(to__contains=q))
    if asked.region:
        lo, hi = kernel.region_range(clean(asked.region))
        found = found.filter(region__gte=lo, region__lt=hi)
    if asked.mine:
        found = found.filter(by_id=by.person)
    zone = kernel.now().tzinfo
    if asked.since:
        found = found.filter(opened__gte=datetime.combine(asked.since, time.min, zone))
    if asked.until:
        found = found.filter(opened__lte=datetime.combine(asked.until, time.max, zone))
    return found


def _shown(row: Supervision) -> dict[str, Any]:
    state = "closed" if row.closed else "reported" if row.reported else "open"
    clock = clock_of(row.due, row.days, row.reported, bool(row.closed), kernel.today())
    return {
        "id": row.pk,
        "number": row.number,
        "case": {"id": row.case_id, "no": row.case.no, "title": row.case.title},
        "by": row.by,
        "organ_name": row.organ,
        "region": row.region,
        "region_name": kernel.region(row.region).name,
        "to": row.to,
        "asks": row.asks,
        "opened": row.opened.isoformat(),
        "reported": row.reported.isoformat() if row.reported else None,
        "closed": row.closed.isoformat() if row.closed else None,
        "state": state,
        "state_title": STATES[state],
        "due": clock["due"],
        "days_left": clock["left"],
        "lamp": clock["lamp"],
        "on_time": clock["on_time"],
    }


def supervisions_csv(by: kernel.Actor, **asked: Any) -> bytes:
    """The list as CSV (UTF-8 with BOM, for Excel); a cell never becomes a formula."""
    told = AskedItems(**asked)
    with kernel.acting(by):
        kernel.require(by, "case.export")
        shown = [_shown(row) for row in _rows(by, told, None)[:EXPORT_LIMIT]]
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(_HEADS)
    writer.writerows(_lines(row for row in shown if not told.lamp or row["lamp"] == told.lamp))
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _lines(rows: Iterable[dict[str, Any]]) -> Iterator[list[str]]:
    for row in rows:
        told = (row["case"]["no"], row["case"]["title"], row["by"], row["organ_name"], row["region_name"], row["to"])
        dates = (row["asks"], row["opened"][:10], row["due"], row["reported"] or "")
        yield safe_row((*told, *dates, row["state_title"], _LAMPS[row["lamp"]]))


_COUNTED = ("opened", "reported_on_time", "reported_late", "waiting", "waiting_late", "closed")


def supervisions_figures(by: kernel.Actor, **asked: Any) -> dict[str, Any]:
    """Items opened in the period, by region of who has to act, and their sum: counted from events, typed by nobody."""
    today = kernel.today()
    told = AskedItems(**{**asked, "since": asked.get("since") or today.replace(month=1, day=1)})
    lines: dict[str, dict[str, int]] = {}
    total = dict.fromkeys(_COUNTED, 0)
    with kernel.acting(by):
        kernel.require(by, "case.read")
        columns = ("region", "due", "days", "reported", "closed")
        for region, due, days, reported, closed in _filtered(by, told).values_list(*columns).iterator(2000):
            on_time = clock_of(due, days, reported, bool(closed), today)["on_time"]
            for line in (lines.setdefault(region, dict.fromkeys(_COUNTED, 0)), total):
                line["opened"] += 1
                line["closed"] += closed is not None
                line["reported_on_time"] += bool(reported and on_time)
                line["reported_late"] += bool(reported and not on_time)
                line["waiting"] += reported is None and closed is None
                line["waiting_late"] += reported is None and closed is None and not on_time
        items = [{"region": r, "region_name": kernel.region(r).name, **lines[r]} for r in sorted(lines)]
    period = {"since": told.since.isoformat() if told.since else None, "until": (told.until or today).isoformat()}
    return {**period, "items": items, "total": total}
