"""Two clocks (两个时间): since when true in the world, since when known here.

A row holds at valid day `on` and record moment `known` when `valid_from <= on < valid_to` and
`known_from <= known < known_to`; an open end is null. Reference dates are days of validity: a survey of 31 December
is true from that day on.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any


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
