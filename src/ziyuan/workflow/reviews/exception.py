"""An exception as what a case is about: sent back it waits for its asker; the decision approves or refuses it."""

from typing import Any

from ziyuan.kernel import service as kernel
from ziyuan.onemap import service as onemap
from ziyuan.workflow.cases import subject
from ziyuan.workflow.effects.registry import Order, register
from ziyuan.workflow.errors import NotUndone
from ziyuan.workflow.reviews.by_case import ByCase

EXCEPTION = "exception"
ACTS = {"approve": "agree", "refuse": "refuse", "return": "return"}


def _follow(done: subject.Done) -> None:
    """Sent back to be supplemented; what decides is the decision's effect."""
    if done.outcome == "return":
        onemap.findings.carry_out(done.by, done.subject["no"], "return", done.opinion)


def _page(told: dict[str, Any]) -> str:
    return f"/exceptions?id={told['id']}"


def _carried(order: Order, verb: str) -> str:
    no = str(order.state["case"]["subject"]["no"])
    onemap.findings.carry_out(order.by, no, verb, order.state["decision"]["opinion"])
    return no


def _approve(order: Order) -> str:
    return _carried(order, "approve")


def _refuse(order: Order) -> str:
    return _carried(order, "refuse")


def _undo(target: str, case_no: str, by: kernel.Actor) -> None:
    onemap.findings.undo(by, target)


def _stands(target: str, case_no: str, by: kernel.Actor) -> None:
    """A refusal has brought nothing about that could be taken back: the county may ask anew."""
    raise NotUndone(target)


def _approved(target: str, case_no: str, by: kernel.Actor) -> str:
    return onemap.findings.decision_fault(by, target, "approved")


def _refused(target: str, case_no: str, by: kernel.Actor) -> str:
    return onemap.findings.decision_fault(by, target, "refused")


onemap.reviewing.fill(EXCEPTION, ByCase(EXCEPTION, ("approve",), ACTS))
subject.register(EXCEPTION, subject.Kind("质检问题例外", _follow, _page))
register("exception.approve", _approve, _undo, _approved, on_way=False)
register("exception.refuse", _refuse, _stands, _refused, on_way=False)
