"""The clock of a case: from its state to its reading."""

from datetime import date, datetime
from typing import Any

from ziyuan.base import workdays
from ziyuan.kernel import service as kernel
from ziyuan.workflow.cases.runtime import Runtime, figure
from ziyuan.workflow.clocks import clock


def stops_of(state: dict[str, Any]) -> list[clock.Stop]:
    """The typed stops of a case."""
    return [
        clock.Stop(s["kind"], date.fromisoformat(s["from"]), date.fromisoformat(s["to"]) if s["to"] else None)
        for s in state["stops"]
    ]


def accept_body(runtime: Runtime, state: dict[str, Any]) -> dict[str, Any]:
    """What the event `accepted` says: today, and the promised last day."""
    day = kernel.today()
    return {"day": day.isoformat(), **due_now(runtime, day, stops_of(state))}


def due_now(runtime: Runtime, accepted: date | None, stops: list[clock.Stop]) -> dict[str, Any]:
    """Last day and its provisional mark; None before acceptance."""
    if accepted is None:
        return {"due": None, "provisional": False}
    _, promised = runtime.limits(accepted)
    due = clock.due_day(accepted, promised, stops, kernel.today())
    return {"due": due.date.isoformat(), "provisional": due.provisional}


def reading(runtime: Runtime, state: dict[str, Any]) -> dict[str, Any]:
    """The clock as the case page shows it."""
    told = state["case"]
    accepted = date.fromisoformat(told["accepted"]) if told["accepted"] else None
    statutory, promised = runtime.limits(accepted or kernel.today())
    closed = date.fromisoformat(told["closed"][:10]) if told["closed"] else kernel.today()
    shown = clock.read(accepted, promised, stops_of(state), min(closed, kernel.today()))
    return {
        "statutory": statutory,
        "promised": promised,
        "used": shown.used if shown else 0,
        "stopped": shown.stopped if shown else 0,
        "left": shown.left if shown else None,
        "lamp": shown.lamp if shown and not told["closed"] else "none",
        "due": shown.due.isoformat() if shown else None,
        "provisional": bool(shown and shown.provisional),
        "stops": state["stops"],
        "notify_due": _notify_due(runtime, told) if accepted is None and not told["closed"] else None,
    }


def _notify_due(runtime: Runtime, told: dict[str, Any]) -> str | None:
    """Last day to tell the applicant all at once what is missing (一次性告知); None where the matter has no limit."""
    name = runtime.matter.told["due"].get("notify")
    opened = datetime.fromisoformat(told["opened"]).date()
    return workdays.after(opened, int(figure(name, opened))).isoformat() if name else None
