from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ziyuan.base import money, units
from ziyuan.base.numbers import NotANumber, NothingToShareBy, decimal, half_up, shares, thousands


@pytest.mark.parametrize(
    ("value", "places", "expected"),
    [
        ("2.345", 2, "2.35"),  # a tie goes up, not to even
        ("2.335", 2, "2.34"),
        (2.675, 2, "2.68"),  # the double lies below the tie, its text on it
        ("-2.345", 2, "-2.35"),  # away from zero
        ("-0.004", 2, "0.00"),  # never minus zero
        ("0.00499999", 2, "0.00"),
        (5, -1, "1E+1"),
    ],
)
def test_rounding_is_half_up_away_from_zero(value, places, expected):
    assert str(half_up(value, places)) == expected


@given(st.integers(-(10**15), 10**15), st.integers(0, 6))
def test_rounding_differs_from_the_exact_value_by_at_most_half_a_unit(units_given, places):
    exact = Fraction(units_given, 10**7)
    assert abs(Fraction(half_up(exact, places)) - exact) <= Fraction(1, 2 * 10**places)


@pytest.mark.parametrize("bad", ["", "abc", "NaN", float("inf"), "1,000", None])
def test_what_is_no_finite_number_is_refused(bad):
    with pytest.raises(NotANumber):
        decimal(bad)


def test_three_equal_shares_of_ten_thousand_give_the_missing_cent_to_the_first():
    assert [str(s) for s in shares("10000.00", [1, 1, 1])] == ["3333.34", "3333.33", "3333.33"]


@given(st.integers(-(10**9), 10**9), st.lists(st.integers(0, 10**6), min_size=1, max_size=20))
def test_shares_sum_to_the_total_and_stay_within_a_cent_of_the_ideal(cents, weights):
    if not any(weights):
        with pytest.raises(NothingToShareBy):
            shares(Decimal(cents).scaleb(-2), weights)
        return
    total = Decimal(cents).scaleb(-2)
    found = shares(total, weights)
    assert sum(found) == total
    for share, weight in zip(found, weights, strict=True):
        assert abs(Fraction(share) - Fraction(total) * weight / sum(weights)) < Fraction(1, 100)


def test_negative_weights_are_refused():
    with pytest.raises(NothingToShareBy):
        shares(10, [2, -1])


def test_fifteen_mu_are_one_hectare():
    assert units.mu(10_000) == 15
    assert units.from_mu(15) == Decimal("10000.0000")
    assert units.hectares("12345.678") == Decimal("1.2345678")


def test_an_area_is_written_in_hectares_with_mu_beside():
    assert units.format_area("12345.678") == "1.2346 公顷(18.52 亩)"
    assert units.format_area(12_345_678_900) == "1,234,567.8900 公顷(18,518,518.35 亩)"
    assert units.format_square_metres("12345.675") == "12,345.68 平方米"


def test_an_unmeasured_area_is_not_zero():
    assert units.format_area(None) == units.format_square_metres(None) == "未量算"
    assert units.format_area(0) == "0.0000 公顷(0.00 亩)"


def test_ten_thousand_yuan_keep_every_cent():
    assert money.from_wan("12.345678") == Decimal("123456.78")
    assert money.to_wan("123456.78") == Decimal("12.345678")
    assert money.format_yuan("1234.5") == "1,234.50 元"
    assert money.format_wan("1234567.885") == "123.46 万元"
    assert thousands(1234567, 0) == "1,234,567"
