"""Whose cases a person sees: those of the matters in whose pack he has a post, within his region.

A pack names the posts that work in it (`roles`), and of a post that works in some of its matters only, which (`matters`).
The region is row security's; the business is decided here, and whoever reads or locks a case goes through here.
Who may not read cases, but those he works on (a person of an external unit), sees each while he holds or may claim a task
of it, and after he has ended one himself.
"""

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from ziyuan.kernel import service as kernel
from ziyuan.workflow.cases.models import Case, Task
from ziyuan.workflow.cases.state import TASK_OPEN
from ziyuan.workflow.people.holding import waiting
from ziyuan.workflow.tasks.seats import is_mine


def narrowed(by: kernel.Actor) -> bool:
    """Whether this person sees single cases only, and of each no more than his own part."""
    return not kernel.may(by, "case.read") and kernel.may(by, "case.read_own")


def require_sight(by: kernel.Actor) -> None:
    """Raise NotAllowed for whoever may see no case at all. Which ones he sees, `seen` says."""
    if not narrowed(by):
        kernel.require(by, "case.read")


def seen(by: kernel.Actor | None) -> "QuerySet[Case]":
    """The cases of the actor's business; the node itself, and a session outside of any act, are told apart by region only."""
    if by is None or by.is_system:
        return Case.objects.all()
    if narrowed(by):
        return Case.objects.filter(_worked_on(by))
    mine = {m.key for m in kernel.matters() if works_in(by, m)}
    known = {m.key for m in kernel.matters()}
    posted = Exists(Task.objects.filter(case=OuterRef("pk"), role__in=by.roles))  # the pack of an old case may be gone
    return Case.objects.filter(Q(matter__in=mine) | (~Q(matter__in=known) & posted))


def sees(by: kernel.Actor | None, case: Case) -> bool:
    """The same question about a case that is at hand."""
    if by is None or by.is_system:
        return True
    if narrowed(by):
        return any(is_own(task, by) for task in case.state["tasks"].values())
    matter = next((m for m in kernel.matters() if m.key == case.matter), None)
    return works_in(by, matter) if matter else Task.objects.filter(case=case.pk, role__in=by.roles).exists()


def is_own(task: dict[str, Any], by: kernel.Actor) -> bool:
    """Whether a person works on a task, may claim it, or has ended it himself."""
    if task["state"] in TASK_OPEN:
        return is_mine(task, by)
    return bool(task["holder"] == by.person == task.get("by_id"))


def _worked_on(by: kernel.Actor) -> Q:
    """Cases with a task of his: the same question as `is_own`, asked of the rows."""
    held = Task.objects.filter(Q(state__in=TASK_OPEN) | Q(told__by_id=by.person), holder=by.person)
    found = Q()
    for arm in (held, *waiting(by)):
        found |= Q(pk__in=arm.values("case"))
    return found


def works_in(by: kernel.Actor, matter: kernel.Matter) -> bool:
    """Whether one of the actor's posts works in the matter."""
    return bool(by.roles & roles_of(matter))


def roles_of(matter: kernel.Matter) -> frozenset[str]:
    """The posts of the matter's pack that work in the matter."""
    roles = kernel.packs()[matter.pack].told.get("roles", {})
    return frozenset(role for role, told in roles.items() if matter.id in told.get("matters", (matter.id,)))
