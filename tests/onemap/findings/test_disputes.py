"""Disputes: raised by the submitter, answered by the province; a false alarm marks the finding and leaves a fixture."""

import pytest
import yaml

from tests.onemap.findings import small_package as made
from ziyuan.kernel import errors as kernel_errors
from ziyuan.onemap import service as onemap
from ziyuan.onemap.findings import errors
from ziyuan.onemap.quality.fixtures.proof import finds
from ziyuan.onemap.quality.fixtures.written import case_of
from ziyuan.onemap.standards import library

CODE_RULE, OVERLAP_RULE = "DLTB-DLBM-domain", "DLTB-T1"
findings = onemap.findings


@pytest.fixture
def attempt(deliver):
    return deliver(made.with_wrong_code(made.lawful(), 9))


def raised(people, attempt, rule=CODE_RULE, **more):
    return findings.dispute(people["officer"], attempt.one(rule)["id"], reason="该代码 2024 年起启用", **more)


def test_a_confirmed_false_alarm_is_marked_and_counts_no_more(deliver, people, attempt):
    before = attempt.counts()["open_errors"]
    row = raised(people, attempt)
    assert attempt.one(CODE_RULE)["state"] == "disputed" and attempt.counts()["open_errors"] == before
    onemap.deliveries.answer_dispute(people["province"], row.pk, "false_alarm", "代码表漏收,属误报")
    assert attempt.one(CODE_RULE)["state"] == "false_alarm" and attempt.counts()["open_errors"] == before - 1
    later = deliver(made.re_exported(made.with_wrong_code(made.lawful(), 9)))
    assert (later.one(CODE_RULE)["state"], later.one(CODE_RULE)["standing"]) == ("false_alarm", "still")


def test_the_fixture_holds_the_rule_and_the_features_as_delivered(deliver, people):
    package = made.with_overlap(made.lawful(), 20)
    attempt = deliver(package)
    row = raised(people, attempt, OVERLAP_RULE, proof=(b"photo", "现场.jpg"))
    with pytest.raises(errors.NoFixture):
        findings.fixture(people["officer"], row.pk)
    onemap.deliveries.answer_dispute(people["province"], row.pk, "false_alarm", "两图斑实为同一权属,误报")
    text, name = findings.fixture(people["province"], row.pk)
    told = yaml.safe_load(text)
    assert name.startswith(OVERLAP_RULE) and name.endswith(".yaml")
    assert (told["rule"], told["expect"], told["standard"], told["epsg"]) == (OVERLAP_RULE, "silent", "tdt1057@2020", 4527)
    keys = {feature["BSM"] for feature in told["layers"]["DLTB"]}
    found = attempt.one(OVERLAP_RULE)
    assert {found["key"], *found["partners"]} <= keys and len(keys) < 64
    assert all(feature["geometry"].startswith("POLYGON") for feature in told["layers"]["DLTB"])
    model = library.load_named(told["standard"])
    rule = next(r for r in model.all_rules() if r.id == OVERLAP_RULE)
    assert finds(model, rule, case_of(model, rule, told)), "added as it is, it shows that the rule still raises the alarm"


def test_an_upheld_problem_stands_open_again(people, attempt):
    row = raised(people, attempt)
    with pytest.raises(errors.ReasonWanted):
        onemap.deliveries.answer_dispute(people["province"], row.pk, "uphold", " ")
    onemap.deliveries.answer_dispute(people["province"], row.pk, "uphold", "代码表以国家标准为准")
    told = findings.one_dispute(people["officer"], row.pk)
    assert (told["state"], told["answer"], told["finding"]["state"]) == ("upheld", "代码表以国家标准为准", "open")
    with pytest.raises(errors.StateRefused):
        onemap.deliveries.answer_dispute(people["province"], row.pk, "false_alarm", "再想想")


def test_only_the_province_answers_and_never_the_one_who_asked(people, attempt):
    row = raised(people, attempt)
    with pytest.raises(errors.LevelAbove):
        onemap.deliveries.answer_dispute(people["city"], row.pk, "uphold", "不成立")
    with pytest.raises(kernel_errors.NotAllowed):
        onemap.deliveries.answer_dispute(people["officer"], row.pk, "false_alarm", "是误报")
    with pytest.raises(kernel_errors.NotFound):
        onemap.deliveries.answer_dispute(people["other_city"], row.pk, "uphold", "不成立")
    with pytest.raises(kernel_errors.NotFound):
        findings.one_dispute(people["neighbour"], row.pk)


def test_a_finding_is_disputed_once_at_a_time(people, attempt):
    row = raised(people, attempt, command="d1")
    assert raised(people, attempt, command="d1").pk == row.pk
    with pytest.raises(errors.AlreadyDisputed):
        raised(people, attempt)
    findings.take_back(people["officer"], row.pk)
    assert attempt.one(CODE_RULE)["state"] == "open"
    assert raised(people, attempt).pk != row.pk
    with pytest.raises(errors.ReasonWanted):
        findings.dispute(people["officer"], attempt.findings(severity="error")[-1]["id"], reason="")
