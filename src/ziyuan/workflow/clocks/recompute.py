"""A new holiday notice is loaded (放假通知): the last day of every open case is counted again, with an event where it moves."""

from ziyuan.kernel import service as kernel
from ziyuan.workflow.cases.clock import moved_due, moved_notify
from ziyuan.workflow.cases.journal import Journal
from ziyuan.workflow.cases.lock import first_time, locked_case
from ziyuan.workflow.cases.models import Case, Command
from ziyuan.workflow.cases.outside import tell_note
from ziyuan.workflow.cases.state import OPEN
from ziyuan.workflow.cases.versions import runtime_of
from ziyuan.workflow.clocks.calendars import digest

BATCH = 500
_DONE = "clock.calendar"


def recompute_due(by: kernel.Actor) -> int:
    """How many open cases have another last day, or another mark, by the notices known now. Runs again harmlessly.

    A calendar that was applied to every case is remembered, so that the nightly turn looks at no case until the next.
    """
    notice = digest()
    with kernel.acting(by):
        if Command.objects.filter(object_kind=_DONE, command__endswith=notice).exists():
            return 0
    last, changed = 0, 0
    while True:
        with kernel.acting(by):
            found = Case.objects.filter(pk__gt=last, status__in=OPEN).exclude(due=None, remind_on=None).order_by("pk")
            keys = list(found.values_list("pk", flat=True)[:BATCH])
        if not keys:
            break
        changed += sum(_again(by, key) for key in keys)
        last = keys[-1]
    with kernel.acting(by):
        first_time(notice, _DONE, 0)
    return changed


def _again(by: kernel.Actor, case_id: int) -> bool:
    """Count one case again, in a transaction of its own; False where nothing moves."""
    with kernel.acting(by):
        case = locked_case(case_id)
        journal, told = Journal(case, by), case.state["case"]
        if told["status"] not in OPEN:
            return False
        rt = runtime_of(case)
        due = moved_due(rt, case.state) or moved_notify(rt, case.state)
        if due is None:
            return False
        was = due["was"]
        journal.add("due_recomputed", due)
        journal.save()
        kernel.record(
            by, "case.due_recomputed", on=("case", case.no), county=case.county, after=journal.mark, was=was.get("due")
        )
        kernel.announce("case.changed", county=case.county, case=case.pk, action="case.due_recomputed")
        if due.get("due") != was.get("due"):
            tell_note(case, journal.state, f"按新的放假通知,办理期限为 {due['due']}")
        return True


@kernel.job("workflow.recompute_due_now")
def recompute_now() -> None:
    """A notice was loaded just now."""
    recompute_due(kernel.system_actor("放假通知"))


@kernel.every("workflow.recompute_due", "40 18 * * *")  # the worker's clock is UTC: twenty to three at night here
def recompute_nightly() -> None:
    """The first night after a release with a new notice counts again; any other finds it done."""
    recompute_due(kernel.system_actor("放假通知"))
