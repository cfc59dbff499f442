"""Return, direct return, recall, terminate: rows are closed with a state, joins still count right."""

import json

import pytest

from tests.workflow.engine.drawn import bpmn, many
from ziyuan.workflow.engine import Graph, NotPossible

LINE = "s:start -> a; a -> b; b -> c; c -> e:end"
PARALLEL = "s:start -> a; a -> g:and; g -> b; g -> c; b -> b2; b2 -> j:and; c -> j; j -> d; d -> e:end"


def graph(notation: str) -> Graph:
    return Graph.of(bpmn(notation))


def walk(g: Graph, *tasks: str):
    step = g.start({})
    for task in tasks:
        step = g.complete(step.state, task, {})
    return step


def ready(step) -> list[str]:
    return sorted(item.node for item in step.ready)


def hows(step) -> dict[str, str]:
    return {left.node: left.how for left in step.left}


def test_a_return_walks_again_from_the_target():
    g = graph(LINE)
    back = g.back_to(walk(g, "a", "b").state, "c", "a")
    assert (ready(back), hows(back)) == (["a"], {"c": "returned"})
    assert ready(g.complete(back.state, "a", {})) == ["b"]


def test_a_direct_return_comes_straight_back():
    g = graph(LINE)
    back = g.back_to(walk(g, "a", "b").state, "c", "a", direct=True)
    assert [(item.node, item.resume_at) for item in back.ready] == [("a", "c")]
    again = g.complete(back.state, "a", {})
    assert [(item.node, item.resume_at) for item in again.ready] == [("c", None)]
    assert g.may_return_to(again.state, "c") == ["b", "a"]


def test_a_direct_return_may_itself_be_returned_further():
    g = graph(LINE)
    state = g.back_to(walk(g, "a", "b").state, "c", "b", direct=True).state
    state = g.back_to(state, "b", "a", direct=True).state
    step = g.complete(state, "a", {})
    assert [(item.node, item.resume_at) for item in step.ready] == [("b", "c")]
    assert ready(g.complete(step.state, "b", {})) == ["c"]


def test_one_may_return_only_to_tasks_the_case_came_through():
    g = graph("s:start -> a; a -> x:xor; x -> b [left]; x -> c *; b -> d; c -> d; d -> e:end")
    step = g.complete(g.complete(g.start({}).state, "a", {"left": False}).state, "c", {})
    assert g.may_return_to(step.state, "d") == ["c", "a"]
    for wrong in ("b", "d", "x", "nowhere"):
        with pytest.raises(NotPossible):
            g.back_to(step.state, "d", wrong)


def test_a_return_out_of_a_branch_withdraws_its_siblings():
    g = graph(PARALLEL)
    back = g.back_to(walk(g, "a", "b").state, "b2", "a")
    assert (ready(back), hows(back)) == (["a"], {"b2": "returned", "c": "withdrawn"})
    again = g.complete(back.state, "a", {})
    assert ready(again) == ["b", "c"]
    for task in ("c", "b", "b2"):
        again = g.complete(again.state, task, {})
    assert ready(again) == ["d"]


def test_a_return_out_of_a_branch_forgets_what_waited_at_the_join():
    g = graph(PARALLEL)
    back = g.back_to(walk(g, "a", "c").state, "b", "a")
    again = g.complete(back.state, "a", {})
    again = g.complete(g.complete(again.state, "b", {}).state, "b2", {})
    assert ready(again) == ["c"]


def test_a_return_within_a_branch_leaves_the_sibling_alone():
    g = graph(PARALLEL)
    back = g.back_to(walk(g, "a", "b").state, "b2", "b")
    assert (ready(back), hows(back)) == (["b", "c"], {"b2": "returned"})


def test_a_direct_return_out_of_a_branch_leaves_the_siblings_open():
    g = graph(PARALLEL)
    back = g.back_to(walk(g, "a", "b").state, "b2", "a", direct=True)
    assert ready(back) == ["a", "c"]
    step = g.complete(back.state, "c", {})
    step = g.complete(step.state, "a", {})
    assert ready(step) == ["b2"]
    assert ready(g.complete(step.state, "b2", {})) == ["d"]


def test_after_the_join_only_a_direct_return_reaches_into_a_branch():
    g = graph(PARALLEL)
    state = walk(g, "a", "b", "b2", "c").state
    assert set(g.may_return_to(state, "d")) == {"a", "b", "b2", "c"}
    with pytest.raises(NotPossible, match="直送"):
        g.back_to(state, "d", "b2")
    step = g.back_to(state, "d", "b2", direct=True)
    assert ready(g.complete(step.state, "b2", {})) == ["d"]
    assert ready(g.complete(g.back_to(state, "d", "a").state, "a", {})) == ["b", "c"]


def test_a_branch_joined_in_part_is_closed_for_a_plain_return_while_the_split_goes_on():
    g = graph("""s:start -> z; z -> g:and; g -> a; g -> b; g -> c; a -> j:and; b -> j; j -> d; c -> k:and; d -> k
        k -> f; f -> e:end""")
    state = walk(g, "z", "a", "b").state
    with pytest.raises(NotPossible, match="直送"):
        g.back_to(state, "d", "a")
    direct = g.back_to(state, "d", "a", direct=True)
    assert ready(g.complete(direct.state, "a", {})) == ["c", "d"]
    whole = g.back_to(state, "d", "z")
    assert (ready(whole), hows(whole)) == (["z"], {"d": "returned", "c": "withdrawn"})


