"""Which open tasks wait for a person: ranges of indexes for the inbox, the same question as `seats.is_mine`."""

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet

from ziyuan.kernel import service as kernel
from ziyuan.workflow.cases.models import Task
from ziyuan.workflow.people import external
from ziyuan.workflow.people.proxies import principals


def waiting(by: kernel.Actor) -> list[QuerySet[Task]]:
    """His own tasks, those of the pools he belongs to, and those of his principals within the matters of the proxy.

    One range of an index each. What is his own, or another principal's, in the same matters is asked for once.
    """
    found, asked = _of(by), {(role, by.region) for role in by.roles}
    for signer, matters in principals(by):
        theirs = _of(signer, asked)
        found += [arm.filter(matter__in=matters) for arm in theirs] if matters else theirs
        asked |= set() if matters else {(role, signer.region) for role in signer.roles}
    return found


def _of(who: kernel.Actor, asked: Iterable[tuple[str, str]] = ()) -> list[QuerySet[Task]]:
    free = Task.objects.filter(state="open", holder=None)
    pools = [
        _pool(free.filter(candidates=None, role=role), who, role)
        for role in sorted(who.roles)
        if (role, who.region) not in asked
    ]
    if who.acts_for is None:
        return pools
    return [Task.objects.filter(state="open", holder=who.acts_for), *pools, free.filter(candidates__contains=[who.acts_for])]


def _pool(of_role: "QuerySet[Task]", who: kernel.Actor, role: str) -> "QuerySet[Task]":
    """What waits for a role in the region of who has it; for one of an external unit, what waits for his unit."""
    return of_role.filter(told__unit=who.organ) if role == external.ROLE else of_role.filter(region=who.region)


def on_behalf_of(by: kernel.Actor, tasks: Iterable[Any]) -> dict[int, str]:
    """Task key → name of the principal for whom the person would do it; his own are not among them."""
    shown = principals(by)
    return {
        task.id: next((s.principal_name for s, _ in shown if _is(task, s)), "")
        for task in (tasks if shown else [])
        if task.state == "open" and not _is(task, by)
    }


def _is(task: Any, who: kernel.Actor) -> bool:
    if task.holder is not None:
        return task.holder == who.acts_for
    if task.candidates:
        return who.acts_for in task.candidates
    return task.role in who.roles and task.region == who.region
