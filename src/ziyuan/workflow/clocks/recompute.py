"""A new holiday notice is loaded (放假通知): the last day of every open case is counted again, with an event where it moves."""

from ziyuan.base import canonical, workdays
from ziyuan.kernel import service as kernel
from ziyuan.workflow.cases.clock import due_now, stops_of
from ziyuan.workflow.cases.journal import Journal
from ziyuan.workflow.cases.lock import first_time, locked_case
from ziyuan.workflow.cases.models import Case, Command
from ziyuan.workflow.cases.outside import tell_note
from ziyuan.workflow.cases.state import OPEN
from ziyuan.workflow.cases.versions import runtime_of

BATCH = 500
_DONE = "clock.calendar"


def recompute_due(by: kernel.Actor) -> int:
    """How many open cases have another last day, or another mark, by the calendar of this release. Runs again harmlessly.

    A calendar that was applied to every case is remembered, so that the nightly turn looks at no case until the next.
    """
    notice = _digest(workdays.calendar())
    with kernel.acting(by):
        if Command.objects.filter(object_kind=_DONE, command__endswith=notice).exists():
            return 0
    last, changed = 0, 0
    while True:
        with kernel.acting(by):
            found = Case.objects.filter(pk__gt=last, status__in=OPEN).exclude(due=None).order_by("pk")
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
        if told["status"] not in OPEN or not told.get("due"):
            return False
        due = due_now(runtime_of(case), case.state, stops_of(case.state), kernel.today())
        if due == {name: told.get(name) for name in due}:
            return False
        was = {name: told[name] for name in ("due", "provisional")}
        last_year = workdays.calendar().last_year
        journal.add("due_recomputed", {**due, "was": was, "announced_to": last_year})
        journal.save()
        kernel.record(
            by, "case.due_recomputed", on=("case", case.no), county=case.county, after=journal.state, was=was["due"]
        )
        kernel.announce("case.changed", county=case.county, case=case.pk, action="case.due_recomputed")
        if due["due"] != was["due"]:
            tell_note(case, journal.state, f"按新的放假通知,办理期限为 {due['due']}")
        return True


def _digest(calendar: workdays.Calendar) -> str:
    """What tells one calendar from the next."""
    named = {day.isoformat(): told.free for day, told in calendar.named.items()}
    years = [calendar.first_year, calendar.last_year]
    return canonical.digest("holiday-calendar", {"named": named, "years": years}).hex()[:32]


@kernel.every("workflow.recompute_due", "40 18 * * *")  # the worker's clock is UTC: twenty to three at night here
def recompute_nightly() -> None:
    """The first night after a release with a new notice counts again; any other finds it done."""
    recompute_due(kernel.system_actor("放假通知"))
