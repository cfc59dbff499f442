"""Every rule of every standard finds its planted faults and leaves its innocent cases alone."""

import pytest

from ziyuan.onemap.quality.check import check
from ziyuan.onemap.quality.fixtures import cases
from ziyuan.onemap.quality.fixtures.proof import prove_rule
from ziyuan.onemap.standards import library
from ziyuan.onemap.standards import vocabulary as words
from ziyuan.onemap.standards.errors import RuleWithoutFixtures
from ziyuan.onemap.standards.loader import load_file

RULES = [(name, rule.id) for name in library.names() for rule in library.load(name).all_rules()]
EVERY_KIND = """
standard: {id: kinds, edition: "1", title: 各种规则}
space: {area: plane}
entities:
  A:
    geometry: {kind: polygon}
    key: ID
    fields: {ID: {type: text, length: 20}, K: {type: text, length: 2}}
    topology:
      - {id: K-1, rule: no_overlap}
      - {id: K-2, rule: no_gap, max_width: 1}
      - {id: K-3, rule: no_self_intersection}
      - {id: K-4, rule: no_hole}
      - {id: K-5, rule: single_part}
      - {id: K-6, rule: min_area, m2: 25}
      - {id: K-7, rule: min_angle, deg: 5}
      - {id: K-8, rule: no_sliver, min_width: 0.5}
      - {id: K-9, rule: no_overlap, where: 'K = "1"'}
      - {id: K-10, rule: edge_match, with: B, tolerance: 0.5}
  B:
    geometry: {kind: polygon}
    key: ID
    fields: {ID: {type: text, length: 20}}
  L:
    geometry: {kind: line}
    key: ID
    fields: {ID: {type: text, length: 20}}
    topology:
      - {id: L-1, rule: no_dangle}
      - {id: L-2, rule: no_self_intersection}
      - {id: L-3, rule: no_overlap}
      - {id: L-4, rule: no_duplicate}
      - {id: L-5, rule: no_short_edge, min_length: 0.05}
      - {id: L-6, rule: on_boundary_of, of: A}
      - {id: L-7, rule: edge_match, with: L2, tolerance: 0.5}
  L2: {geometry: {kind: line}, fields: {ID: {type: text, length: 20}}}
  S: {geometry: {kind: none}, key: [A, B], fields: {A: {type: text, length: 4}, B: {type: text, length: 4}}}
  P:
    geometry: {kind: point}
    fields: {ID: {type: text, length: 20}}
    topology: [{id: P-1, rule: no_duplicate}, {id: P-2, rule: on_boundary_of, of: A}]
  R:
    geometry: {kind: none}
    fields:
      OLD: {type: text, length: 20}
      NEW: {type: text, length: 20}
      MJ: {type: number, length: 15, decimals: 2}
      F: {type: text, length: 4}
      T: {type: text, length: 4}
      X: {type: file, media: [pdf], forbidden_when: 'F = "0101"'}
cross_layer:
  - {id: C-1, rule: boundary_equal, layer: A, tolerance: 1}
  - {id: C-2, rule: unique_across, fields: [A.ID, B.ID]}
  - {id: C-3, rule: covered_by, layer: A, by: B, unless: L}
  - {id: C-4, rule: equal_inside, layer: A, field: K, inside: B, equals: ID, empty: wrong}
change:
  - {id: D-1, rule: declared_equals_computed, base: A, new_state: B, record: R, before: OLD, after: NEW, area: MJ}
  - {id: D-2, rule: untouched_identical, base: A, new_state: A, record: R, before: OLD}
  - {id: D-3, rule: allowed_transition, record: R, from: F, to: T, allowed: [["0101", "0201"]]}
  - {id: D-4, rule: parent_child, base: A, new_state: B, record: R, before: OLD, after: NEW, area: MJ}
"""


def _rule(name, rule_id):
    model = library.load(name)
    return model, next(r for r in model.all_rules() if r.id == rule_id)


@pytest.mark.parametrize(("name", "rule_id"), RULES, ids=[r for _, r in RULES])
def test_a_rule_finds_its_faults_and_nothing_else(name, rule_id):
    prove_rule(*_rule(name, rule_id))


@pytest.fixture(scope="module")
def every_kind(tmp_path_factory):
    path = tmp_path_factory.mktemp("kinds") / "model.yaml"
    path.write_text(EVERY_KIND, encoding="utf-8")
    return load_file(path)


def test_every_kind_of_topology_cross_layer_and_change_is_proven(every_kind):
    for rule in every_kind.all_rules():
        prove_rule(every_kind, rule)
    proven = {rule.kind for rule in every_kind.all_rules()}
    shipped = {rule.kind for name in library.names() for rule in library.load(name).all_rules()}
    kinds = {*words.TOPOLOGY, *words.CROSS, *words.CHANGE, *words.BALANCE, *words.FIELD, *words.GEOMETRY, *words.LAYER}
    assert {kind for kind in kinds if words.served(kind)} <= proven | shipped


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
