"""Hostile processes: what is endless, huge or deep ends in an error at its place, within the budget of a step."""

import datetime as dt

import pytest

from tests.workflow.engine.drawn import bpmn, file, on, seats
from ziyuan.workflow.engine import BpmnRefused, Graph, NotPossible, Stuck, TooMany


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
