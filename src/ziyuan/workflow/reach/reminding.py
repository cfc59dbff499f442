"""Reminders (到期提醒) and step prompts (环节提示): the clock's job tells each task's people once for each level.

Past the limit the head of the organ is told too, as the matter's policy `overdue` says. Before acceptance it is the term
of telling the applicant once what is missing (一次性告知) that is reminded of; beside it that of each supervised item (督办).
A timeout reminds, escalates and reports; it decides nothing.
"""

import logging
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, TypeVar

from ziyuan.base.errors import ZiyuanError
from ziyuan.kernel import service as kernel
from ziyuan.workflow.cases.journal import Journal
from ziyuan.workflow.cases.models import Case, Task
from ziyuan.workflow.cases.runtime import Runtime
from ziyuan.workflow.cases.versions import runtime_of
from ziyuan.workflow.reach.facts import ITEM_LEVELS, LEVELS, item_reminders_of, reminders_of
from ziyuan.workflow.reach.notices import About, Telling, tell, tell_all
from ziyuan.workflow.reach.offers import asked_now, keepers
from ziyuan.workflow.reach.people import heads_of, holders_of
from ziyuan.workflow.tasks.seats import pool_of

BATCH = 500
CLOCK = "到期提醒"
Key = TypeVar("Key", int, str)
_log = logging.getLogger("ziyuan.workflow")


def remind_due(by: kernel.Actor) -> int:
    """One turn: how many cases were reminded of. Two turns at once never remind twice."""
    told, since, last = 0, date.min, 0
    while True:
        with kernel.acting(by):
            due = Case.objects.filter(remind_on__lte=kernel.today()).order_by("remind_on", "pk")
            ahead = due.filter(remind_on__gte=since).exclude(remind_on=since, pk__lte=last)
            found = list(ahead.values_list("remind_on", "pk")[:BATCH])
        if not found:
            return told
        for day, key in found:
            since, last = day or since, key
            try:
                told += remind_case(by, key)
            except ZiyuanError:
                _log.exception("案件 %s 的到期提醒没有发出,下一次再试", key)


def remind_case(by: kernel.Actor, case_id: int) -> bool:
    """One case in a transaction of its own; False where somebody holds it, or nothing is due any more."""
    with kernel.acting(by):
        due = Case.objects.filter(pk=case_id, remind_on__lte=kernel.today())
        case = due.select_for_update(skip_locked=True).first()
        if case is None:
            return False
        rt, journal = runtime_of(case), Journal(case, by)
        told: dict[str, Any] = {
            "reminders": [_reminder(rt, journal, n, levels) for n, levels in _reached(reminders_of(journal.state)).items()]
        }
        items = [_of_item(journal, n, levels) for n, levels in _reached(item_reminders_of(journal.state)).items()]
        if items:
            told["supervisions"] = items
        journal.add("reminded", told)
        journal.save()
        kernel.record(by, "case.reminded", on=("case", case.no), county=case.county, **told)
        return True


def _reached(waiting: Mapping[Key, dict[str, str]]) -> dict[Key, list[str]]:
    """Of a task or an item: the levels whose day has come and that nobody was told of."""
    today = kernel.today().isoformat()
    found = {key: [level for level, day in levels.items() if day <= today] for key, levels in waiting.items()}
    return {key: levels for key, levels in found.items() if levels}


def _of_item(journal: Journal, number: int, levels: list[str]) -> dict[str, Any]:
    """Tell who was asked for a report (督办) the last of its levels; past the day also who supervises."""
    told, case = journal.state["supervisions"][str(number)], journal.state["case"]
    level = max(levels, key=ITEM_LEVELS.index)
    to = asked_now(told) | (keepers(told) if level == "late" else {})
    says = f"应于 {told['due']} 前反馈,还没有反馈" if level == "late" else f"须在 {told['due']} 前反馈"
    about = About(f"supervise_{level}", journal.case.pk, case["no"], "", date.fromisoformat(told["due"]))
    tell(to, about, f"{told['by']}督办“{told['asks']}”{says}。", f"supervise:{number}:{level}")
    return {"number": number, "levels": levels, "to": list(to.values())}


