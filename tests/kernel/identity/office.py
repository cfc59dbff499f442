"""A county's office to change: its organ, two divisions, a station, some people; the officers who may change it."""

from datetime import date
from typing import Any

from ziyuan.kernel import service as kernel
from ziyuan.kernel.identity.people import add_person
from ziyuan.kernel.identity.sample import SINCE, organ_of
from ziyuan.kernel.identity.signin import actor_of

FEIXI, CHANGFENG, HEFEI, ANHUI = "340123", "340121", "340100", "340000"
ORGAN = f"ZR{FEIXI}"
DAY = date(2026, 3, 2)
WHY = "肥自然资〔2026〕3号"


def officer(role: str, region: str = FEIXI, user: str = "") -> kernel.Actor:
    """A stored person with a role since 2020."""
    made = add_person(user or f"o-{role}-{region}", f"{role}某", organ_of(region), "pw", [role], SINCE)
    return actor_of(made, kernel.now())


def unit(by: kernel.Actor, code: str, name: str, parent: str = ORGAN, since: date = DAY, **more: Any) -> str:
    """A division below the county's organ."""
    return kernel.add_organ(by, code=code, name=name, kind="division", parent=parent, since=since, reason=WHY, **more).code


def enter(by: kernel.Actor, user: str, where: str = ORGAN, since: date = DAY) -> kernel.Person:
    """A person without a post."""
    return kernel.enter_person(by, user=user, name=f"{user}同志", unit=where, since=since, reason=WHY)[0]


def appoint(by: kernel.Actor, person: kernel.Person, role: str, where: str = ORGAN, since: date = DAY, **more: Any) -> int:
    """A post from a day on."""
    return kernel.appoint(by, person=person.pk, unit=where, role=role, since=since, reason=WHY, **more).pk


def names(role: str, day: date | None = None, region: str = FEIXI) -> list[str]:
    """User names of who holds a role on a day; the sample accounts, whose names end with a region, are not ours."""
    return [p.user for p in kernel.people(role, region, day) if not p.user[-1].isdigit()]
