"""The working-day clock of a case (办理时限): plain functions over days.

The clock starts at acceptance (受理): day 1 is the first working day after it. A typed stop (补正, 现场勘验 …) takes
the working days between its first and last day out of the count. Beyond the last published holiday notice days are
counted Monday to Friday and marked provisional (暂定).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from ziyuan.base import workdays

YELLOW_SHARE = 3  # yellow when at most one third of the limit is left (设置)


@dataclass(frozen=True)
class Stop:
    """The clock stands from the act on `start` until the act on `end` (open while None)."""

    kind: str
    start: date
    end: date | None


@dataclass(frozen=True)
class Reading:
    """What the clock shows on a day."""

    used: int
    stopped: int
    left: int
    due: date
    provisional: bool
    lamp: str


def stopped_days(stops: Sequence[Stop], until: date) -> int:
    """Working days taken out of the count up to `until`; overlapping stops count once."""
    days: set[date] = set()
    for stop in stops:
        end = min(stop.end or until, until)
        span = (end - stop.start).days
        days.update(
            d for d in (stop.start + timedelta(n) for n in range(1, span + 1)) if workdays.is_workday(d)
        )
    return len(days)


def due_day(accepted: date, limit: int, stops: Sequence[Stop], today: date) -> workdays.Day:
    """The last day of the limit, moved on by the working days the clock has stood."""
    return workdays.add(accepted, limit + stopped_days(stops, today))


def read(accepted: date | None, limit: int, stops: Sequence[Stop], today: date) -> Reading | None:
    """The clock on `today`; None before acceptance."""
    if accepted is None:
        return None
    stopped = stopped_days(stops, today)
    elapsed = workdays.between(accepted, today).days if today > accepted else 0
    used = elapsed - stopped
    due = workdays.add(accepted, limit + stopped)
    left = limit - used
    return Reading(used, stopped, left, due.date, due.provisional, lamp(left, limit))


def lamp(left: int, limit: int) -> str:
    """green, yellow (at most a third of the limit left), red (past it)."""
    if left < 0:
        return "red"
    return "yellow" if left * YELLOW_SHARE <= limit else "green"
