"""The report of gaps and overlaps against trying every point of a grid."""

import re
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.workflow.decisions.dmn import data, decision, file, table
from tests.workflow.decisions.plain import written
from ziyuan.workflow.decisions import Decision

KINDS = ["a", "b", "c"]
NUMBERS = [n / 2 for n in range(-1, 14)]
BOUND = st.integers(0, 6)
INTERVAL = st.tuples(BOUND, BOUND, st.booleans(), st.booleans())
NUMBER_CELL = st.one_of(st.none(), INTERVAL)
KIND_CELL = st.one_of(st.none(), st.tuples(st.booleans(), st.sets(st.sampled_from(KINDS), min_size=1, max_size=2)))
ROWS = st.lists(st.tuples(NUMBER_CELL, KIND_CELL), min_size=1, max_size=5)


def number_text(cell):
    if cell is None:
        return "-"
    low, high = sorted(cell[:2])
    return f"{'[' if cell[2] else '('}{low}..{high}{']' if cell[3] else ')'}"


def number_holds(cell, x):
    if cell is None:
        return True
    low, high = sorted(cell[:2])
    return (low < x or (cell[2] and x == low)) and (x < high or (cell[3] and x == high))


def kind_text(cell):
    if cell is None:
        return "-"
    listed = ", ".join(f'"{kind}"' for kind in sorted(cell[1]))
    return f"not({listed})" if cell[0] else listed


def kind_holds(cell, kind):
    return cell is None or (kind in cell[1]) is not cell[0]


@given(ROWS)
@settings(max_examples=120, deadline=None)
def test_gaps_and_overlaps_are_those_found_by_trying_every_point(rows):
    rules = [f"{number_text(number)} | {kind_text(kind)} => {place}" for place, (number, kind) in enumerate(rows)]
    limits = {"kind": '"a", "b", "c"'}
    body = table(["area", "kind"], ["v"], rules, allowed=limits)
    model = Decision.of(file(data("area"), data("kind"), decision("r", body, "i:area", "i:kind")))
    told = [fault.message for fault in model.check()]
    held = [
        tuple(place for place, (n, k) in enumerate(rows, 1) if number_holds(n, x) and kind_holds(k, kind))
        for x, kind in product(NUMBERS, KINDS)
    ]
    overlaps = {tuple(map(int, re.findall(r"\d+", m.partition(" 行")[0]))) for m in told if "同时" in m}
    assert overlaps == {rows for rows in held if len(rows) > 1}
    assert any("没有一行" in message for message in told) is (() in held)


def test_the_allowed_values_of_a_type_bound_what_must_be_covered():
    told = {
        "types": {"kind": {"is": "string", "allowed": '"a", "b"'}},
        "nodes": {
            "k: kind": None,
            "r": {"is": {"table": {"in": ["k"], "rules": ['"a" => 1', '"b" => 2']}}, "needs": ["k"]},
            "s": {"is": {"table": {"in": ["k"], "rules": ['"a" => 1']}}, "needs": ["k"]},
        },
    }
    assert [fault.message for fault in Decision.of(written(told)).check()] == ['没有一行适用于：k = "b"']


def test_moments_with_and_without_a_zone_are_not_mixed_up():
    rules = ['< @"2024-01-01T00:00:00" => 1', '>= @"2024-01-01T00:00:00Z" => 2']
    model = Decision.of(file(data("area"), decision("r", table(["area"], ["v"], rules), "i:area")))
    assert ["未能检查" in fault.message for fault in model.check()] == [True]
