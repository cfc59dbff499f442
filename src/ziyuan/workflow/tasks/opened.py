"""查看待办: whose open task is before him has opened it; what he was sent can then no longer be taken back (撤回).

Only a matter whose policy says so (`recall: unread`) keeps it, as an event of the case: elsewhere a sender may take back
until the next has acted, and nothing is written when somebody looks.
"""

from typing import Any

from ziyuan.kernel import service as kernel
from ziyuan.workflow.cases.journal import Journal
from ziyuan.workflow.cases.lock import locked_case
from ziyuan.workflow.cases.models import Case
from ziyuan.workflow.cases.runtime import Runtime
from ziyuan.workflow.cases.state import OPEN
from ziyuan.workflow.cases.versions import runtime_of
from ziyuan.workflow.tasks.seats import is_mine, open_tasks

UNREAD = "unread"


def looked_at(rt: Runtime, state: dict[str, Any], sent: dict[str, Any], by: kernel.Actor) -> bool:
    """Whether somebody else has opened what followed a task that was sent on, where the matter minds."""
    if rt.policy("recall") != UNREAD:
        return False
    following = [state["tasks"][str(number)] for number in sent.get("next", ())]
    return any(set(task.get("read_by", ())) - by.persons for task in following)


def take_opened(by: kernel.Actor, case_id: int) -> bool:
    """The person has the case before him: his open tasks are opened, each once; True where an event says so."""
    seen = Case.objects.filter(pk=case_id, status__in=OPEN).first()
    if seen is None or runtime_of(seen).policy("recall") != UNREAD or not _unopened(by, seen.state):
        return False
    case = locked_case(case_id)
    journal = Journal(case, by)
    numbers = _unopened(by, journal.state)
    if numbers:
        journal.add("task_opened", {"tasks": numbers})
        journal.save()
        kernel.record(by, "case.open_task", on=("case", case.no), county=case.county, after=journal.mark, tasks=numbers)
    return bool(numbers)


def _unopened(by: kernel.Actor, state: dict[str, Any]) -> list[int]:
    mine = [task for task in open_tasks(state).values() if is_mine(task, by)]
    return [task["number"] for task in mine if by.person not in task.get("read_by", ())]
