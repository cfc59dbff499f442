"""Whose a step or seat is that people added (加签、委派): people of the case's organs, of every level, and where they sit."""

from typing import Any

from ziyuan.kernel import service as kernel
from ziyuan.workflow.cases.runtime import Runtime
from ziyuan.workflow.cases.state import TASK_OPEN
from ziyuan.workflow.errors import ChoiceNotOffered
from ziyuan.workflow.people.policies import declared
from ziyuan.workflow.tasks.deciding import decides, home
from ziyuan.workflow.tasks.rounds import voices
from ziyuan.workflow.tasks.said import Said
from ziyuan.workflow.tasks.seats import region_at

State = dict[str, Any]
ADDED = {"before": "前加签", "after": "后加签", "delegate": "委派", "seat": "增加席"}
_LEVELS = ("county", "city", "province")


def candidates(
    rt: Runtime, state: State, task: dict[str, Any], by: kernel.Actor, action: str
) -> list[tuple[kernel.Person, str]]:
    """Who may be asked, each with the reason why not (empty for who may), those who may first.

    Officers of the counties of the case and of the organs above them, each once; not the one who asks, not who submitted
    the case (回避). Whoever is added after a task that decides is of its own organ.
    """
    avoided = {by.person, task["holder"], state["case"].get("submitter")}
    barred = _barred(state, task)
    found: dict[int, kernel.Person] = {}
    decided = action == "add_after" and decides(rt, state, task, "agree", kernel.now())
    for region in [home(state, task["node"])] if decided else _regions(state):
        for role in sorted(kernel.permissions()["case.act"]):
            found.update({p.pk: p for p in kernel.people(role=role, region=region) if p.pk not in avoided})
    return sorted(((p, barred.get(p.pk, "")) for p in found.values()), key=lambda one: one[1] != "")


def _barred(state: State, task: dict[str, Any]) -> dict[int, str]:
    """Who cannot be asked at this node now: a task given to them could never be done."""
    here = [t for t in state["tasks"].values() if t["state"] in TASK_OPEN and t["node"] == task["node"]]
    working = {t["holder"]: "正在本环节办理" for t in here if t["holder"] is not None}
    return {**working, **voices(task, state), **dict.fromkeys(declared(state), "已声明回避")}


def _regions(state: State) -> list[str]:
    """The organs that see the case: its counties, their cities, the province."""
    counties = state["case"]["counties"]
    return list(dict.fromkeys(region_at(level, county) for level in _LEVELS for county in counties))


def chosen(
    rt: Runtime, state: State, task: dict[str, Any], by: kernel.Actor, said: Said
) -> dict[str, Any]:
    """The place of the person chosen, and who asked. Raises ChoiceNotOffered."""
    found = candidates(rt, state, task, by, said.action)
    person, reason = next(((p, why) for p, why in found if str(p.pk) == str(said.to)), (None, ""))
    if person is None or reason:
        raise ChoiceNotOffered(f"所选人员({person.name}{reason})" if person else "所选人员")
    region = person.organ.region_id
    roles = sorted(kernel.permissions()["case.act"])
    role = next(r for r in roles if any(p.pk == person.pk for p in kernel.people(role=r, region=region)))
    told = {"person": person.pk, "name": person.name, "role": role, "region": region}
    return {**told, "by": by.name, "by_id": by.acts_for}


def place_of(task: dict[str, Any]) -> dict[str, Any]:
    """Where a task sits now, so that it is there again when what was added to it is done."""
    return {"person": task["holder"], "name": task["holder_name"], "role": task["role"], "region": task["region"]}


def placed(entered: list[Any], rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows of positions, those whose place was said put there, and how each vote weighs."""
    return [_placed(one, row) for one, row in zip(entered, rows, strict=True)]


def _placed(position: Any, row: dict[str, Any]) -> dict[str, Any]:
    place = position.place
    if position.weight is not None:
        row["weight"] = str(position.weight)
    if position.veto:
        row["veto"] = True
    if place:
        where = {"role": place["role"], "region": place["region"], "holder": place["person"]}
        row.update(where, holder_name=place["name"], nobody=False)
        row.pop("candidates", None)
        if len(place.get("candidates", ())) > 1:
            row["candidates"] = place["candidates"]  # where it goes when it is handed over or put back
        if "chosen" in place:
            row.update(chosen_by=place["chosen"]["by"], chosen_by_id=place["chosen"]["by_id"])
    if place and position.added:
        row.update(added=position.added, asked_by=place["by"], asked_by_id=place["by_id"])
        row["title"] = f"{row['title']}·{ADDED[position.added]}"
    return row


def seat_shown(task: dict[str, Any]) -> dict[str, Any]:
    """What a row says of its seat: how its vote weighs, and who added it."""
    return {
        "seat": task.get("seat"),
        "weight": task.get("weight"),
        "veto": task.get("veto", False),
        "added": ADDED.get(task.get("added", ""), ""),
        "asked_by": task.get("asked_by", ""),
    }


def added_at(state: State) -> dict[str, list[dict[str, Any]]]:
    """Steps and seats that people added, by node, in their order: what the diagram shows beside the drawing."""
    found: dict[str, list[dict[str, Any]]] = {}
    for task in state["tasks"].values():
        if task.get("asked_by"):
            told = {"task": task["number"], "person": task["holder_name"], "state": task["state"], **seat_shown(task)}
            found.setdefault(task["node"], []).append(told)
    return found
