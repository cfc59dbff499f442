"""Temporal values from text and to text (the lexical forms of XML Schema that FEEL takes)."""

from __future__ import annotations

import re

from ziyuan.base.feel.temporal import (
    DAY_SECONDS,
    NANO,
    Date,
    DateTime,
    DaysTime,
    Time,
    YearsMonths,
    Zone,
    date_of,
    time_of,
)

_DATE = re.compile(r"(-?)([1-9]\d{4,8}|\d{4})-(\d\d)-(\d\d)", re.ASCII)
_TIME = re.compile(
    r"(\d\d):(\d\d):(\d\d)(?:\.(\d{1,}))?([Zz]|[+-]\d\d:\d\d(?::\d\d)?|@[A-Za-z0-9_+\-/]+)?", re.ASCII
)
_MONTHS = re.compile(r"(-?)P(?:(\d+)Y)?(?:(\d+)M)?", re.ASCII)
_DAYS = re.compile(r"(-?)P(?:(\d+)D)?(?:(T)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.(\d+))?S)?)?", re.ASCII)
_LONGEST = 60


def parse_date(text: str) -> Date | None:
    found = _DATE.fullmatch(text)
    if not found:
        return None
    sign, year, month, day = found.groups()
    return date_of(-int(year) if sign else int(year), int(month), int(day))


def parse_time(text: str) -> Time | None:
    found = _TIME.fullmatch(text) if len(text) <= 2 * _LONGEST else None
    if not found:
        return None
    hour, minute, second, fraction, zone = found.groups()
    if zone in ("+00:00", "-00:00"):
        parsed: Zone = 0
    else:
        parsed = _zone(zone)
    if parsed == "":
        return None
    nano = int(((fraction or "") + "0" * 9)[:9])
    if (hour, minute, second, nano) == ("24", "00", "00", 0):
        hour = "00"
    return time_of(int(hour), int(minute), int(second), nano, parsed)


def _zone(text: str | None) -> Zone:
    """The zone of its text; the empty text stands for one that cannot be."""
    if text is None:
        return None
    if text in ("Z", "z"):
        return 0
    if text[0] == "@":
        return text[1:]
    hours, minutes, *seconds = (int(part) for part in text[1:].split(":"))
    if minutes > 59 or hours > 18:
        return ""
    total = hours * 3600 + minutes * 60 + (seconds[0] if seconds else 0)
    return -total if text[0] == "-" else total


def parse_datetime(text: str) -> DateTime | None:
    """A date and time; a bare date is its midnight without a zone."""
    head, mark, tail = text.partition("T")
    day = parse_date(head)
    if day is None:
        return None if mark else _zoned_date(text)
    if not mark:
        return DateTime(day, Time(0, 0, 0))
    moment = parse_time(tail)
    if moment is None:
        return None
    if tail.startswith("24:"):
        from ziyuan.base.feel.temporal import date_from_days

        following = date_from_days(day.days + 1)
        return None if following is None else DateTime(following, moment)
    return DateTime(day, moment)


def _zoned_date(text: str) -> DateTime | None:
    """A date with an offset, as XML Schema writes it (`2012-03-07Z`): its first moment there."""
    found = _DATE.match(text)
    moment = parse_time("00:00:00" + text[found.end() :]) if found else None
    day = parse_date(found[0]) if found else None
    return None if day is None or moment is None or moment.zone is None else DateTime(day, moment)


def parse_duration(text: str) -> YearsMonths | DaysTime | None:
    if len(text) > _LONGEST:
        return None
    found = _MONTHS.fullmatch(text)
    if found and (found[2] or found[3]):
        months = int(found[2] or 0) * 12 + int(found[3] or 0)
        return YearsMonths(-months if found[1] else months)
    found = _DAYS.fullmatch(text)
    if not found or not any(found.group(2, 4, 5, 6)) or (found[3] and not any(found.group(4, 5, 6))):
        return None
    sign, days, _, hours, minutes, seconds, _ = found.groups(default="0")
    whole = int(days) * DAY_SECONDS + int(hours) * 3600 + int(minutes) * 60 + int(seconds)
    nanos = whole * NANO + int((found[7] or "").ljust(9, "0")[:9])
    return DaysTime(-nanos if sign == "-" else nanos)


def parse_any(text: str) -> Date | Time | DateTime | YearsMonths | DaysTime | None:
    """The value of an at-literal `@"…"`."""
    day = _DATE.match(text)
    if day and text[day.end() : day.end() + 1] == "T":
        return parse_datetime(text)
    return parse_date(text) or parse_time(text) or parse_duration(text)


def date_text(day: Date) -> str:
    return f"{'-' if day.year < 0 else ''}{abs(day.year):04d}-{day.month:02d}-{day.day:02d}"


def time_text(moment: Time) -> str:
    fraction = f".{moment.nano:09d}".rstrip("0") if moment.nano else ""
    return f"{moment.hour:02d}:{moment.minute:02d}:{moment.second:02d}{fraction}{zone_text(moment.zone)}"


def zone_text(zone: Zone) -> str:
    if zone is None:
        return ""
    if isinstance(zone, str):
        return f"@{zone}"
    if zone == 0:
        return "Z"
    hours, rest = divmod(abs(zone), 3600)
    seconds = f":{rest % 60:02d}" if rest % 60 else ""
    return f"{'-' if zone < 0 else '+'}{hours:02d}:{rest // 60:02d}{seconds}"


def datetime_text(moment: DateTime) -> str:
    return f"{date_text(moment.date)}T{time_text(moment.time)}"


def months_text(value: YearsMonths) -> str:
    years, months = divmod(abs(value.months), 12)
    body = (f"{years}Y" if years else "") + (f"{months}M" if months else "")
    return ("-" if value.months < 0 else "") + "P" + (body or "0M")


def days_text(value: DaysTime) -> str:
    seconds, nano = divmod(abs(value.nanos), NANO)
    days, seconds = divmod(seconds, DAY_SECONDS)
    hours, minutes, seconds = seconds // 3600, seconds // 60 % 60, seconds % 60
    fraction = f".{nano:09d}".rstrip("0") if nano else ""
    clock = (f"{hours}H" if hours else "") + (f"{minutes}M" if minutes else "")
    clock += f"{seconds}{fraction}S" if seconds or nano else ""
    body = (f"{days}D" if days else "") + (f"T{clock}" if clock else "")
    return ("-" if value.nanos < 0 else "") + "P" + (body or "T0S")
