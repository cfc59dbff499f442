"""The settings by which people are reached, dated: reminders before and past the last day, how often one may urge."""

from datetime import date
from functools import cache
from pathlib import Path

from ziyuan.base.parameters import Parameters, load
from ziyuan.base.workdays import Calendar


@cache
def figures() -> Parameters:
    """The dated settings of this release."""
    return load(Path(__file__).with_name("data"))


def figure(name: str, day: date) -> int:
    """One of them on a day, in working days."""
    return int(figures()[f"reach.{name}"].on(day))


def marks(due: date, yellow: int, calendar: Calendar, day: date) -> dict[str, str]:
    """The first days of what is told of a limit whose last day is `due`: yellow lamp, last call, red lamp, the head.

    `yellow` is how many working days are left when the lamp turns; the settings are those of `day`.
    """
    found = {
        "yellow": calendar.add(due, -yellow),
        "before": calendar.add(due, -figure("remind_days", day)),
        "red": calendar.add(due, 1),
        "escalated": calendar.add(due, figure("escalate_days", day)),
    }
    return {level: on.date.isoformat() for level, on in found.items()}


def notify_marks(due: date, calendar: Calendar, day: date) -> dict[str, str]:
    """The first days of what is told of the last day (`due`) to tell the applicant what is missing: last call, past it."""
    found = {"untold": calendar.add(due, -figure("remind_days", day)), "untold_late": calendar.add(due, 1)}
    return {level: on.date.isoformat() for level, on in found.items()}


def item_marks(due: date, calendar: Calendar, day: date) -> dict[str, str]:
    """The same of a supervised item; what would be told on the day it is opened is not told."""
    found = {"before": calendar.add(due, -figure("remind_days", day)), "late": calendar.add(due, 1)}
    return {level: on.date.isoformat() for level, on in found.items() if on.date > day}
