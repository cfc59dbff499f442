"""A finding (问题): one defect, one row, always with a place in the file, on the map, or both.

Plain values, so that readers, package checks and rules in a child process can all make them.
"""

import json
from dataclasses import dataclass
from dataclasses import field as member
from typing import Any, Literal

Severity = Literal["error", "warning", "note"]

SEVERITY_TITLES: dict[str, str] = {"error": "错误", "warning": "警告", "note": "提示"}


@dataclass(frozen=True)
class Finding:
    """One defect of a delivery.

    `row` counts from 1 in the delivered layer; `x`, `y` are (east, north) or (longitude, latitude) in the
    delivered coordinate system. A defect of two features is one finding: `key` is the smaller key,
    `partners` holds the others. `measure` is a size in `unit` (m2, m, count). `geometry` is WKB of the
    defect itself (the overlap, the gap) in the delivered system. `line`: line of a text file; `duty`: who has to
    see to it, where it is not the one whom the severity names (`duty.duty_of`).
    """

    rule: str
    kind: str
    family: str
    severity: Severity
    layer: str | None = None
    key: str | None = None
    row: int | None = None
    field: str | None = None
    value: str | None = None
    expected: str | None = None
    x: float | None = None
    y: float | None = None
    measure: float | None = None
    unit: str | None = None
    partners: tuple[str, ...] = ()
    message: str = ""
    remedy: str = ""
    geometry: bytes | None = member(default=None, repr=False)
    line: int | None = None
    duty: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """All members but the geometry, in the order of the command's JSON line."""
        out = {name: getattr(self, name) for name in _JSON_FIELDS}
        out["partners"] = list(self.partners) or None
        return out

    def to_json(self) -> str:
        """One JSON line."""
        return json.dumps(self.to_dict(), ensure_ascii=False)

    def to_line(self) -> str:
        """One line for a person at a terminal."""
        row = f"第 {self.row} 行" if self.row else ""
        place = f"({self.x:.4f}, {self.y:.4f})" if self.x is not None and self.y is not None else ""
        parts = [SEVERITY_TITLES[self.severity], self.rule, self.layer, self.key, row, place, self.message]
        return "  ".join(part for part in parts if part)


_JSON_FIELDS = (
    "rule", "kind", "family", "severity", "layer", "key", "row", "field", "value", "expected",
    "x", "y", "measure", "unit", "partners", "message", "remedy",
)  # fmt: skip


@dataclass(frozen=True)
class RuleCount:
    """How often one rule was broken; `shown` findings are listed one by one, the rest only counted."""

    rule: str
    title: str
    family: str
    severity: Severity
    layer: str | None
    count: int
    shown: int


@dataclass(frozen=True)
class Report:
    """What one check found: findings in a stable order, counts by rule, features by layer, seconds by step."""

    findings: list[Finding]
    counts: list[RuleCount]
    features: dict[str, int]
    seconds: dict[str, float]
    rules: int = 0
    standards: tuple[str, ...] = ()
    areas: dict[str, float] = member(default_factory=dict)

    @property
    def errors(self) -> int:
        """Defects that stop the delivery, those only counted included."""
        return sum(c.count for c in self.counts if c.severity == "error")

    @property
    def warnings(self) -> int:
        """Defects that a person must look at."""
        return sum(c.count for c in self.counts if c.severity == "warning")

    @property
    def clean(self) -> bool:
        """True when nothing but notes was found."""
        return not self.errors and not self.warnings

    def summary(self) -> dict[str, Any]:
        """Figures for the last JSON line, the delivery page and the report."""
        return {
            "standards": list(self.standards),
            "features": sum(self.features.values()),
            "layers": self.features,
            "rules": self.rules,
            "findings": sum(c.count for c in self.counts),
            "listed": len(self.findings),
            "errors": self.errors,
            "warnings": self.warnings,
            "by_rule": [
                {"rule": c.rule, "title": c.title, "family": c.family, "severity": c.severity,
                 "layer": c.layer, "count": c.count, "listed": c.shown}
                for c in self.counts
            ],
            "seconds": {name: round(value, 3) for name, value in self.seconds.items()},
        }  # fmt: skip
