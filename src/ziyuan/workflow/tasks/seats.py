"""Who gets a task: the role and level of its node, or whom its strategy names, in the regions of the case."""

from typing import Any

from ziyuan.base.feel import wire
from ziyuan.kernel import service as kernel
from ziyuan.workflow.cases import facts
from ziyuan.workflow.cases.runtime import Runtime
from ziyuan.workflow.cases.state import TASK_OPEN
from ziyuan.workflow.engine.play import kept
from ziyuan.workflow.people import external
from ziyuan.workflow.people.lists import open_tasks_of
from ziyuan.workflow.people.policies import declared, stand_in
from ziyuan.workflow.people.strategies import ATTRIBUTE, Found, Question, asking, assigned, region_at
from ziyuan.workflow.tasks.rounds import seat_of, sits_elsewhere

State = dict[str, Any]
People = dict[int, kernel.Person]


def seats(runtime: Runtime, entered: list[Any], state: State, values: dict[str, Any]) -> list[dict[str, Any]]:
    """Task records for positions that the engine has just entered, one for each token.

    Whoever worked at the node (in a joint review: in the seat) before gets it again (退回、直送、撤回). Else the one
    whom its strategy names, or the one holder of its role in the region; among several it waits in their pool (签收).
    With nobody a named post stands in, or the task waits and `nobody` says so: it never passes by itself. In a joint
    review an item that names a county of the case or an officer decides whose seat it is, and one person has one seat.
    """
    made: list[dict[str, Any]] = []
    posts: dict[tuple[str, str], People] = {}
    for number, position in enumerate(entered, start=len(state["tasks"]) + 1):
        so_far = {**state, "tasks": {**state["tasks"], **{str(t["number"]): t for t in made}}}
        made.append(_seat(runtime, number, position, so_far, values, posts))
    return made


def _seat(
    rt: Runtime, number: int, position: Any, state: State, values: dict[str, Any], posts: dict[tuple[str, str], People]
) -> dict[str, Any]:
    """The record of one position."""
    node, item = rt.graph.nodes[position.node], kept(position.item) if position.seat else None
    text = node.attributes.get(ATTRIBUTE, "")
    region, found = eligible(rt, position, state, values, posts)
    free = free_of(rt, found.people, position, state)
    record: dict[str, Any] = {"role": node.role, "region": region, "nobody": not free}
    own = found.people.get(state["case"].get("submitter") or 0)
    if own and free and own.pk not in free:
        record["passed_over"] = own.name
    if text:
        record["by_strategy"] = True
    if found.unit:
        record["unit"] = found.unit
    if not free:
        free = _stood_in(rt, position, state, record, found.why)
    only = _holder(free, item, _last_holder(state, position.node, position.seat))
    if not only and len(free) > 1 and (text or record.get("stands_in") == "post"):
        record["candidates"] = sorted(free)
    return {
        "number": number,
        "token": position.token,
        "node": position.node,
        "title": node.name,
        **record,
        "holder": only.pk if only else None,
        "holder_name": only.name if only else "",
        "state": "open",
        "resume_at": position.resume_at,
        **({"seat": position.seat, "item": item} if position.seat else {}),
        **({"review": position.review} if position.review else {}),
        **({"within": position.within} if position.within else {}),
    }


def eligible(
    rt: Runtime, position: Any, state: State, values: dict[str, Any], posts: dict[tuple[str, str], People]
) -> tuple[str, Found]:
    """The region of a position, and whom its strategy names, or who holds its role there; `posts` are those asked for before."""
    node, told = rt.graph.nodes[position.node], state["case"]
    item = kept(position.item) if position.seat else None
    level = rt.graph.level_of(position.node, values, kernel.now())
    region = region_at(level, str(item) if item in told["counties"] else told["county"])
    text = node.attributes.get(ATTRIBUTE, "")
    if text:
        return region, _by_strategy(rt, position, state, values, text)
    if (node.role, region) not in posts:
        posts[node.role, region] = {p.pk: p for p in kernel.people(role=node.role, region=region)}
    return region, Found(posts[node.role, region])


