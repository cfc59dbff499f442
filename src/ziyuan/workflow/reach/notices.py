"""Notices (提醒) in a person's inbox, and what leaves by the ports with them. Written in the transaction of their cause."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Q, QuerySet

from ziyuan.base import sm
from ziyuan.kernel import errors
from ziyuan.kernel import service as kernel
from ziyuan.workflow.reach.models import Notice, OutgoingMessage, PortChoice
from ziyuan.workflow.reach.ports import ports

LONGEST = 600
LONGEST_KEY = 120
KINDS = {
    "step": "环节提示",
    "pool": "待签收提示",
    "yellow": "黄灯提醒",
    "before": "到期提醒",
    "red": "超期提醒",
    "escalated": "超期上报",
    "copy": "抄送",
    "circulate": "传阅",
    "answer": "传阅意见",
    "urge": "催办",
    "supervise": "督办",
    "report": "督办反馈",
    "closed": "督办办结",
    "supervise_before": "督办到期提醒",
    "supervise_late": "督办超期提醒",
    "untold": "一次性告知提醒",
    "untold_late": "一次性告知超期",
}


@dataclass(frozen=True)
class About:
    """What a notice is about. These words and no others may leave by a port: kind, case number, step and day."""

    kind: str
    case: int | None
    no: str
    step: str = ""
    day: date | None = None

    def short(self) -> str:
        """The text of a port: nothing of the case's content, whatever its label."""
        day = self.day.isoformat() if self.day else ""
        return ",".join(part for part in (f"{KINDS[self.kind]}:{self.no}".rstrip(":"), self.step, day) if part)


@dataclass(frozen=True)
class Telling:
    """One notice to one person; `key` makes it come once for the case."""

    person: int
    about: About
    text: str
    key: str

    @property
    def whole_key(self) -> str:
        key = f"{self.about.case or 0}:{self.key}"
        return key if len(key) <= LONGEST_KEY else sm.sm3(key.encode()).hex()


def tell(people: Iterable[int | None], about: About, text: str, key: str) -> None:
    """A notice to each person, once for each key of the case, and a message to each port he wants."""
    tell_all([Telling(person, about, text, key) for person in {p for p in people if p is not None}])


def tell_all(told: list[Telling]) -> None:
    """Many notices at once."""
    moment = kernel.now()
    notices = [
        Notice(
            person=one.person, key=one.whole_key, kind=one.about.kind, case_id=one.about.case, case_no=one.about.no,
            step=one.about.step[:100], day=one.about.day, text=one.text[:LONGEST], at=moment,
        )
        for one in told
    ]  # fmt: skip
    if notices:
        Notice.objects.bulk_create(notices, ignore_conflicts=True)
        OutgoingMessage.objects.bulk_create(_outgoing(told, moment), ignore_conflicts=True)


def _outgoing(told: list[Telling], moment: datetime) -> list[OutgoingMessage]:
    people = {one.person for one in told}
    refused = set(PortChoice.objects.filter(person__in=people, wanted=False).values_list("person", "port"))
    return [
        OutgoingMessage(
            port=name, person=one.person, key=one.whole_key, text=one.about.short()[:200], state="waiting",
            next_try=moment, at=moment,
        )
        for name, port in ports().items()
        for one in told
        if one.about.kind in port.kinds and (one.person, name) not in refused
    ]  # fmt: skip


# -- the inbox of notices ----------------------------------------------------------------------------------


def notices_page(by: kernel.Actor, *, unread: bool = False, after: str | None = None, limit: int = 50) -> dict[str, Any]:
    """A person's notices, the latest first. `after` is the cursor of the page before."""
    with kernel.acting(by):
        found = _mine(by)
        if unread:
            found = found.filter(read=None)
        if after:
            found = found.filter(pk__lt=min(int(after[:19]), 2**63 - 1) if after.isdecimal() and after.isascii() else 0)
        rows = list(found.order_by("-pk")[: limit + 1])
    items = [_shown(row) for row in rows[:limit]]
    return {"items": items, "next": str(rows[limit - 1].pk) if len(rows) > limit else None}


def notices_count(by: kernel.Actor) -> int:
    """How many notices the person has not read."""
    with kernel.acting(by):
        return _mine(by).filter(read=None).count()


def read_notices(by: kernel.Actor, *, notice: int | None = None, case: int | None = None) -> int:
    """Mark one notice, those of a case, or all as read; how many were unread. Raises NotFound for another's notice."""
    with kernel.acting(by):
        which = Q(pk=notice) if notice is not None else Q(case_id=case) if case is not None else Q()
        found = _mine(by).filter(which)
        if notice is not None and not found.exists():
            raise errors.NotFound("提醒", notice)
        return found.filter(read=None).update(read=kernel.now())


def _mine(by: kernel.Actor) -> QuerySet[Notice]:
    return Notice.objects.filter(person=by.person or 0)


def _shown(row: Notice) -> dict[str, Any]:
    return {
        "id": row.pk,
        "kind": row.kind,
        "kind_title": KINDS.get(row.kind, row.kind),
        "case": row.case_id,
        "case_no": row.case_no,
        "step": row.step,
        "day": row.day.isoformat() if row.day else None,
        "text": row.text,
        "at": row.at.isoformat(),
        "read": row.read.isoformat() if row.read else None,
    }


# -- choices -----------------------------------------------------------------------------------------------


def port_choices(by: kernel.Actor) -> list[dict[str, Any]]:
    """Every port, and whether this person wants to be reached by it."""
    with kernel.acting(by):
        refused = set(PortChoice.objects.filter(person=by.person or 0, wanted=False).values_list("port", flat=True))
    return [{"port": name, "title": port.title, "wanted": name not in refused} for name, port in ports().items()]


def choose_port(by: kernel.Actor, port: str, wanted: bool) -> list[dict[str, Any]]:
    """Turn a port on or off for oneself. Raises NotFound for a port this installation has not."""
    with kernel.acting(by):
        if port not in ports():
            raise errors.NotFound("外发方式", port)
        told = {"wanted": wanted, "changed": kernel.now()}
        PortChoice.objects.update_or_create(person=by.person or 0, port=port, defaults=told)
        kernel.record(by, "notice.port_chosen", on=("person", by.person or 0), port=port, wanted=wanted)
    return port_choices(by)
