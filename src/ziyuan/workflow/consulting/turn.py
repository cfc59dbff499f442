"""Each night: a request whose day due has passed lets the clock run again; one that is due tomorrow is told of."""

import logging
from datetime import timedelta

from ziyuan.base.errors import ZiyuanError
from ziyuan.kernel import service as kernel
from ziyuan.workflow.cases.journal import Journal
from ziyuan.workflow.cases.lock import first_time, locked_case
from ziyuan.workflow.cases.state import OPEN
from ziyuan.workflow.cases.versions import runtime_of
from ziyuan.workflow.consulting.acts import run_again
from ziyuan.workflow.consulting.models import Consultation
from ziyuan.workflow.consulting.offers import KIND

_log = logging.getLogger("ziyuan.workflow")


def pass_due(by: kernel.Actor) -> int:
    """How many requests became overdue. Runs again harmlessly; one that fails is tried again the next night."""
    with kernel.acting(by):
        late = Consultation.objects.filter(state="asked", overdue=False, due__lt=kernel.today())
        found = list(late.order_by("pk").values_list("case_id", "number"))
    passed = 0
    for case, number in found:
        try:
            passed += _pass(by, case, number)
        except ZiyuanError:
            _log.exception("案件 %s 的征求意见到期没有处理,次日再试", case)
    return passed


def _pass(by: kernel.Actor, case_id: int, number: int) -> bool:
    with kernel.acting(by):
        case = locked_case(case_id)
        journal = Journal(case, by)
        told = journal.state["consultations"][number - 1]
        if case.status not in OPEN or told["state"] != "asked" or told["overdue"]:
            return False
        journal.add("consult_overdue", {"consultation": number})
        run_again(runtime_of(case), journal, number)
        journal.save()
        kernel.record(
            by, "consultation.overdue", on=("case", case.no), county=case.county, after=journal.state, number=number
        )
        facts = {key: told[key] for key in ("from_organ", "to_organ", "to_name", "due")}
        kernel.announce("case.consultation_overdue", county=case.county, no=case.no, number=number, **facts)
        kernel.announce("case.changed", county=case.county, case=case.pk, action="consultation.overdue")
        return True


def tell_due(by: kernel.Actor) -> int:
    """Announce, once each, the requests that are due tomorrow: whoever sends reminders listens."""
    told = 0
    with kernel.acting(by):
        tomorrow = kernel.today() + timedelta(days=1)
        for row in Consultation.objects.filter(state="asked", due=tomorrow).order_by("pk"):
            if first_time(f"due-{row.due}", "consultation", row.pk):
                facts = {name: getattr(row, name) for name in ("from_organ", "to_organ", "to_name", "number")}
                county = row.counties[0]
                kernel.announce("case.consultation_due", county=county, no=row.case_no, due=row.due, **facts)
                told += 1
    return told


@kernel.every("workflow.consultations_due", "20 16 * * *")  # the worker's clock is UTC: twenty past midnight here
def each_night() -> None:
    """Just after midnight: yesterday's last days have passed."""
    by = kernel.system_actor(KIND)
    pass_due(by)
    tell_due(by)
