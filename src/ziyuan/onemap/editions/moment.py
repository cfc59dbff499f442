"""Two clocks (两个时间): since when true in the world, since when known here.

A row holds at valid day `on` and record moment `known` when `valid_from <= on < valid_to` and
`known_from <= known < known_to`; an open end is null. Reference dates are days of validity: a survey of 31 December
is true from that day on.
"""

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from ziyuan.kernel import service as kernel
from ziyuan.onemap.editions.errors import BadMoment


@dataclass(frozen=True)
class Moment:
    """What was true on day `on`, as it was known at `known` (None: as it is known now)."""

    on: date
    known: datetime | None = None

    @property
    def condition(self) -> str:
        """SQL condition with the named parameters `on` and `known`."""
        return "valid_from <= %(on)s AND (valid_to IS NULL OR valid_to > %(on)s) AND " + (
            "known_to IS NULL"
            if self.known is None
            else "known_from <= %(known)s AND (known_to IS NULL OR known_to > %(known)s)"
        )

    @property
    def parameters(self) -> dict[str, Any]:
        return {"on": self.on, "known": self.known}

    def __str__(self) -> str:
        return (
            self.on.isoformat()
            if self.known is None
            else f"{self.on.isoformat()}(据 {self.known.isoformat()} 所知)"
        )


def day_of(text: str) -> date:
    """A valid day: `2024-12-31`, or a year for its last day. Raises BadMoment."""
    try:
        return date(int(text), 12, 31) if len(text) == 4 else date.fromisoformat(text)
    except ValueError as problem:
        raise BadMoment(text) from problem


def known_of(text: str) -> datetime:
    """A record moment: an ISO moment (Shanghai time where it names none), or a day for its end. Raises BadMoment."""
    here = kernel.now().tzinfo
    try:
        if len(text) <= len("2024-12-31"):
            return datetime.combine(date.fromisoformat(text), time.max, here)
        found = datetime.fromisoformat(text)
    except ValueError as problem:
        raise BadMoment(text) from problem
    return found if found.tzinfo else found.replace(tzinfo=here)
