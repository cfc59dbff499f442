"""Score of a delivery by rule (质量得分): full marks less a deduction for each rule broken.

Weights and grades are dated parameters; nobody has read them in a standard, and every report says so.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from ziyuan.base import parameters
from ziyuan.onemap.quality.finding import RuleCount
from ziyuan.onemap.standards import library

_CENT = Decimal("0.01")
FAILED = "不合格"


@dataclass(frozen=True)
class Part:
    """What one rule cost."""

    rule: str
    title: str
    count: int
    deduct: Decimal


@dataclass(frozen=True)
class Score:
    """Points of a delivery, their parts (the dearest first), and where the weights come from."""

    points: Decimal
    full: Decimal
    grade: str
    parts: tuple[Part, ...]
    since: date
    source: str

    def to_dict(self) -> dict[str, Any]:
        """As JSON, decimals as text."""
        return {
            "points": str(self.points), "full": str(self.full), "grade": self.grade, "source": self.source,
            "since": self.since.isoformat(),
            "parts": [{"rule": p.rule, "title": p.title, "count": p.count, "deduct": str(p.deduct)} for p in self.parts],
        }  # fmt: skip

    @classmethod
    def from_dict(cls, told: Mapping[str, Any]) -> "Score":
        """The score that `to_dict` wrote."""
        parts = tuple(Part(p["rule"], p["title"], p["count"], Decimal(p["deduct"])) for p in told["parts"])
        return cls(Decimal(told["points"]), Decimal(told["full"]), told["grade"], parts,
                   date.fromisoformat(told["since"]), told["source"])  # fmt: skip


def score(counts: Iterable[RuleCount], features: Mapping[str, int], on: date) -> Score:
    """Score of the rules broken, by the weights in force on the day of the check.

    `counts` without what is excepted or a false alarm; `features` by layer: a rule that is broken once in ten
    thousand features costs less than one broken in every tenth. Raises NotInForce before the first weights.
    """
    weights, grades = _parameters()["quality.score"], _parameters()["quality.grade"]
    figures = weights.on(on)
    full = Decimal(figures["full"])
    parts = [p for p in (_part(c, features, figures) for c in counts) if p.deduct]
    points = max(Decimal(0), full - sum((p.deduct for p in parts), Decimal(0))).quantize(_CENT)
    lines = sorted(((Decimal(low), name) for name, low in grades.on(on).items()), reverse=True)
    grade = next((name for low, name in lines if points >= low), FAILED)
    parts.sort(key=lambda p: (-p.deduct, p.rule))
    return Score(points, full, grade, tuple(parts), max(d for d in weights.values if d <= on), weights.source_on(on))


def _part(count: RuleCount, features: Mapping[str, int], figures: Mapping[str, Any]) -> Part:
    among = max(1, features.get(count.layer or "") or sum(features.values()))
    times = min(Decimal(figures["most"]), 1 + Decimal(1000 * count.count) / among)
    deduct = Decimal(figures[count.severity]) * times if count.count else Decimal(0)
    return Part(count.rule, count.title, count.count, deduct.quantize(_CENT))


@cache
def _parameters() -> parameters.Parameters:
    return parameters.load(library.ROOT / "parameters")
