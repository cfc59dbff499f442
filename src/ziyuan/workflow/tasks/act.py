"""Act on a case: agree, refuse, return, recall, ask for correction, hand over, claim, release.

One act is one transaction: lock the case, refuse a command already carried out, check holder and possibility, move the
process, append events, record and announce.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ziyuan.kernel import service as kernel
from ziyuan.workflow.cases.clock import accept_body, correction_stop, open_stops, resumed_bodies
from ziyuan.workflow.cases.journal import Journal
from ziyuan.workflow.cases.lock import first_time, locked_case
from ziyuan.workflow.cases.moving import move
from ziyuan.workflow.cases.outside import tell_outside
from ziyuan.workflow.cases.runtime import Runtime
from ziyuan.workflow.cases.subject import follow
from ziyuan.workflow.cases.timers import ring
from ziyuan.workflow.cases.versions import runtime_of
from ziyuan.workflow.cases.view import visible_case
from ziyuan.workflow.effects.decide import decide
from ziyuan.workflow.engine import NotPossible
from ziyuan.workflow.errors import ActionRefused, FormIncomplete, OpinionMissing, TargetNotEligible
from ziyuan.workflow.forms.text import clean
from ziyuan.workflow.tasks.actions import TITLES, offers, recalled, returned
from ziyuan.workflow.tasks.items import checked
from ziyuan.workflow.tasks.seats import others

LONGEST_OPINION = 2000


@dataclass(frozen=True)
class Said:
    """What the person gave with the act."""

    action: str
    opinion: str
    to: str | int | None
    items: list[dict[str, str]]

    def required_opinion(self) -> str:
        if not self.opinion:
            raise OpinionMissing
        return self.opinion


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
    said = Said(action, clean(opinion), to, items or [])
    if len(said.opinion) > LONGEST_OPINION:
        raise FormIncomplete({"opinion": f"意见不能超过 {LONGEST_OPINION} 个字"})
    with kernel.acting(by):
        kernel.require(by, "case.act")
        case = locked_case(case_id)
        if not first_time(command and f"{action}:{command}", "case", case_id):
            return
        rt = runtime_of(case)
        journal = Journal(case, by)
        ring(rt, journal)
        number = _offered(by, rt, journal.state, action, task)
        _VERBS[action](rt, journal, number, said)
        journal.save()
        follow(rt, journal, number, action, said.opinion)
        kernel.record(
            by,
            f"case.{action}",
            on=("case", case.no),
            county=case.county,
            after=journal.state,
            task=number,
            opinion=said.opinion,
        )
        kernel.announce("case.changed", county=case.county, case=case.pk, action=action)


def _offered(by: kernel.Actor, rt: Runtime, state: dict[str, Any], action: str, task: int | None) -> int:
    if action not in TITLES:
        raise ActionRefused(clean(action)[:40], "没有这个动作")
    found = [o for o in offers(by, rt, state, action) if o.id == action and (task is None or o.task == task)]
    if not found:
        raise ActionRefused(TITLES[action], "该环节不在您名下,或本环节不允许这个动作")
    if found[0].reason:
        raise ActionRefused(TITLES[action], found[0].reason)
    assert found[0].task is not None  # noqa: S101  every offer of an act names its task
    return found[0].task


def _complete(rt: Runtime, journal: Journal, number: int, said: Said) -> None:
    opinion, state = said.required_opinion(), journal.state
    if state["case"]["accepted"] is None and said.action == "agree":
        state = journal.add("accepted", accept_body(rt, kernel.today()))
    token = state["tasks"][str(number)]["token"]
    values = {**rt.values(state), "outcome": said.action}
    step = rt.graph.complete(state["engine"], token, values, now=kernel.now(), decide=rt.decide)
    told = closed("done", said.action, opinion, journal.by)
    move(rt, journal, "completed", step, vars={"outcome": said.action}, told=told, task=number)
    if step.ended:
        for told in resumed_bodies(rt, journal.state, open_stops(journal.state), kernel.today()):
            journal.add("clock_resumed", told)
        decide(rt, journal, step.end or "", opinion)
    else:
        tell_outside(journal.case, journal.state, "办理中")


def closed(state: str, outcome: str, opinion: str, by: kernel.Actor) -> dict[str, Any]:
    """How a task ended, by whom."""
    return {
        "state": state,
        "outcome": outcome,
        "opinion": opinion,
        "by": by.name,
        "organ": by.organ_name,
        "by_id": by.person,
    }


def _return(rt: Runtime, journal: Journal, number: int, said: Said) -> None:
    opinion, state = said.required_opinion(), journal.state
    try:
        step = returned(rt, state, state["tasks"][str(number)], str(said.to or ""))
    except NotPossible as refused:
        raise ActionRefused(TITLES["return"], str(refused)) from refused
    move(rt, journal, "returned", step, told=closed("returned", "return", opinion, journal.by), task=number)


def _recall(rt: Runtime, journal: Journal, number: int, said: Said) -> None:
    step = recalled(rt, journal.state, journal.state["tasks"][str(number)])
    move(rt, journal, "recalled", step, told=closed("recalled", "recall", said.opinion, journal.by))


def _correct(rt: Runtime, journal: Journal, number: int, said: Said) -> None:
    stop = correction_stop(rt, journal.state, journal.by.organ_name, kernel.today())
    body = {"task": number, "items": checked(rt, said.items), **stop}
    journal.add("correction_asked", body)
    tell_outside(journal.case, journal.state, "待补正")


def _handover(rt: Runtime, journal: Journal, number: int, said: Said) -> None:
    task = journal.state["tasks"][str(number)]
    person = next((p for p in others(task, journal.state) if str(p.pk) == str(said.to)), None)
    if person is None:
        raise TargetNotEligible
    journal.add("handed_over", {"task": number, "holder": person.pk, "holder_name": person.name})


def _claim(rt: Runtime, journal: Journal, number: int, said: Said) -> None:
    journal.add("claimed", {"task": number, "holder": journal.by.person, "holder_name": journal.by.name})


def _release(rt: Runtime, journal: Journal, number: int, said: Said) -> None:
    journal.add("released", {"task": number, "holder": None, "holder_name": ""})


_VERBS: dict[str, Callable[[Runtime, Journal, int, Said], None]] = {
    "agree": _complete,
    "refuse": _complete,
    "return": _return,
    "recall": _recall,
    "correct": _correct,
    "handover": _handover,
    "claim": _claim,
    "release": _release,
}


def handover_targets(by: kernel.Actor, case_id: int, task: int) -> list[dict[str, Any]]:
    """People of the same post who can take the task over."""
    with kernel.acting(by):
        state = visible_case(by, case_id).state
        told = state["tasks"].get(str(task))
        found = others(told, state) if told else []
        return [{"id": p.pk, "name": p.name, "organ_name": p.organ.name} for p in found]