def test_thirty_rounds_through_a_split_leave_the_state_as_small_as_one():
    g = graph("s:start -> h:xor; h -> g:and; g -> a; g -> b; a -> j:and; b -> j; j -> x:xor; x -> h [again]; x -> e:end *")
    step, sizes = g.start({}), []
    for _ in range(30):
        step = g.complete(g.complete(step.state, "a", {}).state, "b", {"again": True})
        sizes.append(len(json.dumps(step.state)))
    assert ready(step) == ["a", "b"]
    assert sizes[-1] - sizes[2] <= 24  # only the numbers have more digits


def test_what_was_sent_to_a_joint_review_is_taken_back_while_nobody_has_voted():
    g = Graph.of(bpmn(LINE, inside={"b": many("3")}))
    step = walk(g, "a")
    taken = g.recall(step.state, "a")
    assert (ready(taken), [left.how for left in taken.left]) == (["a"], ["recalled"] * 3)
    assert ready(g.complete(taken.state, "a", {})) == ["b"] * 3
    voted = g.complete(step.state, step.ready[1].token, {})
    with pytest.raises(NotPossible, match="后续环节已经办理"):
        g.recall(voted.state, "a")


def test_the_sender_takes_back_while_nothing_that_followed_is_done():
    g = graph(LINE)
    taken = g.recall(walk(g, "a").state, "a")
    assert (ready(taken), hows(taken)) == (["a"], {"b": "recalled"})
    for state, node in ((walk(g, "a", "b").state, "a"), (walk(g, "a").state, "b"), (walk(g).state, "a")):
        with pytest.raises(NotPossible):
            g.recall(state, node)


def test_a_recall_before_a_split_takes_back_all_branches_or_none():
    g = graph(PARALLEL)
    taken = g.recall(walk(g, "a").state, "a")
    assert (ready(taken), hows(taken)) == (["a"], {"b": "recalled", "c": "recalled"})
    with pytest.raises(NotPossible, match="已经办理"):
        g.recall(walk(g, "a", "b").state, "a")


def test_what_a_branch_has_returned_for_a_direct_resubmission_is_no_longer_taken_back():
    """The branch that returned it will go on where it stood: a recall would have left it without the split around it."""
    g = graph(PARALLEL)
    returned = g.back_to(walk(g, "a").state, "b", "a", direct=True)
    with pytest.raises(NotPossible, match="已经办理"):
        g.recall(returned.state, "a")
    assert ready(g.complete(returned.state, "a", {})) == ["b", "c"]


def test_one_seat_that_waits_at_a_join_can_be_taken_back_alone():
    g = graph(PARALLEL)
    taken = g.recall(walk(g, "a", "c").state, "c")
    assert ready(taken) == ["b", "c"]
    step = g.complete(g.complete(taken.state, "b", {}).state, "b2", {})
    assert ready(step) == ["c"]
    assert ready(g.complete(step.state, "c", {})) == ["d"]


@pytest.mark.parametrize("seat", ["b2", "c"])
def test_a_seat_can_be_taken_back_after_the_join_and_the_other_keeps_its_vote(seat):
    g = graph(PARALLEL)
    taken = g.recall(walk(g, "a", "b", "b2", "c").state, seat)
    assert (ready(taken), hows(taken)) == ([seat], {"d": "recalled"})
    assert ready(g.complete(taken.state, seat, {})) == ["d"]


def test_what_was_sent_back_directly_can_be_taken_back_too():
    g = graph(LINE)
    back = g.back_to(walk(g, "a", "b").state, "c", "a", direct=True)
    sent = g.complete(back.state, "a", {})
    taken = g.recall(sent.state, "a")
    assert [(item.node, item.resume_at) for item in taken.ready] == [("a", "c")]
    assert ready(g.complete(taken.state, "a", {})) == ["c"]


def test_terminate_closes_everything():
    g = graph(PARALLEL)
    step = g.terminate(walk(g, "a").state)
    assert (step.ended, hows(step)) == (True, {"b": "terminated", "c": "terminated"})
    with pytest.raises(NotPossible):
        g.recall(step.state, "a")


def test_a_case_under_way_from_the_first_version_of_the_engine_goes_on():
    token = {"id": 3, "node": "c", "scope": [], "trail": ["a", "b"]}
    old = {"v": 1, "next": 4, "tokens": [token], "passed": ["s", "a", "b"], "ended": False, "end": None}
    g = graph(LINE)
    assert g.may_return_to(old, "c") == ["b", "a"]
    assert ready(g.back_to(old, "c", "a")) == ["a"]
    assert ready(g.recall(old, "b")) == ["b"]
    assert g.complete(old, 3, {}).ended


@pytest.mark.parametrize("direct", [True, False])
def test_thirty_returns_leave_the_state_as_small_as_one(direct):
    g = graph(LINE)
    step = walk(g, "a", "b")
    sizes = []
    for _ in range(30):
        step = g.back_to(step.state, "c", "a", direct=direct)
        step = g.complete(step.state, "a", {})
        if not direct:
            step = g.complete(step.state, "b", {})
        sizes.append(len(json.dumps(step.state)))
    assert ready(step) == ["c"]
    assert sizes[-1] - sizes[0] <= 4  # only the token's number has more digits
