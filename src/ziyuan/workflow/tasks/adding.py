"""加签、减签、委派: a step before or after mine, a seat more in a joint review, an opinion that I ask for.

The process carries them (`engine.adding`): the task that waits for a step is open again, or goes on, when the step is
done. Whoever is asked before me or on my behalf gives an opinion; the outcome of the node stays mine. Whoever is added
after me gives the outcome.
"""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from ziyuan.kernel import service as kernel
from ziyuan.workflow.cases.clock import accept_body
from ziyuan.workflow.cases.journal import Journal
from ziyuan.workflow.cases.moving import move
from ziyuan.workflow.cases.runtime import Runtime
from ziyuan.workflow.engine import NotPossible, Step
from ziyuan.workflow.errors import ActionRefused, ChoiceNotOffered
from ziyuan.workflow.tasks.next_person import asked
from ziyuan.workflow.tasks.places import chosen, place_of
from ziyuan.workflow.tasks.said import Said, closed
from ziyuan.workflow.tasks.seats import open_tasks
from ziyuan.workflow.tasks.words import TITLES, Offer

State = dict[str, Any]
STEPS = {"add_before": "before", "add_after": "after", "delegate": "delegate"}
ADDING = (*STEPS, "add_seat")
ASIDE = ("before", "delegate")  # steps that give an opinion and never the outcome
_NOBODY: dict[str, Any] = {"person": None, "name": "", "role": "", "region": ""}
_ONLY_OPINION = "您的意见供本环节办理人参考,由他办理。"


# -- offers ------------------------------------------------------------------------------------------------


def step_offers(
    by: kernel.Actor, rt: Runtime, state: State, task: dict[str, Any], only: str, waiting: str, why_not: Callable[[str], str]
) -> list[Offer] | None:
    """What the one who was asked may do at his step; None at a seat, which is like any other."""
    allow, number, added = rt.graph.nodes[task["node"]].allow, task["number"], task["added"]
    if added == "seat":
        return None
    if added == "delegate":
        return [Offer("advise", number, waiting, primary=True)] if only in ("", "advise") else []
    outcomes = ("agree", "refuse") if added == "before" else tuple(a for a in ("agree", "refuse", "return") if a in allow)
    further = [a for a in ADDING[:3] if a in allow and (added == "after" or a != "add_after")]
    made = []
    for action in (*outcomes, *further):
        if only in ("", action):
            aside = added == "before" and action in outcomes
            reason = waiting or ("" if aside else why_not(action))
            asks = "" if aside or reason else asked(rt, state, task, action, by)
            follows = _ONLY_OPINION if aside else ""
            made.append(Offer(action, number, reason, action == "agree", follows=follows, asks=asks))
    return made


def why_not_add(rt: Runtime, state: State, task: dict[str, Any], action: str) -> str:
    """Why nothing can be added to a task of mine."""
    try:
        if action == "add_seat":
            rt.graph.add_seat(state["engine"], task["token"], _NOBODY)
        else:
            rt.graph.add_step(state["engine"], task["token"], STEPS[action], _NOBODY, _NOBODY)
    except NotPossible as refused:
        return str(refused).rstrip("。")
    return ""


def removable(by: kernel.Actor, rt: Runtime, state: State) -> list[Offer]:
    """减签: what this person may take away, as one offer; greyed where the first of them cannot go now."""
    found = takeable(by, rt, state)
    if not found:
        return []
    reason = "正在等待申请人补正" if state["case"]["status"] == "correcting" else ""
    if not reason:
        try:
            _removed(rt, state, found[0])
        except (NotPossible, ActionRefused) as refused:
            reason = str(refused).rstrip("。")
    return [Offer("remove", found[0]["number"], reason)]


def takeable(by: kernel.Actor, rt: Runtime, state: State) -> list[dict[str, Any]]:
    """Open steps and seats that this person added, or of the node he sent the case to."""
    if by.person is None:
        return []
    return [
        task
        for task in open_tasks(state).values()
        if (task.get("seat") or task.get("asked_by"))
        and "remove" in rt.graph.nodes[task["node"]].allow
        and by.acts_for in (task.get("asked_by_id"), _owner(state, task))
    ]


