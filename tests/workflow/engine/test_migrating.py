"""A running process goes on in another drawing: as its model says, or it is refused with the reason.

The model of `blocks` knows no tokens. Both drawings are made from one tree; the second has a further task after every
task, and other names. What is ready after the migration, and after every completion that follows, is what the model
of the second drawing says.
"""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.workflow.engine import blocks
from tests.workflow.engine.blocks import Block, Drawing, Seq, SeqAt, Task, marked, trees
from tests.workflow.engine.drawn import bpmn, file, many, on
from tests.workflow.engine.test_model import _any_move, _within, labels, token_of
from ziyuan.workflow.engine import CannotMigrate, Graph, migrating, next_due
from ziyuan.workflow.engine.migrating import migrated
from ziyuan.workflow.engine.reaching import TooWide, reachable

NOW = dt.datetime(2026, 3, 2, 9, tzinfo=dt.timezone(dt.timedelta(hours=8)))


def move(old: Graph, new: Graph, state: Any, nodes: dict[str, str] | None = None, **vars: Any) -> Any:
    return migrated(old, new, state, nodes or {}, vars, now=NOW)


def walked(graph: Graph, *tasks: str, **vars: Any) -> Any:
    step = graph.start(vars, now=NOW)
    for task in tasks:
        step = graph.complete(step.state, task, vars, now=NOW)
    return step


def ready(step: Any) -> list[str]:
    return sorted(one.node for one in step.ready)


def refused(old: Graph, new: Graph, state: Any, nodes: dict[str, str] | None = None) -> str:
    with pytest.raises(CannotMigrate) as told:
        move(old, new, state, nodes)
    return str(told.value)


# -- random processes --------------------------------------------------------------------------------------


class Longer(Drawing):
    """The same tree with other names, and a further task `y…` after every task."""

    def name(self, mark: str) -> str:
        return f"{super().name(mark)}n"

    def block(self, tree: blocks.Tree) -> tuple[str, str, Block]:
        if tree[0] != "task":
            return super().block(tree)
        first, name, model = super().block(tree)
        after = f"y{name}"
        self.flow(first, f"{after}:user")
        return first, after, Seq((model, Task(after)))


def drawn(tree: blocks.Tree, kind: type[Drawing] = Drawing, words: str = "") -> tuple[Graph, Block]:
    drawing = kind()
    first, last, model = drawing.block(tree)
    drawing.flow("s:start", first)
    drawing.flow(last, "e:end")
    text = bpmn("\n".join(marked(drawing.lines)), inside=drawing.marks, bodies=drawing.bodies)
    return Graph.of(text.replace(b"</process>", f"<documentation>{words}</documentation></process>".encode())), model


def longer(running: Block, asking: set[str]) -> Block:
    """What a block under way is in the second drawing: tasks to come have their follower, and so has the present one."""
    if isinstance(running, Task):
        return _to_come(running, asking).begin({})
    if isinstance(running, blocks.SeqAt):
        return SeqAt(longer(running.now, asking), tuple(_to_come(part, asking) for part in running.rest))
    if isinstance(running, blocks.BothAt):
        return blocks.BothAt(tuple(longer(part, asking) for part in running.parts))
    if isinstance(running, blocks.LoopAt):
        return blocks.LoopAt(f"{running.key}n", _to_come(running.body, asking), longer(running.now, asking))
    if isinstance(running, blocks.AgainAt):
        return blocks.AgainAt(_to_come(running.loop, asking), longer(running.now, asking))
    assert isinstance(running, blocks.Seat), running
    return blocks.Seat(running.number, longer(running.body, asking))


def _to_come(block: Block, asking: set[str]) -> Block:
    if isinstance(block, Task):
        name = f"{block.name}n"
        return Task(name) if block.name in asking else Seq((Task(name), Task(f"y{name}")))
    if isinstance(block, blocks.Nothing):
        return block
    if isinstance(block, Seq | blocks.Both):
        return type(block)(tuple(_to_come(part, asking) for part in block.parts))
    if isinstance(block, blocks.Choice | blocks.Some):
        return type(block)(f"{block.key}n", tuple(_to_come(part, asking) for part in block.parts))
    if isinstance(block, blocks.Again):
        return blocks.Again(f"{block.key}n", _to_come(block.body, asking), block.rounds)
    if isinstance(block, blocks.Loop):
        return blocks.Loop(f"{block.key}n", _to_come(block.body, asking))
    assert isinstance(block, blocks.Seat), block
    return blocks.Seat(block.number, _to_come(block.body, asking))