def _reminder(rt: Runtime, journal: Journal, number: str, levels: list[str]) -> dict[str, Any]:
    """Tell the people of the task the last of its levels, and the head where it is past the limit."""
    told, task = journal.state["case"], journal.state["tasks"][number]
    to = holders_of(task)
    if not told["accepted"]:
        return _untold(journal, task, levels, to)
    due = date.fromisoformat(told["due"])
    plain = [level for level in levels if level != "escalated"]
    if plain:
        level = max(plain, key=LEVELS.index)
        about = About(level, journal.case.pk, told["no"], task["title"], due)
        tell([person for person, _ in to], about, f"“{task['title']}”须在 {due} 前办结。", f"remind:{number}:{level}")
    heads = heads_of(task) if "escalated" in levels and rt.policy("overdue") == "head" else []
    about = About("escalated", journal.case.pk, told["no"], task["title"], due)
    names = "、".join(name for _, name in to) or "无人可办"
    text = f"“{task['title']}”({names})已过办理期限 {due}。"
    tell([person for person, _ in heads], about, text, f"remind:{number}:escalated")
    shown = [name for _, name in (*(to if plain else []), *heads)]
    return {"task": int(number), "levels": levels, "to": shown}


def _untold(journal: Journal, task: dict[str, Any], levels: list[str], to: list[tuple[int, str]]) -> dict[str, Any]:
    """Tell the people of a task that is not accepted yet until when the applicant is to be told what is missing."""
    told, level = journal.state["case"], max(levels, key=LEVELS.index)
    due = date.fromisoformat(told["notify"]["due"])
    text = f"材料不齐的,须在 {due} 前一次性告知申请人;逾期不告知的,自收到申请材料之日起即为受理。"
    if level == "untold_late":
        text = f"一次性告知的期限 {due} 已过,没有告知申请人:自收到申请材料之日起即为受理,请按受理办理。"
    about = About(level, journal.case.pk, told["no"], task["title"], due)
    tell([person for person, _ in to], about, text, f"remind:{task['number']}:{level}")
    return {"task": task["number"], "levels": levels, "to": [name for _, name in to]}


# -- step prompts ------------------------------------------------------------------------------------------


def prompt_new(by: kernel.Actor) -> int:
    """Tell people of the tasks that came to them since the last turn; how many tasks.

    A task with a holder is a notice of its own; tasks that wait in a pool are one notice a day for each step.
    """
    prompted = 0
    while True:
        with kernel.acting(by):
            found = Task.objects.filter(state="open", prompted=False).order_by("pk").select_related("case")
            rows = list(found.defer("case__state").select_for_update(of=("self",), skip_locked=True)[:BATCH])
            tell_all([*_of_holders(rows), *_of_pools(rows)])
            Task.objects.filter(pk__in=[row.pk for row in rows]).update(prompted=True)
        prompted += len(rows)
        if len(rows) < BATCH:
            return prompted


def _of_holders(rows: list[Task]) -> Iterator[Telling]:
    for row in rows:
        if row.holder is not None:
            about = About("step", row.case_id, row.case.no, row.title, row.due)
            yield Telling(row.holder, about, f"“{row.title}”等待您办理。", f"step:{row.number}:{row.holder}")


def _of_pools(rows: list[Task]) -> Iterator[Telling]:
    free = [row for row in rows if row.holder is None]
    pools = {(row.matter, row.node, row.role, row.region, row.told.get("unit", "")): row.title for row in free}
    for (matter, node, role, region, unit), title in pools.items():
        key = f"{matter}:{node}:{region}:{kernel.today()}"
        for person in pool_of({"role": role, "region": region, "unit": unit}):
            yield Telling(person.pk, About("pool", None, "", title), f"“{title}”有新的待签收件。", key)


@kernel.every("workflow.prompt_steps", "* * * * *")
def prompt_each_minute() -> None:
    """Every minute: the tasks that are new."""
    prompt_new(kernel.system_actor("环节提示"))


@kernel.every("workflow.remind", "*/10 * * * *")
def remind_each_ten_minutes() -> None:
    """Every ten minutes, for a task may come with its lamp yellow already."""
    remind_due(kernel.system_actor(CLOCK))
