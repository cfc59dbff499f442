"""Rows written from a case's state: who has a part in it, its copies, its supervision; and their proof."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from typing import Any

from ziyuan.kernel import service as kernel
from ziyuan.workflow.cases import rows
from ziyuan.workflow.people import acted, panels
from ziyuan.workflow.people.models import PolicyAct
from ziyuan.workflow.reach.models import CaseCopy, CasePart, OfCase, Supervision

State = dict[str, Any]
Columns = dict[str, Any]
RUNNING = ("open", "correcting")


def _part(state: State) -> dict[int, Columns]:
    running = state["case"]["status"] in RUNNING
    return {person: {"running": running} for person in state.get("people", [])}


def _copies(state: State) -> dict[int, Columns]:
    return {
        told["number"]: {
            "person": told["person"],
            "kind": told["kind"],
            "at": _moment(told["at"]),
            "read": _moment(told["read"]),
            "answered": _moment(told["answered"]),
        }
        for told in state.get("copies", {}).values()
    }


def _supervisions(state: State) -> dict[int, Columns]:
    return {
        told["number"]: {
            "region": told["region"],
            "by": told["by"],
            "by_id": told["by_id"],
            "organ": told["by_organ"],
            "to": "、".join(one["name"] for one in told["to"])[:200],
            "asks": told["asks"],
            "days": told["days"],
            "opened": _moment(told["at"]),
            "due": date.fromisoformat(told["due"]),
            "reported": date.fromisoformat(told["reports"][0]["on"]) if told["reports"] else None,
            "closed": _moment(told["closed"]),
        }
        for told in state.get("supervisions", {}).values()
    }


_TABLES: tuple[tuple[type[Any], str, Callable[[State], dict[int, Columns]]], ...] = (
    (CasePart, "person", _part),
    (CaseCopy, "number", _copies),
    (Supervision, "number", _supervisions),
    (PolicyAct, "number", acted.columns),
)


def writing(changes: Sequence[tuple[Any, State, State]]) -> list[kernel.Statement]:
    """Bring the rows of cases from one state to the next: what changed is set now; what adds new ones, of many cases at once."""
    statements: list[kernel.Statement] = []
    for table, key, columns in _TABLES:
        made: list[Columns] = []
        for case, before, after in changes:
            fresh = not before["case"]
            moved = not fresh and before["case"]["counties"] != after["case"]["counties"]
            place = {"county": case.county, "counties": case.counties}
            was, now = {} if fresh else columns(before), columns(after)
            made += [{"case_id": case.pk, key: one, **place, **told} for one, told in now.items() if one not in was]
            for one, told in now.items():
                if one in was and (moved or told != was[one]):
                    table.objects.filter(case=case, **{key: one}).update(**told, **place)
        statements += rows.adding(table, made)
    return statements


def of_new(case: Any, state: State) -> dict[type[OfCase], list[Columns]]:
    """The rows of a case that has just begun, by table, for one who writes those of many cases at once."""
    place = {"county": case.county, "counties": case.counties}
    return {table: [{key: one, **place, **told} for one, told in columns(state).items()] for table, key, columns in _TABLES}


def broken(case: Any, state: State) -> Iterator[kernel.Break]:
    """Rows of the case that its events do not say."""
    yield from panels.broken(case.no, state)
    place = {"county": state["case"]["county"], "counties": state["case"]["counties"]}
    for table, key, columns in _TABLES:
        standing = {getattr(row, key): row for row in table.objects.filter(case=case)}
        for one, told in columns(state).items():
            row: OfCase | None = standing.pop(one, None)
            if row is None or any(getattr(row, name) != value for name, value in {**told, **place}.items()):
                yield kernel.Break("案件", f"{case.no} {_TITLES[table]} {one}", "行与事件不符")
        for one in standing:
            yield kernel.Break("案件", f"{case.no} {_TITLES[table]} {one}", "行没有对应的事件")


_TITLES: dict[type[OfCase], str] = {CasePart: "经手", CaseCopy: "抄送", Supervision: "督办", PolicyAct: "策略动用"}


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
