"""Random block-structured processes against an independent model of their behaviour.

The model knows no tokens, gateways, scopes or files: a process is a tree of blocks (task, sequence, choice, parallel,
some of several, loop, sub-process, instances) and what can be done next follows from the tree alone. The same tree
is drawn as BPMN and run. A task inside instances is called by its name and their numbers: `t3@2@1`.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.workflow.engine.blocks import Block, Drawing, Tree, marked, trees
from tests.workflow.engine.drawn import bpmn
from ziyuan.workflow.engine import Graph, NotPossible

# -- both side by side ---------------------------------------------------------------------------------


def drawn(tree: Tree) -> tuple[Graph, Block]:
    drawing = Drawing()
    first, last, model = drawing.block(("seq", tree, ("task",)))
    drawing.flow("s:start", first)
    drawing.flow(last, "e:end")
    text = bpmn("\n".join(marked(drawing.lines)), inside=drawing.marks, bodies=drawing.bodies)
    return Graph.of(text), model


def labels(step: Any) -> list[str]:
    """Ready tasks by name, with the numbers of the instances they lie in."""
    tokens = {token["id"]: token for token in step.state["tokens"]}
    found = []
    for item in step.ready:
        around = [tokens[number] for number in tokens[item.token]["scope"] if number in tokens]
        found.append(item.node + "".join(f"@{token['seat']}" for token in around if "seat" in token))
    return found


def token_of(step: Any, label: str) -> int:
    return step.ready[labels(step).index(label)].token


@given(trees(), st.data())
@settings(max_examples=150, deadline=None)
def test_ready_tasks_and_the_end_agree_with_the_model_for_the_same_completions(tree, data):
    graph, model = drawn(tree)
    keys = [node for node in graph.nodes if node[0] in "xgow"]
    most = {"x": 2, "g": 1, "o": 7, "w": 1}
    choices = st.fixed_dictionaries({f"c_{key}": st.integers(0, most[key[0]]) for key in keys})
    choose = _within(graph, data.draw(choices))
    step = graph.start(choose, decide=lambda name, values: SimpleNamespace(value=None, trace=[]))
    running = model.begin(choose)
    for _ in range(25):
        expected = [] if running is None else running.ready()
        assert sorted(labels(step)) == sorted(expected)
        assert step.ended is (running is None)
        if running is None:
            return
        task = data.draw(st.sampled_from(sorted(expected)))
        choose = _within(graph, data.draw(choices))
        step = graph.complete(step.state, token_of(step, task), choose)
        running = running.done(task, choose)


def test_the_comparison_would_notice_a_gateway_that_runs_as_another():
    graph, _ = drawn(("some", ("task",), ("task",)))
    _, other = drawn(("both", ("task",), ("task",)))
    assert labels(graph.start({"c_o1": 1})) != other.begin({}).ready()


def _within(graph: Graph, choose: dict[str, int]) -> dict[str, int]:
    """Choices among the ways there are."""
    ways = {key: max(1, len(graph.ways[key[2:]])) for key in choose}
    return {key: value % ways[key] if key[2] in "xg" else value for key, value in choose.items()}


@given(trees(), st.data())
@settings(max_examples=100, deadline=None)
def test_returns_and_recalls_never_lose_or_double_a_branch(tree, data):
    """After any moves the process can still be finished, and no task is ever open twice."""
    graph, _ = drawn(tree)
    step = graph.start({})
    for _ in range(12):
        if step.ended:
            break
        step = _any_move(graph, step, data)
        nodes = labels(step)
        assert len(nodes) == len(set(nodes))
        assert nodes or step.ended
    for _ in range(60):
        if step.ended:
            return
        step = graph.complete(step.state, step.ready[0].token, {})
    raise AssertionError("the process does not end")


def _any_move(graph: Graph, step: Any, data: st.DataObject) -> Any:
    item = data.draw(st.sampled_from(step.ready))
    move = data.draw(st.sampled_from(["complete", "complete", "back", "direct", "recall"]))
    earlier = graph.may_return_to(step.state, item.token)
    if move in ("back", "direct") and earlier:
        target = data.draw(st.sampled_from(earlier))
        try:
            return graph.back_to(step.state, item.token, target, direct=move == "direct")
        except NotPossible:
            assert move == "back"
    if move == "recall" and earlier:
        try:
            return graph.recall(step.state, earlier[0])
        except NotPossible:
            pass
    return graph.complete(step.state, item.token, {})
