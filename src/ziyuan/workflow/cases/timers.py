"""Timers of cases (定时): when one is due the process moves by itself, each at its own moment, late or not, once.

The moment of the next timer is a column of the case with an index. The clock's job takes due cases one by one and
passes over those that somebody holds; an act on a case fires what is due before it looks at the act.
"""

import logging

from ziyuan.base.errors import ZiyuanError
from ziyuan.kernel import service as kernel
from ziyuan.workflow.cases.journal import Journal
from ziyuan.workflow.cases.models import Case
from ziyuan.workflow.cases.moving import by_itself
from ziyuan.workflow.cases.runtime import Runtime
from ziyuan.workflow.cases.versions import runtime_of
from ziyuan.workflow.engine import next_due

BATCH = 500
MOST_AT_ONCE = 200  # of one case in one transaction; what is left is due in the next minute too
CLOCK = "定时"
_log = logging.getLogger("ziyuan.workflow")


def ring(rt: Runtime, journal: Journal) -> int:
    """Fire the case's due timers in the order of their moments; how many moments that were.

    While the applicant corrects, the case stands still: what came due meanwhile fires when his answer is in.
    """
    rung, now, by = 0, kernel.now(), kernel.system_actor(CLOCK)
    while rung < MOST_AT_ONCE and journal.state["case"]["status"] == "open":
        due = next_due(journal.state["engine"])
        if due is None or due > now:
            break
        state = journal.state
        step = rt.graph.advance(state["engine"], due, rt.values(state), decide=rt.decide)
        fired = [t.node for t in step.timers_closed if t.node in step.passed]
        by_itself(rt, journal, "timer_fired", step, by=by, nodes=fired, moment=due.isoformat())
        rung += 1
    return rung


def ring_due(by: kernel.Actor) -> int:
    """One turn of the clock: how many cases moved. Two turns at once never move a case twice."""
    with kernel.acting(by):
        found = Case.objects.filter(status="open", next_due__lte=kernel.now()).order_by("next_due", "pk")
        keys = list(found.values_list("pk", flat=True)[:BATCH])
    moved = 0
    for key in keys:
        try:
            moved += ring_case(by, key)
        except ZiyuanError:
            _log.exception("案件 %s 的定时没有触发,下一分钟再试", key)
    return moved


def ring_case(by: kernel.Actor, case_id: int) -> bool:
    """One case in a transaction of its own; False where somebody holds it, or nothing is due any more."""
    with kernel.acting(by):
        due = Case.objects.filter(pk=case_id, status="open", next_due__lte=kernel.now())
        case = due.select_for_update(skip_locked=True).first()
        if case is None:
            return False
        journal = Journal(case, by)
        rung = ring(runtime_of(case), journal)
        journal.save()
        if rung:
            kernel.record(by, "case.timer_fired", on=("case", case.no), county=case.county, after=journal.mark)
            kernel.announce("case.changed", county=case.county, case=case.pk, action="timer_fired")
        return rung > 0


@kernel.every("workflow.ring_timers", "* * * * *")
def ring_each_minute() -> None:
    """Every minute: whatever is due."""
    ring_due(kernel.system_actor(CLOCK))
