"""The frame of an act on a case: lock, once per command, is it offered, change, events, rows, audit, announcement."""

from collections.abc import Callable
from typing import Any

from ziyuan.kernel import service as kernel
from ziyuan.workflow.cases.journal import Journal
from ziyuan.workflow.cases.lock import locked_once
from ziyuan.workflow.cases.runtime import Runtime
from ziyuan.workflow.cases.versions import runtime_of

Change = Callable[[Runtime, Journal], dict[str, Any]]
Offered = Callable[[Runtime, dict[str, Any]], None]


def carried_out(
    by: kernel.Actor,
    word: str,
    case_id: int,
    command: str,
    offered: Offered,
    change: Change,
    *,
    behind: kernel.Actor | None = None,
) -> None:
    """Carry out one act of one person. `offered` raises where it is not his to do now; `change` adds the events and
    gives what the audit says of them. `behind`: who opens the case where the person himself may not see it."""
    with kernel.acting(by):
        kernel.require(by, word)
        with kernel.acting(behind or by):
            case = locked_once(case_id, command and f"{word}:{command}")
            if case is None:
                return
            rt, journal = runtime_of(case), Journal(case, by)
            offered(rt, journal.state)
            detail = change(rt, journal)
            journal.save()
            kernel.record(by, word, on=("case", case.no), county=case.county, after=journal.mark, **detail)
            kernel.announce("case.changed", county=case.county, case=case.pk, action=word)
