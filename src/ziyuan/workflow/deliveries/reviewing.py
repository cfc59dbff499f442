"""The port of the One Map, filled: a delivery that passed its check is a case, each level's word an act on it.

One case goes through all attempts of a county at one delivery: sent back it waits for the next attempt, which comes
straight before the levels again. Where a case is locked with its delivery, the case is locked first.
"""

from collections.abc import Mapping
from typing import Any

from ziyuan.kernel import service as kernel
from ziyuan.onemap import service as onemap
from ziyuan.workflow.cases.journal import Journal
from ziyuan.workflow.cases.models import Case
from ziyuan.workflow.cases.moving import move
from ziyuan.workflow.cases.receive import open_about, taken_back
from ziyuan.workflow.cases.runtime import Runtime
from ziyuan.workflow.cases.sight import seen
from ziyuan.workflow.cases.versions import runtime_of
from ziyuan.workflow.deliveries.levels import VERBS, levels
from ziyuan.workflow.errors import ActionRefused, EffectRefused
from ziyuan.workflow.tasks.act import act, closed
from ziyuan.workflow.tasks.seats import open_tasks

RESUBMIT = "resubmit"
_ACTS = {"forward": "agree", "accept": "agree", "return": "refuse"}

Subject = onemap.deliveries.Subject


class ByCase:
    """Reviews of deliveries as cases; the number of a review is the number of its case."""

    def levels(self, matter: str, facts: Mapping[str, Any]) -> tuple[onemap.deliveries.Level, ...]:
        return levels(matter, facts)

    def begin(self, by: kernel.Actor, subject: Subject, earlier: str) -> str:
        case = _locked(earlier)
        if case is not None:
            rt, journal = runtime_of(case), Journal(case, by)
            waiting = _task(rt, journal.state, (RESUBMIT,), "")
            if waiting is not None:
                return _resubmitted(rt, journal, waiting, subject)
        told = {"no": subject.no, "id": subject.id}
        return open_about(subject.matter, told, subject.county, dict(subject.facts), by).no

    def hold(self, file: str) -> None:
        _locked(file)

    def turns(self, subject: Subject) -> dict[str, bool]:
        case = Case.objects.filter(no=subject.file).first()
        if case is None or case.state["case"]["subject"]["no"] != subject.no:
            return {}
        nodes, found = runtime_of(case).graph.nodes, {}
        standing = open_tasks(case.state)
        for number, task in sorted(case.state["tasks"].items(), key=lambda one: int(one[0])):  # the last round counts
            if nodes[task["node"]].verb in VERBS:
                found[nodes[task["node"]].level] = number in standing
        return found

    def act(self, by: kernel.Actor, subject: Subject, verb: str, opinion: str) -> None:
        case = _locked(subject.file)
        if case is None:
            raise ActionRefused(verb, "没有审核案件")
        rt, journal = runtime_of(case), Journal(case, by)
        task = _task(rt, journal.state, VERBS if verb == "return" else (verb,), by.region)
        if task is None:
            raise ActionRefused(verb, "没有轮到本级办理")
        _take(journal, task)
        try:
            act(by, case.pk, _ACTS[verb], task=task["number"], opinion=opinion)
        except EffectRefused as refused:
            raise refused.__cause__ or refused from None

    def withdraw(self, by: kernel.Actor, subject: Subject, opinion: str) -> None:
        case = _locked(subject.file)
        if case is not None and case.state["case"]["subject"]["no"] == subject.no:
            taken_back(Journal(case, by), opinion)

    def page(self, by: kernel.Actor, file: str) -> dict[str, Any] | None:
        found = seen(by).filter(no=file).first() if kernel.may(by, "case.read") else None
        return {"id": found.pk, "no": found.no} if found else None


def _locked(file: str) -> Case | None:
    return Case.objects.select_for_update().filter(no=file).first() if file else None


def _task(rt: Runtime, state: dict[str, Any], verbs: tuple[str, ...], region: str) -> dict[str, Any] | None:
    """The open task of one of these verbs; of `region`, where one is named."""
    for task in open_tasks(state).values():
        if rt.graph.nodes[task["node"]].verb in verbs and region in ("", task["region"]):
            return task
    return None


def _take(journal: Journal, task: dict[str, Any]) -> None:
    """Whoever of the post acts holds the task (签收): a delivery is not one officer's."""
    by = journal.by
    if task["holder"] != by.person:
        journal.add("claimed", {"task": task["number"], "holder": by.person, "holder_name": by.name})
        journal.save()


def _resubmitted(rt: Runtime, journal: Journal, task: dict[str, Any], subject: Subject) -> str:
    """The county's next attempt ends its task and comes before the levels."""
    case, form = journal.case, dict(subject.facts)
    about = {**journal.state["case"]["subject"], "no": subject.no, "id": subject.id}
    values = {**rt.values({**journal.state, "form": form}), "outcome": RESUBMIT}
    step = rt.graph.complete(journal.state["engine"], task["token"], values, now=kernel.now(), decide=rt.decide)
    told = {**closed("done", RESUBMIT, f"重新提交 {subject.no}", journal.by), "by": str(form["submitted_by"])}
    move(rt, journal, "resubmitted", step, told=told, task=task["number"], vars={"outcome": RESUBMIT}, form=form, subject=about)
    journal.save()
    kernel.record(journal.by, "case.resubmitted", on=("case", case.no), county=case.county, after=journal.state,
                  delivery=subject.no)  # fmt: skip
    kernel.announce("case.changed", county=case.county, case=case.pk, action="resubmitted")
    return case.no


onemap.deliveries.fill_review(ByCase())