def renamed(old: Graph, new: Graph) -> dict[str, str]:
    return {key: f"{key}n" for key in old.nodes if f"{key}n" in new.nodes}


def choices(graph: Graph) -> st.SearchStrategy[dict[str, int]]:
    most = {"x": 2, "g": 1, "o": 7, "w": 1}
    keys = [node for node in graph.nodes if node[0] in most]
    return st.fixed_dictionaries({f"c_{key}": st.integers(0, most[key[0]]) for key in keys})


@given(trees(), st.data())
@settings(max_examples=60, deadline=None)
def test_after_a_migration_what_is_ready_is_what_the_model_of_the_new_drawing_says(tree, data):
    """The asking task of a loop has no follower: it is drawn apart from the tasks of the tree."""
    whole = ("seq", tree, ("task",))
    old, model = drawn(whole)
    new, _ = drawn(whole, Longer)
    asking = {node for node in old.nodes if node[0] == "t" and f"y{node}n" not in new.nodes}
    choose = _within(old, data.draw(choices(old)))
    step, running = old.start(choose), model.begin(choose)
    for _ in range(data.draw(st.integers(0, 6))):
        if step.ended:
            break
        task = data.draw(st.sampled_from(sorted(labels(step))))
        choose = _within(old, data.draw(choices(old)))
        step, running = old.complete(step.state, token_of(step, task), choose), running.done(task, choose)
    assume(running is not None)
    after, now = move(old, new, step.state, renamed(old, new)), longer(running, asking)
    for _ in range(30):
        assert sorted(labels(after)) == sorted([] if now is None else now.ready())
        assert after.ended is (now is None)
        if now is None:
            return
        task = data.draw(st.sampled_from(sorted(now.ready())))
        choose = _within(new, data.draw(choices(new)))
        after, now = new.complete(after.state, token_of(after, task), choose), now.done(task, choose)


@given(trees(), st.data())
@settings(max_examples=60, deadline=None)
def test_a_file_that_draws_the_same_changes_nothing_whatever_moves_were_made(tree, data):
    old, _ = drawn(("seq", ("task",), tree, ("task",)))
    new, _ = drawn(("seq", ("task",), tree, ("task",)), words="新版")
    assert old.digest != new.digest
    step = old.start({})
    for _ in range(data.draw(st.integers(0, 8))):
        if step.ended:
            break
        step = _any_move(old, step, data)
    assume(not step.ended)
    before = json.dumps(step.state)
    after = move(old, new, step.state)
    assert (after.state, json.dumps(step.state)) == (step.state, before)
    assert (after.left, after.entered, after.passed) == ([], [], [])


class Renamed(Drawing):
    def name(self, mark: str) -> str:
        return f"{super().name(mark)}n"


@given(trees(), st.data())
@settings(max_examples=60, deadline=None)
def test_renamed_there_and_back_again_is_where_it_was(tree, data):
    old, _ = drawn(("seq", ("task",), tree, ("task",)))
    new, _ = drawn(("seq", ("task",), tree, ("task",)), Renamed)
    step = old.start({})
    for _ in range(data.draw(st.integers(0, 6))):
        if step.ended:
            break
        step = _any_move(old, step, data)
    assume(not step.ended)
    names = renamed(old, new)
    there = move(old, new, step.state, names)
    assert ready(there) == sorted(names[node] for node in ready(step))
    back = move(new, old, there.state, {after: before for before, after in names.items()})
    assert back.state == step.state


# -- by hand -------------------------------------------------------------------------------------------------

LINE = "s:start -> a; a -> b; b -> c; c -> e:end"
FORK = "s:start -> a; a -> g:and; g -> b; g -> c; b -> j:and; c -> j; j -> d; d -> e:end"


def graph(notation: str, **more: Any) -> Graph:
    return Graph.of(bpmn(notation, **more))


def test_a_step_that_a_person_added_goes_along_and_comes_back_to_who_added_it():
    """加签: the added task lies inside the one it was added to, whatever that is called in the new drawing."""
    old, new = graph(LINE), graph("s:start -> z; z -> a2; a2 -> b; b -> c; c -> e:end")
    begun = old.start({})
    added = old.add_step(begun.state, begun.ready[0].token, "before", {"person": 1}, {"person": 2})
    after = move(old, new, added.state, {"a": "a2"})
    assert ready(after) == ["a2"]
    asked = new.complete(after.state, "a2", {})
    assert ready(asked) == ["a2"], "back with whoever asked"
    assert ready(new.complete(asked.state, "a2", {})) == ["b"]


