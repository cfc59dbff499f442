from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ziyuan.base import sm
from ziyuan.base.sm import envelope

KEY = bytes(range(16))


def sealed(data, **how):
    target = BytesIO()
    sm.seal_file(BytesIO(data), target, **(how or {"key": KEY}))
    return target.getvalue()


def opened(data, key=KEY):
    target = BytesIO()
    sm.open_file(BytesIO(data), target, key=key)
    return target.getvalue()


@pytest.fixture
def small_chunks(monkeypatch):
    monkeypatch.setattr(envelope, "CHUNK", 32)


def cut(data):
    """Head and chunks of a file sealed in chunks of 32 bytes."""
    head = 9 + int.from_bytes(data[5:9], "big") + 7
    body = data[head:]
    return data[:head], [body[i : i + 48] for i in range(0, len(body), 48)]


@pytest.mark.parametrize("size", [0, 1, 31, 32, 33, 64, 100])
def test_a_file_of_any_length_opens_again(small_chunks, size):
    data = bytes(range(256))[:size]
    assert opened(sealed(data)) == data


def test_a_file_over_one_full_chunk_opens_again():
    data = b"z" * (envelope.CHUNK + 5)
    assert opened(sealed(data)) == data


def test_one_file_sealed_twice_differs(small_chunks):
    assert sealed(b"data") != sealed(b"data")


@settings(max_examples=60)
@given(st.data())
def test_any_changed_byte_is_found(data):
    whole = sealed(b"0123456789" * 5)
    place = data.draw(st.integers(0, len(whole) - 1))
    bent = whole[:place] + bytes([whole[place] ^ data.draw(st.integers(1, 255))]) + whole[place + 1 :]
    with pytest.raises(sm.CannotOpen):
        opened(bent)


@settings(max_examples=60)
@given(st.data())
def test_any_cut_is_found(data):
    whole = sealed(b"0123456789" * 5)
    with pytest.raises(sm.CannotOpen):
        opened(whole[: data.draw(st.integers(0, len(whole) - 1))])


@pytest.mark.parametrize(
    "attack",
    [
        lambda chunks: [chunks[1], chunks[0], *chunks[2:]],  # swapped
        lambda chunks: [chunks[0], chunks[0], *chunks[1:]],  # doubled
        lambda chunks: chunks[1:],  # beginning cut
        lambda chunks: chunks[:-1],  # end cut at a border
        lambda chunks: [*chunks, chunks[-1]],  # end doubled
        lambda chunks: [],
    ],
)
def test_chunks_swapped_doubled_or_dropped_are_found(small_chunks, attack):
    head, chunks = cut(sealed(bytes(96)))
    assert len(chunks) == 3
    with pytest.raises(sm.CannotOpen):
        opened(head + b"".join(attack(chunks)))


def test_chunks_of_another_file_are_found(small_chunks):
    head, _ = cut(sealed(bytes(64)))
    _, other = cut(sealed(bytes(64)))
    with pytest.raises(sm.CannotOpen):
        opened(head + b"".join(other))


def test_only_the_named_recipient_opens(small_chunks):
    provider = sm.provider()
    (mine, my_public), (other, _) = provider.sm2_generate(), provider.sm2_generate()
    whole = sealed(b"data", to=my_public)
    assert opened(whole, provider.sm2_private(mine)) == b"data"
    with pytest.raises(sm.CannotOpen):
        opened(whole, provider.sm2_private(other))
    with pytest.raises(sm.CannotOpen, match="种类"):
        opened(whole, KEY)


def test_exactly_one_way_of_wrapping_is_named():
    for how in ({"key": KEY, "to": b"x"}, {"key": None}):
        with pytest.raises(ValueError, match="exactly one"):
            sealed(b"", **how)


@given(st.binary(max_size=64), st.binary(max_size=10))
def test_a_wrapped_key_opens_under_its_key_and_label_only(secret, label):
    wrapped = sm.wrap(secret, KEY, label)
    assert sm.unwrap(wrapped, KEY, label) == secret
    for key, other in ((KEY[::-1], label), (KEY, label + b"!")):
        with pytest.raises(sm.CannotOpen):
            sm.unwrap(wrapped, key, other)
    with pytest.raises(sm.CannotOpen):
        sm.unwrap(b"", KEY, label)
