"""The clock of a case: from its state to its reading. Correction, typed stops and extension all go through here."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from ziyuan.kernel import service as kernel
from ziyuan.workflow.cases.runtime import Runtime, figure
from ziyuan.workflow.clocks import clock, law
from ziyuan.workflow.clocks.calendars import calendar, calendar_of, deciding_region
from ziyuan.workflow.reach.law import marks, notify_marks

State = dict[str, Any]


def stops_of(state: State) -> list[clock.Stop]:
    """The typed stops of a case."""
    return [_stop(told) for told in state["stops"]]


def _stop(told: dict[str, Any]) -> clock.Stop:
    end = date.fromisoformat(told["to"]) if told["to"] else None
    return clock.Stop(told["kind"], date.fromisoformat(told["from"]), end, told.get("counts", True))


def extended(state: State) -> int:
    """Working days by which the head has extended the limits; 0 without."""
    told = state.get("extension")
    return int(told["days"]) if told and told["state"] == "approved" else 0


def accepted_on(state: State) -> date | None:
    """The day from which the clock counts; None before acceptance."""
    told = state["case"].get("accepted")
    return date.fromisoformat(told) if told else None


def accept_body(runtime: Runtime, state: State, day: date) -> dict[str, Any]:
    """What the event `accepted` says: the day, and the promised last day."""
    return {"day": day.isoformat(), **_due(runtime, day, [], 0, day, deciding_region(state))}


def due_now(
    runtime: Runtime, state: State, stops: Sequence[clock.Stop], today: date, more: int = 0
) -> dict[str, Any]:
    """Last day and its mark, with `stops` as they are to be and `more` days of extension; no day while the clock stands."""
    return _due(runtime, accepted_on(state), stops, extended(state) + more, today, deciding_region(state))


def moved_due(runtime: Runtime, state: State) -> dict[str, Any] | None:
    """The event of a last day that another calendar moves, the route's or a new notice's; None where nothing moves."""
    told = state["case"]
    if not told.get("due"):
        return None
    due = due_now(runtime, state, stops_of(state), kernel.today())
    was = {name: told.get(name) for name in due}
    return None if due == was else {**due, "was": was, "announced_to": calendar_of(state).last_year}


def rerouted_due(runtime: Runtime, state: State) -> dict[str, Any] | None:
    """As `moved_due`, looked at only where the route has moved the case to a region of another calendar."""
    clock = state["case"].get("clock") or {}
    return moved_due(runtime, state) if clock.get("calendar") != deciding_region(state) else None


def moved_notify(runtime: Runtime, state: State) -> dict[str, Any] | None:
    """The event of another last day to tell the applicant what is missing, by a new notice; None where nothing moves."""
    told = state["case"]
    was, opened = told.get("notify"), date.fromisoformat(told["opened"][:10])
    now = notify_body(runtime, told["county"], opened) if was and not told["accepted"] else was
    return None if now == was else {"notify": now, "was": {"notify": was}, "announced_to": calendar_of(state).last_year}


def _due(
    runtime: Runtime,
    accepted: date | None,
    stops: Sequence[clock.Stop],
    more: int,
    today: date,
    region: str,
) -> dict[str, Any]:
    if accepted is None:
        return {"due": None, "provisional": False, "clock": None}
    read, share = clock.read(accepted, stops, today, calendar(region)), law.yellow_share(today)
    limit = read.against(runtime.limits(accepted)[1] + more, share)
    if read.standing:
        told = {"limit": limit.days, "left": limit.left, "standing": read.standing, "lamp": limit.lamp, "calendar": region}
        return {"due": None, "provisional": False, "clock": told}
    told = {"limit": limit.days, "marks": marks(limit.due, limit.days // share, read.calendar, today), "calendar": region}
    return {"due": limit.due.isoformat(), "provisional": limit.provisional, "clock": told}


def ended(stops: Sequence[clock.Stop], places: Sequence[int], day: date) -> list[clock.Stop]:
    """The stops, those at `places` ended on `day`."""
    return [
        clock.Stop(s.kind, s.start, day, s.counts) if place in places else s for place, s in enumerate(stops)
    ]


def correction_stop(runtime: Runtime, state: State, organ: str, today: date) -> dict[str, Any]:
    """What a correction does to the clock: nothing before acceptance (行政许可法 第三十二条), then what its type does."""
    basis = str(runtime.matter.told["basis"][0])
    if accepted_on(state) is None:
        return {"basis": basis, "stop": None}
    told = law.exemption(runtime.matter.told, law.CORRECTION, today)
    stop = clock.Stop(law.CORRECTION, today, None, told.counts)
    return {
        "basis": told.basis or basis,
        "stop": today.isoformat(),
        "counts": told.counts,
        "why": told.why,
        "organ": organ,
        **due_now(runtime, state, [*stops_of(state), stop], today),
    }


def resumed_bodies(runtime: Runtime, state: State, places: Sequence[int], today: date) -> list[dict[str, Any]]:
    """The events that end the stops at `places`, one each."""
    day, done = today.isoformat(), []
    stops = stops_of(state)
    for place in places:
        stops = ended(stops, [place], today)
        done.append(
            {
                "stop": place + 1,
                "kind": stops[place].kind,
                "to": day,
                **due_now(runtime, state, stops, today),
            }
        )
    return done


def open_stops(state: State) -> list[int]:
    """Places of the stops that nobody has ended."""
    return [place for place, told in enumerate(state["stops"]) if told["to"] is None]


def read_case(state: State) -> clock.Reading | None:
    """The intervals of a case up to now, or to its end; None before acceptance."""
    accepted, closed, today = accepted_on(state), state["case"].get("closed"), kernel.today()
    if accepted is None:
        return None
    until = min(datetime.fromisoformat(closed).date(), today) if closed else today
    return clock.read(accepted, stops_of(state), until, calendar_of(state))


def longest_extension(runtime: Runtime, day: date) -> int:
    """Working days by which this matter may be extended once."""
    name = runtime.matter.told["due"].get("extension")
    return int(figure(name, day)) if name else law.longest_extension(day)


def reading(runtime: Runtime, state: State) -> dict[str, Any]:
    """The clock as lists and the case page show it."""
    told, read, today = state["case"], read_case(state), kernel.today()
    statutory, promised = runtime.limits(accepted_on(state) or today)
    more = extended(state)
    shown = {
        "statutory": statutory,
        "promised": promised,
        "extended": more,
        "used": read.used if read else 0,
        "stopped": sum(read.stopped.values()) if read else 0,
        "stopped_by": read.stopped if read else {},
        "standing": read.standing if read and not told["closed"] else "",
        "intervals": _intervals(read, state) if read else [],
        "stops": state["stops"],
        "extension": state.get("extension"),
        "notify_due": (told.get("notify") or {}).get("due") if read is None and not told["closed"] else None,
    }
    if read is None:
        return {**shown, **_NOTHING, "statutory_limit": None}
    limits = [read.against(days + more, law.yellow_share(today)) for days in (statutory, promised)]
    longer, shorter = (_limit(limit, bool(told["closed"])) for limit in limits)
    return {**shown, **shorter, "statutory_limit": longer}


_NOTHING: dict[str, Any] = {"left": None, "due": None, "provisional": False, "lamp": "none"}


def _limit(limit: clock.Limit, closed: bool) -> dict[str, Any]:
    return {
        "left": limit.left,
        "due": limit.due.isoformat(),
        "provisional": limit.provisional,
        "lamp": "none" if closed else limit.lamp,
    }


def _intervals(read: clock.Reading, state: State) -> list[dict[str, Any]]:
    """The line of intervals: running ("") or stopped, with the law and the person of the stop."""
    made = []
    for part in read.intervals:
        stop = state["stops"][part.stop] if part.stop is not None else None
        count = read.calendar.between(part.after, part.until)
        made.append(
            {
                "after": part.after.isoformat(),
                "until": part.until.isoformat(),
                "days": part.days,
                "provisional": count.provisional,
                "stop": part.stop + 1 if part.stop is not None else None,
                "kind": stop["kind"] if stop else "",
                "basis": stop["basis"] if stop else "",
                "by": stop["by"] if stop else "",
            }
        )
    return made


def notify_body(runtime: Runtime, region: str, opened: date) -> dict[str, Any] | None:
    """Last day to tell the applicant all at once what is missing (一次性告知), and when its people are reminded of it;
    None where the matter has no such limit."""
    name = runtime.matter.told["due"].get("notify")
    if not name:
        return None
    days = calendar(region)
    due = days.add(opened, int(figure(name, opened))).date
    return {"due": due.isoformat(), "marks": notify_marks(due, days, opened)}
