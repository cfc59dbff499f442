"""Switches of a mandate (任务书开关): a rule may weigh less there, never more, and every report prints it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ziyuan.base.errors import UnknownName
from ziyuan.onemap.quality.errors import SwitchRefused
from ziyuan.onemap.quality.finding import SEVERITY_TITLES, Report, Severity

_ORDER: dict[str, int] = {"error": 0, "warning": 1, "note": 2}
_KEYS = ("rule", "severity", "reason", "source")


@dataclass(frozen=True)
class Switch:
    """One rule weighs `severity` in this mandate, for a reason; `was` is filled in when it is applied."""

    rule: str
    severity: Severity
    reason: str
    source: str = ""
    was: str = ""

    def to_dict(self) -> dict[str, str]:
        """As JSON."""
        return {"rule": self.rule, "from": self.was, "to": self.severity, "reason": self.reason, "source": self.source}

    def to_text(self) -> str:
        """One line of a report."""
        was = SEVERITY_TITLES.get(self.was, "原级别")
        return f"{self.rule}:{was}降为{SEVERITY_TITLES[self.severity]}({self.reason};{self.source or '出处未注明'})"


def read(items: Iterable[Mapping[str, Any]]) -> tuple[Switch, ...]:
    """Switches as a mandate's text has them. Raises UnknownName, SwitchRefused."""
    found = []
    for item in items:
        for key in item:
            if key not in _KEYS:
                raise UnknownName("开关的键", str(key), _KEYS, where=str(item.get("rule", "")))
        rule, severity, reason = (str(item.get(key) or "") for key in _KEYS[:3])
        if not rule or not reason or severity not in _ORDER:
            raise SwitchRefused(rule or "(未写规则)", "须写明规则、级别(error、warning、note)和理由")
        found.append(Switch(rule, severity, reason, str(item.get("source") or "")))  # type: ignore[arg-type]
    return tuple(found)


def lower(report: Report, switches: Sequence[Switch]) -> tuple[Report, tuple[Switch, ...]]:
    """The report as this mandate weighs it, and the switches that changed something.

    Raises SwitchRefused for one that would raise a rule's severity.
    """
    wanted = {s.rule: s for s in switches}
    used: dict[str, Switch] = {}
    for count in report.counts:
        one = wanted.get(count.rule)
        if one is None or one.severity == count.severity:
            continue
        if _ORDER[one.severity] < _ORDER[count.severity]:
            raise SwitchRefused(one.rule, f"不能把{SEVERITY_TITLES[count.severity]}提高为{SEVERITY_TITLES[one.severity]}")
        used[one.rule] = replace(one, was=count.severity)
    if not used:
        return report, ()
    findings = [replace(f, severity=used[f.rule].severity) if f.rule in used else f for f in report.findings]
    findings.sort(key=lambda f: _ORDER[f.severity])
    counts = [replace(c, severity=used[c.rule].severity) if c.rule in used else c for c in report.counts]
    return replace(report, findings=findings, counts=counts), tuple(used.values())
