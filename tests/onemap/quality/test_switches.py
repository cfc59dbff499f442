"""A mandate may weigh a rule less, never more; the score follows the rules broken."""

from datetime import date
from decimal import Decimal

import pytest

from ziyuan.base.errors import UnknownName
from ziyuan.base.parameters import NotInForce
from ziyuan.onemap.quality.errors import SwitchRefused
from ziyuan.onemap.quality.finding import Finding, Report, RuleCount
from ziyuan.onemap.quality.score import Score, score
from ziyuan.onemap.quality.switches import lower, read

DAY = date(2026, 11, 25)


def count(rule: str, number: int, severity: str = "error", layer: str | None = "DLTB") -> RuleCount:
    return RuleCount(rule, rule, "拓扑", severity, layer, number, number)


def report(*rules: tuple[str, str]) -> Report:
    findings = [Finding(rule, "k", "拓扑", severity, "DLTB") for rule, severity in rules]
    return Report(findings, [count(rule, 1, severity) for rule, severity in rules], {"DLTB": 10}, {})


def test_a_lowered_rule_no_longer_stops_the_delivery_and_the_switch_is_told():
    switches = read([{"rule": "A", "severity": "warning", "reason": "试行", "source": "某文"}])
    lowered, used = lower(report(("A", "error"), ("B", "error")), switches)
    assert (lowered.errors, lowered.warnings) == (1, 1)
    assert [(f.rule, f.severity) for f in lowered.findings] == [("B", "error"), ("A", "warning")]
    assert [s.to_dict() for s in used] == [{"rule": "A", "from": "error", "to": "warning", "reason": "试行", "source": "某文"}]
    assert used[0].to_text() == "A:错误降为警告(试行;某文)"


def test_a_switch_never_raises_a_rule():
    with pytest.raises(SwitchRefused, match="提高"):
        lower(report(("A", "note")), read([{"rule": "A", "severity": "error", "reason": "从严"}]))


def test_a_switch_that_changes_nothing_is_not_told():
    given = report(("A", "warning"))
    assert lower(given, read([{"rule": "A", "severity": "warning", "reason": "试行"}])) == (given, ())
    assert lower(given, read([{"rule": "Z", "severity": "note", "reason": "试行"}])) == (given, ())


@pytest.mark.parametrize("item", [
    {"rule": "A", "severity": "warning"}, {"severity": "warning", "reason": "x"}, {"rule": "A", "severity": "off", "reason": "x"},
])  # fmt: skip
def test_a_switch_without_rule_level_or_reason_is_refused(item):
    with pytest.raises(SwitchRefused):
        read([item])


def test_an_unknown_key_is_refused_with_the_nearest():
    with pytest.raises(UnknownName, match="reason"):
        read([{"rule": "A", "severity": "note", "reasn": "x"}])


def test_points_are_what_the_weights_say():
    """Error weight 2: once in 10,000 features costs 2 × 1.1; in every feature 2 × 5 at most; a warning 0.5 × 1.1."""
    told = score([count("A", 1)], {"DLTB": 10_000}, DAY)
    assert (told.points, [p.deduct for p in told.parts]) == (Decimal("97.80"), [Decimal("2.20")])
    assert score([count("A", 10_000)], {"DLTB": 10_000}, DAY).points == Decimal("90.00")
    assert score([count("A", 1, "warning")], {"DLTB": 10_000}, DAY).points == Decimal("99.45")
    assert score([count("A", 9, "note")], {"DLTB": 10}, DAY).points == 100


@pytest.mark.parametrize(("rules", "grade"), [
    (0, "优"), (1, "优"), (2, "良"), (3, "合格"), (4, "合格"), (5, "不合格"), (20, "不合格"),
])  # fmt: skip
def test_the_grade_falls_at_ninety_seventy_five_and_sixty(rules, grade):
    """Each rule broken everywhere costs ten points: 100, 90, 80, 70, 60, 50."""
    told = score([count(f"R{n}", 500) for n in range(rules)], {"DLTB": 500}, DAY)
    assert (told.points, told.grade) == (max(Decimal(0), Decimal(100 - 10 * rules)), grade)


def test_the_score_says_that_nobody_has_read_the_weights_and_survives_being_stored():
    told = score([count("A", 3), count("B", 0)], {"DLTB": 10}, DAY)
    assert told.source == "unconfirmed" and told.since == date(2020, 1, 1) and [p.rule for p in told.parts] == ["A"]
    assert Score.from_dict(told.to_dict()) == told
    with pytest.raises(NotInForce):
        score([], {}, date(2019, 12, 31))