def _owner(state: State, task: dict[str, Any]) -> int | None:
    """Who sent the case to the node of a seat: whose act, his own or his proxy's, opened its row."""
    sent = [t for t in state["tasks"].values() if task["number"] in t.get("next", ()) and t["state"] == "done"]
    return (sent[-1].get("for_id") or sent[-1]["by_id"]) if sent else None


def waits_for_added(state: State, task: dict[str, Any]) -> bool:
    """Whether a task that its holder has done waits in the process for a step added after it."""
    tokens = state["engine"]["tokens"]
    return any(t["id"] == task["token"] and t.get("frame") == "add" for t in tokens)


# -- acts --------------------------------------------------------------------------------------------------


def accepted(rt: Runtime, journal: Journal) -> State:
    """受理: the first agreement accepts the case."""
    if journal.state["case"]["accepted"] is None:
        return journal.add("accepted", accept_body(rt, journal.state, kernel.today()))
    return journal.state


def _add_step(rt: Runtime, journal: Journal, number: int, said: Said) -> None:
    opinion, state, by = said.required_opinion(), journal.state, journal.by
    task = state["tasks"][str(number)]
    place = chosen(rt, state, task, by, said)
    told = closed("added", said.action, opinion, by)
    if said.action == "add_after":
        state, told = accepted(rt, journal), closed("done", "agree", opinion, by)
    step = rt.graph.add_step(state["engine"], task["token"], STEPS[said.action], place, place_of(task))
    more = {"how": STEPS[said.action], "holder_name": place["name"], "opinion": opinion}
    move(rt, journal, "step_added", step, told=told, task=number, **more)


def _add_seat(rt: Runtime, journal: Journal, number: int, said: Said) -> None:
    opinion, state = said.required_opinion(), journal.state
    task = state["tasks"][str(number)]
    place = chosen(rt, state, task, journal.by, said)
    step = rt.graph.add_seat(state["engine"], task["token"], place, Decimal(1))
    move(rt, journal, "seat_added", step, task=number, holder_name=place["name"], opinion=opinion)


def advise(rt: Runtime, journal: Journal, number: int, said: Said) -> None:
    """An opinion on the side: it never becomes the outcome of the node."""
    opinion, state = said.required_opinion(), journal.state
    token = state["tasks"][str(number)]["token"]
    step = rt.graph.complete(state["engine"], token, rt.values(state), now=kernel.now(), decide=rt.decide)
    move(rt, journal, "completed", step, told=closed("done", said.action, opinion, journal.by), task=number)


def _remove(rt: Runtime, journal: Journal, number: int, said: Said) -> None:
    opinion, state = said.required_opinion(), journal.state
    found = takeable(journal.by, rt, state)
    task = next((t for t in found if str(t["number"]) == str(said.to or number)), None)
    if task is None:
        raise ChoiceNotOffered("所选席位")
    try:
        step = _removed(rt, state, task)
    except NotPossible as refused:
        raise ActionRefused(TITLES["remove"], str(refused).rstrip("。")) from refused
    who = {"holder_name": task["holder_name"], "opinion": opinion}
    move(rt, journal, "seat_removed", step, task=task["number"], **who)


def _removed(rt: Runtime, state: State, task: dict[str, Any]) -> Step:
    """What the process is without the step or seat. Raises NotPossible, and ActionRefused where that would decide."""
    values = rt.values(state)
    step = rt.graph.remove(state["engine"], task["token"], values, now=kernel.now(), decide=rt.decide)
    if step.ended:
        raise ActionRefused(TITLES["remove"], "减去这一席案件即告办结,决定须由人在环节上作出")
    return step


VERBS: dict[str, Callable[[Runtime, Journal, int, Said], None]] = {
    **dict.fromkeys(STEPS, _add_step),
    "add_seat": _add_seat,
    "advise": advise,
    "remove": _remove,
}
