"""The publish check: every text parses, every name is known, no gap and no overlap goes unseen."""

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.workflow.decisions.dmn import data, decision, file, literal, table
from ziyuan.workflow.decisions import Decision


def faults(body: str, *inputs: str, kind: str = "") -> list[str]:
    names = inputs or ("area", "kind")
    parts = [data(name, kind) for name in names]
    model = Decision.of(file(*parts, decision("r", body, *(f"i:{name}" for name in names))))
    return [fault.message for fault in model.check()]


def test_a_complete_table_has_no_fault():
    assert faults(table(["area"], ["v"], ["< 10 => 1", "[10..20] => 2", "> 20 => 3"])) == []


def test_a_gap_is_told_by_what_falls_into_it():
    assert faults(table(["area"], ["v"], ["< 10 => 1", "(10..20] => 2", "> 20 => 3"])) == [
        "没有一行适用于：area = 10"
    ]
    assert faults(table(["area"], ["v"], ["< 10 => 1", "> 20 => 3"])) == [
        "没有一行适用于：area = 10 或 在 (10..20) 之内 或 = 20"
    ]


def test_an_overlap_is_told_by_rows_and_place():
    assert faults(table(["area"], ["v"], ["<= 10 => 1", ">= 10 => 2"])) == ["第 1、2 行同时适用于：area = 10"]


def test_first_hit_tables_may_overlap_but_not_gap():
    assert faults(table(["area"], ["v"], ["<= 10 => 1", ">= 5 => 2"], "FIRST")) == []
    assert len(faults(table(["area"], ["v"], ["< 5 => 1", "> 5 => 2"], "FIRST"))) == 1


def test_rows_of_an_any_table_may_overlap_when_they_say_the_same():
    assert faults(table(["area"], ["v"], ["<= 10 => 1", ">= 5 => 1"], "ANY")) == []
    assert len(faults(table(["area"], ["v"], ["<= 10 => 1", ">= 5 => 2"], "ANY"))) == 1


def test_a_default_output_leaves_no_gap():
    assert faults(table(["area"], ["v"], ["< 5 => 1"], defaults={"v": "0"})) == []


def test_enumerated_inputs_are_covered_value_by_value():
    rules = ['"a" => 1', '"b" => 2']
    assert faults(table(["kind"], ["v"], rules)) == ["没有一行适用于：kind 为其他值"]
    assert faults(table(["kind"], ["v"], rules, allowed={"kind": '"a", "b"'})) == []
    assert faults(table(["kind"], ["v"], rules, allowed={"kind": '"a", "b", "c"'})) == [
        '没有一行适用于：kind = "c"'
    ]
    assert faults(table(["kind"], ["v"], ['"a" => 1', 'not("a") => 2'])) == []


def test_dates_have_no_gap_between_neighbouring_days():
    rules = ['<= date("2024-02-28") => 1', '>= date("2024-02-29") => 2']
    assert faults(table(["area"], ["v"], rules)) == []
    late = ['<= date("2024-02-28") => 1', '>= date("2024-03-01") => 2']
    assert faults(table(["area"], ["v"], late)) == ["没有一行适用于：area 在 (2024-02-28..2024-03-01) 之内"]


def test_two_columns_are_covered_together():
    rules = ['< 10 | "a" => 1', '>= 10 | "a" => 2', '- | not("a") => 3']
    assert faults(table(["area", "kind"], ["v"], rules)) == []
    found = faults(table(["area", "kind"], ["v"], rules[1:]))
    assert found == ['没有一行适用于：area < 10 且 kind = "a"']


def test_a_table_that_computes_in_its_cells_is_told_as_not_analysed():
    found = faults(table(["area", "kind"], ["v"], ["? * 2 > 10 | - => 1"]))
    assert len(found) == 1
    assert "未能检查" in found[0]


def test_an_unknown_name_is_told_with_row_and_nearest():
    found = faults(table(["area", "kind"], ["v"], ["< 10 | - => aera"]))
    assert "第 1 行" in found[0]
    assert "area" in found[0]


def test_text_that_does_not_parse_is_told_with_its_element():
    model = Decision.of(file(decision("r", literal("1 +"))), "t.dmn")
    (fault,) = model.check()
    assert (fault.file, fault.severity, fault.line) == ("t.dmn", "error", 1)
    assert "不完整" in fault.message


def test_a_reference_to_nothing_and_an_unknown_type_are_told():
    model = Decision.of(file(decision("r", literal("x"), "i:x"), decision("q", literal("1"), kind="numbr")))
    messages = [fault.message for fault in model.check()]
    assert any("i_x" in message for message in messages)
    assert any("number" in message for message in messages)


CUTS = st.lists(st.integers(0, 12), min_size=1, max_size=4, unique=True).map(sorted)


@given(CUTS, st.integers(0, 4), st.booleans())
def test_a_row_taken_away_is_a_gap_and_a_row_doubled_an_overlap(cuts, place, take):
    rules = [
        f"< {cuts[0]} => 0",
        *(f"[{a}..{b}) => 1" for a, b in pairwise(cuts)),
        f">= {cuts[-1]} => 2",
    ]
    assert faults(table(["area"], ["v"], rules)) == []
    at = place % len(rules)
    changed = rules[:at] + rules[at + 1 :] if take else [*rules, rules[at]]
    found = faults(table(["area"], ["v"], changed))
    assert len(found) == 1
    assert ("没有一行" in found[0]) is take


@pytest.mark.parametrize("day", [date(2024, 2, 29)])
def test_plain_dates_go_in_as_they_are(day):
    body = table(["area"], ["v"], ['< date("2024-03-01") => "before"', '>= date("2024-03-01") => "after"'])
    model = Decision.of(file(data("area"), decision("r", body, "i:area")))
    assert model.evaluate("r", {"area": day}).value == "before"
