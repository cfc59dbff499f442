"""The frame of every change of the organisation: may I there, one at a time, and what is told of it.

Changes are few and their rules look at many rows (circles, heads, closed units): one lock orders them all.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from django.db import connection

from ziyuan.base.writing import clean
from ziyuan.kernel.audit.record import plain, record
from ziyuan.kernel.errors import BadEntry, NotFound
from ziyuan.kernel.events.outbox import announce
from ziyuan.kernel.identity.actor import Actor
from ziyuan.kernel.identity.guard import acting, require
from ziyuan.kernel.identity.models import Organ, OrganChange, Person
from ziyuan.kernel.identity.regions import region_range
from ziyuan.kernel.nodes.node import now

LONGEST = 300
_LOCK = 0x6F726761
_CODE = re.compile(r"[A-Za-z0-9_.-]{2,40}")


@contextmanager
def changing(by: Actor, action: str, region: str | None = None) -> Iterator[None]:
    """One transaction of one change, after all others before it. Raises NotAllowed."""
    with acting(by):
        require(by, action, region)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        yield


def tell(
    by: Actor,
    act: str,
    unit: Organ,
    text: str,
    *,
    day: date,
    reason: str,
    person: Person | None = None,
    before: Any = None,
    after: Any = None,
) -> None:
    """The last beat of each verb: its line in the history, the audit, whoever listens."""
    OrganChange.objects.create(
        region=unit.region_id,
        at=now(),
        day=day,
        actor=by.name,
        actor_id=by.person,
        organ_name=by.organ_name,
        act=act,
        unit=unit.code,
        person=person.pk if person else None,
        text=text[:LONGEST],
        reason=reason,
        before=plain(before),
        after=plain(after),
    )
    about = ("person", person.user) if person else ("organ", unit.code)
    record(by, act, on=about, county=unit.region_id, before=before, after=after, text=text, day=day, reason=reason)
    who = person.pk if person else None
    announce("organ.changed", county=unit.region_id, act=act, unit=unit.code, person=who, day=day)


def living(code: str, by: Actor) -> Organ:
    """An organ of the actor's region, open or closed. Raises NotFound."""
    lo, hi = region_range(by.region)
    found = Organ.objects.filter(pk=clean(code)[:20], region_id__gte=lo, region_id__lt=hi).first()
    if found is None:
        raise NotFound("单位", clean(code)[:20])
    return found


def person_of(key: int, by: Actor) -> Person:
    """A person of the actor's region. Raises NotFound."""
    lo, hi = region_range(by.region)
    within = Person.objects.select_related("organ").filter(organ__region_id__gte=lo, organ__region_id__lt=hi)
    found = within.filter(pk=min(key, 2**63 - 1)).first()
    if found is None:
        raise NotFound("人员", key)
    return found


class Entry:
    """What a form gave, cleaned; its faults are gathered and raised together."""

    def __init__(self, **given: str) -> None:
        self.told = {name: clean(text or "") for name, text in given.items()}
        self.wrong: dict[str, str] = {}

    def __getitem__(self, name: str) -> str:
        return self.told[name]

    def needs(self, name: str, title: str, longest: int) -> None:
        if not self.told[name]:
            self.wrong[name] = f"请填写{title}"
        elif len(self.told[name]) > longest:
            self.wrong[name] = f"{title}不能超过 {longest} 个字"

    def is_code(self, name: str, title: str, longest: int) -> None:
        if not _CODE.fullmatch(self.told[name]) or len(self.told[name]) > longest:
            self.wrong[name] = f"{title}应为 2 至 {longest} 个字母、数字、点、横线或下划线"

    def check(self, name: str, holds: bool, message: str) -> None:
        if not holds:
            self.wrong.setdefault(name, message)

    def day(self, name: str, value: date | None, title: str) -> date:
        """A required day; a placeholder where it is missing, which `done` never lets pass."""
        self.check(name, value is not None, f"请填写{title}")
        return value or date.min.replace(year=2)

    def done(self) -> None:
        """Raises BadEntry with every fault found."""
        if self.wrong:
            raise BadEntry(self.wrong)


def reasoned(**given: str) -> Entry:
    """An entry that has to give its reason (文号或事由)."""
    entry = Entry(**given)
    entry.needs("reason", "理由或文号", LONGEST)
    return entry
