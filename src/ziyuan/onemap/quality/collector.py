"""Gather findings rule by rule; a fault that runs through a layer is told once, not ten thousand times."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from ziyuan.onemap.quality.finding import Finding, RuleCount
from ziyuan.onemap.quality.frames import Frame
from ziyuan.onemap.standards.model import Rule

LISTED = 10_000
"""Findings of one rule listed one by one; the rest is counted only."""
SYSTEMATIC_AT_LEAST = 100
SYSTEMATIC_SHARE = 0.9
_ONE_BY_ONE = frozenset({"图形", "拓扑", "图层间", "变更"})
"""Families whose defects each have a place of their own and are never gathered into one."""

Text = Callable[[int], str | None]
Rows = Sequence[int] | NDArray[np.int64]


class Collector:
    """All findings of one check."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []
        self.counts: list[RuleCount] = []

    def note(self, rule: Rule, count: int, shown: Sequence[Finding]) -> None:
        """Take the findings of one rule."""
        if not count:
            return
        self.findings += shown
        self.counts.append(
            RuleCount(rule.id, rule.title, rule.family, rule.severity, rule.layer, count, len(shown))
        )

    def one(self, rule: Rule, message: str, **where: Any) -> None:
        """A single finding, about a layer as a whole."""
        self.note(rule, 1, [make(rule, message, **where)])

    def rows(self, rule: Rule, frame: Frame, rows: Rows, message: Callable[[int], str], *,
             value: Text | None = None, expected: Text | None = None,
             extra: Callable[[int], dict[str, Any]] | None = None) -> None:  # fmt: skip
        """One finding a row; many rows of one fault become a single finding that counts them."""
        count = len(rows)
        if not count:
            return

        def build(row: int) -> Finding:
            point = frame.place(row)
            facts: dict[str, Any] = {
                "key": frame.key(row), "row": frame.row_number(row),
                "value": value(row) if value else None, "expected": expected(row) if expected else None,
                "x": point[0] if point else None, "y": point[1] if point else None,
            }  # fmt: skip
            facts.update(extra(row) if extra else {})
            return make(rule, message(row), **facts)

        if rule.family not in _ONE_BY_ONE and systematic(count, len(frame)):
            self.note(rule, count, [_gathered(build(int(rows[0])), rule, frame, rows)])
        else:
            self.note(rule, count, [build(int(row)) for row in rows[:LISTED]])


def systematic(count: int, total: int) -> bool:
    """Does a fault of `count` rows out of `total` run through the layer?"""
    return count >= SYSTEMATIC_AT_LEAST and count >= SYSTEMATIC_SHARE * total


def _gathered(first: Finding, rule: Rule, frame: Frame, rows: Rows) -> Finding:
    facts = {name: getattr(first, name) for name in ("key", "row", "value", "expected", "x", "y")}
    message = f"全层性问题：共 {len(rows)} 个（图层共 {len(frame)} 个）。首例：{first.message}"
    return make(rule, message, **facts, measure=float(len(rows)), unit="count")


def make(rule: Rule, message: str, *, geometry: shapely.Geometry | None = None, **facts: Any) -> Finding:
    """A finding of `rule`; the other members by name."""
    facts.setdefault("layer", rule.layer)
    facts.setdefault("field", rule.field)
    facts.setdefault("remedy", rule.remedy)
    wkb = shapely.to_wkb(geometry) if geometry is not None else None
    return Finding(rule=rule.id, kind=rule.kind, family=rule.family, severity=rule.severity,
                   message=message, geometry=wkb, **facts)  # fmt: skip
