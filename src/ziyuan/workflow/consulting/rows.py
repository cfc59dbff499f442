"""The rows of requests for an opinion: written from the state of the case, compared by the proof."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from ziyuan.kernel import service as kernel
from ziyuan.workflow.cases.models import Case
from ziyuan.workflow.consulting.models import Consultation

_COPIED = ("from_organ", "from_name", "to_organ", "to_region", "to_name", "question", "papers", "overdue", "answer")


def columns(case: Case, told: dict[str, Any], closed: bool) -> dict[str, Any]:
    """A row's columns from the state; a request that nobody answered lapses with the case."""
    return {
        **{name: told[name] for name in _COPIED},
        "counties": case.counties,
        "case_no": case.no,
        "title": case.title,
        "matter": case.matter,
        "asked": datetime.fromisoformat(told["at"]),
        "due": date.fromisoformat(told["due"]),
        "state": "lapsed" if closed and told["state"] == "asked" else told["state"],
    }


def write_consultations(case: Case, state: dict[str, Any]) -> None:
    """Add the rows that are not there, change those that moved."""
    told = state.get("consultations", [])
    stored = {row.number: row for row in case.consultations.all()} if told else {}
    for number, one in enumerate(told, start=1):
        wanted, row = columns(case, one, bool(state["case"]["closed"])), stored.get(number)
        if row is None:
            Consultation.objects.create(case=case, number=number, **wanted)
        elif any(getattr(row, name) != value for name, value in wanted.items()):
            Consultation.objects.filter(pk=row.pk).update(**wanted)


def verify_consultations(case: Case, state: dict[str, Any]) -> Iterator[kernel.Break]:
    """Each row against the events."""
    rows = {row.number: row for row in case.consultations.all()}
    for number, told in enumerate(state.get("consultations", []), start=1):
        row, wanted = rows.pop(number, None), columns(case, told, bool(state["case"]["closed"]))
        if row is None or any(getattr(row, name) != value for name, value in wanted.items()):
            yield kernel.Break("案件", f"{case.no} 征求意见 {number}", "征求意见行与事件不符")
    for number in rows:
        yield kernel.Break("案件", f"{case.no} 征求意见 {number}", "征求意见行没有对应的事件")
