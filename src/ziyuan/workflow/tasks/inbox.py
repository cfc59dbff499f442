"""待办、已办、我的、抄送: one inbox over all matters, sorted by remaining time or by date, paged by key.

- 待办: open tasks that the person or a principal of his holds, or that wait in a pool of theirs (people/holding).
- 已办: tasks he held and ended, the latest first.
- 我的: running cases that he submitted, in which he holds or held a task, or which he supervises; each case once.
- 抄送: cases that were copied or circulated to him.

Who sees his own part of cases only (a person of an external unit) finds in none of them a case that he may not open.

A page is read from indexed rows, one range of an index for each of `arms`; no case's state is read.
"""

import base64
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import F, Q, QuerySet

from ziyuan.kernel import service as kernel
from ziyuan.workflow.cases.models import Task
from ziyuan.workflow.cases.sight import narrowed, seen
from ziyuan.workflow.clocks.calendars import calendar
from ziyuan.workflow.forms.text import clean
from ziyuan.workflow.people.holding import waiting
from ziyuan.workflow.reach.models import CaseCopy, CasePart, TaskSeen
from ziyuan.workflow.tasks.inbox_rows import (
    CaseLine,
    CopyLine,
    PartLine,
    TaskLine,
    copy_rows,
    part_rows,
    task_rows,
)
from ziyuan.workflow.tasks.words import BY_NOBODY

FAR = date(9999, 12, 31)
MOST_COUNTED = 1000  # a counter says no more than "a thousand and more"
_CASE_COLUMNS = tuple(f"case__{name}" for name in CaseLine._fields)
Line = tuple[Any, CaseLine]


@dataclass(frozen=True)
class Asked:
    """What a page, a counter or an export is asked for."""

    box: str = "todo"
    q: str = ""
    sort: str = "due"
    matter: str = ""
    lamp: str = ""
    region: str = ""
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True)
class Box:
    """Where the rows of a box come from: ranges of an index, the columns they are filtered by, shown and sorted by."""

    arms: Callable[[kernel.Actor], list[QuerySet[Any]]]
    line: Any  # the named columns of its own
    lamp: str  # prefix of the columns of the lamp
    moment: str  # when it came to the person
    done: bool
    rows: Callable[[kernel.Actor, list[Any]], Iterator[dict[str, Any]]]  # lines as they are shown


def _done(by: kernel.Actor) -> list[QuerySet[Any]]:
    ended = Task.objects.filter(holder=by.person, done__isnull=False).exclude(state__in=("open", "waiting"))
    return [ended.exclude(outcome__in=BY_NOBODY)]


def _mine(by: kernel.Actor) -> list[QuerySet[Any]]:
    return [CasePart.objects.filter(person=by.person or 0, running=True)]


def _copied(by: kernel.Actor) -> list[QuerySet[Any]]:
    return [CaseCopy.objects.filter(person=by.person or 0)]


BOXES = {
    "todo": Box(waiting, TaskLine, "", "opened", False, task_rows),
    "done": Box(_done, TaskLine, "", "done", True, task_rows),
    "mine": Box(_mine, PartLine, "case__", "case__opened", False, part_rows),
    "copied": Box(_copied, CopyLine, "case__", "at", False, copy_rows),
}


def tasks_page(by: kernel.Actor, *, after: str | None = None, limit: int = 50, **asked: Any) -> dict[str, Any]:
    """One page of a box; `asked` are the fields of `Asked`. `after` is the cursor of the page before."""
    told = Asked(**asked)
    with kernel.acting(by):
        rows = _rows(by, told, after, limit + 1)
        box = _box(told)
        items = list(box.rows(by, rows[:limit]))
    following = _cursor(rows[limit - 1], _order(told)) if len(rows) > limit else None
    return {"items": items, "next": following}


def all_rows(by: kernel.Actor, asked: Asked, most: int) -> list[dict[str, Any]]:
    """The first `most` rows of a box, for export; inside the caller's `acting`."""
    return list(_box(asked).rows(by, _rows(by, asked, None, most)))


def _rows(by: kernel.Actor, asked: Asked, after: str | None, most: int) -> list[Line]:
    """The next lines over all arms in order; each arm gives at most as many as are wanted, all in one statement."""
    box, order = _box(asked), _order(asked)
    columns = (*box.line._fields, *_CASE_COLUMNS)
    arms = [_after(_filtered(arm, box, asked), order, after).values_list(*columns)[:most] for arm in _arms(box, by)]
    first, *others = [arm for arm in arms if not arm.query.is_empty()] or arms
    own = len(box.line._fields)
    lines = [(box.line(*row[:own]), CaseLine(*row[own:])) for row in (first.union(*others, all=True) if others else first)]
    return sorted({line[0].id: line for line in lines}.values(), key=order.key)[:most]


def _box(asked: Asked) -> Box:
    return BOXES.get(asked.box, BOXES["todo"])


def _arms(box: Box, by: kernel.Actor) -> list[QuerySet[Any]]:
    arms = box.arms(by)
    return [arm.filter(case__in=seen(by).values("pk")) for arm in arms] if narrowed(by) else arms


