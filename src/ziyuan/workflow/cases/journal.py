"""Append events to a case, write its rows from the fold of them, build them again."""

from datetime import date, datetime
from typing import Any

from ziyuan.base import canonical
from ziyuan.kernel import service as kernel
from ziyuan.workflow.cases.facts import exact
from ziyuan.workflow.cases.models import Case, CaseEvent, Task
from ziyuan.workflow.cases.state import State, empty, fold, next_timer
from ziyuan.workflow.reach import rows as reach_rows
from ziyuan.workflow.reach.facts import next_reminder, next_report

GENESIS = "0" * 64


class Journal:
    """A locked case being changed: `add` events, then `save` once. All inside the caller's transaction."""

    def __init__(self, case: Case, by: kernel.Actor) -> None:
        self.case, self.by = case, by
        self.state: State = case.state if case.pk else empty()
        self._before = self.state
        self._pending: list[CaseEvent] = []

    def add(self, kind: str, body: dict[str, Any], by: kernel.Actor | None = None) -> State:
        """One more event; returns the state after it. `by` where it is not the actor's own (a timer before his act)."""
        who = by or self.by
        head: dict[str, Any] = {
            "seq": self.case.seq + 1,
            "at": kernel.now().isoformat(timespec="microseconds"),
            "actor": who.name,
            "actor_id": who.person,
            "organ": who.organ_name,
        }
        digest = event_hash(self.case.outer_no, head, kind, body, self.case.head)
        self._pending.append(_row(self.case, head, kind, body, digest))
        self.state = fold(self.state, kind, body, head)
        self.case.seq, self.case.head = head["seq"], digest
        return self.state

    def save(self) -> Case:
        """Write the case row, its events and its tasks."""
        project(self.case, self.state)
        self.case.save()
        for event in self._pending:
            event.case = self.case
            event.counties = self.case.counties
        CaseEvent.objects.bulk_create(self._pending)
        self._pending = []
        _write_tasks(self.case, self.state)
        reach_rows.write(self.case, self._before, self.state)
        self._before = self.state
        return self.case


def _row(case: Case, head: dict[str, Any], kind: str, body: dict[str, Any], digest: str) -> CaseEvent:
    return CaseEvent(
        seq=head["seq"],
        at=datetime.fromisoformat(head["at"]),
        actor=head["actor"],
        actor_id=head["actor_id"],
        organ=head["organ"],
        kind=kind,
        body=body,
        prev=case.head,
        hash=digest,
    )


def event_hash(outer_no: str, head: dict[str, Any], kind: str, body: dict[str, Any], prev: str) -> str:
    """SM3 over the canonical event and the hash before it."""
    told = {"case": outer_no, **head, "kind": kind, "body": exact(body), "prev": prev}
    return canonical.digest("case-event", told).hex()


def project(case: Case, state: State) -> None:
    """Set the case row's columns from the state."""
    told = state["case"]
    case.no, case.title, case.applicant = told["no"], told["title"], told["applicant"]
    case.county, case.counties = told["county"], told["counties"]
    case.status = told["status"]
    case.opened = datetime.fromisoformat(told["opened"])
    case.accepted = date.fromisoformat(told["accepted"]) if told["accepted"] else None
    case.closed = datetime.fromisoformat(told["closed"]) if told["closed"] else None
    case.due = date.fromisoformat(told["due"]) if told.get("due") else None
    case.next_due = next_timer(state)
    case.clock = clock_columns(told)
    case.yellow_on = _day(((case.clock or {}).get("marks") or {}).get("yellow"))
    case.lamp = (case.clock or {}).get("lamp", "")
    case.remind_on = _day(next_reminder(state))
    case.supervised = _day(next_report(state))
    case.state = state


def clock_columns(told: dict[str, Any]) -> dict[str, Any] | None:
    """What a list needs of the clock besides the last day."""
    clock = told.get("clock")
    return {**clock, "provisional": told["provisional"]} if clock else None


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def task_columns(case: Case, task: dict[str, Any]) -> dict[str, Any]:
    """A task row's columns from its state and the projected case."""
    return {
        "matter": case.matter,
        "county": case.county,
        "counties": case.counties,
        "node": task["node"],
        "title": task["title"],
        "role": task["role"],
        "region": task["region"],
        "holder": task["holder"],
        "state": task["state"],
        "opened": datetime.fromisoformat(task["opened"]),
        "done": datetime.fromisoformat(task["done"]) if task["done"] else None,
        "due": case.due,
        "yellow_on": case.yellow_on,
        "lamp": case.lamp,
        "urged": _day(task.get("urged")),
        "outcome": task["outcome"],
    }


def _write_tasks(case: Case, state: State) -> None:
    stored = {t.number: t for t in case.tasks.all()}
    for number, task in state["tasks"].items():
        columns = task_columns(case, task)
        row = stored.get(int(number))
        if row is None:
            Task.objects.create(case=case, number=int(number), **columns)
        elif any(getattr(row, name) != value for name, value in columns.items()):
            again = {"prompted": False} if row.holder != columns["holder"] else {}
            Task.objects.filter(pk=row.pk).update(**columns, **again)


def rebuild(case: Case) -> tuple[State, str]:
    """Fold all events from the first; returns the state and the hash of the last event, recomputed."""
    state, prev = empty(), GENESIS
    for event in case.events.order_by("seq"):
        head = head_of(event)
        state = fold(state, event.kind, event.body, head)
        prev = event_hash(case.outer_no, head, event.kind, event.body, prev)
    return state, prev


def head_of(event: CaseEvent) -> dict[str, Any]:
    return {
        "seq": event.seq,
        "at": event.at.astimezone(kernel.now().tzinfo).isoformat(timespec="microseconds"),
        "actor": event.actor,
        "actor_id": event.actor_id,
        "organ": event.organ,
    }
