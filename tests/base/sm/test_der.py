import pytest
from hypothesis import given
from hypothesis import strategies as st

from ziyuan.base.sm import der

numbers = st.integers(0, 2**256 - 1)


@given(numbers, numbers)
def test_a_pair_survives_its_encoding(r, s):
    assert der.decode_signature(der.encode_signature(r, s)) == (r, s)


@given(st.binary(max_size=80))
def test_only_the_one_encoding_is_read(data):
    pair = der.decode_signature(data)
    if pair is not None:
        assert der.encode_signature(*pair) == data


@pytest.mark.parametrize(
    ("r", "s", "acceptable"),
    [
        (1, 1, True),
        (0, 1, False),
        (1, 0, False),
        (der.ORDER - 1, 2, True),
        (der.ORDER, 1, False),
        (1, der.ORDER, False),
        (1, der.ORDER - 1, False),  # t = r + s would be zero
    ],
)
def test_r_and_s_lie_between_one_and_the_order(r, s, acceptable):
    assert der.is_acceptable(der.encode_signature(r, s)) is acceptable


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x30\x06\x02\x01\x01\x02\x01\x01\x00",  # trailing byte
        b"\x30\x07\x02\x02\x00\x01\x02\x01\x01",  # padded integer
        b"\x30\x06\x02\x01\x81\x02\x01\x01",  # negative integer
        b"\x30\x81\x06\x02\x01\x01\x02\x01\x01",  # long form of a short length
        b"\x31\x06\x02\x01\x01\x02\x01\x01",  # a set
        b"\x30\x03\x02\x01\x01",  # one integer
        b"\x30\x09\x02\x01\x01\x02\x01\x01\x02\x01\x01",  # three
        b"\x30\x06\x02\x00\x02\x02\x00\x01",  # an empty integer
    ],
)
def test_other_ways_to_write_a_pair_are_refused(data):
    assert der.decode_signature(data) is None
