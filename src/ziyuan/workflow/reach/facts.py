"""What reaching people adds to a case: copies, urges, supervision, reminders. Pure parts of the fold of its events."""

from collections.abc import Callable
from typing import Any

State = dict[str, Any]
Head = dict[str, Any]
LEVELS = ("yellow", "before", "red", "escalated", "untold", "untold_late")
ITEM_LEVELS = ("before", "late")
COPY, CIRCULATE = "copy", "circulate"


def _who(head: Head) -> dict[str, Any]:
    return {"by": head["actor"], "by_id": head["actor_id"], "by_organ": head["organ"], "at": head["at"]}


def _copied(state: State, body: dict[str, Any], head: Head) -> None:
    kept = state.setdefault("copies", {})
    for told in body["copies"]:
        kept[str(told["number"])] = {**told, **_who(head), "read": None, "opinion": "", "answered": None}


def _copy_read(state: State, body: dict[str, Any], head: Head) -> None:
    for number in body["numbers"]:
        state["copies"][str(number)]["read"] = head["at"]


def _copy_answered(state: State, body: dict[str, Any], head: Head) -> None:
    copy = state["copies"][str(body["number"])]
    copy.update(opinion=body["opinion"], answered=head["at"], read=copy["read"] or head["at"])


def _urged(state: State, body: dict[str, Any], head: Head) -> None:
    told = body["urge"]
    to = [{**one, "read": None} for one in told["to"]]
    state.setdefault("urges", {})[str(told["number"])] = {**told, **_who(head), "to": to}
    for number in told["tasks"]:
        state["tasks"][str(number)] = {**state["tasks"][str(number)], "urged": told["until"]}


def _urge_read(state: State, body: dict[str, Any], head: Head) -> None:
    for number in body["numbers"]:
        for one in state["urges"][str(number)]["to"]:
            if one["person"] == head["actor_id"]:
                one["read"] = one["read"] or head["at"]


def _supervised(state: State, body: dict[str, Any], head: Head) -> None:
    told = body["supervision"]
    opened = {**told, **_who(head), "reports": [], "closed": None, "closing": ""}
    state.setdefault("supervisions", {})[str(told["number"])] = opened


def _supervision_reported(state: State, body: dict[str, Any], head: Head) -> None:
    item = state["supervisions"][str(body["number"])]
    item["reports"].append({"text": body["report"], "on": body["on"], **_who(head)})


def _supervision_closed(state: State, body: dict[str, Any], head: Head) -> None:
    state["supervisions"][str(body["number"])].update(closed=head["at"], closing=body["opinion"])


def _reminded(state: State, body: dict[str, Any], head: Head) -> None:
    kept = state.setdefault("reminded", {})
    for told in body["reminders"]:
        before = kept.get(str(told["task"]), [])
        kept[str(told["task"])] = [level for level in LEVELS if level in before or level in told["levels"]]
    for told in body.get("supervisions", []):
        item = state["supervisions"][str(told["number"])]
        item["reminded"] = [lv for lv in ITEM_LEVELS if lv in told["levels"] or lv in item.get("reminded", [])]


KINDS: dict[str, Callable[[State, dict[str, Any], Head], None]] = {
    "copied": _copied,
    "copy_read": _copy_read,
    "copy_answered": _copy_answered,
    "urged": _urged,
    "urge_read": _urge_read,
    "supervised": _supervised,
    "supervision_reported": _supervision_reported,
    "supervision_closed": _supervision_closed,
    "reminded": _reminded,
}
WORDS = {
    "copied": "抄送",
    "copy_read": "阅知",
    "copy_answered": "传阅意见",
    "urged": "催办",
    "urge_read": "收阅催办",
    "supervised": "督办",
    "supervision_reported": "督办反馈",
    "supervision_closed": "办结督办",
    "reminded": "提醒办理",
}
LOGGED = frozenset({"copies", "left_out", "urge", "supervision", "report", "reminders", "supervisions"})


def keep_people(state: State) -> None:
    """Whoever submits, holds, acts or supervises has a part in the case from then on, whoever holds the task later."""
    people = {state["case"].get("submitter")}
    people |= {task.get(name) for task in state["tasks"].values() for name in ("holder", "by_id")}
    people |= {told["by_id"] for told in state.get("supervisions", {}).values()}
    fresh = people - {None, *state.get("people", [])}
    if fresh:
        state["people"] = sorted({*state.get("people", []), *fresh})


def reminders_of(state: State) -> dict[str, dict[str, str]]:
    """By number of each open task: the levels nobody was told of yet, and from which day; none while the clock stands."""
    told = state["case"]
    marks = _marks(state) if told["status"] == "open" else None
    if not marks:
        return {}
    done = state.get("reminded", {})
    waiting = [number for number, task in state["tasks"].items() if task["state"] == "open"]
    return {n: {lv: marks[lv] for lv in LEVELS if lv in marks and lv not in done.get(n, [])} for n in waiting}


def _marks(state: State) -> dict[str, str] | None:
    """The days of the clock; before acceptance those of telling the applicant once what is missing, until he is told."""
    told = state["case"]
    if told.get("accepted"):
        marks: dict[str, str] | None = (told.get("clock") or {}).get("marks")
        return marks
    asked = state["correction"] or state["corrections"]
    return None if asked else (told.get("notify") or {}).get("marks")


def item_reminders_of(state: State) -> dict[int, dict[str, str]]:
    """By number of each supervised item that waits for its report: the levels nobody was told of yet, and their days."""
    waiting = [told for told in state.get("supervisions", {}).values() if not told["closed"] and not told["reports"]]
    return {
        told["number"]: {lv: day for lv, day in told.get("marks", {}).items() if lv not in told.get("reminded", [])}
        for told in waiting
    }


def next_reminder(state: State) -> str | None:
    """The day of the next reminder of a case."""
    days = [day for levels in (*reminders_of(state).values(), *item_reminders_of(state).values()) for day in levels.values()]
    return min(days, default=None)


def next_report(state: State) -> str | None:
    """The nearest day of a supervised item that is not closed."""
    return min((told["due"] for told in state.get("supervisions", {}).values() if not told["closed"]), default=None)
