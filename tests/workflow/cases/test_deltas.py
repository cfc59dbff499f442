"""A change tells what moved and nothing else; applied to what stood, it gives what stands."""

import copy

from hypothesis import given
from hypothesis import strategies as st

from ziyuan.workflow.cases.deltas import applied, change

PLAIN = st.recursive(
    st.none() | st.integers(0, 3) | st.text("ab", max_size=2),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text("ab=[]{}-", max_size=2), inner, max_size=4),
    max_leaves=20,
)


TOKENS = st.lists(
    st.fixed_dictionaries({"id": st.integers(0, 6)}, optional={"node": st.text("ab", max_size=1), "due": PLAIN}),
    unique_by=lambda token: token["id"], max_size=6,
)  # fmt: skip


@given(PLAIN | TOKENS, PLAIN | TOKENS)
def test_a_change_applied_to_what_stood_gives_what_stands_and_harms_neither(old, new):
    was, is_now = copy.deepcopy(old), copy.deepcopy(new)
    assert applied(old, change(old, new)) == new
    assert (old, new) == (was, is_now)


def test_a_step_on_a_line_tells_the_token_and_the_node_it_passed():
    old = {"v": 2, "next": 3, "tokens": [{"id": 2, "node": "a"}], "passed": ["start"], "end": None}
    new = {"v": 2, "next": 4, "tokens": [{"id": 3, "node": "b"}], "passed": ["start", "a"], "end": None}
    assert change(old, new) == {
        "{}": {"next": {"=": 4}, "tokens": {"#": {}, "-": [2], "+": [{"id": 3, "node": "b"}]}, "passed": {"[]": [1, 0, ["a"]]}}
    }


def test_one_vote_among_many_tells_one_seat():
    seats = [{"id": n} for n in range(120)]
    old = [{"id": 500, "used": False, "votes": ["agree"]}, *seats]
    new = [{"id": 500, "used": True, "votes": ["agree", "refuse"]}, *(s for s in seats if s["id"] != 60)]
    frame = {"{}": {"used": {"=": True}, "votes": {"[]": [1, 0, ["refuse"]]}}}
    assert change(old, new) == {"#": {"500": frame}, "-": [60], "+": []}


def test_tokens_in_another_order_are_told_as_they_stand():
    one, two = {"id": 1}, {"id": 2}
    assert change([one, two], [two, one]) == {"[]": [0, 2, [two, one]]}


def test_what_is_gone_is_named():
    assert change({"kept": 1, "v": 2}, {"v": 2}) == {"{}": {}, "-": ["kept"]}
