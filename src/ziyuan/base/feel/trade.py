"""Functions of the trade for FEEL, beyond the standard and marked as ours (本平台扩展).

`working days between(a, b)`, `add working days(d, n)`, `parameter(name, day)`. They are pure: the holiday
notices and the dated figures of law come in by argument, the day from the expression.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from ziyuan.base.parameters import Parameter
from ziyuan.base.workdays import Calendar


def functions(
    calendar: Calendar | None = None, parameters: Mapping[str, Parameter] | None = None
) -> dict[str, Callable[..., Any]]:
    """The functions for which the data are given, ready for `compile(…, functions=…)`. Keep the result:
    expressions are cached by it."""
    found: dict[str, Callable[..., Any]] = {}
    if calendar is not None:
        found |= _of_calendar(calendar)
    if parameters is not None:
        found["parameter"] = _of_parameters(parameters)
    return found


def _of_calendar(calendar: Calendar) -> dict[str, Callable[..., Any]]:
    def between(start: date, end: date) -> int:
        """Working days after `start` up to and with `end`."""
        return calendar.between(_day(start), _day(end)).days

    def add(day: date, count: Decimal) -> date:
        """The `count`-th working day after `day`."""
        if count != int(count):
            raise ValueError(f"天数应为整数，得到 {count}")
        return calendar.add(_day(day), int(count)).date

    return {"working days between": between, "add working days": add}


def _of_parameters(parameters: Mapping[str, Parameter]) -> Callable[..., Any]:
    def parameter(name: str, day: date) -> Any:
        """The figure of law `name` in force on `day`."""
        return parameters[name].on(_day(day))

    return parameter


def _day(value: Any) -> date:
    if isinstance(value, datetime):
        return value.date()
    if not isinstance(value, date):
        raise ValueError(f"应为日期，得到 {value!r}")
    return value
