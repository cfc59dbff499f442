"""Steps and seats that people add while a task runs (加签、减签、委派): where the process waits, and whose outcome counts."""

import datetime as dt

import pytest

from tests.workflow.engine.drawn import bpmn, many, seats
from ziyuan.workflow.engine import Graph, NotPossible, read
from ziyuan.workflow.engine.adding import MOST_ADDED

LINE = "s:start -> z; z -> a; a -> g:xor; g -> c [outcome = \"agree\"]; g -> r *; c -> e:end; r -> f:end"
WAS = {"person": 1, "name": "甲"}


def who(person: int) -> dict[str, object]:
    return {"person": person, "name": f"第{person}人"}


def at_a(graph: Graph):
    return graph.complete(graph.start({}).state, "z", {})


def told(step) -> list[tuple[str, str, object]]:
    return [(one.node, one.added, one.place and one.place["person"]) for one in step.ready]


def test_a_step_before_mine_makes_mine_wait_and_gives_it_back_with_its_place():
    g = Graph.of(bpmn(LINE))
    step = at_a(g)
    mine = step.ready[0].token
    added = g.add_step(step.state, "a", "before", who(2), WAS)
    assert told(added) == [("a", "before", 2)]
    assert [(one.token, one.how) for one in added.left] == [(mine, "added")]
    with pytest.raises(NotPossible):
        g.complete(added.state, mine, {"outcome": "agree"})
    back = g.complete(added.state, added.ready[0].token, {"outcome": "refuse"})
    assert told(back) == [("a", "", 1)]
    assert [one.token for one in back.entered] == [mine]
    assert [one.node for one in g.complete(back.state, "a", {"outcome": "agree"}).ready] == ["c"]


@pytest.mark.parametrize(("outcome", "next_node"), [("agree", "c"), ("refuse", "r")])
def test_the_outcome_of_a_step_after_mine_is_what_the_process_goes_on_with(outcome, next_node):
    g = Graph.of(bpmn(LINE))
    added = g.add_step(at_a(g).state, "a", "after", who(2), WAS)
    assert told(added) == [("a", "after", 2)]
    step = g.complete(added.state, "a", {"outcome": outcome})
    assert [one.node for one in step.ready] == [next_node]
    assert [one.how for one in step.left] == ["completed"], "my own task was closed when I added the step"


def test_steps_lie_in_steps_up_to_the_limit_and_unfold_in_order():
    g = Graph.of(bpmn(LINE))
    step = at_a(g)
    for person in range(2, MOST_ADDED + 2):
        step = g.add_step(step.state, "a", "before", who(person), WAS)
    with pytest.raises(NotPossible, match=f"已有 {MOST_ADDED} 层"):
        g.add_step(step.state, "a", "before", who(99), WAS)
    for _ in range(MOST_ADDED):
        assert len(step.ready) == 1
        step = g.complete(step.state, "a", {"outcome": "agree"})
    assert told(step) == [("a", "", 1)]


def test_an_untouched_step_is_taken_away_and_the_task_is_open_again():
    g = Graph.of(bpmn(LINE))
    for how in ("before", "after", "delegate"):
        added = g.add_step(at_a(g).state, "a", how, who(2), WAS)
        back = g.remove(added.state, added.ready[0].token, {})
        assert told(back) == [("a", "", 1)]
        assert [one.how for one in back.left] == ["removed"]
    with pytest.raises(NotPossible, match="不是加签"):
        g.remove(back.state, "a", {})


def test_who_sent_the_task_cannot_take_it_back_once_something_was_added_to_it():
    g = Graph.of(bpmn(LINE))
    added = g.add_step(at_a(g).state, "a", "before", who(2), WAS)
    done = g.complete(added.state, "a", {"outcome": "agree"})
    for state in (added.state, done.state):
        with pytest.raises(NotPossible, match="后续环节已经办理"):
            g.recall(state, "z")
    assert [one.node for one in g.recall(at_a(g).state, "z").ready] == ["z"], "control: untouched, it can"


