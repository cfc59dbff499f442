"""What each county owes and how far it is (应汇交清单): mandate × county × period, judged by rule, never by hand."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from ziyuan.kernel import service as kernel
from ziyuan.onemap.catalogue.errors import DueDateWrong
from ziyuan.onemap.catalogue.models import DueDate
from ziyuan.onemap.deliveries.mandates import Mandate, mandate, mandates
from ziyuan.onemap.deliveries.models import Delivery, Kind, State

TITLES = {"due": "待汇交", "late": "逾期", "delivered": "已汇交", "returned": "已退回", "accepted": "已验收"}
_ANSWERS = {State.RETURNED: "returned", State.SEALED: "accepted", State.SUPERSEDED: "accepted"}
_NOT_GIVEN = (State.OPEN, State.UPLOADING, State.WITHDRAWN)
NO_ANSWER = (Kind.PRECURSOR, Kind.FILING)
"""Kinds that answer no expectation: a trial run, single records."""


@dataclass(frozen=True)
class Owed:
    """One expected delivery. `due` None: no date is laid down or announced; then nothing is late."""

    mandate: str
    title: str
    database: str
    county: str
    county_name: str
    period: str
    due: date | None
    source: str
    state: str
    late_days: int
    delivery: int | None
    no: str

    def to_json(self) -> dict[str, Any]:
        told = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return {**told, "state_title": TITLES[self.state], "due": self.due and self.due.isoformat()}


def owed(by: kernel.Actor, *, within: str | None = None, state: str | None = None) -> list[Owed]:
    """All expected deliveries of the actor's region, or of a region inside it; the newest period first."""
    with kernel.acting(by):
        kernel.require(by, "catalogue.read")
        latest = _latest(Delivery.objects.exclude(kind__in=NO_ANSWER).order_by("sequence"))
        dates = {(d.mandate, d.period): d for d in DueDate.objects.filter(replaced__isnull=True)}
        today = kernel.today()
        counties = [
            r for r in kernel.regions(within=by.region)
            if r.level == "county" and (not within or kernel.contains(within, r.code))
        ]  # fmt: skip
    delivered = {(task, period) for task, _, period in latest}
    found = [
        _owed(task, county, period, dates.get((task.id, period)), latest.get((task.id, county.code, period)), today)
        for task in mandates() if task.expected
        for period in sorted({task.current_period(today), *(p for t, p in delivered if t == task.id)}, reverse=True)
        for county in counties
    ]  # fmt: skip
    return [each for each in found if state is None or each.state == state]


def _latest(rows: Iterable[Delivery]) -> dict[tuple[str, str, str], Delivery]:
    """The delivery that speaks for each mandate, county and period: the last one, but a sealed one stays."""
    latest: dict[tuple[str, str, str], Delivery] = {}
    for row in rows:
        known = latest.get((row.mandate, row.county, row.period))
        if known is None or known.state != State.SEALED:
            latest[row.mandate, row.county, row.period] = row
    return latest


def _owed(
    task: Mandate, county: Any, period: str, announced: DueDate | None, row: Delivery | None, today: date
) -> Owed:
    due = announced.due if announced else task.due_date(period)
    given = row if row is not None and row.state not in _NOT_GIVEN else None
    state = _ANSWERS.get(State(given.state), "delivered") if given else "due"
    late = due is not None and today > due and state in ("due", "returned")
    return Owed(
        task.id, task.title, task.duty or "", county.code, county.name, period, due,
        announced.source if announced else "", "late" if late and state == "due" else state,
        (today - due).days if late and due else 0, row.pk if row else None, row.no if row else "",
    )  # fmt: skip


def announce_due(by: kernel.Actor, task: str, period: str, due: date, source: str) -> DueDate:
    """The province announces the last day of a delivery, with the paper that says so; the one before ends.

    Raises kernel.NotAllowed, MandateUnknown, DueDateWrong.
    """
    with kernel.acting(by):
        kernel.require(by, "due_date.announce", region=kernel.node().region)
        wanted = mandate(task)
        if not source.strip():
            raise DueDateWrong("source", "缺少依据")
        if due <= wanted.reference_date(wanted.check_period(period, kernel.today())):
            raise DueDateWrong("due", f"{due} 不晚于调查时点")
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 7))", [f"due:{task}:{period}"])
        before = DueDate.objects.filter(mandate=task, period=period, replaced__isnull=True).first()
        at = kernel.now()
        if before is not None:
            before.replaced = at
            before.save(update_fields=["replaced"])
        made = DueDate.objects.create(
            mandate=task, period=period, due=due, source=source.strip()[:200], region=by.region,
            registered=at, registered_by=by.name,
        )  # fmt: skip
        kernel.record(
            by, "due_date.announced", on=("mandate", f"{task}:{period}"), county=by.region,
            before={"due": before.due.isoformat()} if before else None,
            after={"due": due.isoformat(), "source": made.source},
        )  # fmt: skip
        return made
