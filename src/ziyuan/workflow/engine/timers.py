"""When a timer is due: ISO 8601 or FEEL to a moment. A timer is data of the token that waits for it.

    "due": {"remind": ["2026-03-05T09:00:00+08:00", 2, "P3D"]}    the moment; rounds left (null: no end) and their length

A moment without an offset is the time of China.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any

from ziyuan.base import feel
from ziyuan.workflow.engine.errors import BadTimer
from ziyuan.workflow.engine.events import Event

ZONE = dt.timezone(dt.timedelta(hours=8))
_DURATION = re.compile(r"-?P[0-9A-Z.]+", re.ASCII)
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d(T.*)?", re.ASCII)
_CYCLE = re.compile(r"R(\d*)/(?:([^/]+)/)?(P[0-9A-Z.]+)", re.ASCII)
_PLUS = feel.compile("a + b", {"a": None, "b": None})


def zoned(moment: dt.datetime) -> dt.datetime:
    """The moment with an offset."""
    return moment if moment.tzinfo else moment.replace(tzinfo=ZONE)


def iso_form(text: str) -> bool:
    """Whether the text of a timer is ISO 8601 and not FEEL."""
    return any(form.fullmatch(text) for form in (_DURATION, _MOMENT, _CYCLE))


def opened(event: Event, values: Mapping[str, Any], now: dt.datetime | None, place: str) -> list[Any]:
    """The entry of a timer that begins now. Raises BadTimer with the place."""
    if now is None:
        raise BadTimer(place, event.time, "没有给出当前时刻")
    now = zoned(now)
    value = _value(event.time, values, now, place)
    if event.clock == "cycle":
        return _cycle(event.time, value, now, place)
    if event.clock == "duration":
        return [_later(now, value, event.time, place).isoformat()]
    return [_moment(value, event.time, place).isoformat()]


def again(due: list[Any]) -> list[Any] | None:
    """The entry of the next round of a cycle, None when it is over."""
    if len(due) < 3 or (due[1] is not None and due[1] <= 1):
        return None
    left = None if due[1] is None else due[1] - 1
    length = feel.compile(f'duration("{due[2]}")')({})
    return [_later(moment_of(due), length, due[2], "").isoformat(), left, due[2]]


def moment_of(due: list[Any]) -> dt.datetime:
    return dt.datetime.fromisoformat(due[0])


def next_due(state: Mapping[str, Any] | None) -> dt.datetime | None:
    """The moment of the earliest running timer of a process state; None where none runs, it has ended or not begun."""
    if state is None or state["ended"]:
        return None
    running = [state.get("root", {}), *state["tokens"]]
    return min((moment_of(due) for holder in running for due in holder.get("due", {}).values()), default=None)


def _value(text: str, values: Mapping[str, Any], now: dt.datetime, place: str) -> Any:
    if _DURATION.fullmatch(text):
        value = feel.compile(f'duration("{text}")')({}, now)
    elif _CYCLE.fullmatch(text):
        return text
    elif _MOMENT.fullmatch(text):
        value = feel.compile(f'date and time("{text}")')({}, now)
    else:
        value = feel.compile(text, values)(values, now)
        if isinstance(value, str):
            value = _value(value, {}, now, place) if iso_form(value) else None
    if value is None:
        raise BadTimer(place, text, "得不出时间")
    return value


def _cycle(text: str, value: Any, now: dt.datetime, place: str) -> list[Any]:
    """R3/PT10H, R/2026-01-01T00:00:00+08:00/P1D; a mere duration goes round without end."""
    found = _CYCLE.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        if not _DURATION.fullmatch(text):
            raise BadTimer(place, text, "循环定时应写成 R次数/时长")
        return [_later(now, value, text, place).isoformat(), None, text]
    count, begin, length = found.groups()
    if begin is not None:
        first = _moment(_value(begin, {}, now, place), text, place)
    else:
        first = _later(now, _value(length, {}, now, place), text, place)
    return [first.isoformat(), int(count) if count else None, length]


def _later(now: dt.datetime, length: Any, text: str, place: str) -> dt.datetime:
    moment = _PLUS({"a": now, "b": length}, now)
    if not isinstance(moment, dt.datetime):
        raise BadTimer(place, text, "不是时长，或超出可表示的时间")
    return zoned(moment)


def _moment(value: Any, text: str, place: str) -> dt.datetime:
    if isinstance(value, dt.datetime):
        return zoned(value)
    if isinstance(value, dt.date):
        return dt.datetime(value.year, value.month, value.day, tzinfo=ZONE)
    raise BadTimer(place, text, "不是日期或日期时间")
