"""Mandates (任务书): who may deliver what, for which period, by which matter it is reviewed. Text in `standards/mandates/`."""

import functools
import re
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import yaml

from ziyuan.base.errors import UnknownName
from ziyuan.onemap.deliveries.errors import MandateUnknown, MandateWrong, PeriodRefused
from ziyuan.onemap.formats import Layout, load_layout
from ziyuan.onemap.formats.layout import standards_folder
from ziyuan.onemap.quality.switches import Switch
from ziyuan.onemap.quality.switches import read as read_switches

KINDS = {
    "full": "完整汇交", "partial": "局部汇交", "precursor": "预检", "changes": "增量更新", "filing": "直报备案",
    "feed": "接口接入", "correction": "存量更正",
}  # fmt: skip
LEVELS = {"province": "省级", "city": "市级", "county": "县级"}
_MATTER = re.compile(r"[a-z][a-z0-9_]*/[a-z][a-z0-9_]*")
CHOICES = ("forbidden", "optional", "required")
FIRST_YEAR = 2010
_KEYS = {
    "id", "title", "duty", "mark", "package", "standards", "organ", "organs", "region", "period", "kinds", "files",
    "extent", "precursor", "partial", "comment", "review", "due", "villages", "feed",
    "switches", "owed",
}  # fmt: skip
_PERIODS = {
    "yearly": (r"(20\d\d)", "四位年度,如 2024"), "quarterly": (r"(20\d\d)Q([1-4])", "年度和季度,如 2024Q3"),
    "monthly": (r"(20\d\d)-(0[1-9]|1[0-2])", "年月,如 2024-07"),
}  # fmt: skip


@dataclass(frozen=True)
class Mandate:
    """One mandate. `organs`: codes that may deliver, None for every organ of the level; `due` None is not known.

    `files`: file kinds taken; `extent`: what the data must lie in (`county`) or None; `villages`: layer → field whose
    first twelve digits name the village (村级调查区), for partial deliveries; `feed`: source and licence of a feed;
    `review`: the matter (业务包/事项) by which deliveries are reviewed, empty where a clean check is enough;
    `switches`: rules that weigh less here; `owed` False: nobody is late with it.
    """

    id: str
    title: str
    duty: str | None
    package: str
    standards: tuple[str, ...]
    organ: str
    organs: tuple[str, ...] | None
    region: str
    cadence: str
    first: int
    reference: str | None
    kinds: tuple[str, ...]
    files: tuple[str, ...]
    extent: str | None
    precursor: str
    partial: str
    comment: str
    review: str
    due: Mapping[str, Any] | None
    mark: str
    villages: Mapping[str, str]
    feed: Mapping[str, Any] | None
    switches: tuple[Switch, ...] = ()
    owed: bool = True

    @property
    def layout(self) -> Layout:
        return load_layout(self.package)

    @property
    def expected(self) -> bool:
        """True when each county owes something each period; single records and feeds come when they come."""
        return self.owed and "full" in self.kinds and "feed" not in self.kinds

    def reference_date(self, period: str) -> date:
        """Day of which a delivery of `period` tells the truth: the laid down day, else the period's last."""
        year, part = int(period[:4]), period[4:]
        if part:
            month = int(part[1:]) * 3 if part[0] == "Q" else int(part[1:])
            return date(year, month, monthrange(year, month)[1])
        month, day = (int(n) for n in (self.reference or "12-31").split("-"))
        return date(year, month, day)

    def due_date(self, period: str) -> date | None:
        """Last day of delivery; None where none is laid down. `{day: MM-DD, years: n}` or `{days: n}` after the reference."""
        if self.due is None:
            return None
        told = self.reference_date(period)
        if "days" in self.due:
            return told + timedelta(days=int(self.due["days"]))
        month, day = (int(n) for n in str(self.due["day"]).split("-"))
        return date(told.year + int(self.due.get("years", 1)), month, day)

    def check_period(self, period: str, today: date) -> str:
        """`period` itself when it can be delivered; else PeriodRefused."""
        pattern, form = _PERIODS[self.cadence]
        if not re.fullmatch(pattern, period) or not self.first <= int(period[:4]) <= today.year:
            raise PeriodRefused(period, self.first, today.year, form)
        return period

    def current_period(self, today: date) -> str:
        """The last period whose reference date has come."""
        forms = {"yearly": ["{y}"], "quarterly": ["{y}Q1", "{y}Q2", "{y}Q3", "{y}Q4"],
                 "monthly": [f"{{y}}-{m:02d}" for m in range(1, 13)]}[self.cadence]
        known = [form.format(y=year) for year in (today.year - 1, today.year) for form in forms]
        return [p for p in known if self.reference_date(p) <= today][-1]

    def allows(self, kind: str) -> bool:
        """True when the mandate takes deliveries of this kind."""
        return kind in self.kinds


