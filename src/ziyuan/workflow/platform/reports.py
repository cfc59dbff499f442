"""What the platform is to be told of a case: an outbox row for each step reported, in the transaction of the step itself."""

from collections.abc import Sequence
from typing import Any

from ziyuan.kernel import service as kernel
from ziyuan.workflow.cases import rows
from ziyuan.workflow.platform.models import PlatformReport

STEPS = {
    "accepted": "受理",
    "correction_asked": "补正告知",
    "correction_answered": "收到补正",
    "clock_stopped": "特别程序开始",
    "clock_resumed": "特别程序结束",
    "extension_answered": "延期",
    "decided": "办结",
    "issued": "制发文书",
    "served": "送达",
    "withdrawn": "撤回",
}
_FIRST = ("accepted", "decided")


def writing(changes: Sequence[tuple[Any, dict[str, Any], list[rows.Row]]]) -> list[kernel.Statement]:
    """The rows of new events, by case and what it was before; nothing is reported before it is accepted or decided."""
    made: list[rows.Row] = []
    for case, before, events in changes:
        begun = bool(before["case"].get("accepted") or before["decision"])
        for event in events:
            begun = begun or event["kind"] in _FIRST
            if begun and event["kind"] in STEPS:
                made.append(_row(case, event))
    return rows.adding(PlatformReport, made)


def _row(case: Any, event: rows.Row) -> rows.Row:
    told = {"case_id": case.pk, "counties": case.counties, "seq": event["seq"], "at": event["at"]}
    return {**told, "step": STEPS[event["kind"]], "facts": _facts(event), "next_try": kernel.now()}


def _facts(event: rows.Row) -> dict[str, Any]:
    """What of an event the platform is told: no opinion, no person, no form."""
    kind, body = event["kind"], event["body"]
    told: dict[str, Any] = {"organ": event["organ"]}
    if kind == "decided":
        told |= {name: body["decision"][name] for name in ("result", "title", "no", "day")}
    if kind == "clock_stopped":
        told |= {"kind": body["stop"]["kind"], "basis": body["stop"]["basis"]}
    if kind == "extension_answered":
        told |= {"state": body["state"]}
    return told
