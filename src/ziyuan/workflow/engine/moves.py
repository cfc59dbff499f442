"""Moves against the flow: return (退回), recall (撤回), terminate (终止). Rows are closed, never deleted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ziyuan.workflow.engine.errors import NotPossible
from ziyuan.workflow.engine.game import Play, Step, Token
from ziyuan.workflow.engine.structure import Branches

if TYPE_CHECKING:
    from ziyuan.workflow.engine.graph import Graph


def may_return_to(graph: Graph, state: Mapping[str, Any], at: int | str) -> list[str]:
    token = Play(graph, state).find(at)
    return [node for node in reversed(token["trail"]) if node != token["node"]]


def back_to(graph: Graph, state: Mapping[str, Any], at: int | str, target: str, direct: bool) -> Step:
    """A direct return moves one token only and remembers where it was. Otherwise the process walks again
    from the target, and the other branches of each split that is left are withdrawn."""
    play = Play(graph, state)
    token = play.find(at)
    if target == token["node"] or target not in token["trail"]:
        name = graph.nodes[target].name if target in graph.nodes else target
        raise NotPossible(f"不能退回到“{name}”：本件没有从那里经过")
    trail = token["trail"][: token["trail"].index(target)]
    common = _common(graph.branches[target], graph.branches[token["node"]])
    play.take(token, "returned")
    if direct:
        play.rest(target, token["scope"][:common], trail, resume=_resume(token))
        return play.done()
    depth = graph.depth[target]
    if depth > common or depth > len(token["scope"]):
        name = graph.nodes[target].name
        raise NotPossible(f"“{name}”在已经汇合的并行分支内，只能直送退回，或退回到分支之前")
    whole = _whole_scope(token)
    if depth < len(whole):
        for other in [t for t in play.tokens if _touches(t, whole[: depth + 1])]:
            play.take(other, "withdrawn")
    play.rest(target, token["scope"][:depth], trail)
    return play.done()


def _common(a: Branches, b: Branches) -> int:
    """How many enclosing branches two nodes share."""
    return next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))


def _whole_scope(token: Token) -> list[int]:
    """The splits a token stands for: those it will be in again when its direct returns are done."""
    resume = token.get("resume")
    return _whole_scope(resume) if resume else token["scope"]


def _touches(token: Token, region: list[int]) -> bool:
    """Whether a token lies in a split, or is out of it only for a direct return."""
    if token["scope"][: len(region)] == region:
        return True
    resume = token.get("resume")
    return resume is not None and _touches(resume, region)


def _resume(token: Token) -> dict[str, Any]:
    kept = {"node": token["node"], "scope": token["scope"], "trail": token["trail"]}
    return {**kept, "resume": token["resume"]} if token.get("resume") else kept


def recall(graph: Graph, state: Mapping[str, Any], node: str) -> Step:
    """What followed `node` closes and its task opens again; a part that waits at a join, or was joined, too."""
    play = Play(graph, state)
    name = graph.nodes[node].name if node in graph.nodes else node
    if play.ended:
        raise NotPossible("流程已经结束，不能撤回")
    sent = [token for token in play.tokens if _sent_by(token, node)]
    later = [t for t in play.tokens if node in t["trail"] and t not in sent and t["node"] != node]
    if not sent or later:
        why = "后续环节已经办理" if later else "没有由它送出的待办"
        raise NotPossible(f"不能撤回“{name}”：{why}")
    origin = _unfolded(play, sent[0], node)
    if "back" in origin:
        play.take(origin, "recalled")
        trail = origin["trail"][: origin["trail"].index(node)] if node in origin["trail"] else []
        common = _common(graph.branches[node], graph.branches[origin["node"]])
        play.rest(node, origin["scope"][:common], trail, resume=origin["back"])
        return play.done()
    if (
        "via" not in origin
        and _common(graph.branches[node], graph.branches[origin["node"]]) < graph.depth[node]
    ):
        raise NotPossible(f"不能撤回“{name}”：并行分支已经汇合，请由后续环节退回")
    for token in sent:
        play.take(token, "recalled")
    play.rest(node, origin["scope"][: graph.depth[node]], origin["trail"][: origin["trail"].index(node)])
    return play.done()


def _sent_by(token: Token, node: str) -> bool:
    if "by" in token or token.get("resume"):
        return bool(token.get("by") == node)
    return token["node"] != node and _carries(token, node)


def _carries(token: Token, node: str) -> bool:
    """Whether `node` was the last task before this token; through joins, the last of one of its parts."""
    parts = token.get("joined")
    if parts:
        return any(_carries(part, node) for part in parts)
    return bool(token["trail"][-1:] == [node])


def _unfolded(play: Play, token: Token, node: str) -> Token:
    """The token as `node` sent it; what joins had made one with it waits at those joins again."""
    origin = None
    for part in token.get("joined", ()):
        if origin is None and _carries(part, node):
            origin = _unfolded(play, part, node)
        else:
            play.put(part["node"], part["scope"], part["trail"], via=part["via"], joined=part.get("joined"))
    return origin or token


def terminate(graph: Graph, state: Mapping[str, Any]) -> Step:
    play = Play(graph, state)
    for token in list(play.tokens):
        play.take(token, "terminated")
    play.ended = True
    return play.done()