def _by_strategy(rt: Runtime, position: Any, state: State, values: dict[str, Any], text: str) -> Found:
    """Whom the strategy names; it sees the case, the values of the process and those of its own seat."""
    many = rt.graph.nodes[position.node].multi
    own: dict[str, Any] = {"loopCounter": position.seat} if position.seat else {}
    if many and many.item and position.seat:
        own[many.item] = wire.decode(kept(position.item))
    scope = {**facts.read(state), **values, **own}
    question = Question(state, open_tasks_of)
    with asking(question):
        found = assigned(text, scope, kernel.now())
    return external.kept_to(rt.graph.nodes[position.node].role, found, question.units)


def _stood_in(rt: Runtime, position: Any, state: State, record: dict[str, Any], why: str) -> People:
    """Nobody found: who takes it by the matter's policy; the record says who it should have been, and why not."""
    taken = declared(state) | sits_elsewhere(position.node, position.seat, position.review, state)
    other = stand_in(rt.rule("nobody_found"), state, taken)
    if why:
        record["why"] = why
    if other is None:
        return {}
    record.update(nobody=False, instead_of={"role": record["role"], "region": record["region"]})
    record.update(stands_in="role" if other.role else "post", region=other.region)
    if other.role:
        record["role"] = other.role
    return other.people


def free_of(rt: Runtime, people: People, position: Any, state: State) -> People:
    """Who of them may take the position: nobody who is avoided (回避), of a joint review nobody who has another seat.

    The submitter himself is passed over where somebody else is there; alone, he gets it and is told to hand it over. At a
    node of the asker's own (`zy:own`) he is not passed over.
    """
    taken = declared(state) | sits_elsewhere(position.node, position.seat, position.review, state)
    free = {key: person for key, person in people.items() if key not in taken}
    forbidden = rt.policy("own_application") == "forbid" and not rt.graph.nodes[position.node].own
    own = state["case"].get("submitter") if forbidden else None
    others = {key: person for key, person in free.items() if key != own}
    return others or free


def _holder(holders: People, item: Any, before: int | None) -> kernel.Person | None:
    """The officer the item names, else who was there before, else the only one."""
    for key in (item, before):
        if type(key) is int and key in holders:
            return holders[key]
    return next(iter(holders.values())) if len(holders) == 1 else None


def _last_holder(state: State, node: str, seat: int | None) -> int | None:
    at = [t for t in state["tasks"].values() if t["node"] == node and t.get("seat") == seat]
    at = [t for t in at if t.get("added") in (None, "seat")]
    mine = [t for t in at if t["holder"] is not None]
    return max(mine, key=lambda t: t["number"])["holder"] if mine else None


def open_tasks(state: State) -> dict[str, dict[str, Any]]:
    """Tasks somebody still has to finish, by number."""
    return {n: t for n, t in state["tasks"].items() if t["state"] in TASK_OPEN}


def is_mine(task: dict[str, Any], by: kernel.Actor) -> bool:
    """True when the actor, or his principal, holds the task, or it waits in a pool he belongs to."""
    if task["holder"] is not None:
        return task["holder"] == by.acts_for
    if task.get("candidates"):
        return by.acts_for in task["candidates"]
    if external.is_external(task):
        return external.in_unit(task, by)
    return task["role"] in by.roles and task["region"] == by.region


def others(task: dict[str, Any], state: State) -> list[kernel.Person]:
    """People of the same post who may take the task over: not the holder, not who submitted the case or declared
    himself avoided (回避), not who has another seat of the same joint review."""
    sitting = sits_elsewhere(task["node"], seat_of(task), task.get("review", 0), state)
    avoided = {task["holder"], state["case"].get("submitter"), *sitting}
    return [p for p in _same_post(task) if p.pk not in avoided | declared(state)]


def _same_post(task: dict[str, Any]) -> list[kernel.Person]:
    if task.get("candidates"):
        return list(kernel.active_people(task["candidates"]).values())
    return pool_of(task)


def pool_of(task: dict[str, Any]) -> list[kernel.Person]:
    """Everybody of the post of a task: its role in its region, of an external task its unit."""
    if external.is_external(task):
        return external.people_of(task)
    return kernel.people(role=task["role"], region=task["region"])
