"""What a case is: the fold of its events. Pure; the rows in the database are written from it and nothing else.

`fold(state, kind, body, head)` gives the next state. Every event carries all its consequences (what moved in the
engine, tasks opened and closed), so that an old case is rebuilt without the process text of its day.
"""

from collections.abc import Callable
from typing import Any

from ziyuan.workflow.cases.deltas import applied
from ziyuan.workflow.cases.parts import State
from ziyuan.workflow.consulting import fold as consulting
from ziyuan.workflow.people import acted, panels
from ziyuan.workflow.reach import facts as reach
from ziyuan.workflow.serving import fold as serving

OPEN = frozenset({"open", "correcting"})
TASK_OPEN = frozenset({"open", "waiting"})


def fold(state: State, kind: str, body: dict[str, Any], head: dict[str, Any]) -> State:
    """The state after one event. `head` = {"seq", "at", "actor", "actor_id", "organ"}. The given state is unchanged."""
    after = {name: part if name in _WHOLE else _own(part) for name, part in state.items() if name != "tasks"}
    after["tasks"] = dict(state["tasks"])
    _KINDS[kind](after, body, head)
    _engine(after, body, head)
    acted.keep(after, kind, body, head)
    reach.keep_people(after)
    return after


# An event brings another of these, and never changes a part of it.
_WHOLE = frozenset({"engine", "form", "site", "papers", "screening", "route"})
_NESTED = frozenset({dict, list})


def _own(part: Any) -> Any:
    """A copy that an event may change; texts, numbers and the like are never changed in place."""
    if type(part) is dict:
        return {name: _own(inner) if type(inner) in _NESTED else inner for name, inner in part.items()}
    if type(part) is list:
        return [_own(inner) if type(inner) in _NESTED else inner for inner in part]
    return part


def taken(state: State, number: int | str) -> dict[str, Any]:
    """A task of a state that is being made, for this event to change; the others are shared with the state before."""
    key = str(number)
    state["tasks"][key] = {**state["tasks"][key]}
    task: dict[str, Any] = state["tasks"][key]
    return task


def _engine(state: State, body: dict[str, Any], head: dict[str, Any]) -> None:
    """Consequences that any event may carry: what moved in the engine, tasks closed, tasks opened, variables."""
    if "engine" in body:
        state["engine"] = applied(state["engine"], body["engine"])
    state["vars"].update(body.get("vars", {}))
    for number, told in body.get("closed", {}).items():
        taken(state, number).update(told, done=head["at"])
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


def _jump_proposed(state: State, body: dict[str, Any], head: dict[str, Any]) -> None:
    told = {"by": head["actor"], "by_id": head["actor_id"], "organ": head["organ"], "at": head["at"]}
    state["jump"] = {**body, **told, "state": "proposed"}


def _jump_refused(state: State, body: dict[str, Any], head: dict[str, Any]) -> None:
    state["jump"].update(state="refused", opinion=body["opinion"], answered_by=head["actor"])


def _jumped(state: State, body: dict[str, Any], head: dict[str, Any]) -> None:
    state["jump"].update(state="approved", opinion=body["opinion"], answered_by=head["actor"])


def _terminated(state: State, body: dict[str, Any], head: dict[str, Any]) -> None:
    """The process's own variables end with it; a restart begins without them."""
    state["case"].update(status="terminated", closed=head["at"])
    state["termination"], state["correction"], state["vars"] = body["termination"], None, {}
    for stop in state["stops"]:
        if stop["to"] is None:
            stop["to"] = body["termination"]["day"]


def _restarted(state: State, body: dict[str, Any], head: dict[str, Any]) -> None:
    state["case"].update(status="open", closed=None)
    state["route"] = body.get("route")
    if "stop" in body:
        state["stops"].append(body["stop"])
    _due(state, body)


def _gap_accepted(state: State, body: dict[str, Any], head: dict[str, Any]) -> None:
    told = {"by": head["actor"], "at": head["at"], "filled": None, "late": False}
    state.setdefault("gaps", []).extend({**gap, **told} for gap in body["gaps"])


def _gap_filled(state: State, body: dict[str, Any], head: dict[str, Any]) -> None:
    kinds = {paper["kind"] for paper in body["papers"]}
    state["papers"] = [p for p in state["papers"] if p["kind"] not in kinds] + body["papers"]
    state["screening"] = {**state["screening"], "checks": body["checks"]}
    _fill(state, head)


def _gap_late(state: State, body: dict[str, Any], head: dict[str, Any]) -> None:
    for gap in state["gaps"]:
        gap["late"] = gap["late"] or (gap["paper"] in body["papers"] and not gap["filled"])


def _fill(state: State, head: dict[str, Any]) -> None:
    """A promised paper that is there closes its gap."""
    there = {paper["kind"] for paper in state["papers"]}
    for gap in state.get("gaps", []):
        if gap["paper"] in there and not gap["filled"]:
            gap["filled"] = head["at"]


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
    taken(state, body["task"])["state"] = "waiting"
    if body.get("stop"):
        stop = {"kind": "补正", "basis": body["basis"], "by": head["actor"], "from": body["stop"], "to": None}
        stop |= {k: body[k] for k in ("counts", "why", "organ") if k in body}
        state["stops"].append(stop)
    _due(state, body)