def _filtered(found: QuerySet[Any], box: Box, asked: Asked) -> QuerySet[Any]:
    q, own = clean(asked.q), "" if found.model is Task else "case__"
    if q:
        no, title, applicant = (Q(**{f"case__{name}__contains": q}) for name in ("no", "title", "applicant"))
        found = found.filter(no | title | applicant)
    if asked.matter:
        found = found.filter(**{f"{own}matter": clean(asked.matter)})
    if asked.region:
        lo, hi = kernel.region_range(clean(asked.region))
        found = found.filter(county__gte=lo, county__lt=hi)
    if asked.lamp:
        found = found.filter(lamp_is(asked.lamp, box.lamp), case__closed=None)
    if asked.since:
        found = found.filter(**{f"{box.moment}__gte": _midnight(asked.since)})
    if asked.until:
        found = found.filter(**{f"{box.moment}__lt": _midnight(asked.until) + timedelta(days=1)})
    return found


def _midnight(day: date) -> datetime:
    return datetime.combine(min(day, FAR - timedelta(days=2)), time.min, kernel.now().tzinfo)


def lamp_is(lamp: str, prefix: str = "") -> Q:
    """The condition of a lamp today, from last day and first yellow day; of a clock that stands, from its kept lamp."""
    today = kernel.today()
    worked = calendar().add(today + timedelta(days=1), -1).date  # today, or the last working day before it
    due, yellow_on, kept = f"{prefix}due", f"{prefix}yellow_on", f"{prefix}lamp"
    late = Q(**{f"{due}__lt": worked})
    running = Q(**{f"{due}__gte": worked})
    conditions = {
        "red": late,
        "yellow": running & Q(**{f"{yellow_on}__lte": today}),
        "green": running & Q(**{f"{yellow_on}__gt": today}),
        "none": Q(**{due: None, kept: ""}),
    }
    return (conditions[lamp] | Q(**{kept: lamp}) if lamp != "none" else conditions[lamp]) if lamp in conditions else Q(pk=None)


# -- order and cursor --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Order:
    """By last day, the nearest first and those without one at the end; or by a moment, the latest first."""

    column: str
    latest: bool

    def value(self, line: Line) -> Any:
        own, case = line
        return getattr(case if self.column.startswith("case__") else own, self.column.removeprefix("case__"))

    def key(self, line: Line) -> tuple[Any, ...]:
        value = self.value(line)
        if self.latest:
            return (-value.timestamp(), -line[0].id)
        return (value or FAR, line[0].id)


def _order(asked: Asked) -> Order:
    box = _box(asked)
    if box.done or asked.sort == "opened" or asked.box == "copied":
        return Order(box.moment, True)
    return Order("due" if box.lamp == "" else "case__due", False)


def _after(found: QuerySet[Any], order: Order, after: str | None) -> QuerySet[Any]:
    column, told = order.column, _read(after, order) if after else None
    if after and told is None:
        return found.none()
    if order.latest:
        if told:
            moment, key = told
            found = found.filter(Q(**{f"{column}__lte": moment}) & (Q(**{f"{column}__lt": moment}) | Q(pk__lt=key)))
        return found.order_by(F(column).desc(), "-pk")
    if told:
        day, key = told
        later = Q(**{f"{column}__gte": day}) & (Q(**{f"{column}__gt": day}) | Q(pk__gt=key))
        nothing = Q(**{column: None})
        found = found.filter(nothing & Q(pk__gt=key) if day == FAR else later | nothing)
    return found.order_by(F(column).asc(nulls_last=True), "pk")


def _cursor(line: Line, order: Order) -> str:
    told = order.value(line) or FAR
    return base64.urlsafe_b64encode(json.dumps([told.isoformat(), line[0].id]).encode()).decode()


def _read(cursor: str, order: Order) -> tuple[date | datetime, int] | None:
    """The place of a cursor; None for one that is none of ours, which has nothing after it."""
    try:
        told, key = json.loads(base64.urlsafe_b64decode(cursor))
        place = (datetime if order.latest else date).fromisoformat(told)
    except (ValueError, TypeError):
        return None
    whole = type(key) is int and (not isinstance(place, datetime) or place.tzinfo is not None)
    return (place, min(key, 2**63 - 1)) if whole else None


# -- counters ----------------------------------------------------------------------------------------------


def tasks_count(by: kernel.Actor) -> int:
    """How many tasks wait for this person."""
    with kernel.acting(by):
        return sum(arm.count() for arm in waiting(by))


def inbox_counts(by: kernel.Actor) -> dict[str, int]:
    """The counters of the four boxes and of what is unread; all but 待办 say at most `MOST_COUNTED`."""
    with kernel.acting(by):
        counts = {"todo": sum(arm.count() for arm in waiting(by))}
        for name in ("done", "mine", "copied"):
            counts[name] = sum(arm.values("pk")[:MOST_COUNTED].count() for arm in _arms(BOXES[name], by))
        seen = TaskSeen.objects.filter(person=by.person or 0)
        fresh = [arm.exclude(pk__in=seen.values("task")) for arm in waiting(by)]
        counts["unread"] = sum(arm.values("pk")[:MOST_COUNTED].count() for arm in fresh)
        unread = CaseCopy.objects.filter(person=by.person or 0, read=None)
        counts["unread_copied"] = unread.values("pk")[:MOST_COUNTED].count()
    return counts
