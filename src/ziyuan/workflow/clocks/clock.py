"""The working-day clock of a case (办理时限): plain functions over days and a calendar.

The clock starts at acceptance (受理): day 1 is the first working day after it. A stop (停表) takes the working days
after its first day, up to and with its last, out of the count. A stop that `counts` not is shown and stops nothing.
Days beyond the last published holiday notice are counted Monday to Friday and marked provisional (暂定).
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from ziyuan.base import workdays
from ziyuan.base.workdays import Calendar


@dataclass(frozen=True)
class Stop:
    """The clock stands from the act on `start` until the act on `end` (open while None)."""

    kind: str
    start: date
    end: date | None
    counts: bool = True


@dataclass(frozen=True)
class Interval:
    """The days after `after` up to and with `until`, `days` of them worked.

    `stop` is the place (from 0) of the stop that holds the clock in the order given; None while it runs.
    """

    after: date
    until: date
    days: int
    stop: int | None


@dataclass(frozen=True)
class Limit:
    """Where a limit of `days` working days stands; `due` is its last day."""

    days: int
    left: int
    due: date
    provisional: bool
    lamp: str


@dataclass(frozen=True)
class Reading:
    """The clock on a day: the intervals since acceptance, and what follows from them alone."""

    accepted: date
    until: date
    intervals: tuple[Interval, ...]
    stopped: dict[str, int]
    standing: str
    calendar: Calendar

    @property
    def used(self) -> int:
        """Working days elapsed, less those the clock stood."""
        return sum(part.days for part in self.intervals if part.stop is None)

    def against(self, limit: int, share: int) -> Limit:
        """The reading against a limit of at least one day; yellow at one `share`-th of it left."""
        due, left = self._due(limit), limit - self.used
        provisional = self.calendar.between(self.accepted, due).provisional
        return Limit(limit, left, due, provisional, lamp(left, limit, share))

    def _due(self, limit: int) -> date:
        """The day on which the clock has run `limit` days; while it stands, as if it went on after today."""
        left = limit
        for part in self.intervals:
            if part.stop is None:
                if part.days >= left:
                    return self.calendar.add(part.after, left).date
                left -= part.days
        return self.calendar.add(self.until, left).date


def read(accepted: date, stops: Sequence[Stop], today: date, calendar: Calendar | None = None) -> Reading:
    """The clock of a case accepted on `accepted`, seen on `today`."""
    named, until = calendar or workdays.calendar(), max(accepted, today)
    parts = intervals(accepted, stops, until, named)
    stopped: Counter[str] = Counter()
    for part in parts:
        if part.stop is not None:
            stopped[stops[part.stop].kind] += part.days
    standing = next((s.kind for s in _by_start(stops) if s.counts and s.end is None), "")
    return Reading(accepted, until, tuple(parts), dict(stopped), standing, named)


def intervals(accepted: date, stops: Sequence[Stop], until: date, calendar: Calendar) -> list[Interval]:
    """The days from acceptance to `until` cut into running and stopped; stops that overlap or nest count once.

    A day under several stops belongs to the one that began first.
    """
    ends = [day for s in stops if s.counts for day in (s.start, s.end) if day and accepted < day < until]
    made: list[Interval] = []
    for after, here in pairwise(sorted({accepted, until, *ends})):
        days, stop = calendar.between(after, here).days, _holder(stops, after, here)
        if made and made[-1].stop == stop:
            last = made.pop()
            after, days = last.after, days + last.days
        made.append(Interval(after, here, days, stop))
    return made


def _holder(stops: Sequence[Stop], after: date, until: date) -> int | None:
    """The place of the stop that holds the clock from `after` to `until`, no stop beginning or ending between."""
    over = [
        (stop.start, place)
        for place, stop in enumerate(stops)
        if stop.counts and stop.start <= after and (stop.end is None or stop.end >= until)
    ]
    return min(over)[1] if over else None


def _by_start(stops: Sequence[Stop]) -> list[Stop]:
    return sorted(stops, key=lambda stop: stop.start)


def lamp(left: int, limit: int, share: int) -> str:
    """green, yellow (at most one `share`-th of the limit left), red (past it)."""
    if left < 0:
        return "red"
    return "yellow" if left * share <= limit else "green"