@functools.cache
def mandate(name: str) -> Mandate:
    """The mandate `name`. Raises MandateUnknown, MandateWrong, UnknownName (a key that is not known)."""
    folder = standards_folder() / "mandates"
    known = [path.stem for path in sorted(folder.glob("*.yaml"))]
    if name not in known:
        raise MandateUnknown(name, known)
    path = folder / f"{name}.yaml"
    return read_mandate(name, yaml.safe_load(path.read_text(encoding="utf-8"))["mandate"])


def mandates() -> list[Mandate]:
    """All mandates, by id."""
    return [mandate(path.stem) for path in sorted((standards_folder() / "mandates").glob("*.yaml"))]


def read_mandate(name: str, text: Mapping[str, Any]) -> Mandate:
    """A mandate from its text, every key and value looked at."""
    for key in text:
        if key not in _KEYS:
            raise UnknownName("任务书的键", str(key), _KEYS, where=name)
    period = text.get("period") or {}
    told = Mandate(
        id=text["id"], title=text["title"], duty=text.get("duty"), package=text["package"],
        standards=tuple(text.get("standards") or ()), organ=text["organ"],
        organs=tuple(text["organs"]) if text.get("organs") else None, region=str(text.get("region") or ""),
        cadence=period.get("cadence", "yearly"), first=int(period.get("first", FIRST_YEAR)),
        reference=str(period["reference"]) if period.get("reference") else None, kinds=tuple(text.get("kinds") or ()),
        files=tuple(text.get("files") or ()), extent=text.get("extent"), precursor=text.get("precursor", "forbidden"),
        partial=text.get("partial", "forbidden"), comment=text.get("comment", "optional"),
        review=text.get("review") or "", due=text.get("due"), mark=text.get("mark") or "",
        villages=text.get("villages") or {}, feed=text.get("feed"),
        switches=read_switches(text.get("switches") or ()), owed=bool(text.get("owed", True)),
    )  # fmt: skip
    _judge(name, told)
    return told


def _judge(name: str, told: Mandate) -> None:
    for wrong, why in (
        (told.id != name, "id 与文件名不同"),
        (told.organ not in LEVELS, f"organ“{told.organ}”不是 province、city、county"),
        (told.cadence not in _PERIODS, f"cadence“{told.cadence}”不认识"),
        (not told.kinds or not set(told.kinds) <= KINDS.keys(), f"kinds 只能取 {'、'.join(KINDS)}"),
        (any(v not in CHOICES for v in (told.precursor, told.partial, told.comment)),
         "precursor、partial、comment 只能取 forbidden、optional、required"),
        ("partial" in told.kinds and told.partial == "forbidden", "kinds 列出 partial,而 partial 为 forbidden"),
        ("precursor" in told.kinds and told.precursor == "forbidden", "kinds 列出 precursor,而 precursor 为 forbidden"),
        ("feed" in told.kinds and not told.feed, "kinds 列出 feed,而没有 feed(来源、许可)"),
        (told.review and not _MATTER.fullmatch(told.review), f"review“{told.review}”不是“业务包/事项”"),
    ):
        if wrong:
            raise MandateWrong(name, why)
