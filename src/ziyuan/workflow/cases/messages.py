"""A message for a case comes in (消息): whoever waits for it in the process takes it, or it is kept until somebody does."""

from collections.abc import Mapping
from typing import Any

from ziyuan.kernel import service as kernel
from ziyuan.workflow.cases.journal import Journal
from ziyuan.workflow.cases.lock import first_time, locked_case
from ziyuan.workflow.cases.moving import by_itself
from ziyuan.workflow.cases.runtime import Runtime
from ziyuan.workflow.cases.timers import ring
from ziyuan.workflow.cases.versions import runtime_of
from ziyuan.workflow.errors import FormIncomplete, WrongState


def case_message(
    by: kernel.Actor, case: int, name: str, vars: Mapping[str, Any] | None = None, command: str = ""
) -> None:
    """Deliver the message `name` once per command, with the values that the matter declares for it and no others.

    Raises WrongState while the applicant corrects or when the case is closed, FormIncomplete for a value not declared,
    UncaughtEvent where the process knows no such message. A refused message was not taken: the sender may bring it
    again under the same command.
    """
    with kernel.acting(by):
        if by.person is not None:
            kernel.require(by, "case.act")
        row = locked_case(case)
        if not first_time(command and f"message:{command}", "case", row.pk):
            return
        if row.status != "open":
            raise WrongState(f"案件 {row.no} 不能收取消息“{name}”", row.status)
        rt, journal, given = runtime_of(row), Journal(row, by), dict(vars or {})
        _declared(rt, name, given)
        ring(rt, journal)
        state = journal.state
        values = {**rt.values(state), **given}
        step = rt.graph.message(state["engine"], name, values, now=kernel.now(), decide=rt.decide)
        by_itself(rt, journal, "message_came", step, vars=given, name=name)
        journal.save()
        kernel.record(
            by, "case.message_came", on=("case", row.no), county=row.county, after=journal.mark, name=name
        )
        kernel.announce("case.changed", county=row.county, case=row.pk, action="message_came")


def _declared(rt: Runtime, name: str, given: dict[str, Any]) -> None:
    """A message sets what the matter says it sets, and never what the process itself goes by. Raises FormIncomplete."""
    known = rt.matter.told.get("messages", {}).get(name, [])
    strange = [key for key in given if key not in known]
    if strange:
        raise FormIncomplete({key: f"事项没有为消息“{name}”声明“{key}”" for key in strange})
