"""Which calendar of working days a case goes by: the notices of the country, then the orders of the region that decides it.

Notices of the release are data of `base.workdays`; one that is loaded later lies as a file in the node's folder `calendar`,
under a name that tells its turn, its region and its digest. Every process of the node sees a new one at once. The later
wins for the days it names, and the order of a narrower region over that of a wider one.
"""

import os
from datetime import date
from pathlib import Path
from typing import Any

from ziyuan.base import canonical, sm, workdays
from ziyuan.kernel import errors
from ziyuan.kernel import service as kernel
from ziyuan.workflow.errors import CalendarRefused
from ziyuan.workflow.tasks.seats import region_at

LOAD = "calendar.load"
LARGEST = 1 << 20
State = dict[str, Any]


class _Known:
    """What this process has read: the notices in their order, and the calendar of each region asked for."""

    def __init__(self) -> None:
        self.base: workdays.Calendar | None = None
        self.stamp = 0
        self.notices: list[tuple[str, workdays.Notice]] = []
        self.of: dict[str, workdays.Calendar] = {}

    def fresh(self) -> "_Known":
        """Read again where the release's calendar or the folder has changed."""
        folder, base = _folder(), workdays.calendar()
        stamp = folder.stat().st_mtime_ns if folder else 0
        if base is not self.base or stamp != self.stamp:
            self.base, self.stamp, self.of = base, stamp, {}
            paths = sorted(folder.glob("*.json")) if folder else []
            self.notices = [(path.name, workdays.Notice.read(path.name, path.read_bytes())) for path in paths]
        return self


_known = _Known()


def _folder() -> Path | None:
    """None without a node: a pack is checked on the notices of the release."""
    try:
        return kernel.node().folder("calendar")
    except errors.NodeNotConfigured:
        return None


def calendar(region: str = "") -> workdays.Calendar:
    """The calendar of a region; without one that of the country."""
    known = _known.fresh()
    if region not in known.of:
        mine = [n for _, n in known.notices if not n.region or (region and kernel.contains(n.region, region))]
        width = {n.region: len(n.region.rstrip("0")) for n in mine}
        base = known.base or workdays.calendar()
        known.of[region] = base.of(sorted(mine, key=lambda n: width[n.region]))
    return known.of[region]


def deciding_region(state: State) -> str:
    """The region of the organ that decided the case, or is to decide it by its route; before that the county."""
    if state["decision"]:
        return str(state["decision"]["region"])
    level = (state["route"] or {}).get("level")
    return region_at(level if level in ("city", "province") else "county", state["case"]["county"])


def calendar_of(state: State) -> workdays.Calendar:
    """The working days that a case goes by."""
    return calendar(deciding_region(state))


def digest() -> str:
    """What tells one set of notices, of the country and of every region, from the next."""
    whole = calendar()
    named = {day.isoformat(): told.free for day, told in whole.named.items()}
    years = [whole.first_year, whole.last_year]
    return canonical.digest("holiday-calendar", {"named": named, "years": years, "notices": _names()}).hex()[:32]


def _names() -> list[str]:
    return [name for name, _ in _known.fresh().notices]


def load_notice(by: kernel.Actor, text: bytes) -> dict[str, Any]:
    """Load a notice or an order; every open case whose last day it moves is counted again by a job. Once for each content.

    Raises CalendarRefused for a text that is none, one that is not this person's to load, or one that leaves a gap.
    """
    with kernel.acting(by):
        kernel.require(by, LOAD)
        if len(text) > LARGEST:
            raise CalendarRefused(f"文件超过 {LARGEST >> 20} MB")
        try:
            notice = workdays.Notice.read("通知", text)
        except workdays.CalendarBroken as broken:
            raise CalendarRefused(str(broken).rstrip("。")) from broken
        _may_load(by, notice)
        mark = sm.sm3(text).hex()[:16]
        names = _names()
        if not any(mark in name for name in names):
            name = f"{len(names) + 1:04d}-{notice.region or '000000'}-{notice.year}-{mark}.json"
            facts: dict[str, Any] = {name: getattr(notice, name) for name in ("region", "year", "source")}
            facts["days"] = len(notice.days)
            kernel.record(by, "calendar.loaded", on=("calendar", name), **facts)
            kernel.announce("calendar.loaded", notice=name, **facts)
            kernel.defer("workflow.recompute_due_now")
            _write(name, text)  # last: nothing counts that is not on record
        return shown(by, notice.region, notice.year)


def _may_load(by: kernel.Actor, notice: workdays.Notice) -> None:
    if notice.region:
        if notice.region not in {r.code for r in kernel.regions()} or not kernel.contains(by.region, notice.region):
            raise CalendarRefused(f"行政区“{notice.region}”不在您的辖区")
        return
    if by.region != kernel.node().region:
        raise CalendarRefused("全国的放假通知由省级装入")
    last = calendar().last_year
    if notice.year > last + 1:
        raise CalendarRefused(f"{last + 1} 年的放假通知还没有装入")


def _write(name: str, text: bytes) -> None:
    """A reader sees all of it or nothing, also after a power cut."""
    folder = kernel.node().folder("calendar")
    partial = folder / f".{name}.part"
    with partial.open("wb") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    partial.rename(folder / name)


def shown(by: kernel.Actor, region: str = "", year: int | None = None) -> dict[str, Any]:
    """The days named for a region in a year, whether the country's notice is known, and every notice loaded."""
    with kernel.acting(by):
        region = region or by.region
        year = year or kernel.today().year
        known = {r.code for r in kernel.regions()}
        found = calendar(region if region in known else by.region)
        days = [
            {"day": day.isoformat(), "name": told.name, "free": told.free}
            for day, told in sorted(found.named.items())
            if day.year == year
        ]
        return {
            "region": region,
            "year": year,
            "announced": found.is_announced(date(min(max(year, 1), 9999), 1, 1)),
            "last_year": found.last_year,
            "days": days,
            "notices": [_line(name, notice) for name, notice in _known.fresh().notices],
            "may_load": kernel.may(by, LOAD),
        }


def _line(name: str, notice: workdays.Notice) -> dict[str, Any]:
    return {
        "name": name,
        "region": notice.region,
        "region_name": kernel.region(notice.region).name if notice.region else "全国",
        "year": notice.year,
        "source": notice.source,
        "days": len(notice.days),
    }
