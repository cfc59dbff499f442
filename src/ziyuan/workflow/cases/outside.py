"""What the applicant is told: one event a step, carried out by the exchange."""

from collections.abc import Callable
from typing import Any

from ziyuan.kernel import service as kernel
from ziyuan.workflow.cases.models import Case
from ziyuan.workflow.quality.score import quality


def tell_outside(
    case: Case, state: dict[str, Any], status: str, *, announce: Callable[..., Any] = kernel.announce, **more: Any
) -> None:
    """Announce the applicant's view of the case; nothing in it names an officer. A case about something inside has none.

    `announce`: a journal's own.
    """
    if state["case"].get("subject"):
        return
    correction = state["correction"]
    announce(
        "case.outside",
        county=state["case"]["county"],
        outer_no=case.outer_no,
        case_no=state["case"]["no"],
        seq=case.seq,
        status=status,
        at=kernel.now(),
        correction={"items": correction["items"]} if correction else None,
        due=state["case"].get("due"),
        quality=quality(state),
        **more,
    )


_STANDS = {
    "open": "办理中",
    "correcting": "待补正",
    "granted": "已批准",
    "refused": "不予通过",
    "withdrawn": "已撤件",
}


def tell_note(case: Case, state: dict[str, Any], note: str) -> None:
    """Tell the applicant what happened to his case; where it stands is as before."""
    tell_outside(case, state, _STANDS.get(state["case"]["status"], "已办结"), note=note)
