"""Temporal built-ins (DMN 1.5, 10.3.4.6 and 10.3.4.10), and `now`, `today` of the evaluation."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from ziyuan.base.feel import calendar
from ziyuan.base.feel.builtins.registry import feel
from ziyuan.base.feel.run import Run, Span
from ziyuan.base.feel.temporal import Date, DateTime
from ziyuan.base.feel.values import adopt

_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def _date(day: Date | DateTime) -> Date:
    return day.date if isinstance(day, DateTime) else day


@feel("day of year(date: day)")
def day_of_year(run: Run, span: Span, day: Date | DateTime) -> Decimal:
    at = _date(day)
    return Decimal(at.days - calendar.to_days(at.year, 1, 1) + 1)


@feel("day of week(date: day)")
def day_of_week(run: Run, span: Span, day: Date | DateTime) -> str:
    return _WEEKDAYS[calendar.weekday(_date(day).days) - 1]


@feel("month of year(date: day)")
def month_of_year(run: Run, span: Span, day: Date | DateTime) -> str:
    return _MONTHS[_date(day).month - 1]


@feel("week of year(date: day)")
def week_of_year(run: Run, span: Span, day: Date | DateTime) -> Decimal:
    return Decimal(calendar.iso_week(_date(day).days))


@feel("now()")
def now(run: Run, span: Span) -> Any:
    return adopt(run.now) if run.now is not None else run.why(span, "本次求值没有给出当前时刻(now)")


@feel("today()")
def today(run: Run, span: Span) -> Any:
    return adopt(run.now).date if run.now is not None else run.why(span, "本次求值没有给出当前时刻(now)")
