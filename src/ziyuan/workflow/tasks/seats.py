"""Who gets a task: the role and level of its node, in the regions of the case."""

from typing import Any

from ziyuan.kernel import service as kernel
from ziyuan.workflow.cases.runtime import Runtime
from ziyuan.workflow.cases.state import TASK_OPEN
from ziyuan.workflow.engine.play import kept

_WIDTH = {"province": 2, "city": 4, "county": 6}


def region_at(level: str, county: str) -> str:
    """The region of `level` that contains the principal county of a case."""
    return county[: _WIDTH[level]].ljust(6, "0")


def seats(
    runtime: Runtime, entered: list[Any], state: dict[str, Any], values: dict[str, Any]
) -> list[dict[str, Any]]:
    """Task records for positions that the engine has just entered, one for each token.

    Whoever worked at the node (in a joint review: in the seat) before gets it again (退回、直送、撤回). Else the one
    holder of the role in the region; among several it waits in their pool (签收); with nobody it waits too and `nobody`
    says so: it never passes by itself. In a joint review an item that names a county of the case or an officer of the
    post decides whose seat it is, and one person has one seat.
    """
    made: list[dict[str, Any]] = []
    posts: dict[tuple[str, str], dict[int, kernel.Person]] = {}
    for number, position in enumerate(entered, start=len(state["tasks"]) + 1):
        node, told = runtime.graph.nodes[position.node], state["case"]
        item = kept(position.item) if position.seat else None
        level = runtime.graph.level_of(position.node, values, kernel.now())
        region = region_at(level, str(item) if item in told["counties"] else told["county"])
        if (node.role, region) not in posts:
            posts[node.role, region] = {p.pk: p for p in kernel.people(role=node.role, region=region)}
        so_far = {"tasks": {**state["tasks"], **{str(t["number"]): t for t in made}}}
        holders = _free(posts[node.role, region], position, so_far)
        only = _holder(holders, item, _last_holder(state, position.node, position.seat))
        made.append(
            {
                "number": number,
                "token": position.token,
                "node": position.node,
                "title": node.name,
                "role": node.role,
                "region": region,
                "holder": only.pk if only else None,
                "holder_name": only.name if only else "",
                "state": "open",
                "nobody": not holders,
                "resume_at": position.resume_at,
                **({"seat": position.seat, "item": item} if position.seat else {}),
            }
        )
    return made


def _free(post: dict[int, kernel.Person], position: Any, state: dict[str, Any]) -> dict[int, kernel.Person]:
    """Who of the post may take the position: of a joint review nobody who has another seat of it."""
    taken = sits_elsewhere(position.node, position.seat, state) if position.seat else set()
    return {key: person for key, person in post.items() if key not in taken}


def _holder(holders: dict[int, kernel.Person], item: Any, before: int | None) -> kernel.Person | None:
    """The officer the item names, else who was there before, else the only one."""
    for key in (item, before):
        if type(key) is int and key in holders:
            return holders[key]
    return next(iter(holders.values())) if len(holders) == 1 else None


def _last_holder(state: dict[str, Any], node: str, seat: int | None) -> int | None:
    at = [t for t in state["tasks"].values() if t["node"] == node and t.get("seat") == seat]
    at = [t for t in at if t.get("added") in (None, "seat")]
    mine = [t for t in at if t["holder"] is not None]
    return max(mine, key=lambda t: t["number"])["holder"] if mine else None


def sits_elsewhere(node: str, seat: int | None, state: dict[str, Any]) -> set[int]:
    """Who has another seat of the same joint review, by the latest row of each seat."""
    latest = {t["seat"]: t["holder"] for t in state["tasks"].values() if t["node"] == node and t.get("seat")}
    return {holder for other, holder in latest.items() if seat and other != seat and holder is not None}


def open_tasks(state: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Tasks somebody still has to finish, by number."""
    return {n: t for n, t in state["tasks"].items() if t["state"] in TASK_OPEN}


def is_mine(task: dict[str, Any], by: kernel.Actor) -> bool:
    """True when the actor holds the task, or it waits in a pool he belongs to."""
    if task["holder"] is not None:
        return task["holder"] == by.person
    return task["role"] in by.roles and task["region"] == by.region


def others(task: dict[str, Any], state: dict[str, Any]) -> list[kernel.Person]:
    """People of the same post who may take the task over: not the holder, not who submitted the case (回避),
    not who has another seat of the same joint review."""
    avoided = {task["holder"], state["case"].get("submitter"), *sits_elsewhere(task["node"], task.get("seat"), state)}
    return [p for p in kernel.people(role=task["role"], region=task["region"]) if p.pk not in avoided]
