"""What a case is: the fold of its events. Pure; the rows in the database are written from it and nothing else.

`fold(state, kind, body, head)` gives the next state. Every event carries all its consequences (the engine's new
state, tasks opened and closed), so that an old case is rebuilt without the process text of its day.
"""

from collections.abc import Callable
from copy import deepcopy
from datetime import datetime
from typing import Any

State = dict[str, Any]
OPEN = frozenset({"open", "correcting"})
TASK_OPEN = frozenset({"open", "waiting"})


def empty() -> State:
    """A case before its first event."""
    return {
        "case": {},
        "form": {},
        "site": None,
        "papers": [],
        "engine": None,
        "vars": {},
        "tasks": {},
        "stops": [],
        "screening": None,
        "route": None,
        "correction": None,
        "corrections": [],
        "decision": None,
        "effects": [],
        "documents": [],
        "rating": None,
    }


def fold(state: State, kind: str, body: dict[str, Any], head: dict[str, Any]) -> State:
    """The state after one event. `head` = {"seq", "at", "actor", "actor_id", "organ"}. The given state is unchanged."""
    after = deepcopy(state)
    _KINDS[kind](after, body, head)
    _engine(after, body, head)
    return after


def next_timer(state: State) -> datetime | None:
    """The moment of the earliest running timer; the engine keeps them with what waits for them (`due`)."""
    engine = state["engine"] or {"ended": True}
    if engine["ended"]:
        return None
    running = [engine.get("root", {}), *engine["tokens"]]
    moments = [due[0] for holder in running for due in holder.get("due", {}).values()]
    return min(map(datetime.fromisoformat, moments), default=None)


def _engine(state: State, body: dict[str, Any], head: dict[str, Any]) -> None:
    """Consequences that any event may carry: engine state, tasks closed, tasks opened, variables."""
    if "engine" in body:
        state["engine"] = body["engine"]
    state["vars"].update(body.get("vars", {}))
    for number, told in body.get("closed", {}).items():
        state["tasks"][number].update(told, done=head["at"])
    for task in body.get("opened", []):
        state["tasks"][str(task["number"])] = {
            "done": None,
            "outcome": "",
            "opinion": "",
            **task,
            "opened": head["at"],
        }


def _opened(state: State, body: dict[str, Any], head: dict[str, Any]) -> None:
    state["case"] = {**body["case"], "status": "open", "opened": head["at"], "accepted": None, "closed": None}
    state["form"], state["site"], state["papers"] = body["form"], body["site"], body["papers"]


def _screened(state: State, body: dict[str, Any], head: dict[str, Any]) -> None:
    state["screening"] = body["screening"]


def _accepted(state: State, body: dict[str, Any], head: dict[str, Any]) -> None:
    state["case"]["accepted"] = body["day"]
    _due(state, body)


def _completed(state: State, body: dict[str, Any], head: dict[str, Any]) -> None:
    if "route" in body:
        state["route"] = body["route"]


def _nothing(state: State, body: dict[str, Any], head: dict[str, Any]) -> None:
    """The event's common consequences say it all."""


def _resubmitted(state: State, body: dict[str, Any], head: dict[str, Any]) -> None:
    state["form"], state["case"]["subject"] = body["form"], body["subject"]


def _correction_asked(state: State, body: dict[str, Any], head: dict[str, Any]) -> None:
    state["case"]["status"] = "correcting"
    state["correction"] = {
        "task": body["task"],
        "items": body["items"],
        "by": head["actor"],
        "at": head["at"],
    }
    state["tasks"][str(body["task"])]["state"] = "waiting"
    if body.get("stop"):
        stop = {"kind": "补正", "basis": body["basis"], "by": head["actor"], "from": body["stop"], "to": None}
        stop |= {k: body[k] for k in ("counts", "why", "organ") if k in body}
        state["stops"].append(stop)
    _due(state, body)


