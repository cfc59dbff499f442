"""Act on a case: agree, refuse, return, recall, ask for correction, hand over, claim, release; the other acts stand in
`adding` (加签、减签、委派), `jumps`, `endings` (终止、重启) and `gaps` (容缺受理).

One act is one transaction: lock the case, refuse a command already carried out, check holder and possibility, move the
process, append events, record and announce.
"""

from collections.abc import Callable
from typing import Any

from ziyuan.kernel import service as kernel
from ziyuan.workflow.cases.clock import correction_stop, open_stops, rerouted_due, resumed_bodies
from ziyuan.workflow.cases.journal import Journal
from ziyuan.workflow.cases.lock import taken, taking
from ziyuan.workflow.cases.moving import move
from ziyuan.workflow.cases.outside import tell_outside
from ziyuan.workflow.cases.runtime import Runtime
from ziyuan.workflow.cases.sight import narrowed
from ziyuan.workflow.cases.subject import follow
from ziyuan.workflow.cases.timers import ring
from ziyuan.workflow.cases.versions import runtime_of
from ziyuan.workflow.cases.view import visible_case
from ziyuan.workflow.effects.decide import decide
from ziyuan.workflow.engine import NotPossible
from ziyuan.workflow.errors import ActionRefused, FormIncomplete, TargetNotEligible
from ziyuan.workflow.forms.text import clean
from ziyuan.workflow.people import external
from ziyuan.workflow.people.avoiding import avoid
from ziyuan.workflow.people.proxies import signers
from ziyuan.workflow.people.twice import take_earlier
from ziyuan.workflow.tasks import adding, drawing, endings, gaps, jumps, next_person
from ziyuan.workflow.tasks.actions import offers, recalled, return_targets, returned
from ziyuan.workflow.tasks.adding import ADDING, ASIDE, accepted, advise, takeable
from ziyuan.workflow.tasks.items import checked
from ziyuan.workflow.tasks.places import candidates
from ziyuan.workflow.tasks.said import Said, closed
from ziyuan.workflow.tasks.seats import is_mine, open_tasks, others
from ziyuan.workflow.tasks.words import TITLES

LONGEST_OPINION = 2000


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
    kernel.require(by, "case.act")
    first = [*taking(case_id, command and f"{action}:{command}"), kernel.STAMP]
    with kernel.acting_on(by, first) as (*told, stamp), kernel.remembering_people(stamp):
        case = taken(case_id, told)
        if case is None:
            return
        rt = runtime_of(case)
        journal = Journal(case, by)
        ring(rt, journal)
        signer, number = _offered(by, rt, journal.state, action, task)
        journal.by = signer
        _VERBS[action](rt, journal, number, said)
        follow(rt, journal, number, action, said.opinion)
        changed = kernel.announced_beside("case.changed", county=case.county, case=case.pk, action=action)
        kernel.record_last(  # acts of one county wait for each other from here to the commit
            signer,
            f"case.{action}",
            on=("case", case.no),
            county=case.county,
            after=journal.mark,
            writes=[*journal.writing(), *changed],
            task=number,
            opinion=said.opinion,
        )


def _offered(
    by: kernel.Actor, rt: Runtime, state: dict[str, Any], action: str, task: int | None
) -> tuple[kernel.Actor, int]:
    """As whom the person does it (himself, else for a principal of his), and the task; 0 for an act on the case itself."""
    if action not in TITLES:
        raise ActionRefused(clean(action)[:40], "没有这个动作")
    found = [
        (signer, o)
        for signer in signers(by, rt.matter.key)
        for o in offers(signer, rt, state, action)
        if o.id == action and (task is None or o.task == task)
    ]
    if not found:
        raise ActionRefused(TITLES[action], "该环节不在您名下,或本环节不允许这个动作")
    signer, offer = next(((s, o) for s, o in found if not o.reason), found[0])
    if offer.reason:
        raise ActionRefused(TITLES[action], offer.reason)
    return signer, offer.task or 0


