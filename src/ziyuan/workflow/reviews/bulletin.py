"""A bulletin as what a case is about: it follows review and signature, and is published by the decision."""

from typing import Any

from ziyuan.kernel import service as kernel
from ziyuan.onemap import service as onemap
from ziyuan.workflow.cases import subject
from ziyuan.workflow.effects.registry import Order, register
from ziyuan.workflow.errors import NotUndone
from ziyuan.workflow.reviews.by_case import ByCase

BULLETIN = "bulletin"
STEPS = ("review", "sign", "publish")
ACTS = {**dict.fromkeys(STEPS, "agree"), "return": "return"}


def _follow(done: subject.Done) -> None:
    """Reviewed, signed, or sent back; publishing and giving up are the decision's effects."""
    if done.outcome == "return" or (done.outcome == "agree" and done.verb in STEPS[:-1]):
        onemap.catalogue.carry_out_bulletin(done.by, done.subject["no"], done.verb, done.outcome)


def _page(told: dict[str, Any]) -> str:
    return f"/bulletins/{told['id']}"


def _publish(order: Order) -> str:
    return _carried(order, "publish", "agree")


def _discard(order: Order) -> str:
    return _carried(order, "review", "refuse")


def _carried(order: Order, step: str, outcome: str) -> str:
    no = str(order.state["case"]["subject"]["no"])
    onemap.catalogue.carry_out_bulletin(order.by, no, step, outcome)
    return no


def _undo(target: str, case_no: str, by: kernel.Actor) -> None:
    """What was published stands; what was given up is made anew."""
    raise NotUndone(target)


def _published(target: str, case_no: str, by: kernel.Actor) -> str:
    return onemap.catalogue.bulletin_fault(by, target, "published")


def _discarded(target: str, case_no: str, by: kernel.Actor) -> str:
    return onemap.catalogue.bulletin_fault(by, target, "discarded")


onemap.reviewing.fill(BULLETIN, ByCase(BULLETIN, STEPS, ACTS))
subject.register(BULLETIN, subject.Kind("汇交情况通报", _follow, _page))
register("bulletin.publish", _publish, _undo, _published, on_way=False)
register("bulletin.discard", _discard, _undo, _discarded, on_way=False)