def _correction_answered(state: State, body: dict[str, Any], head: dict[str, Any]) -> None:
    state["case"]["status"] = "open"
    state["corrections"].append({**state["correction"], "answered": head["at"]})
    state["tasks"][str(state["correction"]["task"])]["state"] = "open"
    state["correction"] = None
    for stop in state["stops"]:
        if stop["to"] is None and stop["kind"] == "补正":
            stop["to"] = body["day"]
    state["form"], state["site"], state["papers"] = body["form"], body["site"], body["papers"]
    state["case"]["counties"] = body["counties"]
    _due(state, body)


def _due(state: State, body: dict[str, Any]) -> None:
    """The last day of the limit, where the event moves it; None while the clock stands."""
    if "due" in body:
        state["case"]["due"], state["case"]["provisional"] = body["due"], body["provisional"]


def _due_recomputed(state: State, body: dict[str, Any], head: dict[str, Any]) -> None:
    _due(state, body)


def _clock_stopped(state: State, body: dict[str, Any], head: dict[str, Any]) -> None:
    state["stops"].append({**body["stop"], "by": head["actor"], "organ": head["organ"], "to": None})
    _due(state, body)


def _clock_resumed(state: State, body: dict[str, Any], head: dict[str, Any]) -> None:
    state["stops"][body["stop"] - 1].update(to=body["to"], ended_by=head["actor"])
    _due(state, body)


def _extension_proposed(state: State, body: dict[str, Any], head: dict[str, Any]) -> None:
    told = {"by": head["actor"], "by_id": head["actor_id"], "organ": head["organ"], "at": head["at"]}
    state["extension"] = {**body, **told, "state": "proposed"}


def _extension_answered(state: State, body: dict[str, Any], head: dict[str, Any]) -> None:
    told = {"state": body["state"], "opinion": body["opinion"]}
    state["extension"].update(told, answered_by=head["actor"], answered=head["at"])
    _due(state, body)


def _held(state: State, body: dict[str, Any], head: dict[str, Any]) -> None:
    task = state["tasks"][str(body["task"])]
    task["holder"], task["holder_name"] = body["holder"], body["holder_name"]
    task.setdefault("chain", []).append({"to": body["holder"], "name": body["holder_name"], "at": head["at"]})


def _decided(state: State, body: dict[str, Any], head: dict[str, Any]) -> None:
    state["decision"] = body["decision"]
    state["case"].update(status=body["decision"]["result"], closed=head["at"])


def _effected(state: State, body: dict[str, Any], head: dict[str, Any]) -> None:
    state["effects"] = [{**told, "undone": None} for told in body["effects"]]


def _issued(state: State, body: dict[str, Any], head: dict[str, Any]) -> None:
    state["documents"].append(body["document"])


def _withdrawn(state: State, body: dict[str, Any], head: dict[str, Any]) -> None:
    state["case"].update(status="withdrawn", closed=head["at"])
    state["correction"] = None
    for stop in state["stops"]:
        if stop["to"] is None:
            stop["to"] = body["day"]


def _rated(state: State, body: dict[str, Any], head: dict[str, Any]) -> None:
    state["rating"] = {"level": body["level"], "text": body["text"], "at": head["at"]}


_KINDS: dict[str, Callable[[State, dict[str, Any], dict[str, Any]], None]] = {
    "opened": _opened,
    "screened": _screened,
    "accepted": _accepted,
    "started": _nothing,
    "completed": _completed,
    "resubmitted": _resubmitted,
    "returned": _nothing,
    "recalled": _nothing,
    "timer_fired": _nothing,
    "message_came": _nothing,
    "claimed": _held,
    "handed_over": _held,
    "released": _held,
    "correction_asked": _correction_asked,
    "correction_answered": _correction_answered,
    "clock_stopped": _clock_stopped,
    "clock_resumed": _clock_resumed,
    "extension_proposed": _extension_proposed,
    "extension_answered": _extension_answered,
    "due_recomputed": _due_recomputed,
    "decided": _decided,
    "effected": _effected,
    "issued": _issued,
    "withdrawn": _withdrawn,
    "rated": _rated,
}
