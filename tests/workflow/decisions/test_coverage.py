"""The report of gaps and overlaps against trying every point of a grid."""

import re
from itertools import product

import pytest
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


# -- every ordered kind, against trying the values one by one -----------------------------------------------

KIND_OF_VALUE = {
    "date": lambda n: f'date("2024-02-{27 + n:02d}")' if n < 3 else f'date("2024-03-{n - 2:02d}")',
    "date and time": lambda n: f'@"2024-02-28T23:59:{54 + n:02d}"' if n < 6 else f'@"2024-02-29T00:00:{n - 6:02d}"',
    "zoned": lambda n: f'@"2024-02-29T00:00:{n:02d}+08:00"',
    "time": lambda n: f'time("00:00:{n:02d}")',
    "zoned time": lambda n: f'@"00:00:{n:02d}Z"',
    "days": lambda n: f'duration("P{n}D")',
    "hours": lambda n: f'@"PT{n}H"',
    "months": lambda n: f'@"P{n}M"',
    "string": lambda n: f'"a{n}"',
}
DENSE = {"date": False, "months": False}
ORDERED_ROWS = st.lists(st.tuples(BOUND, BOUND, st.booleans(), st.booleans()), min_size=1, max_size=4)


@given(st.sampled_from(sorted(KIND_OF_VALUE)), ORDERED_ROWS)
@settings(max_examples=150, deadline=None)
def test_so_they_are_for_days_moments_times_durations_and_strings(kind, rows):
    """Row by row on a line of half steps; between neighbouring days and months lies nothing; before midnight no time."""
    told = KIND_OF_VALUE[kind]
    cells = []
    for low, high, closed, open_end in (tuple(sorted(row[:2])) + row[2:] for row in rows):
        cells.append(f"{'[' if closed else '('}{told(low)}..{told(high)}{')' if open_end else ']'}")
    model = Decision.of(file(data("x"), decision("r", table(["x"], ["v"], [f"{c} => {n}" for n, c in enumerate(cells)]), "i:x")))
    found = [fault.message for fault in model.check()]
    points = range(-1, 14) if DENSE.get(kind, True) else range(0, 14, 2)
    points = [p for p in points if p >= 0 or kind != "time"]
    held = [
        tuple(n for n, row in enumerate(rows, 1) if number_holds((*sorted(row[:2]), row[2], not row[3]), p / 2)) for p in points
    ]
    overlaps = {tuple(map(int, re.findall(r"\d+", m.partition(" 行")[0]))) for m in found if "同时" in m}
    assert overlaps == {rows for rows in held if len(rows) > 1}, (cells, found)
    assert any("没有一行" in m for m in found), "no table of bounded rows covers what is unbounded"


@pytest.mark.parametrize(
    ("rules", "says"),
    [
        (['< time("12:00:00")', '>= time("12:00:00")'], []),
        (['[time("00:00:00")..time("12:00:00"))', '>= time("12:00:00")'], []),
        (['(time("00:00:00")..time("12:00:00"))', '>= time("12:00:00")'], ["x = 00:00:00"]),
        (['< time("12:00:00")', '> time("12:00:00")'], ["x = 12:00:00"]),
        (['<= time("23:59:59.999999999")'], []),
        (['>= time("00:00:00Z")'], ["x < 00:00:00Z"]),
        (['<= duration("P1D")', '>= duration("PT36H")'], ["在 (P1D..P1DT12H) 之内"]),
        (['<= duration("P1Y")', '>= duration("P13M")'], []),
        (['<= duration("P1Y")', '>= duration("P14M")'], ["在 (P1Y..P1Y2M) 之内"]),
        (['< @"-P1D"', '>= @"-P1D"'], []),
        (['<= date("2024-02-28")', '>= date("2024-03-01")'], ["之内"]),
        (['<= date("2023-02-28")', '>= date("2023-03-01")'], []),
        (['< @"2024-01-01T00:00:00Z"', '>= @"2024-01-01T08:00:00+08:00"'], []),
        (['< @"2024-01-01T00:00:00Z"', '> @"2024-01-01T08:00:00+08:00"'], ["x = "]),
        (['< "m"', '>= "m"'], []),
        (['< "m"', '> "m"'], ['x = "m"']),
        (['["a".."f"]', '["g".."z"]'], ["x < ", '在 ("f".."g") 之内', "> "]),
        (['not("m")', '"m"'], []),
    ],
)
def test_a_column_of_each_kind_is_covered_or_its_gap_is_named(rules, says):
    model = Decision.of(file(data("x"), decision("r", table(["x"], ["v"], [f"{c} => 1" for c in rules]), "i:x")))
    told = [fault.message for fault in model.check()]
    assert len(told) <= 1, told
    assert bool(told) == bool(says), told
    assert all(part in told[0] for part in says), told


def test_open_stretches_of_strings_overlap_where_no_written_value_lies():
    rules = ['("a".."m") => 1', '("b".."z") => 2', '<= "a" => 3', '>= "z" => 4']
    model = Decision.of(file(data("x"), decision("r", table(["x"], ["v"], rules), "i:x")))
    assert [f.message for f in model.check()] == ['第 1、2 行同时适用于：x 在 ("b".."m") 之内']
