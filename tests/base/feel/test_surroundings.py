"""What a caller puts around a text: functions of its scope, types of its own, values already in FEEL's kinds."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ziyuan.base import feel
from ziyuan.base.feel.syntax import TypeOf


class Even:
    """One type, `even`, of even numbers."""

    def named(self, kind: TypeOf) -> TypeOf:
        if kind.name == "even":
            return TypeOf("even", test=lambda value, run: type(value) is Decimal and value % 2 == 0)
        return TypeOf(kind.name, tuple(map(self.named, kind.of)), kind.entries)


EVEN = Even()


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("4 instance of even", True),
        ("5 instance of even", False),
        ('"4" instance of even', False),
        ("null instance of even", False),
        ("[2, 4] instance of list<even>", True),
        ("[2, 5] instance of list<even>", False),
        ("(function(x: even) x)(4)", 4),
        ("(function(x: even) x)(5)", None),
        ("(function(x: even) x)([4])", 4),
    ],
)
def test_a_type_of_the_caller_holds_for_instance_of_and_parameters(text, value):
    assert feel.compile(text, types=EVEN)({}) == value


def test_without_it_the_type_is_unknown():
    assert feel.compile("4 instance of even").explain({}).reason is not None
    assert feel.check("4 instance of even", [], named=EVEN) == []
    assert len(feel.check("4 instance of even", [])) == 1


def test_a_function_of_the_scope_comes_before_a_built_in_one_but_a_value_does_not():
    mine = feel.Function("max", ("a",), lambda run, arguments: "mine")
    assert feel.compile("max(1)", ["max"])({"max": mine}) == "mine"
    assert feel.compile("max(a: 1)", ["max"])({"max": mine}) == "mine"
    assert feel.compile("max(1, 2)", ["max"])({"max": 5}) == 2
    assert feel.compile("max(1, 2)", ["max"])({}) == 2


def test_native_values_are_not_copied_when_they_are_read():
    held = [Decimal(1)]
    assert feel.compile("x", native=True).within({"x": held}, feel.Run()) is held
    assert feel.compile("x").within({"x": held}, feel.Run()) is not held


@given(st.integers(-5, 5), st.integers(0, 3), st.booleans(), st.booleans(), st.integers(-7, 9))
def test_intervals_written_in_numbers_hold_as_comparison_says(low, width, left, right, value):
    high = low + width
    cell = feel.unary(f"{'[' if left else '('}{low}..{high}{']' if right else ')'}")
    expected = (low <= value if left else low < value) and (value <= high if right else value < high)
    assert cell(value) is expected
    assert cell(None) is not True
    assert cell("1") is not True
    for op, holds in {"<": value < low, "<=": value <= low, ">": value > low, ">=": value >= low}.items():
        assert feel.unary(f"{op} {low}")(value) is holds
