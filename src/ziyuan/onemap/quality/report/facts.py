"""What a report says besides its findings: whose data, judged by what, with which tolerances, score, exceptions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from ziyuan.onemap.quality.finding import Report
from ziyuan.onemap.quality.score import Score
from ziyuan.onemap.quality.versions import versions
from ziyuan.onemap.standards.model import Model

Pair = tuple[str, str]


@dataclass(frozen=True)
class RuleLine:
    """One line of the summary: a rule, how often it was broken, how many of these are excepted or false alarms."""

    rule: str
    title: str
    family: str
    severity: str
    layer: str | None
    count: int
    listed: int
    covered: int = 0


@dataclass(frozen=True)
class ExceptionLine:
    """One exception as printed: number, scope, reason, until when, by whom approved, state today, findings covered."""

    no: str
    scope: str
    reason: str
    until: str
    decided: str
    state: str
    covers: int


@dataclass(frozen=True)
class Facts:
    """Head and summary of a report.

    `about` are label and value pairs for the head (county, year, delivery number, file, digest, submitter);
    `tolerances` the same for the standards judged by, `digests` for what can be proved, `signature` for who signed.
    `versions` rule → version; `switches` and `exceptions` are printed whole. `standing` new, still, fixed.
    `printed` is the moment of printing as text, given by the caller, since nothing here reads a clock.
    """

    title: str
    about: tuple[Pair, ...] = ()
    standards: tuple[Pair, ...] = ()
    tolerances: tuple[Pair, ...] = ()
    features: tuple[tuple[str, int], ...] = ()
    rules: tuple[RuleLine, ...] = ()
    rule_count: int = 0
    printed: str = ""
    versions: Mapping[str, str] = field(default_factory=dict)
    score: Score | None = None
    standing: Mapping[str, int] = field(default_factory=dict)
    earlier: str = ""
    switches: tuple[str, ...] = ()
    exceptions: tuple[ExceptionLine, ...] = ()
    digests: tuple[Pair, ...] = ()
    signature: tuple[Pair, ...] = ()

    def total(self, severity: str) -> int:
        """Findings of one severity, those only counted included."""
        return sum(r.count for r in self.rules if r.severity == severity)

    @property
    def covered(self) -> int:
        """Errors that an exception or an answer covers."""
        return sum(r.covered for r in self.rules if r.severity == "error")

    @property
    def open_errors(self) -> int:
        """Errors that return the delivery."""
        return self.total("error") - self.covered

    @property
    def conclusion(self) -> str:
        """One sentence: passed or not, with the figures."""
        spared = f"（另有 {self.covered} 个错误已列入例外或确认为误报）" if self.covered else ""
        warnings = self.total("warning")
        if self.open_errors:
            return f"未通过：错误 {self.open_errors} 个{spared}，警告 {warnings} 个。请逐项修改后重新汇交。"
        if warnings or spared:
            return f"通过：没有待整改的错误{spared}，警告 {warnings} 个。"
        return "通过：没有发现问题。" if not self.total("note") else "通过：没有错误和警告。"

    @property
    def families(self) -> list[tuple[str, list[RuleLine]]]:
        """Rule lines gathered by family, in the order met."""
        gathered: dict[str, list[RuleLine]] = {}
        for line in self.rules:
            gathered.setdefault(line.family, []).append(line)
        return list(gathered.items())

    @property
    def compared(self) -> str:
        """How this attempt stands to the one before; empty for a first attempt."""
        if not self.earlier:
            return ""
        s = self.standing
        fixed, still, new = (s.get(n, 0) for n in ("fixed", "still", "new"))
        return f"与上次汇交 {self.earlier} 相比：已改正 {fixed} 个，仍在 {still} 个，新增 {new} 个。"


def facts_of(report: Report, models: Sequence[Model], *, title: str, about: Sequence[Pair] = (),
             printed: str = "") -> Facts:  # fmt: skip
    """Facts of a check just made: no attempt before, no exceptions, no signature."""
    known = versions(models)
    return Facts(
        title=title,
        about=tuple(about),
        standards=standards_of(models),
        tolerances=tolerances_of(models),
        features=tuple(report.features.items()),
        rules=tuple(RuleLine(c.rule, c.title, c.family, c.severity, c.layer, c.count, c.shown) for c in report.counts),
        rule_count=report.rules,
        printed=printed,
        versions={c.rule: known[c.rule] for c in report.counts if c.rule in known},
    )


def standards_of(models: Sequence[Model]) -> tuple[Pair, ...]:
    """Name and title of each standard."""
    return tuple((m.name, f"{m.title}（{m.source or '来源待核'}）") for m in models)


def tolerances_of(models: Sequence[Model]) -> tuple[Pair, ...]:
    """What each standard judges with."""
    return tuple(
        (m.name, f"容差 {_metres(m.space.tolerance)} 米，分辨率 {_metres(m.space.resolution)} 米，"
                 f"坐标 {m.space.decimals} 位小数，面积按{_AREAS[m.space.area]}计算") for m in models
    )  # fmt: skip


def _metres(value: float) -> str:
    """Without an exponent: 0.00005, not 5e-05."""
    return format(Decimal(repr(value)), "f")


_AREAS = {"official": "规定的椭球面积公式", "geodesic": "大地线多边形", "plane": "平面"}
