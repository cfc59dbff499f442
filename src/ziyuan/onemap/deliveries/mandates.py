"""Mandates (任务书): who may deliver what, for which period, and who accepts. Text in `standards/mandates/`."""

import functools
from dataclasses import dataclass
from datetime import date

import yaml

from ziyuan.onemap.deliveries.errors import MandateUnknown, PeriodRefused
from ziyuan.onemap.formats import Layout, load_layout
from ziyuan.onemap.formats.layout import standards_folder

FIRST_YEAR = 2010
_LEVELS = {"province", "city", "county"}


@dataclass(frozen=True)
class Mandate:
    """One mandate. `accepts`: level of the reviewer whose acceptance seals; `due` null is not known."""

    id: str
    title: str
    duty: str
    package: str
    organ: str
    accepts: str
    reference: str
    due: str | None

    @property
    def layout(self) -> Layout:
        return load_layout(self.package)

    def reference_date(self, period: str) -> date:
        """Day of which a delivery of `period` tells the truth."""
        month, day = (int(part) for part in self.reference.split("-"))
        return date(int(period), month, day)

    def due_date(self, period: str) -> date | None:
        """Last day of delivery, in the year after the reference date; None where none is laid down."""
        if self.due is None:
            return None
        month, day = (int(part) for part in self.due.split("-"))
        return date(int(period) + 1, month, day)

    def check_period(self, period: str, today: date) -> str:
        """`period` itself when it is a year that can be delivered; else PeriodRefused."""
        if not (period.isdecimal() and len(period) == 4 and FIRST_YEAR <= int(period) <= today.year):
            raise PeriodRefused(period, FIRST_YEAR, today.year)
        return period


@functools.cache
def mandate(name: str) -> Mandate:
    """The mandate `name`. Raises MandateUnknown."""
    path = standards_folder() / "mandates" / f"{name}.yaml"
    if not name.isidentifier() or not path.is_file():
        raise MandateUnknown(name)
    text = yaml.safe_load(path.read_text(encoding="utf-8"))["mandate"]
    if text["accepts"] not in _LEVELS or text["organ"] not in _LEVELS:
        raise MandateUnknown(name)
    return Mandate(text["id"], text["title"], text["duty"], text["package"], text["organ"],
                   text["accepts"], str(text["reference"]), text["due"])


def mandates() -> list[Mandate]:
    """All mandates, by id."""
    return [mandate(path.stem) for path in sorted((standards_folder() / "mandates").glob("*.yaml"))]
