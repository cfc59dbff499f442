"""Act on a case: agree, refuse, return, recall, ask for correction, hand over, claim.

One act is one transaction: lock the case, refuse a command already carried out, check holder and possibility, move the
process, append events, record and announce.
"""

from collections.abc import Callable
from typing import Any

from ziyuan.kernel import service as kernel
from ziyuan.workflow.cases.clock import accept_body
from ziyuan.workflow.cases.journal import Journal
from ziyuan.workflow.cases.lock import first_time, locked_case
from ziyuan.workflow.cases.outside import tell_outside
from ziyuan.workflow.cases.runtime import Runtime, runtime
from ziyuan.workflow.effects.decide import decide
from ziyuan.workflow.errors import ActionRefused, ItemsMissing, OpinionMissing, TargetNotEligible
from ziyuan.workflow.tasks.actions import TITLES, offers
from ziyuan.workflow.tasks.seats import seats


def act(
    by: kernel.Actor,
    case_id: int,
    action: str,
    *,
    task: int | None = None,
    opinion: str = "",
    to: str | int | None = None,
    items: list[dict[str, str]] | None = None,
    command: str = "",
) -> None:
    """Carry out one action. Raises ActionRefused with the reason the screen shows, and errors of missing input."""
    with kernel.acting(by):
        kernel.require(by, "case.act")
        case = locked_case(case_id)
        if not first_time(command, "case", case_id):
            return
        rt = runtime(case.matter)
        journal = Journal(case, by)
        number = _offered(by, rt, journal.state, action, task)
        _VERBS[action](rt, journal, number, action=action, opinion=opinion.strip(), to=to, items=items or [])
        journal.save()
        kernel.record(
            by, f"case.{action}", on=("case", case.no), county=case.county, after=journal.state, task=number, opinion=opinion
        )
        kernel.announce("case.changed", county=case.county, case=case.pk, action=action)


def _offered(by: kernel.Actor, rt: Runtime, state: dict[str, Any], action: str, task: int | None) -> int:
    if action not in TITLES:
        raise ActionRefused(action, "没有这个动作")
    found = [o for o in offers(by, rt, state) if o.id == action and (task is None or o.task == task)]
    if not found:
        raise ActionRefused(TITLES[action], "该环节不在您名下,或本环节不允许这个动作")
    if found[0].reason:
        raise ActionRefused(TITLES[action], found[0].reason)
    assert found[0].task is not None
    return found[0].task


def _complete(rt: Runtime, journal: Journal, number: int, *, action: str, opinion: str, **_: Any) -> None:
    if not opinion:
        raise OpinionMissing
    state = journal.state
    if state["case"]["accepted"] is None and action == "agree":
        state = journal.add("accepted", accept_body(rt, state))
    task = state["tasks"][str(number)]
    values = {**state["vars"], "outcome": action}
    step = rt.graph.complete(state["engine"], task["token"], values, now=kernel.now(), decide=rt.decide)
    values.update(step.vars)
    body: dict[str, Any] = {
        "task": number,
        "engine": step.state,
        "vars": {"outcome": action, **step.vars},
        "closed": {str(number): _closed("done", action, opinion, journal.by)},
    }
    for made in step.decisions:
        if made.decision == "route":
            body["route"] = {"level": made.value, "trace": made.trace}
    body["opened"] = seats(rt, step.entered, {**state, "vars": values}, len(state["tasks"]))
    journal.add("completed", body)
    if step.ended:
        decide(rt, journal, step.end or "", opinion)
    else:
        tell_outside(journal.case, journal.state, "办理中")


def _closed(state: str, outcome: str, opinion: str, by: kernel.Actor) -> dict[str, Any]:
    return {"state": state, "outcome": outcome, "opinion": opinion, "by": by.name, "organ": by.organ_name, "by_id": by.person}


def _return(rt: Runtime, journal: Journal, number: int, *, opinion: str, to: str | int | None, **_: Any) -> None:
    if not opinion:
        raise OpinionMissing
    state = journal.state
    task = state["tasks"][str(number)]
    earlier = rt.graph.may_return_to(state["engine"], task["token"])
    target = str(to) if to in earlier else earlier[0]
    step = rt.graph.back_to(state["engine"], task["token"], target, direct=True)
    _move_back(rt, journal, step, "returned", {str(number): _closed("returned", "return", opinion, journal.by)})


def _recall(rt: Runtime, journal: Journal, number: int, *, opinion: str, **_: Any) -> None:
    state = journal.state
    node = state["tasks"][str(number)]["node"]
    step = rt.graph.recall(state["engine"], node)
    later = {n: _closed("recalled", "recall", opinion, journal.by) for n, t in state["tasks"].items() if t["state"] == "open"}
    _move_back(rt, journal, step, "recalled", later)


def _move_back(rt: Runtime, journal: Journal, step: Any, kind: str, closed: dict[str, Any]) -> None:
    state = journal.state
    opened = seats(rt, step.entered, state, len(state["tasks"]))
    for task in opened:
        before = [t for t in state["tasks"].values() if t["node"] == task["node"] and t["state"] == "done"]
        if before:
            last = max(before, key=lambda t: t["number"])
            task.update(holder=last["holder"], holder_name=last["holder_name"], nobody=False)
    journal.add(kind, {"engine": step.state, "closed": closed, "opened": opened})


def _correct(rt: Runtime, journal: Journal, number: int, *, items: list[dict[str, str]], **_: Any) -> None:
    if not items or any(not i.get("text", "").strip() for i in items):
        raise ItemsMissing
    accepted = journal.state["case"]["accepted"] is not None
    body = {
        "task": number,
        "items": items,
        "basis": rt.matter.told["basis"][0],
        "stop": kernel.today().isoformat() if accepted else None,
    }
    journal.add("correction_asked", body)
    tell_outside(journal.case, journal.state, "待补正")


def _handover(rt: Runtime, journal: Journal, number: int, *, to: str | int | None, **_: Any) -> None:
    task = journal.state["tasks"][str(number)]
    eligible = {p.pk: p for p in kernel.people(role=task["role"], region=task["region"]) if p.pk != task["holder"]}
    person = eligible.get(int(to)) if str(to or "").isdigit() else None
    if person is None:
        raise TargetNotEligible
    journal.add("handed_over", {"task": number, "holder": person.pk, "holder_name": person.name})


def _claim(rt: Runtime, journal: Journal, number: int, **_: Any) -> None:
    journal.add("claimed", {"task": number, "holder": journal.by.person, "holder_name": journal.by.name})


_VERBS: dict[str, Callable[..., None]] = {
    "agree": _complete,
    "refuse": _complete,
    "return": _return,
    "recall": _recall,
    "correct": _correct,
    "handover": _handover,
    "claim": _claim,
}


def handover_targets(by: kernel.Actor, case_id: int, task: int) -> list[dict[str, Any]]:
    """People of the same post who can take the task over."""
    with kernel.acting(by):
        told = locked_case(case_id).state["tasks"].get(str(task))
        if told is None:
            return []
        found = kernel.people(role=told["role"], region=told["region"])
        return [{"id": p.pk, "name": p.name, "organ_name": p.organ.name} for p in found if p.pk != told["holder"]]