def _complete(rt: Runtime, journal: Journal, number: int, said: Said) -> None:
    opinion, state = said.required_opinion(), journal.state
    if state["tasks"][str(number)].get("added") in ASIDE:
        return advise(rt, journal, number, said)
    if said.action == "agree":
        state = accepted(rt, journal)
    token = state["tasks"][str(number)]["token"]
    values = {**rt.values(state, (number, journal.by)), "outcome": said.action}
    step = rt.graph.complete(state["engine"], token, values, now=kernel.now(), decide=rt.decide)
    step, chosen = next_person.put(rt, state, number, journal.by, step, values, said)
    told = closed("done", said.action, opinion, journal.by)
    move(rt, journal, "completed", step, vars={"outcome": said.action}, told=told, task=number, **chosen)
    moved = rerouted_due(rt, journal.state)
    if moved:
        journal.add("due_recomputed", moved)
    if step.ended:
        for told in resumed_bodies(rt, journal.state, open_stops(journal.state), kernel.today()):
            journal.add("clock_resumed", told)
        decide(rt, journal, step.end or "", opinion)
    else:
        take_earlier(rt, journal)
        tell_outside(journal.case, journal.state, "办理中", announce=journal.announce)
    return None


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
    by = journal.by
    journal.add("claimed", {"task": number, "holder": by.acts_for, "holder_name": by.principal_name or by.name})


def _avoid(rt: Runtime, journal: Journal, number: int, said: Said) -> None:
    avoid(journal, said.required_opinion())


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
    **adding.VERBS,
    **gaps.VERBS,
    **jumps.VERBS,
    **endings.VERBS,
    **drawing.VERBS,
    "avoid": _avoid,
}


def handover_targets(by: kernel.Actor, case_id: int, task: int) -> list[dict[str, Any]]:
    """People of the same post who can take the task over."""
    with kernel.acting(by):
        state = visible_case(by, case_id).state
        told = _askable(by, state, task)
        return [_person(p) for p in others(told, state)] if told else []


def choices(by: kernel.Actor, case_id: int, action: str, task: int) -> list[dict[str, Any]]:
    """What an act may be given as `to`: people, nodes, seats or types, each with its name and where it belongs."""
    with kernel.acting(by):
        case = visible_case(by, case_id)
        rt, state = runtime_of(case), case.state
        told = _askable(by, state, task)
        if narrowed(by) and (told is None or action not in external.ALLOWED):
            return []
        if action == "handover":
            return [_person(p) for p in others(told, state)] if told else []
        if action in ADDING:
            return [_person(*one) for one in candidates(rt, state, told, by, action)] if told else []
        if action in next_person.OUTCOMES:
            found = next_person.opening(rt, state, told, action, by) if told else None
            return [_person(*one) for one in found.people] if found else []
        if action == drawing.REPLACE:
            return drawing.choices(rt, state, told)
        if action == "remove":
            return [
                {"id": t["number"], "name": t["holder_name"] or "待签收", "organ_name": t["title"]}
                for t in takeable(by, rt, state)
            ]
        if action == "return":
            standing = open_tasks(state).get(str(task))
            noted = return_targets(rt, state, standing) if standing else {}
            return [{"id": key, "name": rt.graph.nodes[key].title, "organ_name": note} for key, note in noted.items()]
        named = {"terminate": endings.types(rt), "jump": jumps.targets(rt, state)}.get(action, {})
        return [{"id": key, "name": title, "organ_name": ""} for key, title in named.items()]


def _askable(by: kernel.Actor, state: dict[str, Any], task: int) -> dict[str, Any] | None:
    """A task by its number; who sees his own part only may ask about his own."""
    told: dict[str, Any] | None = state["tasks"].get(str(task))
    return told if told and (not narrowed(by) or is_mine(told, by)) else None


def _person(person: kernel.Person, why_not: str = "") -> dict[str, Any]:
    """A person to choose, or one who is shown with the `reason` why he cannot be."""
    told = {"id": person.pk, "name": person.name, "organ_name": person.organ.name}
    return {**told, "reason": why_not} if why_not else told
