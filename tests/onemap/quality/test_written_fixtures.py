"""A false alarm kept as a fixture holds the rule to silence; a planted one holds it to finding."""

import pytest
import yaml

from tests.onemap.quality import county
from ziyuan.onemap.quality.fixtures import cases
from ziyuan.onemap.quality.fixtures.proof import finds
from ziyuan.onemap.quality.fixtures.written import with_written
from ziyuan.onemap.standards import library
from ziyuan.onemap.standards.errors import RuleWithoutFixtures

RULE = "DLTB-DLBM-domain"


@pytest.fixture(scope="module")
def model():
    return library.load_named("tdt1057@2020")


def written(folder, model, code: str, **more):
    """A file as the platform exports it: one patch as delivered, with this land class."""
    made = county.make(8, 8)
    patch = made.layers()["DLTB"].table.slice(5, 1).to_pylist()[0]
    text = {"rule": RULE, "expect": "silent", "epsg": 4527, "reason": "误报",
            "layers": {"DLTB": [{**patch, "DLBM": code, "geometry": made.shapes["DLTB"][5].wkt}]}, **more}  # fmt: skip
    folder.mkdir(exist_ok=True)
    (folder / f"{RULE}-YY-340123-2026-1.yaml").write_text(yaml.safe_dump(text, allow_unicode=True), encoding="utf-8")
    rule = next(r for r in model.all_rules() if r.id == RULE)
    return rule, with_written(model, rule, cases(model, rule), folder)


def test_a_rule_that_is_right_stays_silent_on_the_kept_false_alarm(model, tmp_path):
    rule, made = written(tmp_path / "right", model, "0101")
    assert len(made.innocents) == len(cases(model, rule).innocents) + 1
    assert not finds(model, rule, made.innocents[-1])


def test_a_rule_that_still_raises_the_alarm_is_found_out(model, tmp_path):
    rule, made = written(tmp_path / "wrong", model, "0199")
    assert finds(model, rule, made.innocents[-1])


def test_a_planted_fault_written_by_hand_must_be_found(model, tmp_path):
    rule, made = written(tmp_path / "planted", model, "0199", expect="found")
    assert len(made.faults) == len(cases(model, rule).faults) + 1 and finds(model, rule, made.faults[-1])


def test_a_fixture_that_does_not_say_what_is_expected_is_refused(model, tmp_path):
    with pytest.raises(RuleWithoutFixtures, match="expect"):
        written(tmp_path / "mute", model, "0101", expect="maybe")


def test_a_rule_without_written_fixtures_keeps_those_made(model, tmp_path):
    rule = next(r for r in model.all_rules() if r.id == "DLTB-T1")
    made = cases(model, rule)
    assert with_written(model, rule, made, tmp_path) is made
