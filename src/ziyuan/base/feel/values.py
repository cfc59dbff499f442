"""The kinds of FEEL values and the border to Python's own.

Inside: None, bool, Decimal, str, list, dict, the temporal tuples, Range, Function. `adopt` brings what
callers hold (int, float, date, datetime …) in; `plain` gives it back in the form a Python reader expects.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from ziyuan.base.feel import numbers
from ziyuan.base.feel.temporal import NANO, Date, DateTime, DaysTime, Time, YearsMonths, offset_of, zone_info


class Range(NamedTuple):
    """An interval; an end that is None is open without a bound."""

    start: Any
    end: Any
    start_included: bool
    end_included: bool


class Function:
    """A callable value: `parameters` are its names, `call(run, arguments)` gives the result."""

    __slots__ = ("call", "kinds", "made_of", "name", "parameters", "variadic")

    def __init__(
        self,
        name: str,
        parameters: tuple[str, ...],
        call: Callable[[Any, list[Any]], Any],
        variadic: bool = False,
        kinds: tuple[Any, ...] = (),
        made_of: tuple[Any, ...] | None = None,
    ) -> None:
        """`kinds` are the declared types of the parameters; equal `made_of` (text, scope) are equal functions."""
        self.name, self.parameters, self.call, self.variadic = name, parameters, call, variadic
        self.kinds, self.made_of = kinds, made_of


ATOMS = frozenset(
    {type(None), bool, Decimal, str, Date, Time, DateTime, YearsMonths, DaysTime, Range, Function}
)

KIND_NAMES: dict[type, str] = {
    type(None): "空值",
    bool: "布尔值",
    Decimal: "数字",
    str: "文本",
    list: "列表",
    dict: "上下文",
    Date: "日期",
    Time: "时间",
    DateTime: "日期时间",
    YearsMonths: "年月时段",
    DaysTime: "日时时段",
    Range: "区间",
    Function: "函数",
}


def kind_name(value: object) -> str:
    return KIND_NAMES.get(type(value), type(value).__name__)


def adopt(value: Any) -> Any:
    """A value of the caller as a FEEL value (deep); a kind that FEEL does not have raises TypeError."""
    kind = type(value)
    if kind in ATOMS:
        return numbers.number(value) if kind is Decimal else value
    reader = _READERS.get(kind)
    if reader is not None:
        return reader(value)
    for base, reader in _READERS.items():
        if isinstance(value, base):
            return reader(value)
    if isinstance(value, Mapping):
        return {str(key): adopt(entry) for key, entry in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [adopt(entry) for entry in value]
    if hasattr(value, "item"):  # a numpy scalar
        return adopt(value.item())
    if callable(value):
        return Function(
            getattr(value, "__name__", "函数"),
            (),
            lambda _, arguments: adopt(value(*map(plain, arguments))),
            True,
        )
    raise TypeError(f"FEEL 不能表示的值：{kind.__name__}")


def _adopt_datetime(value: dt.datetime) -> DateTime:
    return DateTime(Date(value.year, value.month, value.day), _adopt_time(value, value.utcoffset()))


def _adopt_time(value: dt.time | dt.datetime, offset: dt.timedelta | None) -> Time:
    zone: int | str | None = None if offset is None else int(offset.total_seconds())
    key = getattr(value.tzinfo, "key", None)
    if isinstance(key, str) and key != "UTC":
        zone = key
    return Time(value.hour, value.minute, value.second, value.microsecond * 1000, zone)


def _adopt_delta(value: dt.timedelta) -> DaysTime:
    return DaysTime(((value.days * 86_400 + value.seconds) * 1_000_000 + value.microseconds) * 1000)


_READERS: dict[type, Callable[[Any], Any]] = {
    bool: bool,
    int: numbers.number,
    float: numbers.number,
    Decimal: numbers.number,
    str: str,
    dt.datetime: _adopt_datetime,
    dt.date: lambda day: Date(day.year, day.month, day.day),
    dt.time: lambda moment: _adopt_time(moment, moment.utcoffset()),
    dt.timedelta: _adopt_delta,
    dict: lambda entries: {str(key): adopt(entry) for key, entry in entries.items()},
    list: lambda entries: [adopt(entry) for entry in entries],
}


def plain(value: Any) -> Any:
    """A FEEL value as Python holds it; what Python cannot hold (year 12000, months) stays a FEEL tuple."""
    writer = _WRITERS.get(type(value))
    return value if writer is None else writer(value)


def _plain_date(day: Date) -> Any:
    return dt.date(*day) if 1 <= day.year <= 9999 else day


def _plain_time(moment: Time) -> Any:
    return dt.time(moment.hour, moment.minute, moment.second, moment.nano // 1000, _tzinfo(moment, None))


def _plain_datetime(moment: DateTime) -> Any:
    if not 1 <= moment.date.year <= 9999:
        return moment
    clock = dt.time(*moment.time[:3], moment.time.nano // 1000, _tzinfo(moment.time, moment.date))
    return dt.datetime.combine(dt.date(*moment.date), clock)


def _tzinfo(moment: Time, day: Date | None) -> dt.tzinfo | None:
    if isinstance(moment.zone, str) and day is not None:
        return zone_info(moment.zone)
    offset = offset_of(moment.zone, day, moment.seconds)
    return None if offset is None else dt.timezone(dt.timedelta(seconds=offset))


def _plain_days(value: DaysTime) -> Any:
    if abs(value.nanos) > 999_999_999 * 86_400 * NANO:
        return value
    return dt.timedelta(microseconds=value.nanos // 1000)


_WRITERS: dict[type, Callable[[Any], Any]] = {
    Date: _plain_date,
    Time: _plain_time,
    DateTime: _plain_datetime,
    DaysTime: _plain_days,
    list: lambda entries: [plain(entry) for entry in entries],
    dict: lambda entries: {key: plain(entry) for key, entry in entries.items()},
}
