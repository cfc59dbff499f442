"""Every rule of every standard finds its planted faults and leaves its innocent cases alone."""

import pytest

from ziyuan.onemap.quality.check import check
from ziyuan.onemap.quality.fixtures import cases
from ziyuan.onemap.quality.fixtures.proof import prove_rule
from ziyuan.onemap.standards import library
from ziyuan.onemap.standards.errors import RuleWithoutFixtures
from ziyuan.onemap.standards.loader import load_file

RULES = [(name, rule.id) for name in library.names() for rule in library.load(name).all_rules()]
EVERY_KIND = """
standard: {id: kinds, edition: "1", title: 各种规则}
space: {area: plane}
entities:
  A:
    geometry: {kind: polygon}
    topology:
      - {id: K-1, rule: no_overlap}
      - {id: K-2, rule: no_gap, max_width: 1}
      - {id: K-3, rule: no_self_intersection}
      - {id: K-4, rule: no_hole}
      - {id: K-5, rule: single_part}
      - {id: K-6, rule: min_area, m2: 25}
      - {id: K-7, rule: min_angle, deg: 5}
      - {id: K-8, rule: no_sliver, min_width: 0.5}
"""


def _rule(name, rule_id):
    model = library.load(name)
    return model, next(r for r in model.all_rules() if r.id == rule_id)


@pytest.mark.parametrize(("name", "rule_id"), RULES, ids=[r for _, r in RULES])
def test_a_rule_finds_its_faults_and_nothing_else(name, rule_id):
    prove_rule(*_rule(name, rule_id))


def test_kinds_that_no_shipped_standard_uses_are_proven_too(tmp_path):
    path = tmp_path / "model.yaml"
    path.write_text(EVERY_KIND, encoding="utf-8")
    model = load_file(path)
    for rule in model.all_rules():
        prove_rule(model, rule)


def test_a_rule_whose_fault_cannot_be_made_is_refused(tmp_path):
    path = tmp_path / "model.yaml"
    path.write_text(
        """
standard: {id: never, edition: "1", title: 永远成立}
entities:
  A:
    fields: {X: {type: text, length: 4}}
    checks: [{id: N-1, then: 'true', say: 永远成立}]
""",
        encoding="utf-8",
    )
    model = load_file(path)
    rule = next(r for r in model.all_rules() if r.id == "N-1")
    with pytest.raises(RuleWithoutFixtures, match="N-1"):
        cases(model, rule)


def test_a_check_refuses_a_kind_of_rule_without_fixtures():
    from dataclasses import replace

    model, rule = _rule("tdt1057@2020", "X-01")
    with pytest.raises(RuleWithoutFixtures):
        check([replace(model, rules=(replace(rule, kind="wishes"),))], {})
