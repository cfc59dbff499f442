"""专家抽取: the members of a panel are drawn from a registered list by a seed that the event keeps, so that all can check it.

The order of a draw is that of SM3 over seed and person; the first `size` of it are the members, and who has to be replaced
gives way to the next of the same order. Never drawn: who declared himself (回避), submitted the case, worked in it, draws.
Pure but for who is sought; `fold` is a part of the fold of a case's events.
"""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ziyuan.base import canonical
from ziyuan.kernel import service as kernel

State = dict[str, Any]
ATTRIBUTE = "draw"


@dataclass(frozen=True)
class Pool:
    """From whom a panel is drawn, who of the list may not be, each with the reason, and how many are wanted."""

    people: dict[int, kernel.Person]
    avoided: list[dict[str, Any]]
    size: int


def parted(people: dict[int, kernel.Person], state: State, by: kernel.Actor, size: int) -> Pool:
    """The pool of a list for this case and whoever draws."""
    barred = reasons(state, by)
    avoided = [{"id": key, "name": p.name, "reason": barred[key]} for key, p in sorted(people.items()) if key in barred]
    return Pool({key: p for key, p in people.items() if key not in barred}, avoided, size)


def reasons(state: State, by: kernel.Actor) -> dict[int, str]:
    """Who may be no member, and why."""
    found = dict.fromkeys(by.persons, "抽取人本人")
    for task in state["tasks"].values():
        found |= {key: "在本件中办理" for key in (task["holder"], task.get("by_id"), task.get("for_id")) if key}
    if state["case"].get("submitter"):
        found[state["case"]["submitter"]] = "本件由其提交"
    return {**found, **{int(key): f"已声明回避:{told['reason']}" for key, told in state.get("avoided", {}).items()}}


def drawn(pool: Pool) -> dict[str, Any]:
    """A draw: the pool, the seed, the order that follows from both, and the members."""
    people = [{"id": key, "name": p.name, "organ": p.organ.name} for key, p in sorted(pool.people.items())]
    seed = secrets.token_hex(32)
    order = order_of(seed, sorted(pool.people))
    return {"pool": people, "avoided": pool.avoided, "seed": seed, "order": order, "members": order[: pool.size]}


def order_of(seed: str, people: list[int]) -> list[int]:
    """The order of a draw: anybody who has the seed and the list finds the same one."""
    return sorted(people, key=lambda one: canonical.digest("panel-draw", {"seed": seed, "person": one}))


def members(state: State, panel: str) -> list[int]:
    """Who sits on a panel now; nobody before it is drawn."""
    told = state.get("panels", {}).get(panel)
    return list(told["members"]) if told else []


def next_of(told: dict[str, Any], barred: set[int]) -> int | None:
    """Who comes next in the order of a draw: nobody who sits there, gave way, or may be no member now."""
    gone = {one["out"] for one in told["replaced"]} | set(told["members"]) | barred
    return next((one for one in told["order"] if one not in gone), None)


def name_in(told: dict[str, Any], person: int) -> str:
    """The name of somebody of the pool."""
    return next((str(one["name"]) for one in told["pool"] if one["id"] == person), "")


def shown(state: State) -> list[dict[str, Any]]:
    """The panels of a case as its page lists them, each with all that a draw is checked by."""
    return [_shown(panel, told) for panel, told in state.get("panels", {}).items()]


def _shown(panel: str, told: dict[str, Any]) -> dict[str, Any]:
    pool = {one["id"]: one for one in told["pool"]}
    came = {change["in"] for change in told["replaced"]}
    sitting = [pool[one] for one in told["members"]]
    members = [{**{key: one[key] for key in ("id", "name", "organ")}, "came": one["id"] in came} for one in sitting]
    changes = [{key: one[key] for key in ("out_name", "in_name", "reason", "by", "at")} for one in told["replaced"]]
    facts = {key: told[key] for key in ("title", "size", "avoided", "seed", "by", "at")}
    return {"panel": panel, **facts, "pool": len(pool), "members": members, "replaced": changes}


# -- the fold, and its proof -------------------------------------------------------------------------------


def panel_drawn(state: State, body: dict[str, Any], head: dict[str, Any]) -> None:
    """The draw of a panel."""
    told = body["draw"]
    state.setdefault("panels", {})[told["panel"]] = {**told, "by": head["actor"], "at": head["at"], "replaced": []}


def panel_replaced(state: State, body: dict[str, Any], head: dict[str, Any]) -> None:
    """A member gave way to the next in the order."""
    told, change = state["panels"][body["replaced"]["panel"]], body["replaced"]
    told["members"] = [change["in"] if one == change["out"] else one for one in told["members"]]
    told["replaced"].append({**change, "by": head["actor"], "at": head["at"]})


KINDS = {"panel_drawn": panel_drawn, "panel_replaced": panel_replaced}
WORDS = {"panel_drawn": "抽取专家", "panel_replaced": "更换专家"}
LOGGED = frozenset({"draw", "replaced"})


def broken(no: str, state: State) -> Iterator[kernel.Break]:
    """A draw whose order does not follow from its seed, or whose members do not follow from its order."""
    for panel, told in state.get("panels", {}).items():
        order = order_of(told["seed"], [one["id"] for one in told["pool"]])
        if order != told["order"]:
            yield kernel.Break("案件", f"{no} 专家抽取 {panel}", "抽取顺序与种子不符")
        members = order[: told["size"]]
        for change in told["replaced"]:
            members = [change["in"] if one == change["out"] else one for one in members]
        if members != told["members"]:
            yield kernel.Break("案件", f"{no} 专家抽取 {panel}", "成员与抽取顺序不符")
