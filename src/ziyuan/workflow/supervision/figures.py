"""Supervision figures beyond the limits (办件统计): what came in, went back, was decided, how long it took. From events only.

What happened counts on the day of its event, in the principal county of its case; what is running counts as it stands
today. County, city and province read the same figures: a wider region is the sum of its counties.
"""

import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from statistics import median
from typing import Any

from django.db.models import F, Q

from ziyuan.base.csv_safe import safe_row
from ziyuan.kernel import service as kernel
from ziyuan.workflow.cases.clock import extended, read_case
from ziyuan.workflow.cases.models import Case, CaseEvent
from ziyuan.workflow.cases.scope import moments, within
from ziyuan.workflow.cases.sight import seen
from ziyuan.workflow.cases.versions import runtime_of
from ziyuan.workflow.clocks import law
from ziyuan.workflow.clocks.figures import LEVELS, cases_of
from ziyuan.workflow.forms.text import clean
from ziyuan.workflow.tasks.seats import region_at

COUNTED = {
    "opened": "received",
    "accepted": "accepted",
    "decided": "decided",
    "withdrawn": "withdrawn",
    "returned": "returned",
    "recalled": "recalled",
    "correction_asked": "corrected",
    "urged": "urged",
    "supervised": "supervised",
    "jumped": "jumped",
    "terminated": "terminated",
    "consulted": "consulted",
}
_STOPS = ("clock_stopped", "correction_asked")


@dataclass
class Figures:
    """One line: a region, and a month where the figures are told by month."""

    region: str
    month: str
    events: Counter[str] = field(default_factory=Counter)
    stops: Counter[str] = field(default_factory=Counter)
    stopped_days: Counter[str] = field(default_factory=Counter)
    used: list[int] = field(default_factory=list)
    late: int = 0
    running: int = 0
    running_late: int = 0
    yellow: int = 0

    def to_json(self, by_month: bool) -> dict[str, Any]:
        kinds = sorted(self.stops.keys() | self.stopped_days.keys())
        now = {name: None if by_month else getattr(self, name) for name in ("running", "running_late", "yellow")}
        return {
            "region": self.region,
            "region_name": kernel.region(self.region).name,
            "month": self.month,
            **{name: self.events[name] for name in COUNTED.values()},
            "late": self.late,
            **now,
            "mean_used": _place(Decimal(sum(self.used)) / len(self.used)) if self.used else None,
            "median_used": _place(Decimal(str(median(self.used)))) if self.used else None,
            "stops": [{"kind": k, "count": self.stops[k], "days": self.stopped_days[k]} for k in kinds],
        }


def _place(value: Decimal) -> str:
    return str(value.quantize(Decimal("0.1"), ROUND_HALF_UP))


def supervision_figures(
    by: kernel.Actor,
    *,
    region: str = "",
    matter: str = "",
    level: str = "county",
    months: bool = False,
    since: date | None = None,
    until: date | None = None,
) -> dict[str, Any]:
    """Lines per region of `level` (and month) and their sum; the period is this year up to today, unless given."""
    today = kernel.today()
    since, until = since or today.replace(month=1, day=1), until or today
    level = level if level in LEVELS else "county"
    with kernel.acting(by):
        kernel.require(by, "case.read")
        lines: dict[tuple[str, str], Figures] = {}
        total = Figures(by.region, "")

        def of(county: str, moment: Any) -> tuple[Figures, Figures]:
            month = moment.astimezone(kernel.now().tzinfo).strftime("%Y-%m") if months and moment else ""
            key = (month, region_at(level, county))
            return lines.setdefault(key, Figures(key[1], month)), total

        where = within(by, clean(region))
        for told in _events(by, where, clean(matter), since, until):
            for line in of(told["county"], told["at"]):
                _count_event(line, told)
        for case in cases_of(by, where, clean(matter), since, until):
            if case.closed or not months:
                for line in of(case.county, case.closed):
                    count_case(line, case)
        items = [lines[key].to_json(months) for key in sorted(lines)]
        summed = {**total.to_json(False), "region_name": "合计"}
    told = {"since": since.isoformat(), "until": until.isoformat(), "level": level, "months": months}
    return {**told, "items": items, "total": summed}


def _events(by: kernel.Actor, where: Q, matter: str, since: date, until: date) -> Iterator[dict[str, Any]]:
    """The events of the period that are counted, with the principal county of their case."""
    first, last = moments(since, until)
    cases = seen(by).filter(where)
    found = CaseEvent.objects.filter(case__in=cases.filter(matter=matter) if matter else cases)
    found = found.filter(kind__in={*COUNTED, *_STOPS}, at__gte=first, at__lte=last)
    for told in found.values("kind", "at", "body__stop", county=F("case__county")).iterator(5000):
        yield dict(told)


def _count_event(line: Figures, told: dict[str, Any]) -> None:
    if told["kind"] in COUNTED:
        line.events[COUNTED[told["kind"]]] += 1
    if told["kind"] in _STOPS and told["body__stop"]:
        line.stops[law.CORRECTION if told["kind"] == "correction_asked" else told["body__stop"]["kind"]] += 1


def count_case(line: Figures, case: Case) -> None:
    """Add what the clock of one accepted case says: of a decided one its days, of a running one its lamp."""
    read = read_case(case.state)
    if read is None:
        return
    limit = runtime_of(case).limits(read.accepted)[1] + extended(case.state)
    shown = read.against(limit, law.yellow_share(read.until))
    if case.closed:
        line.used.append(read.used)
        line.late += shown.left < 0
        line.stopped_days.update(read.stopped)
        return
    line.running += 1
    line.running_late += shown.left < 0
    line.yellow += shown.lamp == "yellow"


_HEADS = {
    "region_name": "行政区",
    "month": "月份",
    "received": "收件",
    "accepted": "受理",
    "decided": "办结",
    "withdrawn": "撤件",
    "returned": "退回",
    "recalled": "撤回",
    "corrected": "补正",
    "urged": "催办",
    "supervised": "督办",
    "jumped": "跳转",
    "terminated": "终止",
    "consulted": "征求意见",
    "late": "超期办结",
    "mean_used": "平均用时(工作日)",
    "median_used": "用时中位数(工作日)",
    "running": "在办",
    "running_late": "在办超期",
    "yellow": "在办黄灯",
}


def supervision_figures_csv(by: kernel.Actor, **asked: Any) -> bytes:
    """The same figures as CSV (UTF-8 with BOM, for Excel), stops and days in two columns for each type."""
    with kernel.acting(by):
        kernel.require(by, "case.export")
        told = supervision_figures(by, **asked)
    rows = [*told["items"], told["total"]]
    kinds = sorted({s["kind"] for row in rows for s in row["stops"]})
    out = io.StringIO()
    writer = csv.writer(out)
    heads = [name for kind in kinds for name in (f"{kind}(次)", f"{kind}扣除(工作日)")]
    writer.writerow([*_HEADS.values(), *heads])
    writer.writerows(_lines(rows, kinds))
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _lines(rows: Iterable[dict[str, Any]], kinds: list[str]) -> Iterator[Iterable[Any]]:
    for row in rows:
        stops = {s["kind"]: (s["count"], s["days"]) for s in row["stops"]}
        figures = ["" if row[name] is None else row[name] for name in _HEADS]
        yield safe_row((*figures, *(n for kind in kinds for n in stops.get(kind, (0, 0)))))
