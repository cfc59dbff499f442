"""Dates, times, date-times and the two kinds of duration of FEEL; immutable, any year, nanoseconds.

A zone is None (local), a whole number of seconds east of UTC, or an IANA name such as `Asia/Shanghai`.
A time with a zone name has the offset that zone keeps on 1970-01-01, so that it depends on no clock.
"""

from __future__ import annotations

import datetime as dt
import functools
from typing import NamedTuple

from ziyuan.base.feel import calendar

NANO = 1_000_000_000
DAY_SECONDS = 86_400
Zone = int | str | None


class Date(NamedTuple):
    year: int
    month: int
    day: int

    @property
    def days(self) -> int:
        return calendar.to_days(self.year, self.month, self.day)


class Time(NamedTuple):
    hour: int
    minute: int
    second: int
    nano: int = 0
    zone: Zone = None

    @property
    def seconds(self) -> int:
        return self.hour * 3600 + self.minute * 60 + self.second

    def utc_nanos(self) -> int:
        """Nanoseconds since midnight, moved to UTC where a zone is known (may leave the day)."""
        return (self.seconds - (offset_of(self.zone, None, self.seconds) or 0)) * NANO + self.nano


class DateTime(NamedTuple):
    date: Date
    time: Time

    def local_nanos(self) -> int:
        return (self.date.days * DAY_SECONDS + self.time.seconds) * NANO + self.time.nano

    def offset(self) -> int | None:
        return offset_of(self.time.zone, self.date, self.time.seconds)

    def utc_nanos(self) -> int:
        return self.local_nanos() - (self.offset() or 0) * NANO


class YearsMonths(NamedTuple):
    """A duration of whole months."""

    months: int


class DaysTime(NamedTuple):
    """A duration of nanoseconds (days to seconds)."""

    nanos: int


@functools.lru_cache(maxsize=512)
def zone_info(name: str) -> dt.tzinfo | None:
    """The zone of an IANA name, or None when it is unknown."""
    from zoneinfo import ZoneInfo

    try:
        return ZoneInfo("UTC" if name == "Z" else name)
    except (KeyError, ValueError, OSError):
        return None


def offset_of(zone: Zone, day: Date | None, seconds: int) -> int | None:
    """Seconds east of UTC, or None for a local time."""
    if zone is None or type(zone) is int:
        return zone

    info = zone_info(zone)
    year = 1970 if day is None else min(max(day.year, 2), 9998)
    month, number = (
        (1, 1) if day is None else (day.month, min(day.day, calendar.month_length(year, day.month)))
    )
    moment = dt.datetime(year, month, number, seconds // 3600, seconds // 60 % 60, seconds % 60, tzinfo=info)
    found = moment.utcoffset()
    return int(found.total_seconds()) if found is not None else None


def date_of(year: int, month: int, day: int) -> Date | None:
    return Date(year, month, day) if calendar.is_day(year, month, day) else None


def date_from_days(days: int) -> Date | None:
    return date_of(*calendar.from_days(days))


def time_of(hour: int, minute: int, second: int, nano: int = 0, zone: Zone = None) -> Time | None:
    good = 0 <= hour < 24 and 0 <= minute < 60 and 0 <= second < 60
    return Time(hour, minute, second, nano, zone) if good and _good_zone(zone) else None


def _good_zone(zone: Zone) -> bool:
    if zone is None:
        return True
    return abs(zone) <= 18 * 3600 if type(zone) is int else zone_info(zone) is not None


def datetime_from_nanos(nanos: int, zone: Zone) -> DateTime | None:
    """The local date-time of a nanosecond count since 1970-01-01 in its own zone."""
    days, rest = divmod(nanos, DAY_SECONDS * NANO)
    day = date_from_days(days)
    return None if day is None else DateTime(day, time_from_nanos(rest, zone))


def time_from_nanos(nanos: int, zone: Zone) -> Time:
    seconds, nano = divmod(nanos % (DAY_SECONDS * NANO), NANO)
    return Time(seconds // 3600, seconds // 60 % 60, seconds % 60, nano, zone)


def add_months(day: Date, months: int) -> Date | None:
    return date_of(*calendar.add_months(*day, months))


def add_nanos(moment: DateTime, nanos: int) -> DateTime | None:
    """Elapsed time is added on the UTC line, so a change of summer time is crossed rightly."""
    zone = moment.time.zone
    if type(zone) is not str:
        return datetime_from_nanos(moment.local_nanos() + nanos, zone)
    utc = datetime_from_nanos(moment.utc_nanos() + nanos, 0)
    if utc is None:
        return None
    offset = _offset_at_utc(zone, utc)
    return datetime_from_nanos(utc.local_nanos() + offset * NANO, zone)


def _offset_at_utc(zone: str, utc: DateTime) -> int:

    year = min(max(utc.date.year, 2), 9998)
    day = min(utc.date.day, calendar.month_length(year, utc.date.month))
    moment = dt.datetime(year, utc.date.month, day, *utc.time[:3], tzinfo=dt.UTC)
    found = moment.astimezone(zone_info(zone)).utcoffset()
    return int(found.total_seconds()) if found is not None else 0


def midnight(day: Date) -> DateTime:
    """A date taken as a date and time is its first moment in UTC."""
    return DateTime(day, Time(0, 0, 0, 0, 0))


def months_between(start: Date, end: Date) -> int:
    """Whole months from one day to another, towards zero."""
    if (end.year, end.month, end.day) < (start.year, start.month, start.day):
        return -months_between(end, start)
    months = (end.year - start.year) * 12 + end.month - start.month
    return months - (end.day < start.day)
