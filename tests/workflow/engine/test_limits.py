"""Hostile processes: what is endless, huge or deep ends in an error at its place, within the budget of a step."""

import datetime as dt
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from tests.workflow.engine.drawn import bpmn, file, many, on, process, seats
from ziyuan.base.errors import ZiyuanError
from ziyuan.workflow.engine import BpmnRefused, Graph, NotPossible, Stuck, TooMany

RICH = file(
    "s:start -> g:and; g -> w:sub; g -> c:call; g -> h:first; h -> m:catch; h -> r:receive; m -> j:or; r -> j; w -> j; c -> j;"
    "j -> a; a -> x:xor; x -> e:end *; x -> a [again]; t:bound -> e; y:bound -> e; q:sub",
    bodies={"w": "ws:start -> b; b -> wx:end", "q": "qs:start -> d; d -> qe:end"},
    extra={"c": 'calledElement="k"', "t": 'attachedToRef="a" cancelActivity="false"', "y": 'attachedToRef="w"',
           "q": 'triggeredByEvent="true"', "qs": 'isInterrupting="false"', "r": 'messageRef="m1"'},
    inside={"wx": on("error", "x1"), "y": on("error", "x1"), "m": on("timer", "P1D"), "t": on("timer", "R3/P1D"),
            "qs": on("signal", "s1"), "a": many("2", "", "agreed > 1")},
    others=process("k", "ks:start -> n; n -> ke:end"),
)  # fmt: skip


def test_the_file_that_is_mangled_runs_when_it_is_whole():
    graph = Graph.of(RICH)
    step = graph.start({}, now=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
    assert step.resting == ["b", "n", "m", "r"]


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_a_mangled_file_is_refused_or_runs_and_never_breaks_the_engine(data):
    root = etree.fromstring(RICH)
    for _ in range(data.draw(st.integers(1, 3))):
        _mangle(data, root)
    now = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    try:
        graph = Graph.of(etree.tostring(root))
        step = graph.start({}, now=now)
        for _ in range(8):
            json.dumps(step.state)
            graph.layout()
            if step.ended:
                return
            act = data.draw(st.sampled_from(["complete", "back", "advance", "message", "signal", "recall"]))
            step = _act(data, graph, step, act, now)
            now += dt.timedelta(hours=13)
    except ZiyuanError as refused:
        assert refused.message


def _mangle(data, root):
    elements = [element for element in root.iter() if element is not root]
    element = data.draw(st.sampled_from(elements))
    how = data.draw(st.sampled_from(["drop", "attribute", "swap", "rename", "text"]))
    other = data.draw(st.sampled_from(elements))
    if how == "drop" and element.getparent() is not None:
        element.getparent().remove(element)
    elif how == "attribute" and element.attrib:
        del element.attrib[data.draw(st.sampled_from(sorted(element.attrib)))]
    elif how == "swap" and element.attrib:
        key = data.draw(st.sampled_from(sorted(element.attrib)))
        element.set(key, other.get("id", "") or other.get(key, "?"))
    elif how == "rename":
        element.tag = other.tag
    elif how == "text":
        element.text = data.draw(st.sampled_from(["", "P1D", "R/PT0S", "1/0", "[", "10 ** 9", '"x"']))


def _act(data, graph, step, act, now):
    if act == "advance":
        return graph.advance(step.state, now, {})
    if act == "message":
        return graph.message(step.state, "order", {}, now=now)
    if act == "signal":
        return graph.signal(step.state, "alarm", {}, now=now)
    if not step.ready:
        return step
    item = data.draw(st.sampled_from(step.ready))
    earlier = graph.may_return_to(step.state, item.token)
    if act == "back" and earlier:
        return graph.back_to(step.state, item.token, earlier[0], direct=data.draw(st.booleans()), vars={}, now=now)
    if act == "recall" and earlier:
        return graph.recall(step.state, earlier[0], vars={}, now=now)
    return graph.complete(step.state, item.token, {"outcome": "agree"}, now=now)


def test_what_would_never_stop_ends_at_its_place_within_the_budget():
    endless = Graph.of(
        file("s:start -> a; t:bound -> n:service; a -> e:end; n -> e2:end",
             extra={"t": 'attachedToRef="a" cancelActivity="false"'}, inside={"t": on("timer", "R/PT1S")})
    )  # fmt: skip
    now = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    step = endless.start({}, now=now)
    with pytest.raises(Stuck, match="一步内"):
        endless.advance(step.state, now + dt.timedelta(days=30), {})
    for count in ("2001", "10 ** 30"):
        with pytest.raises(TooMany, match="a"):
            Graph.of(seats(more="", count=count)).start({})
    with pytest.raises(NotPossible, match="个数"):
        Graph.of(seats(more="", count='"many"')).start({})


def test_ten_thousand_nodes_and_deep_nesting_are_read_checked_and_run_or_refused():
    line = "s:start -> n0; " + "; ".join(f"n{i} -> n{i + 1}" for i in range(10_000)) + "; n10000 -> e:end"
    g = Graph.of(bpmn(line))
    assert [item.node for item in g.complete(g.start({}).state, "n0", {}).ready] == ["n1"]
    services = "; ".join(f"n{i} -> n{i + 1}:service" for i in range(10_001))
    with pytest.raises(Stuck, match="n4"):
        Graph.of(bpmn(f"s:start -> n0:service; {services}; n10001 -> e:end")).start({})
    nested = {f"w{i}": f"ws{i}:start -> w{i + 1}:sub; w{i + 1} -> we{i}:end" for i in range(70)}
    nested["w70"] = "wz:start -> a; a -> wy:end"
    with pytest.raises(TooMany, match="嵌套"):
        Graph.of(bpmn("s:start -> w0:sub; w0 -> e:end", bodies=nested)).start({})
    deeper = {f"w{i}": f"ws{i}:start -> w{i + 1}:sub; w{i + 1} -> we{i}:end" for i in range(300)}
    with pytest.raises(BpmnRefused):
        Graph.of(bpmn("s:start -> w0:sub; w0 -> e:end", bodies=deeper))
