"""Joint review (会签) as a multi-instance task: seats, votes, and moves against the flow."""

import json
from decimal import Decimal

import pytest

from tests.workflow.engine.drawn import bpmn, many, seats
from ziyuan.workflow.engine import Graph, NotPossible


def test_each_seat_has_its_number_and_item_and_the_counts_are_left_as_a_variable():
    g = Graph.of(seats("agreed >= 2"))
    step = g.start({"people": ["甲", "乙", "丙"]})
    assert [(item.seat, item.item) for item in step.ready] == [(1, "甲"), (2, "乙"), (3, "丙")]
    step = g.complete(step.state, step.ready[1].token, {"outcome": "agree"})
    step = g.complete(step.state, step.ready[0].token, {"outcome": "agree"})
    assert [(left.node, left.how) for left in step.left] == [("a", "completed"), ("a", "not_needed")]
    votes = {key: step.vars["votes"][key] for key in ("total", "done", "agreed", "refused", "open")}
    assert votes == {"total": 3, "done": 2, "agreed": 2, "refused": 0, "open": 1}
    assert step.vars["votes"]["outcomes"] == ["agree", "agree"]


def test_one_seat_is_taken_back_and_keeps_its_item_while_the_others_keep_their_votes():
    g = Graph.of(seats())
    step = g.start({"people": ["甲", "乙"]})
    step = g.complete(step.state, step.ready[1].token, {"outcome": "agree"})
    taken = g.recall(step.state, "a")
    assert [(item.seat, item.item) for item in taken.ready] == [(1, "甲"), (2, "乙")]
    step = g.complete(taken.state, taken.ready[0].token, {"outcome": "agree"})
    step = g.complete(step.state, step.ready[0].token, {"outcome": "refuse"})
    assert step.vars["votes"]["outcomes"] == ["agree", "refuse"]


@pytest.mark.parametrize("more", ["", 'isSequential="true"'])
def test_a_seat_is_taken_back_after_the_review_was_over_and_the_other_votes_stand(more):
    g = Graph.of(seats(more=f'zy:collection="people" zy:item="who" {more}'))
    step = g.start({"people": ["甲", "乙"]})
    for vote in ("agree", "refuse"):
        step = g.complete(step.state, "a", {"outcome": vote, "people": ["甲", "乙"]})
    assert [item.seat for item in g.recall(step.state, "a").ready] == [2]
    taken = g.recall(step.state, "a", seat=1)
    assert [(item.node, item.seat, item.item) for item in taken.ready] == [("a", 1, "甲")]
    step = g.complete(taken.state, "a", {"outcome": "veto"})
    assert [item.node for item in step.ready] == ["c"]
    assert step.vars["votes"]["outcomes"] == ["refuse", "veto"]
    with pytest.raises(NotPossible):
        g.recall(g.complete(step.state, "c", {}).state, "a")


def test_seats_that_were_not_needed_are_needed_again_when_a_vote_that_decided_is_taken_back():
    g = Graph.of(seats("agreed >= 2"))
    step = g.start({"people": [1, 2, 3]})
    for _ in range(2):
        step = g.complete(step.state, "a", {"outcome": "agree"})
    assert [item.node for item in step.ready] == ["c"]
    taken = g.recall(step.state, "a")
    assert [item.seat for item in taken.ready] == [2, 3]
    with pytest.raises(NotPossible, match="还没有意见"):
        g.recall(taken.state, "a", seat=3)
    step = g.complete(taken.state, taken.ready[1].token, {"outcome": "agree"})
    assert [item.node for item in step.ready] == ["c"]


def test_a_review_by_one_person_can_be_taken_back_too():
    g = Graph.of(seats())
    step = g.complete(g.start({"people": ["甲"]}).state, "a", {"outcome": "agree"})
    taken = g.recall(step.state, "a")
    assert [item.seat for item in taken.ready] == [1]
    assert [item.node for item in g.complete(taken.state, "a", {"outcome": "agree"}).ready] == ["c"]


def test_items_and_outcomes_are_kept_exactly_without_binary_fractions():
    g = Graph.of(seats())
    step = g.start({"people": [Decimal("0.1"), {"name": "甲", "share": Decimal("2.50")}]})
    assert "0.1" in json.dumps(step.state)
    assert not any(isinstance(part, float) for part in _leaves(step.state))
    assert [item.item for item in step.ready] == [Decimal("0.1"), {"name": "甲", "share": Decimal("2.5")}]


def _leaves(value):
    if isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _leaves(part)
    else:
        yield value


def test_a_return_from_a_seat_closes_the_joint_review_and_the_walk_opens_all_seats_again():
    text = "s:start -> z; z -> a; a -> c; c -> e:end"
    g = Graph.of(bpmn(text, inside={"a": many("3")}))
    step = g.complete(g.start({}).state, "z", {})
    back = g.back_to(g.complete(step.state, "a", {}).state, "a", "z")
    assert [item.node for item in back.ready] == ["z"]
    assert sorted(left.how for left in back.left) == ["returned", "withdrawn"]
    again = g.complete(back.state, "z", {})
    assert [item.seat for item in again.ready] == [1, 2, 3]
    for _ in range(3):
        again = g.complete(again.state, "a", {})
    whole = g.back_to(again.state, "c", "a", vars={})
    assert [item.seat for item in whole.ready] == [1, 2, 3]
    with pytest.raises(NotPossible, match="不能直送"):
        g.back_to(again.state, "c", "a", direct=True)


def test_a_seat_may_be_returned_directly_and_comes_back_as_the_same_seat():
    g = Graph.of(bpmn("s:start -> z; z -> a; a -> c; c -> e:end", inside={"a": many("2")}))
    step = g.complete(g.start({}).state, "z", {})
    back = g.back_to(step.state, step.ready[1].token, "z", direct=True)
    assert [(item.node, item.resume_at) for item in back.ready] == [("a", None), ("z", "a")]
    step = g.complete(back.state, "a", {})
    assert [item.node for item in step.ready] == ["z"]
    step = g.complete(step.state, "z", {})
    assert [(item.node, item.seat) for item in step.ready] == [("a", 2)]
    assert [item.node for item in g.complete(step.state, "a", {}).ready] == ["c"]
