"""The clock of a case on paper: an example stops it, lets it run again, extends it, and says where it should stand.

    - {do: stop, kind: 现场勘验, day: 2026-03-04, basis: …, reason: …}
    - {do: resume, kind: 现场勘验, day: 2026-03-11}
    - {do: extend, days: 5, reason: …}      then {do: approve_extension} or {do: refuse_extension}
"""

from collections.abc import Callable
from datetime import date
from typing import Any

from ziyuan.workflow.cases import clock
from ziyuan.workflow.cases.runtime import Runtime
from ziyuan.workflow.clocks import law
from ziyuan.workflow.clocks.calendars import calendar_of
from ziyuan.workflow.clocks.clock import Reading, Stop, read
from ziyuan.workflow.clocks.offers import past

State = dict[str, Any]
Event = tuple[str, dict[str, Any]]


class ClockRefused(Exception):
    """The act on the clock is not possible now; the text is the reason a person would see."""


def acted(rt: Runtime, state: State, step: dict[str, Any], day: date) -> Event:
    """The event of one act on the clock. Raises ClockRefused."""
    if clock.accepted_on(state) is None:
        raise ClockRefused("尚未受理,还没有开始计时")
    return ACTS[step["do"]](rt, state, step, day)


def shown(rt: Runtime, state: State, day: date) -> dict[str, Any]:
    """What an example may say of the clock: used, left, lamp, extended, standing; nothing before acceptance."""
    reading = _reading(state, day)
    if reading is None:
        return {"used": 0, "left": None, "lamp": "none", "extended": 0, "standing": ""}
    more = clock.extended(state)
    limit = reading.against(rt.limits(reading.accepted)[1] + more, law.yellow_share(day))
    closed = bool(state["case"]["closed"])
    lamp, standing = ("none", "") if closed else (limit.lamp, reading.standing)
    return {"used": reading.used, "left": limit.left, "lamp": lamp, "extended": more, "standing": standing}


def _reading(state: State, day: date) -> Reading | None:
    accepted, closed = clock.accepted_on(state), state["case"]["closed"]
    if accepted is None:
        return None
    until = min(day, date.fromisoformat(closed[:10])) if closed else day
    return read(accepted, clock.stops_of(state), until, calendar_of(state))


def _stop(rt: Runtime, state: State, step: dict[str, Any], day: date) -> Event:
    kind = str(step.get("kind", ""))
    if kind == law.CORRECTION:
        raise ClockRefused("补正请用 correct,系统自动停计时")
    if kind not in law.kinds():
        raise ClockRefused(f"没有停计时的种类“{kind}”,可用 {'、'.join(law.kinds())}")
    if any(s["kind"] == kind and s["to"] is None for s in state["stops"]):
        raise ClockRefused(f"“{kind}”已在停计时之中")
    found = law.exemption(rt.matter.told, kind, day)
    basis = str(step.get("basis") or found.basis)
    if not basis:
        raise ClockRefused("请写明依据")
    stops = [*clock.stops_of(state), Stop(kind, day, None, found.counts)]
    told = {"kind": kind, "basis": basis, "reason": str(step.get("reason", "示例")), "counts": found.counts, "why": found.why}
    stop = {**told, "paper": None, "from": day.isoformat()}
    return "clock_stopped", {"stop": stop, **clock.due_now(rt, state, stops, day)}


def _resume(rt: Runtime, state: State, step: dict[str, Any], day: date) -> Event:
    kind = str(step.get("kind", ""))
    place = next((p for p in clock.open_stops(state) if state["stops"][p]["kind"] == kind), None)
    if place is None:
        raise ClockRefused(f"“{kind}”没有在停计时")
    if kind == law.CORRECTION:
        raise ClockRefused("申请人答复补正后自动恢复计时")
    return "clock_resumed", clock.resumed_bodies(rt, state, [place], day)[0]


def _extend(rt: Runtime, state: State, step: dict[str, Any], day: date) -> Event:
    told, longest = state.get("extension"), clock.longest_extension(rt, day)
    if clock.extended(state):
        raise ClockRefused("已经延期一次,不能再次延期")
    if told and told["state"] == "proposed":
        raise ClockRefused("延期申请正在等待负责人答复")
    _in_time(rt, state, day)
    days = step.get("days")
    if type(days) is not int or not 1 <= days <= longest:
        raise ClockRefused(f"延期应为 1 至 {longest} 个工作日")
    return "extension_proposed", {"days": days, "reason": str(step.get("reason", "示例")), "region": ""}


def _answer(rt: Runtime, state: State, step: dict[str, Any], day: date) -> Event:
    told = state.get("extension")
    if not told or told["state"] != "proposed":
        raise ClockRefused("没有等待答复的延期申请")
    if step["do"] == "refuse_extension":
        return "extension_answered", {"state": "refused", "opinion": "示例"}
    _in_time(rt, state, day)
    more = clock.due_now(rt, state, clock.stops_of(state), day, more=told["days"])
    return "extension_answered", {"state": "approved", "opinion": "示例", **more}


def _in_time(rt: Runtime, state: State, day: date) -> None:
    reading = _reading(state, day)
    if reading is not None and past(rt, state, reading, day):
        raise ClockRefused("已过承诺的办理期限,不能延期")


ACTS: dict[str, Callable[[Runtime, State, dict[str, Any], date], Event]] = {
    "stop": _stop,
    "resume": _resume,
    "extend": _extend,
    "approve_extension": _answer,
    "refuse_extension": _answer,
}
