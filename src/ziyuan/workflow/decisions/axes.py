"""The axis of a column's values: points and the open stretches between them, each stretch with one sample.

Values become keys in their order. Numbers are dense: between two of them lies another. Days, months, moments and strings
are not: between neighbours lies nothing. Times of day have a first and a last.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ziyuan.base.feel import text
from ziyuan.base.feel.temporal import (
    DAY_SECONDS,
    NANO,
    Date,
    DateTime,
    DaysTime,
    Time,
    YearsMonths,
    date_from_days,
    datetime_from_nanos,
    time_from_nanos,
)

_DAY = DAY_SECONDS * NANO
_WIDEST = 18 * 3600 * NANO  # how far a zone may lie from UTC


@dataclass(frozen=True, slots=True)
class Axis:
    """Keys of values and values of keys; `step` is the distance of neighbours, None where the keys are dense."""

    key: Callable[[Any], Any]
    value: Callable[[Any], Any]
    step: int | None = 1
    first: int | None = None
    last: int | None = None

    def between(self, low: Any, high: Any) -> Any:
        """A key between two, or None where there is none."""
        if self.step is None:
            return (low + high) / 2
        return low + self.step if high - low > self.step else None

    def before(self, key: Any) -> Any:
        return None if self.first is not None and key <= self.first else key - 1

    def after(self, key: Any) -> Any:
        return None if self.last is not None and key >= self.last else key + 1


@dataclass(frozen=True, slots=True)
class Strings:
    """Strings by their code points: the next after one is the same with the least sign behind it."""

    def key(self, value: str) -> str:
        return value

    def value(self, key: str) -> str:
        return key

    def between(self, low: str, high: str) -> str | None:
        return low + "\0" if low + "\0" != high else None

    def before(self, key: str) -> str | None:
        return "" if key else None

    def after(self, key: str) -> str:
        return key + "\0"


def _zoned_time(nanos: int) -> Time:
    """A time of day with that instant on the UTC line, in a zone where it lies within the day."""
    away = -(nanos // NANO) if nanos < 0 else min(0, DAY_SECONDS - 1 - nanos // NANO)
    return time_from_nanos(nanos + away * NANO, away)


def axis_of(values: Sequence[Any]) -> Axis | Strings | None:
    """The axis of values of one kind; None where the kind has no order, or local and zoned values are mixed."""
    kind = type(values[0])
    if kind in _PLAIN:
        return _PLAIN[kind]
    if kind not in (Time, DateTime):
        return None
    zones = {(value.zone if kind is Time else value.time.zone) is None for value in values}
    if len(zones) > 1:
        return None
    local = zones.pop()
    if kind is DateTime:
        return Axis(DateTime.utc_nanos, lambda key: datetime_from_nanos(key, None if local else 0))
    if local:
        return Axis(Time.utc_nanos, lambda key: time_from_nanos(key, None), 1, 0, _DAY - 1)
    return Axis(Time.utc_nanos, _zoned_time, 1, -_WIDEST, _DAY + _WIDEST - 1)


_PLAIN: dict[type, Axis | Strings] = {
    Decimal: Axis(lambda value: value, lambda key: key, None),
    Date: Axis(lambda value: value.days, date_from_days),
    YearsMonths: Axis(lambda value: value.months, YearsMonths),
    DaysTime: Axis(lambda value: value.nanos, DaysTime),
    str: Strings(),
}


def stretches(values: Sequence[Any], axis: Axis | Strings) -> list[tuple[Any, str]]:
    """Points and the stretches before, between and after them, each with its description."""
    shown = {axis.key(value): _shown(value) for value in values}
    points = sorted(shown)
    found: list[tuple[Any, str]] = [(axis.before(points[0]), f"< {shown[points[0]]}")]
    for place, point in enumerate(points):
        found.append((point, f"= {shown[point]}"))
        if place + 1 < len(points):
            after = points[place + 1]
            found.append((axis.between(point, after), f"在 ({shown[point]}..{shown[after]}) 之内"))
    found.append((axis.after(points[-1]), f"> {shown[points[-1]]}"))
    samples = [(axis.value(key), told) for key, told in found if key is not None]
    return [(value, told) for value, told in samples if value is not None]


def _shown(value: Any) -> str:
    return text.of(value, lambda steps: None, quoted=True)
