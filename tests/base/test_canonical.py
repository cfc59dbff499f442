import unicodedata
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from enum import StrEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ziyuan.base.canonical import NotCanonical, digest, encode, encoded
from ziyuan.base.sm import sm3

scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(st.characters(codec="utf-8"), max_size=8)
    | st.decimals(allow_nan=False, allow_infinity=False, places=4)
    | st.binary(max_size=8)
    | st.dates()
    | st.datetimes(timezones=st.just(UTC))
)
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(codec="ascii"), max_size=4), inner, max_size=4)
    ),
    max_leaves=12,
)


def item(tag, body):
    return tag + len(body).to_bytes(8, "big") + body


def test_the_bytes_are_those_the_definition_names():
    value = {"乙": None, "a": [1, Decimal("1.20"), True], "b": date(2026, 11, 25)}
    expected = (
        b"\x02"
        + item(b"S", b"x.y")
        + item(
            b"M",
            item(b"S", b"a")
            + item(b"L", item(b"I", b"1") + item(b"D", b"1.20") + item(b"T", b""))
            + item(b"S", b"b")
            + item(b"d", b"2026-11-25")
            + item(b"S", "乙".encode())
            + item(b"N", b""),
        )
    )
    assert encode("x.y", value) == expected
    assert digest("x.y", value) == sm3(expected)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (None, ""),
        (None, []),
        ("", b""),
        (1, "1"),
        (1, True),
        (0, False),
        (1, Decimal(1)),
        (Decimal("1.2"), Decimal("1.20")),
        ({}, []),
        (["ab"], ["a", "b"]),
        (["a", ["b"]], [["a"], "b"]),
        ({"a": "b", "c": ""}, {"a": "", "c": "b"}),
        ({"ab": "c"}, {"a": "bc"}),
        (date(2026, 1, 1), "2026-01-01"),
        (date(2026, 1, 1), datetime(2026, 1, 1, tzinfo=UTC)),
        ([], [[]]),
        ({"a": None}, {}),
    ],
)
def test_values_that_differ_encode_differently(one, other):
    assert encode("k", one) != encode("k", other)


@given(values, values)
def test_what_was_encoded_before_stands_for_itself_in_another_value(one, other):
    assert encode("k", {"a": encoded(one), "b": [other, encoded(one)]}) == encode("k", {"a": one, "b": [other, one]})


def test_the_kind_separates_equal_values():
    assert encode("audit", {"a": 1}) != encode("package", {"a": 1})
    assert encode("ab", "c") != encode("a", "bc")


@given(values, values)
def test_only_one_value_has_an_encoding(one, other):
    def strict(value):  # equality of Python that tells types and scales apart
        if isinstance(value, dict):
            normal = {unicodedata.normalize("NFC", k): strict(v) for k, v in value.items()}
            return ("map", tuple(sorted(normal.items(), key=repr)))
        if isinstance(value, list):
            return ("list", tuple(map(strict, value)))
        if isinstance(value, Decimal):
            value = abs(value) if value.is_zero() else value
        if isinstance(value, str):
            value = unicodedata.normalize("NFC", value)
        return (type(value).__name__, str(value))

    assert (encode("k", one) == encode("k", other)) == (strict(one) == strict(other))


@given(st.dictionaries(st.text(st.characters(codec="ascii"), max_size=6), scalars, max_size=6))
def test_the_order_of_keys_does_not_matter(table):
    assert encode("k", dict(reversed(table.items()))) == encode("k", table)


def test_text_is_composed_before_it_is_encoded():
    assert encode("k", "é") == encode("k", "e\u0301")
    assert encode("k", {"é": 1}) == encode("k", {"e\u0301": 1})


def test_a_moment_counts_wherever_it_was_written():
    shanghai = timezone(timedelta(hours=8))
    assert encode("k", datetime(2026, 11, 25, 8, tzinfo=shanghai)) == encode(
        "k", datetime(2026, 11, 25, tzinfo=UTC)
    )


def test_minus_zero_is_zero_and_exponents_are_written_out():
    assert encode("k", Decimal("-0.00")) == encode("k", Decimal("0.00"))
    assert encode("k", Decimal("1E+2")) == encode("k", Decimal("100"))


def test_a_tuple_is_a_list_and_a_named_text_is_text():
    class State(StrEnum):
        OPEN = "open"

    assert encode("k", (1, 2)) == encode("k", [1, 2])
    assert encode("k", State.OPEN) == encode("k", "open")


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({"a": [1, {"b": 0.5}]}, r"a\[1\]\.b处.*浮点数"),
        ({"t": datetime(2026, 11, 25)}, "t处.*没有时区"),
        ({1: "a"}, "不是文本"),
        ({"é": 1, "e\u0301": 2}, "重复"),
        (Decimal("NaN"), "根处.*不是有限数"),
        ({"a": {1, 2}}, "类型 set"),
        (object(), "类型 object"),
        ("\ud800", "代理"),
        ({"\ud800": 1}, "代理"),
    ],
)
def test_a_value_without_one_encoding_is_refused_with_its_place(value, said):
    with pytest.raises(NotCanonical, match=said):
        encode("k", value)
