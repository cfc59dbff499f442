"""Supervision figures of the limits (时限统计): counted from the cases' events by the clock of the case page, typed by nobody.

A case counts once, in its principal county. Decided cases count in the period of their decision, running ones as they
stand today. County, city and province read the same figures: a wider region is the sum of its counties.
"""

import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db.models import Q, QuerySet

from ziyuan.base.csv_safe import safe_row
from ziyuan.kernel import service as kernel
from ziyuan.workflow.cases.clock import extended, read_case
from ziyuan.workflow.cases.models import Case
from ziyuan.workflow.cases.scope import moments, within
from ziyuan.workflow.cases.sight import seen
from ziyuan.workflow.cases.state import OPEN
from ziyuan.workflow.cases.versions import runtime_of
from ziyuan.workflow.cases.whole import Parts
from ziyuan.workflow.clocks import law
from ziyuan.workflow.forms.text import clean
from ziyuan.workflow.tasks.seats import region_at

LEVELS = ("county", "city", "province")
_DECIDED = ("granted", "refused")
_COLUMNS = ("version", "matter", "county", "status", "accepted", "closed")


@dataclass
class Figures:
    """One line: a region and a matter."""

    region: str
    matter: str
    decided: int = 0
    on_time: int = 0
    late: int = 0
    late_by_law: int = 0
    running: int = 0
    standing: int = 0
    running_late: int = 0
    lamps: Counter[str] = field(default_factory=Counter)
    extended: int = 0
    used: int = 0
    stopped_cases: Counter[str] = field(default_factory=Counter)
    stopped_days: Counter[str] = field(default_factory=Counter)

    def average(self) -> str | None:
        """Working days a decided case used, to one place; None without one."""
        if not self.decided:
            return None
        return str((Decimal(self.used) / self.decided).quantize(Decimal("0.1"), ROUND_HALF_UP))

    def to_json(self) -> dict[str, Any]:
        stopped = [
            {"kind": kind, "cases": self.stopped_cases[kind], "days": self.stopped_days[kind]}
            for kind in sorted(self.stopped_cases)
        ]
        return {
            "region": self.region,
            "region_name": kernel.region(self.region).name,
            "matter": self.matter,
            "matter_title": title_of(self.matter),
            "decided": self.decided,
            "on_time": self.on_time,
            "late": self.late,
            "late_by_law": self.late_by_law,
            "running": self.running,
            "standing": self.standing,
            "running_late": self.running_late,
            "yellow": self.lamps["yellow"],
            "extended": self.extended,
            "used": self.used,
            "average_used": self.average(),
            "stopped": stopped,
        }


def title_of(key: str) -> str:
    """A pack that is gone leaves its key."""
    return next((m.title for m in kernel.matters() if m.key == key), key)


def clock_figures(
    by: kernel.Actor,
    *,
    region: str = "",
    matter: str = "",
    level: str = "county",
    since: date | None = None,
    until: date | None = None,
) -> dict[str, Any]:
    """Lines per region of `level` and matter, and their sum; the period is this year up to today, unless given."""
    today = kernel.today()
    since, until = since or today.replace(month=1, day=1), until or today
    level = level if level in LEVELS else "county"
    with kernel.acting(by):
        kernel.require(by, "case.read")
        lines: dict[tuple[str, str], Figures] = {}
        total = Figures(by.region, "")
        for case in cases_of(by, within(by, clean(region)), clean(matter), since, until):
            key = (region_at(level, case.county), case.matter)
            count(lines.setdefault(key, Figures(*key)), case)
            count(total, case)
        items = [lines[key].to_json() for key in sorted(lines)]
        summed = {**total.to_json(), "matter_title": "合计"}
    period = {"since": since.isoformat(), "until": until.isoformat(), "on": today.isoformat(), "level": level}
    return {**period, "items": items, "total": summed}


def cases_of(by: kernel.Actor, where: Q, matter: str, since: date, until: date) -> Iterator[Case]:
    first, last = moments(since, until)
    decided = Q(status__in=_DECIDED, closed__gte=first, closed__lte=last)
    running = Q(status__in=OPEN)
    found: QuerySet[Case] = seen(by).filter(where, decided | running).exclude(accepted=None)
    if matter:
        found = found.filter(matter=matter)
    told = found.annotate(told=Parts("stops", "extension", "decision", "route"))
    for values in told.order_by("pk").values(*_COLUMNS, "told").iterator(2000):
        yield Case(state=values.pop("told"), **values)


def count(line: Figures, case: Case) -> None:
    """Add one accepted case to a line."""
    read = read_case(case.state)
    if read is None:
        return
    statutory, promised = runtime_of(case).limits(read.accepted)
    more = extended(case.state)
    shown = read.against(promised + more, law.yellow_share(read.until))
    line.extended += more > 0
    for kind in {s["kind"] for s in case.state["stops"]}:
        line.stopped_cases[kind] += 1
    line.stopped_days.update(read.stopped)
    if case.closed is None:
        line.running += 1
        line.standing += bool(read.standing)
        line.running_late += shown.left < 0
        line.lamps[shown.lamp] += 1
        return
    line.decided += 1
    line.used += read.used
    line.on_time += shown.left >= 0
    line.late += shown.left < 0
    line.late_by_law += read.used > statutory + more


_HEADS = {
    "region_name": "行政区",
    "matter_title": "事项",
    "decided": "办结",
    "on_time": "按时办结",
    "late": "超期办结",
    "late_by_law": "超法定期限办结",
    "running": "在办",
    "standing": "停计时",
    "running_late": "在办超期",
    "yellow": "在办黄灯",
    "extended": "延期",
    "average_used": "平均用时(工作日)",
}


def clock_figures_csv(by: kernel.Actor, **asked: Any) -> bytes:
    """The same figures as CSV (UTF-8 with BOM, for Excel), the days stopped in a column for each type."""
    with kernel.acting(by):
        kernel.require(by, "case.export")
        told = clock_figures(by, **asked)
    rows = [*told["items"], told["total"]]
    kinds = sorted({s["kind"] for row in rows for s in row["stopped"]})
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([*_HEADS.values(), *(f"{kind}扣除(工作日)" for kind in kinds)])
    writer.writerows(_lines(rows, kinds))
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _lines(rows: Iterable[dict[str, Any]], kinds: list[str]) -> Iterator[Iterable[Any]]:
    for row in rows:
        days = {s["kind"]: s["days"] for s in row["stopped"]}
        figures = ["" if row[name] is None else row[name] for name in _HEADS]
        yield safe_row((*figures, *(days.get(kind, 0) for kind in kinds)))
