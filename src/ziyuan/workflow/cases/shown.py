"""The clock of a case from its row alone, for lists: what `reading` says, without the case's state."""

from datetime import date, datetime
from typing import Any, Protocol

from ziyuan.kernel import service as kernel
from ziyuan.workflow.clocks import law
from ziyuan.workflow.clocks.calendars import calendar
from ziyuan.workflow.clocks.clock import lamp

_NOTHING: dict[str, Any] = {"due": None, "days_left": None, "lamp": "none", "provisional": False, "standing": ""}


class Columns(Protocol):
    """What a list reads of a case's row."""

    @property
    def accepted(self) -> date | None: ...
    @property
    def closed(self) -> datetime | None: ...
    @property
    def due(self) -> date | None: ...
    @property
    def clock(self) -> Any: ...


class ShortClock:
    """Reads the clocks of one page; each pair of days is counted once."""

    def __init__(self) -> None:
        self.today = kernel.today()
        self._share = law.yellow_share(self.today)
        self._counted: dict[tuple[date, date, str], int] = {}

    def shown(self, case: Columns) -> dict[str, Any]:
        """Last day, working days left, lamp, mark and what the clock stands for."""
        if case.accepted is None or case.clock is None:
            return _NOTHING
        closed = case.closed.astimezone(kernel.now().tzinfo).date() if case.closed else None
        until = max(case.accepted, min(closed or self.today, self.today))
        region = case.clock["calendar"]
        if case.due is None:  # it stands, or stood when the case was closed
            left, due = case.clock["left"], calendar(region).add(until, case.clock["left"]).date
            provisional = calendar(region).between(case.accepted, due).provisional
        else:
            left, due, provisional = self._between(until, case.due, region), case.due, case.clock["provisional"]
        return {
            "due": due.isoformat(),
            "days_left": left,
            "lamp": "none" if closed else lamp(left, case.clock["limit"], self._share),
            "provisional": provisional,
            "standing": "" if closed else case.clock.get("standing", ""),
        }

    def _between(self, start: date, end: date, region: str) -> int:
        key = (start, end, region)
        if key not in self._counted:
            self._counted[key] = calendar(region).between(start, end).days
        return self._counted[key]
