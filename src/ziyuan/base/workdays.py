"""Working days (工作日) by the State Council's holiday notices, make-up Saturdays and Sundays counted.

Day 1 is the next working day after the day of the event. Notices cover 2007 to the last file in
`data/holidays/`; a count that touches a day outside them goes by Monday to Friday and is marked
provisional (暂定). A later notice may still change the last days of a year already announced. A province, a city or
a county may order further days (`Notice` with a region): `Calendar.of` is the calendar of one region.
Plain dates, no clock: the day of Shanghai is the caller's matter.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from ziyuan.base.errors import ZiyuanError

HOLIDAYS = Path(__file__).parent / "data" / "holidays"
_ONE_DAY = timedelta(days=1)


class CalendarBroken(ZiyuanError):
    """A holiday file that can not be read, or a year missing between the first and the last."""

    code = "ZY-BAS-061"
    remedy = "请核对 data/holidays 下的年度文件:每年一个,内容按该目录的说明。"

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"节假日数据 {name} 不可用:{reason}。", name=name, reason=reason)


class Day(NamedTuple):
    """A day found by counting; provisional (暂定) when days outside the notices were counted."""

    date: date
    provisional: bool


class Count(NamedTuple):
    """A number of working days; provisional as in `Day`."""

    days: int
    provisional: bool


class Holiday(NamedTuple):
    """What a notice says of one day: the feast, and whether it is free (休) or worked (班)."""

    name: str
    free: bool


@dataclass(frozen=True)
class Notice:
    """What one notice or order says, with its source; `region` is empty for the whole country."""

    region: str
    year: int
    source: str
    days: Mapping[date, Holiday]

    @classmethod
    def read(cls, name: str, text: str | bytes) -> "Notice":
        """A notice from JSON: `region`, `year`, `source`, `days` as in the yearly files. Raises CalendarBroken."""
        try:
            told = json.loads(text)
            days = {date.fromisoformat(d): Holiday(str(feast), _free(word)) for d, feast, word in told["days"]}
            made = cls(str(told.get("region", "")), int(told["year"]), str(told["source"]).strip(), days)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise CalendarBroken(name, f"应有 region、year、source、days 四项({error})") from error
        if not made.source or not days:
            raise CalendarBroken(name, "没有写明出处,或没有一天")
        if any(abs(day.year - made.year) > 1 for day in days):
            raise CalendarBroken(name, f"所列日期不在 {made.year} 年前后")
        return made


@dataclass(frozen=True)
class Calendar:
    """Days named in notices, for the years `first_year` to `last_year`."""

    named: Mapping[date, Holiday]
    first_year: int
    last_year: int

    @classmethod
    def load(cls, folder: Path = HOLIDAYS) -> "Calendar":
        """The calendar of all yearly files of a folder; a later year's notice wins."""
        named: dict[date, Holiday] = {}
        years: list[int] = []
        for file in sorted(folder.glob("[0-9][0-9][0-9][0-9].json")):
            try:
                year = json.loads(file.read_text("utf-8"))
                named |= {date.fromisoformat(d): Holiday(name, _free(word)) for d, name, word in year["days"]}
                years.append(int(year["year"]))
            except (ValueError, KeyError, TypeError) as error:
                raise CalendarBroken(file.name, str(error)) from error
        if not years or years != list(range(years[0], years[0] + len(years))):
            raise CalendarBroken(folder.name, "没有年度文件,或年度不连续")
        return cls(named, years[0], years[-1])

    def of(self, notices: Iterable[Notice]) -> "Calendar":
        """This calendar with further notices, a later one winning for the days it names.

        A notice for the whole country of the year after the last makes that year announced; a region's order does not.
        """
        named, last = dict(self.named), self.last_year
        for notice in notices:
            named |= notice.days
            last = max(last, notice.year) if not notice.region and notice.year == last + 1 else last
        return Calendar(named, self.first_year, last)

    def holiday(self, day: date) -> Holiday | None:
        """What a notice says of `day`, None when it names it not."""
        return self.named.get(day)

    def is_announced(self, day: date) -> bool:
        """Whether the notice for the year of `day` is known."""
        return self.first_year <= day.year <= self.last_year

    def is_workday(self, day: date) -> bool:
        """Whether `day` is worked: as a notice says, else Monday to Friday."""
        found = self.named.get(day)
        return day.weekday() < 5 if found is None else not found.free

    def add(self, day: date, count: int) -> Day:
        """The `count`-th working day after `day` (before it, when negative); 0 gives `day` itself."""
        step = _ONE_DAY if count > 0 else -_ONE_DAY
        left, here, provisional = abs(count), day, False
        while left:
            here += step
            provisional = provisional or not self.is_announced(here)
            left -= self.is_workday(here)
        return Day(here, provisional)

    def between(self, start: date, end: date) -> Count:
        """Working days after `start` up to and with `end`; negative when `end` lies before `start`.

        The reverse of `add`: between(d, add(d, n).date) is n.
        """
        if end < start:
            back = self.between(end, start)
            return Count(-back.days, back.provisional)
        days = [start + timedelta(days=n) for n in range(1, (end - start).days + 1)]
        outside = bool(days) and not (self.is_announced(days[0]) and self.is_announced(days[-1]))
        return Count(sum(map(self.is_workday, days)), outside)


def _free(word: str) -> bool:
    if word not in ("休", "班"):
        raise ValueError(f"“{word}”既不是“休”也不是“班”")
    return word == "休"


@lru_cache(maxsize=1)
def calendar() -> Calendar:
    """The calendar of this release, read once."""
    return Calendar.load()


def is_workday(day: date) -> bool:
    """Whether `day` is worked."""
    return calendar().is_workday(day)


def add(day: date, count: int) -> Day:
    """The `count`-th working day after `day`, with its mark of being provisional."""
    return calendar().add(day, count)


def after(day: date, count: int) -> date:
    """The date of `add`."""
    return calendar().add(day, count).date


def between(start: date, end: date) -> Count:
    """Working days after `start` up to and with `end`."""
    return calendar().between(start, end)
