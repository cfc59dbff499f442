"""Invariants against independent answers: Python's calendar, fractions, decimal, its own `re` on safe patterns."""

import datetime as dt
import re
from decimal import Context, Decimal
from fractions import Fraction

from hypothesis import assume, given
from hypothesis import strategies as st

from ziyuan.base import feel
from ziyuan.base.feel import calendar, literals, wire

DAYS = st.dates(dt.date(1, 1, 1), dt.date(9999, 12, 31))
INTEGERS = st.integers(-(10**12), 10**12)
TRUTH = st.sampled_from([True, False, None])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.sampled_from(["a", "b", ""]) | DAYS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("ab"), inner, max_size=2),
    max_leaves=6,
)


@given(DAYS)
def test_days_count_as_pythons_calendar_does(day):
    assert calendar.to_days(day.year, day.month, day.day) == day.toordinal() - 719_163
    assert calendar.from_days(day.toordinal() - 719_163) == (day.year, day.month, day.day)
    assert calendar.weekday(day.toordinal() - 719_163) == day.isoweekday()
    assert calendar.iso_week(day.toordinal() - 719_163) == day.isocalendar().week


@given(st.integers(-400_000_000_000, 360_000_000_000))
def test_any_day_count_becomes_a_date_and_back(days):
    assume(abs(calendar.from_days(days)[0]) <= calendar.MAX_YEAR)
    assert calendar.to_days(*calendar.from_days(days)) == days


@given(DAYS, st.integers(-3000, 3000))
def test_adding_days_is_what_python_adds(day, days):
    assume(
        dt.date.min <= day
        and dt.timedelta(0) <= day - dt.date.min + dt.timedelta(days) <= dt.date.max - dt.date.min
    )
    text = "d + duration(n)"
    duration = f"{'-' if days < 0 else ''}P{abs(days)}D"
    assert feel.compile(text)({"d": day, "n": duration}) == day + dt.timedelta(days)


@given(DAYS, st.integers(0, 1200))
def test_months_between_a_day_and_itself_later_are_the_months_added(day, months):
    assume(day.day <= 28 and day.year < 9800)
    text = "years and months duration(d, d + duration(n)) = duration(n)"
    assert feel.compile(text)({"d": day, "n": f"P{months}M"}) is True


@given(INTEGERS, INTEGERS, st.sampled_from("+-*"))
def test_whole_numbers_calculate_exactly(a, b, op):
    exact = {"+": a + b, "-": a - b, "*": a * b}[op]
    assert feel.compile(f"a {op} b")({"a": a, "b": b}) == exact


@given(INTEGERS, INTEGERS)
def test_a_quotient_is_the_nearest_of_34_digits(a, b):
    found = feel.compile("a / b")({"a": a, "b": b})
    if b == 0:
        assert found is None
    else:
        exact = Fraction(a, b)
        unit = Fraction(Decimal(1).scaleb(found.adjusted() - 33, Context(Emin=-9999, Emax=9999)))
        assert abs(Fraction(found) - exact) <= unit / 2


@given(INTEGERS, st.integers(1, 10**6))
def test_modulo_and_floor_agree(a, b):
    assert feel.compile("a = b * floor(a / b) + modulo(a, b)")({"a": a, "b": b}) is True


@given(st.lists(TRUTH, min_size=1, max_size=5))
def test_connectives_are_minimum_and_maximum_of_false_null_true(values):
    rank = {False: 0, None: 1, True: 2}
    back = {value: key for key, value in rank.items()}
    context = {f"v{i}": value for i, value in enumerate(values)}
    conjunction = feel.compile(" and ".join(context))(context)
    disjunction = feel.compile(" or ".join(context))(context)
    assert conjunction is back[min(map(rank.get, values))]
    assert disjunction is back[max(map(rank.get, values))]


@given(VALUES)
def test_a_value_equals_itself(value):
    assert feel.compile("v = v")({"v": value}) is True


@given(VALUES, VALUES)
def test_equality_is_symmetric(a, b):
    assert feel.compile("a = b")({"a": a, "b": b}) is feel.compile("b = a")({"a": a, "b": b})


@given(VALUES)
def test_values_survive_the_wire(value):
    adopted = feel.adopt(value)
    assert wire.decode(wire.load(wire.dump(wire.encode(adopted)))) == adopted


@given(st.decimals(allow_nan=False, allow_infinity=False, places=10, min_value=-(10**12), max_value=10**12))
def test_numbers_survive_text_and_wire(value):
    number = feel.adopt(value)
    assert feel.compile("number(string(v)) = v")({"v": number}) is True
    assert wire.decode(wire.load(wire.dump(wire.encode(number)))) == number


@given(st.lists(st.integers(-50, 50), max_size=12))
def test_sort_is_pythons_sort(values):
    assert feel.compile("sort(v, function(a, b) a < b)")({"v": values}) == sorted(values)


@given(st.integers(-5, 5), st.integers(-5, 5), st.integers(-5, 5), st.booleans(), st.booleans())
def test_membership_in_a_range_is_two_comparisons(x, one, other, low_in, high_in):
    low, high = sorted((one, other))
    text = f"x in {'[' if low_in else '('}low..high{']' if high_in else ')'}"
    expected = (x >= low if low_in else x > low) and (x <= high if high_in else x < high)
    assert feel.compile(text)({"x": x, "low": low, "high": high}) is expected


@given(st.text(max_size=20), st.integers(1, 25), st.integers(1, 25))
def test_substring_counts_code_points(text, start, length):
    found = feel.compile("substring(s, start, length)")({"s": text, "start": start, "length": length})
    assert found == (text[start - 1 : start - 1 + length] or None)


SAFE = st.recursive(
    st.sampled_from(["a", "b", "c", ".", "[ab]", "[^a]", "ab"]),
    lambda inner: (
        st.tuples(inner, st.sampled_from(["*", "+", "?", "*?", "{1,2}", ""])).map(
            lambda p: f"(?:{p[0]}){p[1]}"
        )
        | st.tuples(inner, inner).map(lambda p: f"(?:{p[0]}|{p[1]})")
        | st.tuples(inner, inner).map("".join)
    ),
    max_leaves=5,
)


@given(SAFE, st.text("abc", max_size=8))
def test_the_matcher_agrees_with_pythons_on_patterns_common_to_both(pattern, text):
    found = feel.compile("matches(t, p)")({"t": text, "p": pattern})
    assert found is (re.search(pattern, text) is not None)


@given(SAFE, st.text("abc", max_size=8))
def test_replacing_agrees_with_pythons_where_a_match_is_never_empty(pattern, text):
    assume(re.search(pattern, "") is None)
    found = feel.compile('replace(t, p, "<$0>")')({"t": text, "p": pattern})
    assert found == re.sub(pattern, lambda m: f"<{m[0]}>", text)


@given(st.integers(-(10**18), 10**18))
def test_durations_survive_their_normal_text(nanos):
    value = feel.DaysTime(nanos)
    assert literals.parse_duration(literals.days_text(value)) == value