def test_the_outcome_of_a_node_with_an_added_step_is_taken_back_whole():
    g = Graph.of(bpmn(LINE))
    added = g.add_step(at_a(g).state, "a", "after", who(2), WAS)
    on = g.complete(added.state, "a", {"outcome": "agree"})
    assert told(g.recall(on.state, "a")) == [("a", "", None)]


def test_a_return_out_of_an_added_step_takes_the_waiting_task_with_it():
    g = Graph.of(bpmn(LINE))
    added = g.add_step(at_a(g).state, "a", "after", who(2), WAS)
    assert g.may_return_to(added.state, "a") == ["z"]
    back = g.back_to(added.state, "a", "z")
    assert [one.node for one in back.ready] == ["z"]
    assert len(back.state["tokens"]) == 1
    direct = g.back_to(added.state, "a", "z", direct=True)
    again = g.complete(direct.state, "z", {})
    assert told(again) == [("a", "after", 2)], "straight back to whoever returned it"
    with pytest.raises(NotPossible, match="已经办理过"):
        g.remove(again.state, "a", {})
    assert [one.node for one in g.complete(again.state, "a", {"outcome": "agree"}).ready] == ["c"]


def test_nothing_is_added_to_a_task_that_goes_straight_back_to_who_returned_it():
    g = Graph.of(bpmn(LINE))
    direct = g.back_to(at_a(g).state, "a", "z", direct=True)
    with pytest.raises(NotPossible, match="直送"):
        g.add_step(direct.state, "z", "before", who(2), WAS)


def test_the_timer_of_a_task_runs_on_while_it_waits_and_closes_the_step_too():
    late = '<timerEventDefinition xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"><timeDuration>P2D</timeDuration></timerEventDefinition>'
    text = "s:start -> a; a -> e:end; late:bound -> u; u -> f:end"
    g = Graph.of(bpmn(text, extra={"late": 'attachedToRef="a"'}, inside={"late": late}))
    now = dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC)
    added = g.add_step(g.start({}, now=now).state, "a", "before", who(2), WAS)
    assert len([t for t in added.state["tokens"] if "due" in t]) == 1, "the step has no timer of its own"
    rung = g.advance(added.state, now + dt.timedelta(days=2), {})
    assert [one.node for one in rung.ready] == ["u"]
    assert [(one.node, one.how) for one in rung.left] == [("a", "interrupted")]


def test_a_seat_that_waits_for_a_step_has_not_voted():
    g = Graph.of(seats("agreed >= 2"))
    step = g.start({"people": ["甲", "乙", "丙"]})
    added = g.add_step(step.state, step.ready[0].token, "after", who(9), WAS)
    assert [(one.seat, one.added) for one in added.ready] == [(2, ""), (3, ""), (None, "after")]
    step = g.complete(added.state, added.ready[0].token, {"outcome": "agree"})
    assert len(step.ready) == 2
    over = g.complete(step.state, step.ready[1].token, {"outcome": "agree"})
    assert [one.node for one in over.ready] == ["c"]
    assert over.vars["votes"]["agreed"] == 2
    early = g.complete(step.state, step.ready[0].token, {"outcome": "agree"})
    assert sorted(one.how for one in early.left) == ["completed", "not_needed"], "the step goes with its seat"


@pytest.mark.parametrize(("more", "open_now"), [("", [1, 2, 3]), ('isSequential="true"', [1])])
def test_one_more_seat_votes_like_the_others_and_in_order_comes_last(more, open_now):
    g = Graph.of(seats(more=f'zy:collection="people" zy:item="who" {more}'))
    given = {"people": [7, 8]}
    step = g.start(given)
    step = g.add_seat(step.state, step.ready[0].token, who(9))
    assert [one.seat for one in step.ready] == open_now
    for _ in range(3):
        last = step.ready[-1] if not more else step.ready[0]
        step = g.complete(step.state, step.ready[0].token, {**given, "outcome": "agree"})
    assert (last.seat, last.item, last.added, last.place["person"]) == (3, 9, "seat", 9)
    assert step.vars["votes"]["agreed"] == step.vars["votes"]["total"] == 3
    again = g.recall(step.state, "a", seat=3, vars=given)
    assert [(one.seat, one.place["person"]) for one in again.ready] == [(3, 9)], "its place comes back with it"


