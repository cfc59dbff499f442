"""Append events to a case, write its rows from the fold of them, build them again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from ziyuan.base import canonical
from ziyuan.kernel import service as kernel
from ziyuan.workflow.cases import rows
from ziyuan.workflow.cases.facts import exact
from ziyuan.workflow.cases.models import Case, CaseEvent
from ziyuan.workflow.cases.parts import State, empty
from ziyuan.workflow.cases.state import fold
from ziyuan.workflow.cases.whole import brought
from ziyuan.workflow.consulting.rows import write_consultations
from ziyuan.workflow.engine import next_due
from ziyuan.workflow.platform import reports
from ziyuan.workflow.reach import rows as reach_rows
from ziyuan.workflow.reach.facts import next_reminder, next_report
from ziyuan.workflow.serving.rows import write_services

GENESIS = "0" * 64


class Journal:
    """A locked case being changed: `add` events, then `save` once. All inside the caller's transaction.

    `at` is the moment of all its events where many cases begin at once.
    """

    def __init__(self, case: Case, by: kernel.Actor, at: datetime | None = None) -> None:
        self.case, self.by, self.at = case, by, at
        self.state: State = {**case.state} if case.pk else empty()
        self._pending: list[rows.Row] = []
        self._beside: list[kernel.Statement] = []
        self._stored = _Stored.of(case, self.state)
        self.before = self.state

    def add(self, kind: str, body: dict[str, Any], by: kernel.Actor | None = None) -> State:
        """One more event; returns the state after it. `by` where it is not the actor's own (a timer before his act)."""
        who = by or self.by
        head: dict[str, Any] = {
            "seq": self.case.seq + 1,
            "at": (self.at or kernel.now()).isoformat(timespec="microseconds"),
            "actor": who.name,
            "actor_id": who.person,
            "organ": who.organ_name,
        }
        digest = event_hash(self.case.outer_no, head, kind, body, self.case.head)
        self._pending.append(_row(self.case, head, kind, body, digest))
        self.state = fold(self.state, kind, body, head)
        self.case.seq, self.case.head = head["seq"], digest
        return self.state

    @property
    def mark(self) -> dict[str, Any]:
        """What the audit keeps of the case after an act: the head of its chain, on which all before it hangs."""
        return {"seq": self.case.seq, "head": self.case.head}

    def announce(self, name: str, county: str = "", **facts: Any) -> None:
        """Announce with the case's rows, in the turn that writes them."""
        self._beside += kernel.announced_beside(name, county, **facts)

    def save(self) -> Case:
        """Write the case row, its events and its tasks."""
        save_all([self])
        return self.case

    def writing(self) -> list[kernel.Statement]:
        """What writes the case row, its events and its tasks, for whoever ends the act with them."""
        return writing_all([self])

    def written(self) -> tuple[list[rows.Row], list[rows.Row], list[kernel.Statement]]:
        """What is to be written of a case that has its number: events, and tasks new or changed."""
        case = self.case
        events = [{**event, "case_id": case.pk, "counties": case.counties} for event in self._pending]
        tasks = self._stored.changed(case, self.state)
        beside = self._beside
        self._pending, self._beside, self._stored = [], [], _Stored.of(case, self.state)
        return events, tasks, beside


def save_all(journals: Sequence[Journal]) -> None:
    """Write what the journals say, of many cases as of one."""
    kernel.turn(writing_all(journals))


def writing_all(journals: Sequence[Journal]) -> list[kernel.Statement]:
    """What is still to be written of the journals' cases, when all that an act seldom brings stands already."""
    if not journals:
        return []
    for journal in journals:
        project(journal.case, journal.state)
    old = [journal.case for journal in journals if journal.case.pk is not None]
    rows.insert([journal.case for journal in journals if journal.case.pk is None])
    events, tasks, beside = (
        [one for part in parts for one in part] for parts in zip(*(journal.written() for journal in journals), strict=True)
    )
    statements = rows.writing(old, events, tasks)
    statements += reach_rows.writing([(journal.case, journal.before, journal.state) for journal in journals])
    statements += reports.writing([(j.case, j.before, events) for j in journals]) + beside
    for journal in journals:
        write_services(journal.case, journal.state)
        write_consultations(journal.case, journal.state)
        journal.before = journal.state
    return statements