def test_a_step_put_in_before_is_passed_over_and_one_put_in_behind_is_still_to_come():
    old, new = graph(LINE), graph("s:start -> z; z -> a; a -> b; b -> y; y -> c; c -> e:end")
    after = move(old, new, walked(old, "a").state)
    assert ready(after) == ["b"]
    assert ready(new.complete(after.state, "b", {})) == ["y"]


def test_a_step_that_is_gone_needs_a_line_in_the_map():
    old, new = graph(LINE), graph("s:start -> a; a -> x; x -> c; c -> e:end")
    state = walked(old, "a").state
    assert "环节“b”(b)在新版本中没有" in refused(old, new, state)
    assert ready(move(old, new, state, {"b": "x"})) == ["x"]


def test_a_return_to_a_step_that_is_gone_is_no_longer_offered():
    old, new = graph(LINE), graph("s:start -> b; b -> c; c -> e:end")
    after = move(old, new, walked(old, "a", "b").state)
    assert new.may_return_to(after.state, "c") == ["b"]


def test_a_third_branch_that_the_case_never_entered_would_be_waited_for_for_ever():
    old = graph(FORK)
    new = graph(FORK + "; g -> n; n -> j")
    assert "走不到现在这样的位置(b、c)" in refused(old, new, walked(old, "a").state)
    assert ready(move(old, new, walked(old).state)) == ["a"], "before the fork it goes along"
    assert ready(move(old, new, walked(old, "a", "b", "c").state)) == ["d"], "and after the join"


def test_without_that_check_the_case_would_never_end(monkeypatch):
    """Negative control."""
    monkeypatch.setattr(migrating._Moving, "check", lambda self: None)
    old, new = graph(FORK), graph(FORK + "; g -> n; n -> j")
    step = move(old, new, walked(old, "a").state)
    step = new.complete(step.state, "b", {})
    with pytest.raises(Exception, match="其余分支已不会到达"):
        new.complete(step.state, "c", {})


def test_two_branches_that_became_one_line_would_do_the_rest_twice():
    old = graph(FORK)
    new = graph("s:start -> a; a -> b; b -> c; c -> d; d -> e:end")
    assert "走不到现在这样的位置" in refused(old, new, walked(old, "a").state)
    assert ready(move(old, new, walked(old, "a", "b", "c").state)) == ["d"]


def test_a_branch_that_waits_at_the_join_waits_there_by_its_new_last_step():
    old, new = graph(FORK), graph(FORK.replace("b -> j:and", "b -> b2; b2 -> j:and"))
    after = move(old, new, walked(old, "a", "b").state)
    assert ready(after) == ["c"]
    assert ready(new.complete(after.state, "c", {})) == ["d"]


def test_a_choice_that_became_parallel_is_refused_inside_and_goes_along_outside():
    old = graph("s:start -> a; a -> x:xor; x -> b *; x -> c [y]; b -> m:xor; c -> m; m -> d; d -> e:end")
    assert "走不到" in refused(old, graph(FORK), walked(old, "a").state)
    assert ready(move(old, graph(FORK), walked(old, "a", "b").state)) == ["d"]


@pytest.mark.parametrize("count", [1, 3])
def test_a_joint_review_keeps_seats_votes_and_what_decides_is_the_new_condition(count):
    def review(until: str, more: str = "") -> Graph:
        return graph("s:start -> a; a -> c; c -> e:end", inside={"a": many(str(count + 2), more, until)})

    old, new = review("agreed = total"), review("agreed >= 2")
    step = old.start({}, now=NOW)
    step = old.complete(step.state, step.ready[0].token, {"outcome": "agree"})
    after = move(old, new, step.state)
    assert (after.state, after.left) == (step.state, [])
    assert [one.seat for one in after.ready] == list(range(2, count + 3)), "no seat is lost, none votes again"
    done = new.complete(after.state, after.ready[0].token, {"outcome": "agree"})
    assert ready(done) == ["c"]


def test_a_review_that_is_none_any_more_or_sits_in_another_way_is_refused():
    old = graph(LINE, inside={"a": many("3")})
    state = old.start({}).state
    assert "不再是会签" in refused(old, graph(LINE), state)
    assert "同时、依次" in refused(old, graph(LINE, inside={"a": many("3", 'isSequential="true"')}), state)
    assert "改成了会签" in refused(graph(LINE), old, graph(LINE).start({}).state)


