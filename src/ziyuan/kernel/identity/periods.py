"""Days from and until, both included: the one way in which anything of the organisation begins and ends.

What ends before it began (`until` the day before `since`) was never in force: so an appointment is taken back without
a row being deleted.
"""

from datetime import date, timedelta

from django.db.models import Q

ONE_DAY = timedelta(days=1)


def in_force(day: date, prefix: str = "") -> Q:
    """Rows whose days contain `day`; `prefix` leads to them, as `posts__`."""
    return Q(**{f"{prefix}since__lte": day}) & later(day, prefix)


def later(day: date, prefix: str = "") -> Q:
    """Rows that are in force on `day` or come after it."""
    return Q(**{f"{prefix}until": None}) | Q(**{f"{prefix}until__gte": day})


def covers(since: date, until: date | None, day: date) -> bool:
    """Whether a day lies between the two, both included."""
    return since <= day and (until is None or day <= until)


def overlap(since: date, until: date | None, other: date, other_until: date | None) -> bool:
    """Whether two spans have a day in common."""
    first, last = max(since, other), min(until or date.max, other_until or date.max)
    return first <= last
