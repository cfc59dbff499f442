"""督办 as lists: every item of the reader's region, its clock and lamp, all of it from the cases' events."""

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django.db.models import Q, QuerySet

from ziyuan.base.csv_safe import safe_row
from ziyuan.kernel import service as kernel
from ziyuan.workflow.cases.sight import seen
from ziyuan.workflow.forms.text import clean
from ziyuan.workflow.reach.counting import Item
from ziyuan.workflow.reach.models import Supervision
from ziyuan.workflow.reach.offers import CLOSE, clock_of
from ziyuan.workflow.reach.people import ABOVE
from ziyuan.workflow.reach.succession import left_to
from ziyuan.workflow.tasks.seats import region_at

EXPORT_LIMIT = 10_000
STATES = {"open": "待反馈", "reported": "已反馈", "closed": "已办结"}
_HEADS = [
    "案件编号", "项目名称", "督办人", "督办机关", "承办地区", "承办人", "督办事项", "督办日期", "反馈期限", "反馈日期", "状态",
    "灯",
]  # fmt: skip
_LAMPS = {"red": "红", "yellow": "黄", "green": "绿", "none": ""}


@dataclass(frozen=True)
class AskedItems:
    """What a list of supervision is asked for; `mine` keeps what the reader opened himself, or has to close as successor.

    `figure` keeps what a figure of 督办统计 counts, of the line of `region` at `level`.
    """

    state: str = ""
    lamp: str = ""
    q: str = ""
    region: str = ""
    level: str = ""
    matter: str = ""
    figure: str = ""
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
            if _kept(told, row, shown):
                items.append((shown, row))
            if len(items) > limit:
                break
    more = len(items) > limit
    return {"items": [shown for shown, _ in items[:limit]], "next": _cursor(items[limit - 1][1], told) if more else None}


def _kept(asked: AskedItems, row: Supervision, shown: dict[str, Any]) -> bool:
    """What no query says: the lamp, the line of a figure, and whether that figure counts the item."""
    if asked.lamp not in ("", shown["lamp"]):
        return False
    if asked.region and asked.level in ABOVE and region_at(asked.level, row.region) != clean(asked.region):
        return False
    return not asked.figure or asked.figure in item_of(row).counts(kernel.today())


def item_of(row: Supervision) -> Item:
    """A row as the figures count it."""
    closed = _local(row.closed) if row.closed else None
    return Item(row.region, row.case.matter, _local(row.opened), row.due, row.reported, closed)


def _local(moment: datetime) -> date:
    return moment.astimezone(kernel.now().tzinfo).date()


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


def counted_items(by: kernel.Actor, asked: AskedItems) -> Iterator[Item]:
    """Items that figures count for a reader: those that an organ of his own region has to answer."""
    rows = _filtered(by, asked).filter(_own_region(by)).select_related("case").defer("case__state")
    yield from map(item_of, rows.iterator(2000))


def _own_region(by: kernel.Actor) -> Q:
    lo, hi = kernel.region_range(by.region)
    return Q(region__gte=lo, region__lt=hi)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _filtered(by: kernel.Actor, asked: AskedItems) -> QuerySet[Supervision]:
    found, q = Supervision.objects.filter(case__in=seen(by)), clean(asked.q)
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
    if asked.matter:
        found = found.filter(case__matter=clean(asked.matter))
    if asked.figure:
        found = found.filter(_own_region(by))
    if asked.mine:
        found = found.filter(by_id__in=[by.person, *left_to(by, CLOSE, found)])
    zone = kernel.now().tzinfo
    if asked.since:
        found = found.filter(opened__gte=datetime.combine(asked.since, time.min, zone))
    if asked.until:
        found = found.filter(opened__lte=datetime.combine(asked.until, time.max, zone))
    return found


def _shown(row: Supervision) -> dict[str, Any]:
    state = "closed" if row.closed else "reported" if row.reported else "open"
    clock = clock_of(row.due, row.days, row.reported, _local(row.closed) if row.closed else None, kernel.today())
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
        shown = [told_row for row in _rows(by, told, None) if _kept(told, row, told_row := _shown(row))][:EXPORT_LIMIT]
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(_HEADS)
    writer.writerows(_lines(shown))
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _lines(rows: Iterable[dict[str, Any]]) -> Iterator[list[str]]:
    for row in rows:
        told = (row["case"]["no"], row["case"]["title"], row["by"], row["organ_name"], row["region_name"], row["to"])
        dates = (row["asks"], row["opened"][:10], row["due"], row["reported"] or "")
        yield safe_row((*told, *dates, row["state_title"], _LAMPS[row["lamp"]]))
