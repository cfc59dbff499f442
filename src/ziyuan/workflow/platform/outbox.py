"""Tell the platform of a case: a number at acceptance, then each step and result, in order, once, as soon as it answers.

The case never waits: a platform that is away is asked again, ever more rarely. It is called outside any transaction;
whatever dies between its answer and our commit is asked for again under the same key.
"""

import logging
from datetime import timedelta
from typing import Any

from ziyuan.base.errors import ZiyuanError
from ziyuan.kernel import service as kernel
from ziyuan.workflow.cases.journal import Journal
from ziyuan.workflow.cases.lock import locked_case
from ziyuan.workflow.cases.models import Case
from ziyuan.workflow.errors import NumberTaken
from ziyuan.workflow.platform.folder import Folder
from ziyuan.workflow.platform.models import PlatformReport
from ziyuan.workflow.platform.port import Order, Report, adapter, register

BATCH, LONGEST_WAIT = 500, timedelta(hours=1)
CALLER = "统一受理平台"
_log = logging.getLogger("ziyuan.workflow")
register(Folder())


def send_due(by: kernel.Actor) -> int:
    """One turn: how many reports went out. Of a case they go in their order; one that fails holds up its case only."""
    with kernel.acting(by):
        waiting = PlatformReport.objects.filter(sent=None, next_try__lte=kernel.now())
        found = list(waiting.order_by("next_try", "pk").values_list("case", flat=True)[:BATCH])
    return sum(_send_case(by, case) for case in dict.fromkeys(found))


def _send_case(by: kernel.Actor, case_id: int) -> int:
    sent = 0
    while True:
        with kernel.acting(by):
            row = PlatformReport.objects.filter(case=case_id, sent=None).order_by("seq").first()
            case = Case.objects.filter(pk=case_id).first()
        if row is None or case is None or row.next_try > kernel.now():
            return sent
        try:
            number = case.platform_no or _take_number(by, case)
            adapter().report(Report(f"{case.no}-{row.seq:06d}", number, row.step, row.at.isoformat(), row.facts))
        except (ZiyuanError, OSError) as away:
            _again_later(by, row, str(away))
            return sent
        with kernel.acting(by):
            PlatformReport.objects.filter(pk=row.pk, sent=None).update(sent=kernel.now(), fault="")
        sent += 1


def _take_number(by: kernel.Actor, case: Case) -> str:
    """Ask for the number and write it into the case, once. Raises PlatformAway, NumberTaken."""
    facts = {"matter": case.matter, "title": case.title, "region": case.county, "outer_no": case.outer_no}
    number, platform = adapter().number(Order(case.no, facts)), adapter().name
    with kernel.acting(by):
        row = locked_case(case.pk)
        if row.platform_no:
            return row.platform_no
        if Case.objects.filter(platform_no=number).exists():
            raise NumberTaken(number, case.no)
        journal = Journal(row, by)
        journal.add("numbered", {"no": number, "platform": platform})
        journal.save()
        kernel.record(
            by, "case.numbered", on=("case", row.no), county=row.county, after=journal.state, number=number, platform=platform
        )
        kernel.announce("case.changed", county=row.county, case=row.pk, action="numbered")
    return number


def _again_later(by: kernel.Actor, row: PlatformReport, fault: str) -> None:
    """1, 2, 4 … minutes, an hour at the most."""
    wait = min(timedelta(minutes=2 ** min(row.tries, 10)), LONGEST_WAIT)
    with kernel.acting(by):
        PlatformReport.objects.filter(pk=row.pk, sent=None).update(
            tries=row.tries + 1, next_try=kernel.now() + wait, fault=fault[:400]
        )
    _log.info("案件 %s 的“%s”没有报出,%s 后再试:%s", row.case_id, row.step, wait, fault)


@kernel.every("workflow.report_to_platform", "* * * * *")
def each_minute() -> None:
    """Every minute: whatever waits."""
    send_due(kernel.system_actor(CALLER))


def standing(case: Case) -> dict[str, Any]:
    """What the case page says of the platform: the number or why it is not there, and what still waits."""
    waiting = case.reports.filter(sent=None).order_by("seq")
    first = waiting.first()
    return {
        "no": case.platform_no,
        "platform": case.state["case"].get("platform", ""),
        "waiting": waiting.count(),
        "fault": first.fault if first else "",
        "sent": [
            {"step": r.step, "at": r.at.isoformat(), "sent": r.sent.isoformat()}
            for r in case.reports.exclude(sent=None).order_by("seq")
            if r.sent
        ],
    }
