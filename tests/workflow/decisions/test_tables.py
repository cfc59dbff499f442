"""Decision tables: hit policies, defaults, allowed values, and the trace of what they did."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.workflow.decisions.dmn import data, decision, file, table
from ziyuan.workflow.decisions import Decision, Outcome

AREA_KIND = ['< 10 | "a" => "small"', '[10..100) | "a" => "middle"', '>= 100 | - => "large"']


def run(body: str, context: dict[str, object], *, kinds: tuple[str, str] = ("", "")) -> Outcome:
    model = Decision.of(
        file(data("area", kinds[0]), data("kind", kinds[1]), decision("size", body, "i:area", "i:kind"))
    )
    return model.evaluate("size", context)


@pytest.mark.parametrize(
    ("area", "kind", "value", "matched"),
    [
        (9, "a", "small", [1]),
        (10, "a", "middle", [2]),
        (100, "a", "large", [3]),
        (100, "b", "large", [3]),
        (99, "b", None, []),
        (None, "a", None, []),
    ],
)
def test_the_one_row_that_holds_gives_the_value(area, kind, value, matched):
    outcome = run(table(["area", "kind"], ["size"], AREA_KIND), {"area": area, "kind": kind})
    assert outcome.value == value
    assert outcome.trace[-1]["matched"] == matched


def test_the_trace_tells_inputs_rows_and_value_as_json():
    outcome = run(table(["area", "kind"], ["size"], AREA_KIND), {"area": 12.5, "kind": "a"})
    assert outcome.trace == [
        {
            "decision": "size",
            "id": "d_size",
            "kind": "decisionTable",
            "inputs": [{"expression": "area", "value": 12.5}, {"expression": "kind", "value": "a"}],
            "matched": [2],
            "value": "middle",
            "reason": None,
        }
    ]


OVERLAPPING = ["> 1 | - => 1", "> 2 | - => 2", "> 3 | - => 1"]


@pytest.mark.parametrize(
    ("policy", "more", "area", "value"),
    [
        ("UNIQUE", "", 2, 1),
        ("FIRST", "", 9, 1),
        ("ANY", "", 2, 1),
        ("RULE ORDER", "", 9, [1, 2, 1]),
        ("COLLECT", "", 9, [1, 2, 1]),
        ("COLLECT", 'aggregation="SUM"', 9, 4),
        ("COLLECT", 'aggregation="MIN"', 9, 1),
        ("COLLECT", 'aggregation="MAX"', 9, 2),
        ("COLLECT", 'aggregation="COUNT"', 9, 3),
        ("COLLECT", 'aggregation="COUNT"', 2, 1),
        ("PRIORITY", "", 9, 2),
        ("OUTPUT ORDER", "", 9, [2, 1, 1]),
        ("COLLECT", 'aggregation="SUM"', 0, None),
    ],
)
def test_each_hit_policy_makes_its_value_of_the_rows_that_hold(policy, more, area, value):
    body = table(["area", "kind"], ["size"], OVERLAPPING, policy, more, allowed={"size": "2, 1"})
    assert run(body, {"area": area}).value == value


def test_two_hits_under_unique_are_null_with_the_row_numbers():
    outcome = run(table(["area", "kind"], ["size"], OVERLAPPING), {"area": 3})
    assert outcome.value is None
    assert "第 1、2 行" in outcome.reason.message
    assert outcome.trace[-1]["matched"] == [1, 2]


def test_differing_hits_under_any_are_null_with_the_row_numbers():
    outcome = run(table(["area", "kind"], ["size"], OVERLAPPING, "ANY"), {"area": 9})
    assert outcome.value is None
    assert "第 1、2、3 行" in outcome.reason.message


def test_equal_hits_under_any_are_one_value():
    assert (
        run(table(["area", "kind"], ["size"], ["> 1 | - => 1+1", "> 2 | - => 2"], "ANY"), {"area": 9}).value
        == 2
    )


def test_no_hit_gives_the_default_output_or_null_with_a_reason():
    rules = ["> 100 | - => 1"]
    assert run(table(["area", "kind"], ["size"], rules, defaults={"size": "0"}), {"area": 1}).value == 0
    outcome = run(table(["area", "kind"], ["size"], rules), {"area": 1})
    assert outcome.value is None
    assert "没有一行命中" in outcome.reason.message


def test_several_outputs_make_a_context():
    body = table(["area", "kind"], ["level", "days"], ['> 1 | - => "city" | 2 * 10'])
    assert run(body, {"area": 5}).value == {"level": "city", "days": 20}


def test_priority_of_several_outputs_counts_the_columns_from_the_left():
    body = table(
        ["area", "kind"],
        ["a", "b"],
        ['> 1 | - => "low" | 1', '> 1 | - => "high" | 2', '> 1 | - => "high" | 1'],
        "OUTPUT ORDER",
        allowed={"a": '"high", "low"', "b": "1, 2"},
    )
    values = run(body, {"area": 5}).value
    assert [(v["a"], v["b"]) for v in values] == [("high", 1), ("high", 2), ("low", 1)]


def test_an_input_outside_its_allowed_values_is_null_and_says_so():
    body = table(["area", "kind"], ["size"], ["- | - => 1"], allowed={"kind": '"a", "b"'})
    assert run(body, {"area": 1, "kind": "b"}).value == 1
    outcome = run(body, {"area": 1, "kind": "c"})
    assert outcome.value is None
    assert "kind" in outcome.reason.message


def test_an_output_outside_its_allowed_values_is_null_and_names_the_row():
    outcome = run(table(["area", "kind"], ["size"], ["- | - => 3"], allowed={"size": "1, 2"}), {"area": 1})
    assert outcome.value is None
    assert "第 1 行" in outcome.reason.message


def test_cells_may_use_other_inputs_and_the_question_mark():
    body = table(["area", "kind"], ["size"], ["? > 10 and ? < 20 | starts with(?, area_prefix) => 1"])
    model = Decision.of(
        file(
            data("area"),
            data("kind"),
            data("area_prefix"),
            decision("size", body, "i:area", "i:kind", "i:area_prefix"),
        )
    )
    assert model.evaluate("size", {"area": 15, "kind": "xy", "area_prefix": "x"}).value == 1
    assert model.evaluate("size", {"area": 15, "kind": "xy", "area_prefix": "y"}).value is None


def test_a_cell_that_does_not_parse_makes_the_table_null_with_its_line():
    outcome = run(table(["area", "kind"], ["size"], [">> 1 | - => 1"]), {"area": 5})
    assert outcome.value is None
    assert "行" in outcome.reason.message


def test_a_table_without_inputs_always_applies():
    model = Decision.of(file(decision("fixed", table([], ["v"], ["=> 7"]))))
    assert model.evaluate("fixed", {}).value == 7


LIMITS = st.lists(st.integers(-20, 20), min_size=1, max_size=6, unique=True).map(sorted)


@given(LIMITS, st.integers(-25, 25))
def test_a_table_of_steps_finds_the_step_that_plain_comparison_finds(limits, value):
    rules = [f"< {limits[0]} | - => 0"]
    rules += [f"[{low}..{high}) | - => {i}" for i, (low, high) in enumerate(pairwise(limits), 1)]
    rules.append(f">= {limits[-1]} | - => {len(limits)}")
    expected = sum(value >= limit for limit in limits)
    for policy in ("UNIQUE", "FIRST", "ANY"):
        assert run(table(["area", "kind"], ["size"], rules, policy), {"area": value}).value == expected