def test_a_sub_process_goes_along_with_all_inside_and_work_does_not_change_its_body():
    inner = {"w": "ws:start -> a; a -> b; b -> we:end"}
    old = graph("s:start -> w:sub; w -> c; c -> e:end", bodies=inner)
    new = graph("s:start -> w:sub; w -> c; c -> e:end", bodies={"w": "ws:start -> a; a -> n; n -> b; b -> we:end"})
    flat = graph("s:start -> a; a -> b; b -> c; c -> e:end")
    after = move(old, new, walked(old).state)
    assert ready(new.complete(after.state, "a", {})) == ["n"]
    assert "“w”" in refused(old, flat, walked(old).state)
    assert "移到了另一个子流程" in refused(flat, old, walked(flat).state)


def test_running_timers_keep_their_moment_new_ones_begin_and_removed_ones_stop():
    def timed(**marks: str) -> Graph:
        lines = "".join(f"; {key}:bound -> {key}x; {key}x -> {key}e:end" for key in marks)
        extra = dict.fromkeys(marks, 'attachedToRef="a"')
        return graph(f"s:start -> a; a -> e:end{lines}", extra=extra, inside={k: on("timer", v) for k, v in marks.items()})

    old, new = timed(late="P3D", off="P9D"), timed(late="P5D", more="P1D")
    step = old.start({}, now=NOW - dt.timedelta(days=1))
    after = move(old, new, step.state)
    due = after.state["tokens"][0]["due"]
    assert due == {"late": [(NOW + dt.timedelta(days=2)).isoformat()], "more": [(NOW + dt.timedelta(days=1)).isoformat()]}
    assert next_due(after.state) == NOW + dt.timedelta(days=1)


def test_an_early_message_is_kept_under_its_new_name_or_the_case_stays():
    text = "s:start -> a; a -> r:receive; r -> c; c -> e:end"
    old = Graph.of(file(text, extra={"r": 'messageRef="m1"'}))
    named = Graph.of(file(text, extra={"r": 'messageRef="m2"'}, others='<message id="m2" name="bill"/>'))
    without = Graph.of(file(LINE))
    state = old.message(old.start({}).state, "order", {}).state
    after = move(old, named, state)
    assert after.state["kept"] == ["bill"]
    assert ready(named.complete(after.state, "a", {})) == ["c"]
    assert "提前到达的消息“order”" in refused(old, without, state)


def test_a_direct_return_goes_back_to_where_it_came_from_under_its_new_name():
    old, new = graph(LINE), graph("s:start -> a; a -> b; b -> k; k -> e:end")
    back = old.back_to(walked(old, "a", "b").state, "c", "a", direct=True)
    after = move(old, new, back.state, {"c": "k"})
    assert [(one.node, one.resume_at) for one in after.ready] == [("a", "k")]
    assert ready(new.complete(after.state, "a", {})) == ["k"]
    assert "来处“c”" in refused(old, new, back.state)


def test_people_s_work_does_not_become_a_machine_s_and_an_ended_case_does_not_move():
    old, new = graph(LINE), graph("s:start -> a; a -> b:receive; b -> c; c -> e:end")
    assert "另一种元素(receiveTask)" in refused(old, new, walked(old, "a").state)
    assert "流程已经结束" in refused(old, new, walked(old, "a", "b", "c").state)


# -- what can be occupied at once ------------------------------------------------------------------------------


def test_places_follow_gateways_joins_and_choices():
    g = graph("""s:start -> o:or; o -> a [x]; o -> b [y]; o -> c *; a -> p:or; b -> p; c -> p
        p -> f:and; f -> d; f -> h; d -> k:and; h -> k; k -> z; z -> e:end""")
    possible = [("a",), ("a", "b"), ("c",), ("b", "p<f5"), ("d", "h"), ("h", "k<f11"), ("z",)]
    impossible = [("a", "c"), ("a", "d"), ("d",), ("d", "d"), ("z", "z"), ("a", "p<f5")]
    assert [reachable(g, ("s",), one) for one in possible] == [True] * len(possible)
    assert [reachable(g, ("s",), one) for one in impossible] == [False] * len(impossible)


def test_more_possibilities_than_are_looked_at_are_no_proof():
    wide = "s:start -> f:and; " + "".join(
        f"f -> a{n}; a{n} -> b{n}; b{n} -> c{n}; c{n} -> j:and; " for n in range(9)
    )
    with pytest.raises(TooWide):
        reachable(graph(wide + "j -> z; z -> e:end"), ("s",), ("z", "z"))
