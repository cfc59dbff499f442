"""A policy of people acted (策略动用): what supervision reads of it, folded from the events of a case. Pure.

Nothing is entered for it: an event that opens or passes on a task says already that somebody stood in, that nobody was
there, that the submitter was passed over, that an earlier opinion was taken.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

State = dict[str, Any]
Body = dict[str, Any]
POLICIES = {
    "nobody_found": "无人可办",
    "own_application": "本人提交",
    "avoidance": "回避",
    "same_person_twice": "同一人再办",
    "holder_leaves": "离任",
}
WAYS = {
    "stand_in": "由指定岗位办理",
    "stopped": "停住报警",
    "passed_over": "交给其他人员",
    "handed_on": "转交",
    "pool": "转入待签收",
    "declared": "声明回避",
    "taken": "沿用前次意见",
}


def keep(state: State, kind: str, body: Body, head: dict[str, Any]) -> None:
    """Add what an event says of policies."""
    for told in (*_opened(body), *_passed_on(state, kind, body), *_taken(state, body)):
        kept = state.setdefault("acted", {})
        kept[str(len(kept) + 1)] = {"number": len(kept) + 1, "at": head["at"], **told}


def _told(policy: str, way: str, task: Body | None, person: str, holder: str, reason: str) -> Body:
    place = {"task": task["number"], "title": task["title"]} if task else {"task": None, "title": ""}
    return {"policy": policy, "way": way, **place, "person": person, "holder": holder, "reason": reason}


def _opened(body: Body) -> Iterator[Body]:
    for task in body.get("opened", []):
        if task.get("instead_of") or task.get("nobody"):
            way = "stopped" if task.get("nobody") else "stand_in"
            yield _told("nobody_found", way, task, "", task["holder_name"], task.get("why", ""))
        if task.get("passed_over"):
            yield _told("own_application", "passed_over", task, task["passed_over"], task["holder_name"], "")


def _passed_on(state: State, kind: str, body: Body) -> Iterator[Body]:
    """Whose tasks went on because he declared himself, or left."""
    policy = {"avoided": "avoidance", "left_post": "holder_leaves"}.get(kind)
    if policy is None:
        return
    for moved in body["moved"]:
        way = "stopped" if moved["nobody"] else "handed_on" if moved["holder"] else "pool"
        task = state["tasks"][str(moved["task"])]
        yield _told(policy, way, task, body["name"], moved["holder_name"], body.get("reason", ""))
    if not body["moved"]:
        yield _told(policy, "declared", None, body["name"], "", body.get("reason", ""))


def _taken(state: State, body: Body) -> Iterator[Body]:
    if "taken" in body:
        task = state["tasks"][str(body["task"])]
        yield _told("same_person_twice", "taken", task, task["by"], "", body["taken"])


def columns(state: State) -> dict[int, dict[str, Any]]:
    """The rows that supervision reads, by number."""
    names = ("policy", "way", "title", "person", "holder", "reason")
    return {
        told["number"]: {"at": datetime.fromisoformat(told["at"]), **{name: told[name][:300] for name in names}}
        for told in state.get("acted", {}).values()
    }
