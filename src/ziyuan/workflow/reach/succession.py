"""Who stands in for a person who has left the post in which a supervision (督办) named him: his successors in post.

Nothing is written when he leaves: who may answer or close is asked on the day of the act, and the event says who did it.
"""

from datetime import date
from typing import Any

from django.db.models import QuerySet

from ziyuan.kernel import service as kernel
from ziyuan.workflow.reach.models import Supervision


def successors(person: int | None, act: str, day: date) -> dict[int, str]:
    """Who holds today the posts in which a person could do `act` on a day; nobody while he still holds one of them.

    Where the post itself has nobody, it is whoever holds the same role in the same region.
    """
    who = kernel.Person.objects.select_related("organ").filter(pk=person or 0).first()
    if who is None:
        return {}
    region = who.organ.region_id
    held = [role for role in sorted(kernel.permissions()[act]) if _holds(who.pk, role, region, day)]
    if any(_holds(who.pk, role, region) for role in held):
        return {}
    near = [p for role in held for p in kernel.same_post(who.pk, role, region)]
    found = near or [p for role in held for p in kernel.people(role=role, region=region)]
    return {p.pk: p.name for p in found}


def _holds(person: int, role: str, region: str, day: date | None = None) -> bool:
    return any(p.pk == person for p in kernel.people(role=role, region=region, day=day))


def in_place_of(named: list[tuple[int | None, str]], act: str, day: date) -> dict[int, str]:
    """The people named, each replaced by his successors where he has left; who left nobody behind stays named."""
    found: dict[int, str] = {}
    for person, name in named:
        found |= successors(person, act, day) or ({person: name} if person is not None else {})
    return found


def left_to(by: kernel.Actor, act: str, rows: "QuerySet[Supervision]") -> list[int]:
    """Of those who opened items that stand, the ones whose successor this person is."""
    opened = rows.filter(closed=None).exclude(by_id=by.person).exclude(by_id=None).values_list("by_id", "opened")
    days: dict[int, date] = {}
    for person, moment in opened.order_by("opened"):
        days[int(person or 0)] = moment.astimezone(kernel.now().tzinfo).date()
    return [person for person, day in days.items() if by.person in successors(person, act, day)]


def day_of(told: dict[str, Any]) -> date:
    """The day on which an item was opened."""
    return date.fromisoformat(told["at"][:10])
