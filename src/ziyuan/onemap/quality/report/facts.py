"""What a report says besides its findings: whose data, judged by what, with which tolerances."""

from collections.abc import Sequence
from dataclasses import dataclass

from ziyuan.onemap.quality.finding import Report
from ziyuan.onemap.standards.model import Model


@dataclass(frozen=True)
class RuleLine:
    """One line of the summary: a rule and how often it was broken."""

    rule: str
    title: str
    family: str
    severity: str
    layer: str | None
    count: int
    listed: int


@dataclass(frozen=True)
class Facts:
    """Head and summary of a report.

    `about` are label and value pairs for the head (county, year, delivery number, file, digest, submitter);
    `tolerances` the same for the standards judged by; `printed` is the moment of printing as text, given by
    the caller, since nothing here reads a clock.
    """

    title: str
    about: tuple[tuple[str, str], ...] = ()
    standards: tuple[tuple[str, str], ...] = ()
    tolerances: tuple[tuple[str, str], ...] = ()
    features: tuple[tuple[str, int], ...] = ()
    rules: tuple[RuleLine, ...] = ()
    rule_count: int = 0
    printed: str = ""


def facts_of(report: Report, models: Sequence[Model], *, title: str, about: Sequence[tuple[str, str]] = (),
             printed: str = "") -> Facts:  # fmt: skip
    """Facts of a check just made."""
    spaces = [(m.name, f"容差 {m.space.tolerance} 米，分辨率 {m.space.resolution} 米，坐标 {m.space.decimals} 位小数，"
               f"面积按{_AREAS[m.space.area]}计算") for m in models]  # fmt: skip
    return Facts(
        title=title,
        about=tuple(about),
        standards=tuple((m.name, f"{m.title}（{m.source or '来源待核'}）") for m in models),
        tolerances=tuple(spaces),
        features=tuple(report.features.items()),
        rules=tuple(RuleLine(c.rule, c.title, c.family, c.severity, c.layer, c.count, c.shown) for c in report.counts),
        rule_count=report.rules,
        printed=printed,
    )


_AREAS = {"official": "规定的椭球面积公式", "geodesic": "大地线多边形", "plane": "平面"}
