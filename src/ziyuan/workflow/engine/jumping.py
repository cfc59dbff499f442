"""Jump (跳转): the whole process goes on at one task; whatever stood open closes as such, and what was passed stays passed.

A jump leaves every branch at once. It may not land in a branch that is to be joined, where the process would wait for
the others for ever, nor in a sub-process, which nothing would have entered.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ziyuan.workflow.engine import activities, trails
from ziyuan.workflow.engine.errors import NotPossible
from ziyuan.workflow.engine.game import rested
from ziyuan.workflow.engine.play import Play
from ziyuan.workflow.engine.steps import Step

if TYPE_CHECKING:
    from ziyuan.workflow.engine.graph import Graph


def why_not(graph: Graph, target: str) -> str:
    """Why a process cannot land at a node; empty where it can."""
    node = graph.nodes.get(target)
    if node is None:
        return f"流程中没有环节“{target}”"
    if not node.waits:
        return f"“{node.title}”不是人工环节"
    if node.parent != graph.id:
        return f"“{node.title}”在子流程内,只能跳到子流程之外的环节"
    for join, incoming in graph.incoming.items():
        if graph.nodes[join].type == "parallelGateway" and len(incoming) > 1:
            reached = graph.flows_reached(target, join)
            if reached and len(reached) < len(incoming):
                return f"“{node.title}”在并行分支内,跳到那里汇合处等不到其他分支,请跳到分支之前或汇合之后"
    return ""


def jump(play: Play, target: str) -> Step:
    """All tokens go, one task opens; it may be returned from to what was passed outside of branches."""
    if play.ended:
        raise NotPossible("流程已经结束,不能跳转")
    why = why_not(play.graph, target)
    if why:
        raise NotPossible(why)
    if any(token["node"] == target for token in play.tokens.values()):
        raise NotPossible(f"本件已在“{play.graph.nodes[target].title}”")
    walked = dict.fromkeys(one for token in play.tokens.values() for one in token["trail"] if isinstance(one, str))
    for token in play.within(0):
        play.take(token, "jumped")
    activities.open_at(play, play.graph.nodes[target], [], trails.before(list(walked), target))
    return rested(play)
