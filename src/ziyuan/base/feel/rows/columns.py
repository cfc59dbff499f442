"""The columns a row condition may read, and how one value of a column becomes a FEEL value."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from ziyuan.base.feel import numbers

KINDS = ("number", "text", "boolean", "date")


@dataclass(frozen=True)
class Column:
    """One column. `scale`: decimals of a number, None for a number as it is.

    `precision`: most digits a number can have, where known. `stored`: how PostgreSQL holds a number.
    """

    name: str
    kind: str
    scale: int | None = None
    precision: int | None = None
    stored: str = "numeric"  # numeric | double | integer

    def value(self, given: Any) -> Any:
        """A value as the interpreter sees it: numbers at the scale, ties away from zero; no number is null."""
        if given is None or self.kind != "number":
            return given
        return at_scale(given, self.scale)


def at_scale(given: int | float | Decimal, scale: int | None) -> Decimal | None:
    """The decimal that `given` shows, rounded to `scale` decimals, ties away from zero."""
    found = numbers.number(given)
    if found is None or scale is None:
        return found
    rounded = found.quantize(Decimal(1).scaleb(-scale), ROUND_HALF_UP, numbers.WIDE)
    return numbers.number(rounded)


def days_of(day: dt.date) -> int:
    """Days since 1970-01-01."""
    return day.toordinal() - 719_163
