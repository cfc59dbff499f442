"""Which open tasks wait for a person: one indexed condition for the inbox, the same question as `seats.is_mine`."""

from django.db.models import Q

from ziyuan.kernel import service as kernel
from ziyuan.workflow.cases.models import Task
from ziyuan.workflow.people.proxies import principals


def waits_for(by: kernel.Actor) -> Q:
    """His own tasks, those of the pools he belongs to, and those of his principals within the matters of the proxy."""
    found = _of(by)
    for signer, matters in principals(by):
        theirs = _of(signer)
        found |= theirs & Q(case__matter__in=matters) if matters else theirs
    return found


def _of(who: kernel.Actor) -> Q:
    pool = Q(holder=None, candidates=None, role__in=sorted(who.roles), region=who.region)
    return Q(holder=who.acts_for) | pool | Q(holder=None, candidates__contains=[who.acts_for])


def on_behalf_of(by: kernel.Actor, tasks: list[Task]) -> dict[int, str]:
    """Task key → name of the principal for whom the person would do it; his own are not among them."""
    shown = principals(by)
    return {
        task.pk: next((s.principal_name for s, _ in shown if _is(task, s)), "")
        for task in (tasks if shown else [])
        if not _is(task, by)
    }


def _is(task: Task, who: kernel.Actor) -> bool:
    if task.holder is not None:
        return task.holder == who.acts_for
    if task.candidates:
        return who.acts_for in task.candidates
    return task.role in who.roles and task.region == who.region