def test_a_seat_is_added_only_to_a_joint_review():
    g = Graph.of(bpmn(LINE))
    with pytest.raises(NotPossible, match="不是会签"):
        g.add_seat(at_a(g).state, "a", who(9))


def test_a_seat_taken_away_counts_no_more_and_the_review_may_be_over_without_it():
    g = Graph.of(seats("agreed / total >= 2 / 3"))
    step = g.start({"people": [1, 2, 3, 4]})
    for _ in range(2):
        step = g.complete(step.state, step.ready[0].token, {"outcome": "agree"})
    assert [one.seat for one in step.ready] == [3, 4]
    step = g.remove(step.state, step.ready[1].token, {})
    assert [one.node for one in step.ready] == ["c"], "two of three are two thirds"
    assert {key: step.vars["votes"][key] for key in ("total", "done", "open")} == {"total": 3, "done": 2, "open": 1}


def test_the_last_seat_of_a_review_is_not_taken_away():
    g = Graph.of(seats())
    step = g.start({"people": [1]})
    with pytest.raises(NotPossible, match="至少要有一席"):
        g.remove(step.state, "a", {})


def test_in_an_ordered_review_the_next_takes_the_place_of_a_seat_taken_away():
    g = Graph.of(seats(more='zy:collection="people" zy:item="who" isSequential="true"'))
    given = {"people": [1, 2, 3]}
    step = g.start(given)
    step = g.remove(step.state, "a", given)
    assert [one.seat for one in step.ready] == [2]
    for _ in range(2):
        step = g.complete(step.state, "a", {**given, "outcome": "agree"})
    assert [one.node for one in step.ready] == ["c"]
    assert step.vars["votes"]["total"] == 2


def test_a_seat_that_takes_its_vote_back_in_an_ordered_review_opens_no_seat_that_is_not_there():
    g = Graph.of(seats(more='zy:collection="people" zy:item="who" isSequential="true"'))
    given = {"people": [1, 2]}
    step = g.complete(g.start(given).state, "a", {**given, "outcome": "agree"})
    step = g.recall(step.state, "a", seat=1, vars=given)
    for _ in range(2):
        step = g.complete(step.state, step.ready[-1].token, {**given, "outcome": "agree"})
        assert all(one.seat in (1, 2, None) for one in step.ready)
    assert [one.node for one in step.ready] == ["c"]
    assert step.vars["votes"]["total"] == step.vars["votes"]["done"] == 2


# -- weight and veto ---------------------------------------------------------------------------------------

WEIGHED = 'zy:collection="people" zy:item="who" zy:weight="{}" zy:veto="{}"'


def review(until: str, weight: str = "", veto: str = "") -> Graph:
    return Graph.of(seats(until, more=WEIGHED.format(weight, veto)))


def vote(graph: Graph, given, *outcomes: tuple[int, str]):
    step = graph.start(given)
    for seat, outcome in outcomes:
        token = next(one.token for one in step.ready if one.seat == seat)
        step = graph.complete(step.state, token, {**given, "outcome": outcome})
    return step


def test_the_lead_office_weighs_more_than_those_who_assist():
    """主办 3, two 协办 of 1 each, three of five needed: the lead alone is enough, both others together are not."""
    g = review("agreed_weight / total_weight >= 3 / 5", "if who = lead then 3 else 1")
    given = {"people": ["主", "协一", "协二"], "lead": "主"}
    assert [one.weight for one in g.start(given).ready] == [3, 1, 1]
    both = vote(g, given, (2, "agree"), (3, "agree"))
    assert [one.seat for one in both.ready] == [1]
    alone = vote(g, given, (1, "agree"))
    assert [one.node for one in alone.ready] == ["c"]
    votes = alone.vars["votes"]
    assert (votes["agreed_weight"], votes["refused_weight"], votes["total_weight"]) == (3, 0, 5)


