"""What a supervised item counts as (督办统计). Figures and the lists behind them ask this one question, so they agree."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from ziyuan.workflow.clocks.calendars import calendar
from ziyuan.workflow.tasks.seats import region_at

COUNTED = {
    "opened": "发起",
    "reported_on_time": "按期反馈",
    "reported_late": "超期反馈",
    "waiting": "待反馈",
    "waiting_late": "超期未反馈",
    "open": "未办结",
    "closed": "已办结",
    "closed_on_time": "按期办结",
}


@dataclass(frozen=True)
class Item:
    """One item (督办) as its events tell it; the first report ends its clock, the closing where there is none."""

    region: str
    matter: str
    opened: date
    due: date
    reported: date | None
    closed: date | None

    @property
    def ended(self) -> date | None:
        return self.reported or self.closed

    def late(self, today: date) -> bool:
        """Whether its clock ran past the last day."""
        return calendar().between(self.ended or today, self.due).days < 0

    @property
    def used(self) -> int | None:
        """Working days from its opening to the end of its clock; None while it runs."""
        return calendar().between(self.opened, self.ended).days if self.ended else None

    def counts(self, today: date) -> frozenset[str]:
        """The figures it is part of."""
        late, waiting = self.late(today), self.ended is None
        told = {
            "opened": True,
            "reported_on_time": self.reported is not None and not late,
            "reported_late": self.reported is not None and late,
            "waiting": waiting,
            "waiting_late": waiting and late,
            "open": self.closed is None,
            "closed": self.closed is not None,
            "closed_on_time": self.closed is not None and not late,
        }
        return frozenset(name for name, holds in told.items() if holds)


@dataclass
class Line:
    """Figures of some items: how many count as what, and how long the answered ones took."""

    counted: Counter[str] = field(default_factory=Counter)
    used: list[int] = field(default_factory=list)

    def add(self, item: Item, today: date) -> None:
        self.counted.update(item.counts(today))
        if item.used is not None:
            self.used.append(item.used)

    def to_json(self) -> dict[str, Any]:
        mean = Decimal(sum(self.used)) / len(self.used) if self.used else None
        shown = str(mean.quantize(Decimal("0.1"), ROUND_HALF_UP)) if mean is not None else None
        return {**{name: self.counted[name] for name in COUNTED}, "mean_days": shown}


def lines(items: Iterable[Item], level: str, matters: bool, today: date) -> tuple[dict[tuple[str, str], Line], Line]:
    """By region of a level (and matter), and the sum of all."""
    found: dict[tuple[str, str], Line] = {}
    total = Line()
    for item in items:
        key = (region_at(level, item.region), item.matter if matters else "")
        for line in (found.setdefault(key, Line()), total):
            line.add(item, today)
    return found, total
