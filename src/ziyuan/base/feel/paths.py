"""What stands after a dot: entries of contexts and the properties of temporal values and ranges."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from ziyuan.base.feel import calendar
from ziyuan.base.feel.run import Run, Span
from ziyuan.base.feel.temporal import (
    DAY_SECONDS,
    NANO,
    Date,
    DateTime,
    DaysTime,
    Time,
    YearsMonths,
    offset_of,
)
from ziyuan.base.feel.values import Range, kind_name

MEMBERS = frozenset({"time offset", "start included", "end included"})


def _offset(moment: Time, day: Date | None) -> DaysTime | None:
    seconds = offset_of(moment.zone, day, moment.seconds)
    return None if seconds is None else DaysTime(seconds * NANO)


def _zone(moment: Time) -> str | None:
    return moment.zone if isinstance(moment.zone, str) else None


def _truncated(value: int, unit: int, modulus: int | None = None) -> Decimal:
    """Units held in a signed count, towards zero."""
    whole = abs(value) // unit
    whole = whole if modulus is None else whole % modulus
    return Decimal(-whole if value < 0 else whole)


def _of_date(getter: Callable[[Date], Any]) -> Callable[[DateTime], Any]:
    return lambda moment: getter(moment.date)


def _of_time(getter: Callable[[Time], Any]) -> Callable[[DateTime], Any]:
    return lambda moment: getter(moment.time)


_DATE: dict[str, Callable[[Date], Any]] = {
    "year": lambda d: Decimal(d.year),
    "month": lambda d: Decimal(d.month),
    "day": lambda d: Decimal(d.day),
    "weekday": lambda d: Decimal(calendar.weekday(d.days)),
}
_TIME: dict[str, Callable[[Time], Any]] = {
    "hour": lambda t: Decimal(t.hour),
    "minute": lambda t: Decimal(t.minute),
    "second": lambda t: Decimal(t.second) + Decimal(t.nano) / NANO if t.nano else Decimal(t.second),
    "time offset": lambda t: _offset(t, None),
    "timezone": _zone,
}
PROPERTIES: dict[type, dict[str, Callable[[Any], Any]]] = {
    Date: _DATE,
    Time: _TIME,
    DateTime: {
        **{key: _of_date(getter) for key, getter in _DATE.items()},
        **{key: _of_time(getter) for key, getter in _TIME.items()},
        "time offset": lambda m: _offset(m.time, m.date),
    },
    YearsMonths: {
        "years": lambda v: _truncated(v.months, 12),
        "months": lambda v: _truncated(v.months, 1, 12),
    },
    DaysTime: {
        "days": lambda v: _truncated(v.nanos, DAY_SECONDS * NANO),
        "hours": lambda v: _truncated(v.nanos, 3600 * NANO, 24),
        "minutes": lambda v: _truncated(v.nanos, 60 * NANO, 60),
        "seconds": lambda v: _seconds(v.nanos),
    },
    Range: {
        "start": lambda v: v.start,
        "end": lambda v: v.end,
        "start included": lambda v: v.start_included,
        "end included": lambda v: v.end_included,
    },
}


def _seconds(nanos: int) -> Decimal:
    rest = Decimal(abs(nanos) % (60 * NANO)) / NANO
    return -rest if nanos < 0 and rest else rest


def member(value: Any, name: str, run: Run, span: Span) -> Any:
    """The entry or property called `name`; over a list, that of each item."""
    kind = type(value)
    if kind is dict:
        if name in value:
            return value[name]
        return run.why(span, "上下文中没有“{}”这一项", name)
    if kind is list:
        run.spend(len(value), span)
        return [member(item, name, run, span) for item in value]
    getter = PROPERTIES.get(kind, {}).get(name)
    if getter is not None:
        return getter(value)
    return run.why(span, "{} 没有属性“{}”", kind_name(value), name)
