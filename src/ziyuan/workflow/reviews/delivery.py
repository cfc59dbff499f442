"""A delivery as what a case is about: it follows the levels' words, and is sealed by the effect `delivery.accept`."""

from typing import Any

from ziyuan.kernel import service as kernel
from ziyuan.onemap import service as onemap
from ziyuan.workflow.cases import subject
from ziyuan.workflow.effects.registry import Order, register
from ziyuan.workflow.errors import NotUndone
from ziyuan.workflow.reviews.by_case import ByCase
from ziyuan.workflow.reviews.levels import VERBS

DELIVERY = "delivery"
ACTS = {"forward": "agree", "accept": "agree", "return": "refuse"}


def _follow(done: subject.Done) -> None:
    """Passed on, or sent back to the county; an acceptance is the decision's effect."""
    if done.outcome == "refuse":
        onemap.deliveries.carry_out(done.by, done.subject["no"], "return", done.opinion)
    elif done.outcome == "agree" and done.verb == "forward":
        onemap.deliveries.carry_out(done.by, done.subject["no"], "forward", done.opinion)


def _page(told: dict[str, Any]) -> str:
    return f"/deliveries/{told['id']}"


def _apply(order: Order) -> str:
    no = str(order.state["case"]["subject"]["no"])
    onemap.deliveries.carry_out(order.by, no, "accept", order.state["decision"]["opinion"])
    return no


def _undo(target: str, case_no: str, by: kernel.Actor) -> None:
    """An edition that stands is withdrawn on the map, edition by edition, with its own reason and impact."""
    raise NotUndone(target)


def _proof(target: str, case_no: str, by: kernel.Actor) -> str:
    return onemap.deliveries.acceptance_fault(by, target)


onemap.reviewing.fill(DELIVERY, ByCase(DELIVERY, VERBS, ACTS))
subject.register(DELIVERY, subject.Kind("数据汇交", _follow, _page))
register("delivery.accept", _apply, _undo, _proof)
