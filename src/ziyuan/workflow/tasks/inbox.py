"""待办、已办、我的: one inbox over everything, sorted by remaining time, paged by key."""

import base64
import json
from datetime import date, datetime
from typing import Any

from django.db.models import F, Q, QuerySet

from ziyuan.kernel import service as kernel
from ziyuan.workflow.cases.clock import reading
from ziyuan.workflow.cases.models import Task
from ziyuan.workflow.cases.versions import runtime_of
from ziyuan.workflow.forms.text import clean
from ziyuan.workflow.people.holding import on_behalf_of, waits_for
from ziyuan.workflow.tasks.words import BY_NOBODY

FAR = date(9999, 12, 31)


def tasks_page(
    by: kernel.Actor,
    *,
    box: str = "todo",
    q: str = "",
    sort: str = "due",
    matter: str = "",
    after: str | None = None,
    limit: int = 50,
) -> dict[str, Any]:
    """One page of a box. `after` is the cursor of the page before."""
    with kernel.acting(by):
        found, q = _box(by, box).select_related("case"), clean(q)
        if q:
            found = found.filter(
                Q(case__no__contains=q) | Q(case__title__contains=q) | Q(case__applicant__contains=q)
            )
        if matter:
            found = found.filter(case__matter=matter)
        rows = list(_after(found, sort, box, after)[: limit + 1])
        behalf = on_behalf_of(by, rows[:limit]) if box == "todo" else {}
        items = [{**_shown(task), "for": behalf.get(task.pk, "")} for task in rows[:limit]]
    following = _cursor(rows[limit - 1], sort, box) if len(rows) > limit else None
    return {"items": items, "next": following}


def tasks_count(by: kernel.Actor) -> int:
    """How many tasks wait for this person."""
    with kernel.acting(by):
        return _box(by, "todo").count()


def _box(by: kernel.Actor, box: str) -> QuerySet[Task]:
    if box == "todo":
        return Task.objects.filter(state="open").filter(waits_for(by))
    if box == "mine":
        return Task.objects.filter(holder=by.person, state__in=("open", "waiting"))
    done = Task.objects.filter(holder=by.person).exclude(state__in=("open", "waiting"))
    return done.exclude(outcome__in=BY_NOBODY)


def _after(found: QuerySet[Task], sort: str, box: str, after: str | None) -> QuerySet[Task]:
    if box == "done" or sort == "opened":
        column = "done" if box == "done" else "opened"
        if after:
            moment, key = _read(after)
            found = found.filter(Q(**{f"{column}__lt": moment}) | Q(**{column: moment}, pk__lt=key))
        return found.order_by(F(column).desc(), "-pk")
    if after:
        moment, key = _read(after)
        later = Q(due__gt=moment) | Q(due=moment, pk__gt=key) | Q(due=None)
        found = found.filter(Q(due=None, pk__gt=key) if moment == FAR.isoformat() else later)
    return found.order_by(F("due").asc(nulls_last=True), "pk")


def _cursor(task: Task, sort: str, box: str) -> str:
    if box == "done" or sort == "opened":
        moment = task.done if box == "done" else task.opened
        told = moment.isoformat() if moment else ""
    else:
        told = (task.due or FAR).isoformat()
    return base64.urlsafe_b64encode(json.dumps([told, task.pk]).encode()).decode()


def _read(cursor: str) -> tuple[str, int]:
    """A cursor that is none of ours is one before the first row."""
    try:
        moment, key = json.loads(base64.urlsafe_b64decode(cursor))
        datetime.fromisoformat(moment)
        return str(moment), min(int(key), 2**63 - 1)
    except (ValueError, TypeError):
        return FAR.isoformat(), 2**63 - 1


def _shown(task: Task) -> dict[str, Any]:
    case = task.case
    clock = reading(runtime_of(case), case.state)
    return {
        "id": task.pk,
        "case": {
            "id": case.pk,
            "no": case.no,
            "title": case.title,
            "matter": case.matter,
            "matter_title": runtime_of(case).matter.title,
            "region": case.county,
            "region_name": kernel.region(case.county).name,
            "applicant": case.applicant,
        },
        "node": task.node,
        "node_title": task.title,
        "opened": task.opened.isoformat(),
        "done": task.done.isoformat() if task.done else None,
        "outcome": task.outcome,
        "due": clock["due"],
        "days_left": clock["left"],
        "lamp": clock["lamp"],
        "provisional": clock["provisional"],
        "standing": clock["standing"],
        "state": task.state,
        "pool": task.holder is None,
    }
