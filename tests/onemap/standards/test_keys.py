"""Composed codes: parts, serials that go on from the highest, composite keys that cannot be mistaken for one another."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ziyuan.onemap.standards import errors, keys, library
from ziyuan.onemap.standards.loader import load_file
from ziyuan.onemap.standards.model import Pattern

BSM = library.load("tdt1057@2020").patterns["BSM"]
OF = {"county": "340123", "layer": "2001"}
SHORT = Pattern("N", (("county", 6), ("serial", 2), ("zeros", 1)))


def test_a_code_is_taken_apart_by_the_names_of_its_parts():
    assert keys.parted(BSM, "340123200100000042") == {"county": "340123", "layer": "2001", "serial": "00000042"}
    with pytest.raises(errors.KeyNotComposed, match="18 位"):
        keys.parted(BSM, "3401232001")


@pytest.mark.parametrize(
    ("used", "first"),
    [
        ([], "00000001"),
        (["340123200100000007", "340123200100000003"], "00000008"),
        (["340123200199999998"], "99999999"),
        (["340123200200000500", "340124200100000500"], "00000001"),
        (["3401232001ABCDEFGH", "34012320010000009"], "00000001"),
    ],
    ids=["first", "after the highest", "last", "another layer or county", "no serial"],
)
def test_serials_go_on_from_the_highest_of_the_same_county_and_layer(used, first):
    assert keys.next_codes(BSM, used, 1, OF) == ["3401232001" + first]


def test_a_used_up_serial_is_refused_not_wrapped():
    assert keys.next_codes(SHORT, ["340123970"], 2, {"county": "340123"}) == ["340123980", "340123990"]
    with pytest.raises(errors.SerialsUsedUp, match="2 位顺序号"):
        keys.next_codes(SHORT, ["340123970"], 3, {"county": "340123"})


def test_a_head_of_wrong_length_is_refused():
    with pytest.raises(errors.KeyNotComposed):
        keys.next_codes(BSM, [], 1, {"county": "3401", "layer": "2001"})


@given(st.sets(st.integers(1, 10**7)), st.integers(1, 50))
def test_new_codes_are_new_and_in_order(serials, count):
    used = [f"3401232001{n:08d}" for n in serials]
    made = keys.next_codes(BSM, used, count, OF)
    assert len(set(made) - set(used)) == count
    assert made == sorted(made)
    assert all(len(code) == 18 for code in made)


@given(st.lists(st.tuples(*[st.text(st.sampled_from("ab|\\"), min_size=1, max_size=4)] * 2), min_size=2, max_size=2, unique=True))
def test_two_composite_keys_never_look_alike(pairs):
    assert keys.joined(pairs[0]) != keys.joined(pairs[1])


def test_a_key_with_an_empty_part_is_no_key(tmp_path):
    path = tmp_path / "m.yaml"
    path.write_text(
        'standard: {id: m, edition: "1", title: 试}\nentities:\n  A:\n    key: [CUN, XH]\n'
        "    fields: {CUN: {type: text}, XH: {type: text}}\n",
        encoding="utf-8",
    )
    layer = load_file(path).entity("A")
    assert layer.key is None
    assert keys.key_of(layer, {"CUN": "340123101001", "XH": "7"}) == "340123101001|7"
    assert keys.key_of(layer, {"CUN": "340123101001", "XH": " "}) is None
