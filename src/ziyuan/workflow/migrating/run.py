"""Carry a signed order out: one case a transaction, each once; what was killed in the middle goes on where it was.

A case that has been worked on since the dry run moves from where it stands now, or is refused with the reason.
"""

from collections.abc import Callable

from ziyuan.base.errors import ZiyuanError
from ziyuan.kernel import service as kernel
from ziyuan.workflow.cases.journal import Journal
from ziyuan.workflow.cases.lock import first_time, locked_case
from ziyuan.workflow.cases.models import Case
from ziyuan.workflow.cases.moving import by_itself
from ziyuan.workflow.cases.runtime import Runtime
from ziyuan.workflow.cases.state import OPEN
from ziyuan.workflow.cases.timers import ring
from ziyuan.workflow.cases.versions import present, runtime_of
from ziyuan.workflow.errors import MigrationRefused
from ziyuan.workflow.migrating.look import MOVE, REFUSE, STAY, look
from ziyuan.workflow.migrating.models import MigrationLine, MigrationOrder
from ziyuan.workflow.migrating.order import DONE, RUNNING, SIGNED, holds, locked_order

RUN = "migration.run"
BATCH = 200
LONGEST = 1000
MOVED, STAYED, REFUSED, OVER = "moved", "stayed", "refused", "over"
_OUTCOME = {STAY: STAYED, REFUSE: REFUSED}
Progress = Callable[[int, int], None]


def start_order(by: kernel.Actor, number: int, command: str = "") -> None:
    """A person lets a signed order run; the worker carries it out. Raises MigrationRefused."""
    with kernel.acting(by):
        kernel.require(by, RUN, kernel.node().region)
        order = locked_order(number)
        if not first_time(command and f"{RUN}:{command}", "migration", order.pk):
            return
        _begin(order)
        kernel.record(by, RUN, on=("migration", order.pk), matter=order.matter)
        kernel.defer("workflow.migrate_cases", order=order.pk)


@kernel.job("workflow.migrate_cases")
def migrate_cases(*, order: int) -> None:
    """The worker's turn; a repeat finds what is done and goes on."""
    run_order(order)


def run_order(number: int, progress: Progress | None = None) -> dict[str, int]:
    """Every line that has no outcome yet, each in a transaction of its own; how many came to what."""
    by = kernel.system_actor("流程升级")
    with kernel.acting(by):
        order = locked_order(number)
        if order.state != DONE:
            _begin(order)
        if not holds(order):
            raise MigrationRefused("升级单的内容与签发时不符")
        counts = outcomes(number)
        total, done = sum(counts.values()), sum(counts.values()) - counts["waiting"]
    while keys := _waiting(by, number):
        for key in keys:
            _line(by, order, key)
            done += 1
            if progress:
                progress(done, total)
    with kernel.acting(by):
        told = outcomes(number)
        if MigrationOrder.objects.filter(pk=number, state=RUNNING).update(state=DONE):
            kernel.record(by, "migration.done", on=("migration", number), after=told)
    return told


def _begin(order: MigrationOrder) -> None:
    if order.state not in (SIGNED, RUNNING):
        raise MigrationRefused("升级单没有签发,或已经办完")
    if present(order.matter).version != order.version:
        raise MigrationRefused("事项又有了新版本,请重新试算")
    order.state = RUNNING
    order.save(update_fields=["state"])


def _waiting(by: kernel.Actor, number: int) -> list[int]:
    with kernel.acting(by):
        found = MigrationLine.objects.filter(order=number, outcome="").order_by("pk")
        return list(found.values_list("pk", flat=True)[:BATCH])


def outcomes(number: int) -> dict[str, int]:
    """How many lines of an order came to which outcome; those still to come under `waiting`."""
    found = dict.fromkeys((MOVED, STAYED, REFUSED, OVER, "waiting"), 0)
    for outcome in MigrationLine.objects.filter(order=number).values_list("outcome", flat=True):
        found[outcome or "waiting"] += 1
    return found


def _line(by: kernel.Actor, order: MigrationOrder, key: int) -> None:
    """One case, once. Whatever stops it is its outcome, and the next case goes on."""
    try:
        with kernel.acting(by):
            line = MigrationLine.objects.select_for_update().get(pk=key)
            if line.outcome:
                return
            _close(line, *_case(by, order, line))
    except ZiyuanError as refused:
        with kernel.acting(by):
            line = MigrationLine.objects.select_for_update().get(pk=key)
            if not line.outcome:
                _close(line, REFUSED, str(refused))


def _close(line: MigrationLine, outcome: str, reason: str) -> None:
    line.outcome, line.reason, line.at = outcome, reason[:LONGEST], kernel.now()
    line.save(update_fields=["outcome", "reason", "at"])


def _case(by: kernel.Actor, order: MigrationOrder, line: MigrationLine) -> tuple[str, str]:
    """What comes of one locked case: (outcome, reason)."""
    case = locked_case(line.case_id)
    if case.status not in OPEN:
        return OVER, "试算之后已经办结"
    if case.version == order.version:
        return MOVED, ""
    if line.told["verdict"] != MOVE:
        return _OUTCOME[line.told["verdict"]], line.told["reason"]
    old, new = runtime_of(case), present(order.matter)
    since = "" if case.seq == line.told["seq"] else "试算之后又有办理,按现状升级"
    return migrate_case(by, case, old, new, order) or (MOVED, since)


def migrate_case(
    by: kernel.Actor, case: Case, old: Runtime, new: Runtime, order: MigrationOrder
) -> tuple[str, str] | None:
    """Bring a locked case to the new version; (outcome, reason) where it stays. Its due timers fire first, by the old."""
    journal = Journal(case, by)
    ring(old, journal)
    found = look(old, new, journal.state)
    if found.step is None:
        return _OUTCOME[found.verdict], found.reason
    change = {**found.change, "order": order.pk, "signed_by": order.signed_name}
    by_itself(new, journal, "migrated", found.step, **change)
    journal.save()
    kernel.record(
        by, "case.migrated", on=("case", case.no), county=case.county, after=journal.state,
        order=order.pk, was=old.version, version=new.version,
    )  # fmt: skip
    kernel.announce("case.changed", county=case.county, case=case.pk, action="migrated")
    return None
