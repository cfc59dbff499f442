"""What the applicant is told: one event a step, carried out by the exchange."""

from typing import Any

from ziyuan.kernel import service as kernel
from ziyuan.workflow.cases.models import Case


def tell_outside(case: Case, state: dict[str, Any], status: str, **more: Any) -> None:
    """Announce the applicant's view of the case; nothing in it names an officer. A case about something inside has none."""
    if state["case"].get("subject"):
        return
    correction = state["correction"]
    kernel.announce(
        "case.outside",
        county=state["case"]["county"],
        outer_no=case.outer_no,
        case_no=state["case"]["no"],
        seq=case.seq,
        status=status,
        at=kernel.now(),
        correction={"items": correction["items"]} if correction else None,
        due=state["case"].get("due"),
        **more,
    )


def tell_note(case: Case, state: dict[str, Any], note: str) -> None:
    """Tell the applicant what happened to his limit; where the case stands is as before."""
    tell_outside(case, state, "待补正" if state["correction"] else "办理中", note=note)
