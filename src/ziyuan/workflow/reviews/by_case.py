"""The port of the One Map, filled: a thing that comes before its review is a case, each level's word an act on it.

One case goes on through all attempts: sent back it waits at the asker's own task (verb `resubmit`) for the next attempt.
Where a case is locked with its thing, the case is locked first.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ziyuan.kernel import service as kernel
from ziyuan.onemap import service as onemap
from ziyuan.workflow.cases.clock import reading
from ziyuan.workflow.cases.journal import Journal
from ziyuan.workflow.cases.models import Case
from ziyuan.workflow.cases.moving import move
from ziyuan.workflow.cases.receive import open_about, taken_back
from ziyuan.workflow.cases.runtime import Runtime
from ziyuan.workflow.cases.sight import seen
from ziyuan.workflow.cases.state import OPEN
from ziyuan.workflow.cases.versions import runtime_of
from ziyuan.workflow.cases.view import STATUS
from ziyuan.workflow.cases.words import status_title
from ziyuan.workflow.effects.on_way import undo_effects
from ziyuan.workflow.errors import ActionRefused, EffectRefused
from ziyuan.workflow.reviews.levels import levels
from ziyuan.workflow.tasks.act import act, closed
from ziyuan.workflow.tasks.seats import open_tasks

RESUBMIT = "resubmit"

Subject = onemap.reviewing.Subject


@dataclass(frozen=True)
class ByCase:
    """Reviews of one kind of thing as cases; the number of a review is the number of its case.

    `verbs`: those that nodes of its process name; `acts`: the act of the case that carries a verb.
    """

    kind: str
    verbs: tuple[str, ...]
    acts: Mapping[str, str]

    def levels(self, matter: str, facts: Mapping[str, Any]) -> tuple[onemap.reviewing.Level, ...]:
        return levels(matter, facts)

    def begin(self, by: kernel.Actor, subject: Subject, earlier: str) -> str:
        case = _locked(earlier)
        waiting = _task(runtime_of(case), case.state, (RESUBMIT,), "") if case else None
        if case is None or waiting is None:
            organ = {"organ": subject.organ} if subject.organ else {}
            told = {"no": subject.no, "id": subject.id, **organ}
            matter = subject.matter or self._matter()
            case = open_about(matter, told, subject.county, dict(subject.facts), by, subject.person)
            waiting = _task(runtime_of(case), case.state, (RESUBMIT,), "")
        return _submitted(Journal(case, by), waiting, subject) if waiting else case.no

    def _matter(self) -> str:
        """The matter that says it is about this kind. Raises NobodyReviews."""
        found = next((m.key for m in kernel.matters() if m.told.get("subject") == self.kind), None)
        if found is None:
            raise onemap.reviewing.NobodyReviews
        return found

    def hold(self, file: str) -> None:
        _locked(file)

    def turns(self, subject: Subject) -> tuple[onemap.reviewing.Turn, ...]:
        case = Case.objects.filter(no=subject.file).first()
        if case is None or case.state["case"]["subject"]["no"] != subject.no:
            return ()
        nodes, standing = runtime_of(case).graph.nodes, open_tasks(case.state)
        tasks = sorted(case.state["tasks"].items(), key=lambda one: int(one[0]))
        return tuple(
            onemap.reviewing.Turn(kernel.region(task["region"]).level, nodes[task["node"]].verb, number in standing)
            for number, task in tasks
            if task["node"] in nodes
        )

    def act(self, by: kernel.Actor, subject: Subject, verb: str, opinion: str) -> None:
        case = _locked(subject.file)
        if case is None:
            raise ActionRefused(verb, "没有审核案件")
        rt, journal = runtime_of(case), Journal(case, by)
        task = _task(rt, journal.state, (verb,) if verb in self.verbs else self.verbs, by.region)
        if task is None:
            raise ActionRefused(verb, "没有轮到本级办理")
        _take(journal, task)
        try:
            act(by, case.pk, self.acts[verb], task=task["number"], opinion=opinion)
        except EffectRefused as refused:
            raise refused.__cause__ or refused from None

    def withdraw(self, by: kernel.Actor, subject: Subject, opinion: str) -> None:
        case = _locked(subject.file)
        if case is None or case.state["case"]["subject"]["no"] != subject.no:
            return
        journal = Journal(case, by)
        if case.status in OPEN:
            taken_back(journal, opinion)
            return
        undo_effects(journal, opinion=opinion)
        journal.save()
        kernel.record(by, "case.effects_undone", on=("case", case.no), county=case.county, after=journal.mark, opinion=opinion)
        kernel.announce("case.changed", county=case.county, case=case.pk, action="effects_undone")

    def page(self, by: kernel.Actor, file: str) -> dict[str, Any] | None:
        found = self._seen(by, file)
        return {"id": found.pk, "no": found.no} if found else None

    def standing(self, by: kernel.Actor, file: str) -> dict[str, Any] | None:
        found = self._seen(by, file)
        if found is None:
            return None
        state, clock = found.state, reading(runtime_of(found), found.state)
        waits = [
            {"title": t["title"], "region_name": kernel.region(t["region"]).name, "holder": t["holder_name"]}
            for t in open_tasks(state).values()
        ]
        title = status_title(state, STATUS.get(found.status, found.status))
        return {"id": found.pk, "no": found.no, "status": found.status, "status_title": title, "due": clock["due"],
                "days_left": clock["left"], "lamp": clock["lamp"], "waits": waits}  # fmt: skip

    def _seen(self, by: kernel.Actor, file: str) -> Case | None:
        return seen(by).filter(no=file).first() if file and kernel.may(by, "case.read") else None


def _locked(file: str) -> Case | None:
    return Case.objects.select_for_update().filter(no=file).first() if file else None


def _task(rt: Runtime, state: dict[str, Any], verbs: tuple[str, ...], region: str) -> dict[str, Any] | None:
    """The open task of one of these verbs; of `region`, where one is named."""
    for task in open_tasks(state).values():
        if rt.graph.nodes[task["node"]].verb in verbs and region in ("", task["region"]):
            return task
    return None


def _take(journal: Journal, task: dict[str, Any]) -> None:
    """Whoever of the post acts holds the task (签收): what is reviewed is not one officer's."""
    by = journal.by
    if task["holder"] != by.person:
        journal.add("claimed", {"task": task["number"], "holder": by.person, "holder_name": by.name})
        journal.save()


def _submitted(journal: Journal, task: dict[str, Any], subject: Subject) -> str:
    """Coming, or coming again, before the review ends the asker's own task."""
    case, form = journal.case, dict(subject.facts)
    if subject.person and subject.person == journal.by.person:
        _take(journal, task)
    rt = runtime_of(case)
    about = {**journal.state["case"]["subject"], "no": subject.no, "id": subject.id}
    values = {**rt.values({**journal.state, "form": form}), "outcome": RESUBMIT}
    step = rt.graph.complete(journal.state["engine"], task["token"], values, now=kernel.now(), decide=rt.decide)
    told = {**closed("done", RESUBMIT, subject.words, journal.by), "by": str(form["submitted_by"])}
    move(rt, journal, "resubmitted", step, told=told, task=task["number"], vars={"outcome": RESUBMIT}, form=form, subject=about)
    journal.save()
    kernel.record(journal.by, "case.resubmitted", on=("case", case.no), county=case.county, after=journal.mark,
                  subject=subject.no)  # fmt: skip
    kernel.announce("case.changed", county=case.county, case=case.pk, action="resubmitted")
    return case.no
