"""Whose cases a person sees: those of the matters in whose pack he has a post, within his region.

A pack names the posts that work in it (`roles`), and of a post that works in some of its matters only, which (`matters`).
The region is row security's; the business is decided here, and whoever reads or locks a case goes through here.
"""

from django.db.models import Exists, OuterRef, Q, QuerySet

from ziyuan.kernel import service as kernel
from ziyuan.workflow.cases.models import Case, Task


def seen(by: kernel.Actor | None) -> "QuerySet[Case]":
    """The cases of the actor's business; the node itself, and a session outside of any act, are told apart by region only."""
    if by is None or by.is_system:
        return Case.objects.all()
    mine = {m.key for m in kernel.matters() if works_in(by, m)}
    known = {m.key for m in kernel.matters()}
    posted = Exists(Task.objects.filter(case=OuterRef("pk"), role__in=by.roles))  # the pack of an old case may be gone
    return Case.objects.filter(Q(matter__in=mine) | (~Q(matter__in=known) & posted))


def sees(by: kernel.Actor | None, case: Case) -> bool:
    """The same question about a case that is at hand."""
    if by is None or by.is_system:
        return True
    matter = next((m for m in kernel.matters() if m.key == case.matter), None)
    return works_in(by, matter) if matter else Task.objects.filter(case=case.pk, role__in=by.roles).exists()


def works_in(by: kernel.Actor, matter: kernel.Matter) -> bool:
    """Whether one of the actor's posts works in the matter."""
    return bool(by.roles & roles_of(matter))


def roles_of(matter: kernel.Matter) -> frozenset[str]:
    """The posts of the matter's pack that work in the matter."""
    roles = kernel.packs()[matter.pack].told.get("roles", {})
    return frozenset(role for role, told in roles.items() if matter.id in told.get("matters", (matter.id,)))