_REPEATED = ("matter", "county", "counties", "due", "yellow_on", "lamp")  # what every task row repeats of its case


@dataclass(frozen=True)
class _Stored:
    """What stands in the task rows: the tasks, and what the rows repeat of the case."""

    tasks: dict[str, Any]
    repeated: list[Any]

    @classmethod
    def of(cls, case: Case, state: State) -> "_Stored":
        return cls(state["tasks"] if case.pk else {}, [getattr(case, name) for name in _REPEATED])

    def changed(self, case: Case, state: State) -> list[rows.Row]:
        before = self.tasks if self.repeated == [getattr(case, name) for name in _REPEATED] else {}
        return [
            {"case_id": case.pk, "number": int(number), "told": task, **task_columns(case, task)}
            for number, task in state["tasks"].items()
            if (was := before.get(number)) is not task and was != task
        ]


def _row(case: Case, head: dict[str, Any], kind: str, body: dict[str, Any], digest: str) -> rows.Row:
    told = {name: head[name] for name in ("seq", "at", "actor", "actor_id", "organ")}
    return {**told, "kind": kind, "body": body, "prev": case.head, "hash": digest}


def event_hash(
    outer_no: str, head: dict[str, Any], kind: str, body: dict[str, Any] | canonical.Encoded, prev: str
) -> str:
    """SM3 over the canonical event and the hash before it."""
    told = {"case": outer_no, **head, "kind": kind, "body": body, "prev": prev}
    try:
        return canonical.digest("case-event", told).hex()
    except canonical.NotCanonical:  # a form with a binary fraction: as the decimal that its text says
        return canonical.digest("case-event", {**told, "body": exact(body)}).hex()


def project(case: Case, state: State) -> None:
    """Set the case row's columns from the state."""
    told = state["case"]
    case.no, case.title, case.applicant = told["no"], told["title"], told["applicant"]
    case.county, case.counties = told["county"], told["counties"]
    case.version = told.get("version", case.version)
    case.status = told["status"]
    case.opened = datetime.fromisoformat(told["opened"])
    case.accepted = date.fromisoformat(told["accepted"]) if told["accepted"] else None
    case.closed = datetime.fromisoformat(told["closed"]) if told["closed"] else None
    case.due = date.fromisoformat(told["due"]) if told.get("due") else None
    case.next_due = next_due(state["engine"])
    case.platform_no = told.get("platform_no", "")
    case.clock = clock_columns(told)
    case.yellow_on = _day(((case.clock or {}).get("marks") or {}).get("yellow"))
    case.lamp = (case.clock or {}).get("lamp", "")
    case.remind_on = _day(next_reminder(state))
    case.supervised = _day(next_report(state))
    case.brought, case.state = brought(state), state


def clock_columns(told: dict[str, Any]) -> dict[str, Any] | None:
    """What a list needs of the clock besides the last day."""
    clock = told.get("clock")
    return {**clock, "provisional": told["provisional"]} if clock else None


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def task_columns(case: Case, task: dict[str, Any]) -> dict[str, Any]:
    """A task row's columns from its state and the projected case."""
    return {
        **{name: getattr(case, name) for name in _REPEATED},
        "node": task["node"],
        "title": task["title"],
        "role": task["role"],
        "region": task["region"],
        "holder": task["holder"],
        "candidates": task.get("candidates") or None,
        "state": task["state"],
        "opened": datetime.fromisoformat(task["opened"]),
        "done": datetime.fromisoformat(task["done"]) if task["done"] else None,
        "urged": _day(task.get("urged")),
        "outcome": task["outcome"],
    }


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
