"""Each hit policy against a second, naive model of it: rows are intervals, values are small numbers."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.workflow.decisions.dmn import data, decision, file, table
from ziyuan.workflow.decisions import Decision

LISTED = [3, 1, 2]
ROW = st.tuples(st.integers(0, 6), st.integers(0, 6), st.integers(0, 3), st.sampled_from(LISTED), st.integers(1, 2))
ROWS = st.lists(ROW, max_size=5)
SUMS = {"SUM": sum, "MIN": min, "MAX": max, "COUNT": len}


def held(rows, x, y):
    """Numbers and outputs of the rows that hold: low <= x <= high, and y as the cell says (0 is `-`)."""
    return [
        (number, a, b)
        for number, (low, high, wanted, a, b) in enumerate(rows, 1)
        if min(low, high) <= x <= max(low, high) and wanted in (0, y)
    ]


def expected(policy, aggregation, found, wide):
    values = [{"a": a, "b": b} if wide else a for _, a, b in found]
    ranked = [
        {"a": a, "b": b} if wide else a
        for _, a, b in sorted(found, key=lambda f: (LISTED.index(f[1]), f[2] if wide else 0))
    ]
    if not found and not (aggregation == "COUNT" and wide):
        return {"COLLECT": [], "COLLECTCOUNT": 0}.get(policy + aggregation)
    if aggregation and wide:
        return None
    if aggregation:
        return SUMS[aggregation](values)
    if policy == "UNIQUE":
        return values[0] if len(values) == 1 else None
    if policy == "ANY":
        return values[0] if all(value == values[0] for value in values) else None
    one = {"FIRST": values[0], "PRIORITY": ranked[0]}
    return one.get(policy, ranked if policy == "OUTPUT ORDER" else values)


def cells(row, wide):
    low, high, wanted, a, b = row
    results = f"{a} | {b}" if wide else str(a)
    return f"[{min(low, high)}..{max(low, high)}] | {wanted or '-'} => {results}"


@pytest.mark.parametrize(
    ("policy", "aggregation"),
    [
        ("UNIQUE", ""),
        ("ANY", ""),
        ("FIRST", ""),
        ("PRIORITY", ""),
        ("RULE ORDER", ""),
        ("OUTPUT ORDER", ""),
        ("COLLECT", ""),
        *(("COLLECT", name) for name in SUMS),
    ],
)
@given(ROWS, st.integers(-1, 7), st.integers(1, 3), st.booleans())
@settings(max_examples=40, deadline=None)
def test_a_table_answers_as_its_hit_policy_says(policy, aggregation, rows, x, y, wide):
    more = f'aggregation="{aggregation}"' if aggregation else ""
    outputs, listed = (["a", "b"] if wide else ["a"]), {"a": "3, 1, 2", "b": "1, 2"}
    body = table(["x", "y"], outputs, [cells(row, wide) for row in rows], policy, more, listed)
    model = Decision.of(file(data("x"), data("y"), decision("r", body, "i:x", "i:y")))
    outcome = model.evaluate("r", {"x": Decimal(x), "y": y})
    found = held(rows, x, y)
    assert outcome.value == expected(policy, aggregation, found, wide)
    assert (outcome.reason is None) is (outcome.value is not None)
    matched = [number for number, _, _ in found]
    assert outcome.trace[-1]["matched"] == (matched[:1] if policy == "FIRST" else matched)
