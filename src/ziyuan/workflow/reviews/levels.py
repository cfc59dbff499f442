"""By which levels a delivery goes: what the process of its matter does when each level in turn agrees."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from ziyuan.kernel import service as kernel
from ziyuan.onemap import service as onemap
from ziyuan.workflow.cases.parts import empty
from ziyuan.workflow.cases.runtime import runtime
from ziyuan.workflow.engine import Graph, Ready, Step

VERBS = ("forward", "accept")
HEIGHT = ("county", "city", "province")
_MOST = 20

Level = onemap.reviewing.Level


def levels(matter: str, facts: Mapping[str, Any]) -> tuple[Level, ...]:
    """The levels in the order in which they may act. One is optional when a higher one may act before it has."""
    return _walked(matter, runtime(matter).version, tuple(sorted(facts.items())))


@lru_cache(maxsize=256)
def _walked(matter: str, version: str, facts: tuple[tuple[str, Any], ...]) -> tuple[Level, ...]:
    """Play the process of a version on paper."""
    rt = runtime(matter)
    state = {**empty(), "form": dict(facts)}
    values, now = rt.values(state), kernel.now()
    step, found = rt.graph.start(values, now=now, decide=rt.decide), list[Level]()
    while not step.ended and len(found) < _MOST:
        waiting = _waiting(rt.graph, step)
        if not waiting:
            break
        lowest = waiting[0]
        node = rt.graph.nodes[lowest.node]
        found.append(Level(node.level, node.verb, optional=len(waiting) > 1))
        values |= {**step.vars, "outcome": "agree"}
        step = rt.graph.complete(step.state, lowest.token, values, now=now, decide=rt.decide)
    return tuple(found)


def _waiting(graph: Graph, step: Step) -> list[Ready]:
    """Levels whose turn it is, the lowest first."""
    ready = [one for one in step.ready if graph.nodes[one.node].verb in VERBS]
    return sorted(ready, key=lambda one: HEIGHT.index(graph.nodes[one.node].level))