def test_one_who_may_veto_ends_the_review_by_refusing_and_others_do_not():
    g = review("agreed >= 3", veto="who = lead")
    given = {"people": ["主", "协一", "协二"], "lead": "主"}
    assert [one.veto for one in g.start(given).ready] == [True, False, False]
    assert len(vote(g, given, (2, "refuse")).ready) == 2
    over = vote(g, given, (3, "agree"), (1, "refuse"))
    assert [one.node for one in over.ready] == ["c"]
    assert over.vars["votes"]["vetoed"] is True
    assert [one.how for one in over.left] == ["completed", "not_needed"]


def test_a_veto_that_was_taken_back_no_longer_counts():
    g = review("agreed >= 2", veto="who = lead")
    given = {"people": ["主", "协一", "协二"], "lead": "主"}
    over = vote(g, given, (1, "refuse"))
    again = g.recall(over.state, "a", seat=1, vars=given)
    step = again
    for seat in (2, 3):
        token = next(one.token for one in step.ready if one.seat == seat)
        step = g.complete(step.state, token, {**given, "outcome": "agree"})
    assert [one.node for one in step.ready] == ["c"]
    assert step.vars["votes"]["vetoed"] is False


@pytest.mark.parametrize("weight", ["0", "-1", "null", "who"])
def test_a_weight_that_is_no_positive_number_is_refused_by_seat(weight):
    g = review("agreed >= 1", weight)
    with pytest.raises(NotPossible, match="第 1 席的权重"):
        g.start({"people": ["主"]})


def test_a_seat_more_weighs_what_is_said_and_one_taken_away_weighs_nothing():
    g = review("agreed_weight >= 4", "2")
    given = {"people": [1, 2]}
    step = g.start(given)
    step = g.add_seat(step.state, step.ready[0].token, who(9), 1)
    assert [one.weight for one in step.ready] == [2, 2, 1]
    step = g.remove(step.state, step.ready[0].token, given)
    for _ in range(2):
        step = g.complete(step.state, step.ready[0].token, {**given, "outcome": "agree"})
    assert (step.vars["votes"]["agreed_weight"], step.vars["votes"]["total_weight"]) == (3, 3)


def test_without_weights_each_seat_weighs_one_and_the_counts_are_as_they_were():
    g = Graph.of(seats("agreed_weight * 2 > total_weight"))
    step = g.start({"people": [1, 2, 3]})
    for _ in range(2):
        step = g.complete(step.state, step.ready[0].token, {"outcome": "agree"})
    assert [one.node for one in step.ready] == ["c"]
    assert sorted(step.vars["votes"]) == ["agreed", "done", "open", "outcomes", "refused", "total"]


def test_one_is_enough_and_in_order_are_written_with_what_stands():
    """或签: `done >= 1`; 依次会签: isSequential."""
    either = Graph.of(seats("done >= 1"))
    assert [one.node for one in vote(either, {"people": [1, 2, 3]}, (2, "refuse")).ready] == ["c"]
    order = Graph.of(bpmn("s:start -> a; a -> c; c -> e:end", inside={"a": many("3", more='isSequential="true"')}))
    step = order.start({})
    for seat in (1, 2, 3):
        assert [one.seat for one in step.ready] == [seat]
        step = order.complete(step.state, "a", {"outcome": "agree"})


def test_weight_and_veto_go_through_reading_and_writing_unchanged():
    data = seats("agreed >= 1", more=WEIGHED.format("if who = lead then 3 else 1", "who = lead"))
    again = read(read(data).to_bytes())
    for text in ('zy:weight="if who = lead then 3 else 1"', 'zy:veto="who = lead"'):
        assert text in again.to_bytes().decode()