def _correction_answered(state: State, body: dict[str, Any], head: dict[str, Any]) -> None:
    state["case"]["status"] = "open"
    state["corrections"].append({**state["correction"], "answered": head["at"]})
    taken(state, state["correction"]["task"])["state"] = "open"
    state["correction"] = None
    for stop in state["stops"]:
        if stop["to"] is None and stop["kind"] == "补正":
            stop["to"] = body["day"]
    state["form"], state["site"], state["papers"] = body["form"], body["site"], body["papers"]
    state["case"]["counties"] = body["counties"]
    _fill(state, head)
    _due(state, body)


def _due(state: State, body: dict[str, Any]) -> None:
    """The last day of the limit, where the event moves it; None while the clock stands."""
    if "due" in body:
        state["case"].update({name: body.get(name) for name in ("due", "provisional", "clock")})


def _due_recomputed(state: State, body: dict[str, Any], head: dict[str, Any]) -> None:
    _due(state, body)
    if "notify" in body:
        state["case"]["notify"] = body["notify"]


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
    task = taken(state, body["task"])
    task["holder"], task["holder_name"] = body["holder"], body["holder_name"]
    task["chain"] = [*task.get("chain", []), {"to": body["holder"], "name": body["holder_name"], "at": head["at"]}]


def _task_opened(state: State, body: dict[str, Any], head: dict[str, Any]) -> None:
    for number in body["tasks"]:
        task = taken(state, number)
        task["read_by"] = [*task.get("read_by", []), head["actor_id"]]


def _avoided(state: State, body: dict[str, Any], head: dict[str, Any]) -> None:
    told = {"name": body["name"], "reason": body["reason"], "at": head["at"]}
    state.setdefault("avoided", {})[str(body["person"])] = told
    for held in body["moved"]:
        _moved(state, held, head)


def _left_post(state: State, body: dict[str, Any], head: dict[str, Any]) -> None:
    for held in body["moved"]:
        _moved(state, held, head)


def _moved(state: State, told: dict[str, Any], head: dict[str, Any]) -> None:
    """A task goes to whoever comes after its holder; with nobody named it waits in the pool of its post."""
    _held(state, told, head)
    task = taken(state, told["task"])
    task["nobody"] = told["nobody"]
    task.pop("candidates", None)


def _decided(state: State, body: dict[str, Any], head: dict[str, Any]) -> None:
    state["decision"] = body["decision"]
    state["case"].update(status=body["decision"]["result"], closed=head["at"])


def _effected(state: State, body: dict[str, Any], head: dict[str, Any]) -> None:
    state["effects"] = [*state["effects"], *({**told, "undone": None} for told in body["effects"])]


def _carried(state: State, body: dict[str, Any], head: dict[str, Any]) -> None:
    """Effects of a step on the way; what stood of the same node before is undone first."""
    _effects_undone(state, {"keys": body.get("undone", [])}, head)
    _effected(state, body, head)


def _effects_undone(state: State, body: dict[str, Any], head: dict[str, Any]) -> None:
    state["effects"] = [
        {**told, "undone": head["at"]} if told["key"] in body["keys"] else told for told in state["effects"]
    ]


def _migrated(state: State, body: dict[str, Any], head: dict[str, Any]) -> None:
    """Rows keep number, seat, item and opinion; nodes, titles and posts are those of the new version."""
    state["case"]["version"] = body["to"]
    for number in state["tasks"]:
        task = taken(state, number)
        task["node"] = body["nodes"].get(task["node"], task["node"])
        task.update(body["rows"].get(str(task["number"]), {}))
    _due(state, body)


def _issued(state: State, body: dict[str, Any], head: dict[str, Any]) -> None:
    state["documents"].append(body["document"])


def _numbered(state: State, body: dict[str, Any], head: dict[str, Any]) -> None:
    state["case"].update(platform_no=body["no"], platform=body["platform"])


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
    "step_added": _nothing,
    "seat_added": _nothing,
    "seat_removed": _nothing,
    "jump_proposed": _jump_proposed,
    "jump_refused": _jump_refused,
    "jumped": _jumped,
    "timer_fired": _nothing,
    "message_came": _nothing,
    "claimed": _held,
    "handed_over": _held,
    "released": _held,
    "task_opened": _task_opened,
    "avoided": _avoided,
    "left_post": _left_post,
    "correction_asked": _correction_asked,
    "correction_answered": _correction_answered,
    "clock_stopped": _clock_stopped,
    "clock_resumed": _clock_resumed,
    "extension_proposed": _extension_proposed,
    "extension_answered": _extension_answered,
    "due_recomputed": _due_recomputed,
    "gap_accepted": _gap_accepted,
    "gap_filled": _gap_filled,
    "gap_late": _gap_late,
    "terminated": _terminated,
    "restarted": _restarted,
    "decided": _decided,
    "effected": _effected,
    "filed": _effected,
    "carried": _carried,
    "effects_undone": _effects_undone,
    "migrated": _migrated,
    "issued": _issued,
    "served": serving.recorded,
    "service_failed": serving.recorded,
    "consulted": consulting.consulted,
    "consult_answered": consulting.answered,
    "consult_recalled": consulting.recalled,
    "consult_overdue": consulting.overdue,
    "numbered": _numbered,
    "withdrawn": _withdrawn,
    "rated": _rated,
    **panels.KINDS,
    **reach.KINDS,
}
