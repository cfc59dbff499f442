"""Moves against the flow: return (退回), recall (撤回), terminate (终止). Rows are closed, never deleted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ziyuan.workflow.engine import activities, trails
from ziyuan.workflow.engine.errors import NotPossible
from ziyuan.workflow.engine.game import KEPT, rest, rested
from ziyuan.workflow.engine.play import Play, Token, whole
from ziyuan.workflow.engine.steps import Step

if TYPE_CHECKING:
    from ziyuan.workflow.engine.graph import Graph

MOST_DIRECT = 50


def may_return_to(graph: Graph, state: Mapping[str, Any], at: int | str) -> list[str]:
    token = Play(graph, state).find(at)
    earlier = [node for node in trails.nodes(token["trail"]) if node in graph.nodes and graph.nodes[node].waits]
    return [node for node in reversed(earlier) if node != token["node"]]


def back_to(play: Play, at: int | str, target: str, direct: bool) -> Step:
    """A direct return moves one token only and remembers where it was. Otherwise the process walks again
    from the target, and the other branches of each split (and the activity) that is left are withdrawn."""
    graph = play.graph
    token = play.find(at)
    visit = _visit(token["trail"], target)
    if target == token["node"] or visit is None or target not in graph.nodes:
        raise NotPossible(f"不能退回到“{_title(graph, target)}”：本件没有从那里经过")
    scope, trail = trails.scope_of(visit), trails.before(token["trail"], target)
    shared = trails.common(scope, token["scope"])
    node = graph.nodes[target]
    if direct:
        if node.multi or not node.waits:
            raise NotPossible(f"“{node.title}”由多人或多个环节组成，只能退回重走，不能直送")
        play.take(token, "returned")
        rest(play, target, token["scope"][:shared], trail, resume=_resume(token))
        return rested(play)
    if len(scope) > shared:
        raise NotPossible(f"“{node.title}”在已经汇合的并行分支内，只能直送退回，或退回到分支之前")
    play.take(token, "returned")
    around = whole(token)
    if len(scope) < len(around):
        _withdraw(play, around[len(scope)])
    activities.open_at(play, node, scope, trail)
    return rested(play)


def _title(graph: Graph, node: str) -> str:
    return graph.nodes[node].title if node in graph.nodes else node


def _visit(trail: list[Any], node: str) -> Any:
    return next((one for one in trail if trails.node_of(one) == node), None)


def _withdraw(play: Play, number: int, how: str = "withdrawn") -> None:
    """All tokens of a split or a running activity go, and the activity itself."""
    for other in play.within(number):
        play.take(other, how)
    if number in play.tokens:
        play.take(play.tokens[number], how)


def _resume(token: Token) -> dict[str, Any]:
    kept = {key: token[key] for key in ("node", "scope", "trail")}
    kept.update({key: token[key] for key in ("resume", *KEPT) if token.get(key)})
    depth, at = 0, kept
    while at.get("resume"):
        depth, at = depth + 1, at["resume"]
    if depth >= MOST_DIRECT:
        raise NotPossible(f"直送退回已经连续 {depth} 层，请先办理，或退回重走")
    return kept


def recall(play: Play, node: str, seat: int | None) -> Step:
    """What followed `node` closes and its task opens again; a part that waits at a join, or was joined, too."""
    graph = play.graph
    name = _title(graph, node)
    if play.ended:
        raise NotPossible("流程已经结束，不能撤回")
    body = _open_body(play, node)
    if body is not None:
        activities.take_back(play, body, seat)
        return rested(play)
    sent = [token for token in play.tokens.values() if _sent_by(token, node)]
    later = [t for t in play.tokens.values() if _passed(t, node) and t not in sent]
    begun = [one for token in sent for one in (token, *_left(play, token, node)) if one.get("used")]
    if not sent or later or begun:
        why = "没有由它送出的待办" if not sent and not later else "后续环节已经办理"
        raise NotPossible(f"不能撤回“{name}”：{why}")
    origin = _unfolded(play, sent[0], node)
    if "back" in origin:
        return _to_direct(play, origin, node)
    if _over(origin):
        for token in sent:
            _take_sent(play, token, node)
        activities.take_back(play, {**origin, "outs": list(origin["outs"])}, seat)
        return rested(play)
    visit = _visit(origin["trail"], node)
    scope = trails.scope_of(visit)
    if "via" not in origin and trails.common(scope, origin["scope"]) < len(scope):
        raise NotPossible(f"不能撤回“{name}”：并行分支已经汇合，请由后续环节退回")
    for token in sent:
        _take_sent(play, token, node)
    activities.open_at(play, graph.nodes[node], scope, trails.before(origin["trail"], node))
    return rested(play)


def _take_sent(play: Play, token: Token, node: str) -> None:
    """What was sent goes, with the activities it had entered."""
    frames = _left(play, token, node)
    play.take(token, "recalled")
    for frame in frames:
        play.drop(frame)


def _open_body(play: Play, node: str) -> Token | None:
    """The multi-instance activity at a node that runs and has an outcome to take back."""
    found = [t for t in play.tokens.values() if t["node"] == node and t.get("frame") == "multi" and t["outs"]]
    return found[0] if found and play.graph.nodes[node].waits else None


def _passed(token: Token, node: str) -> bool:
    """Whether the token came by `node`, or will be back at a place that did when its direct returns are done."""
    at: Mapping[str, Any] | None = token
    while at:
        if at["node"] != node and node in trails.nodes(at["trail"]):
            return True
        at = at.get("resume")
    return False


def _left(play: Play, token: Token, node: str) -> list[Token]:
    """The running activities that a token entered after `node`."""
    visit = _visit(token["trail"], node)
    inside = trails.scope_of(visit) if visit is not None else []
    return [frame for frame in play.frames(token["scope"]) if frame["id"] not in inside]


def _to_direct(play: Play, origin: Token, node: str) -> Step:
    """What a direct return had sent back is taken back to where it was returned to."""
    play.take(origin, "recalled")
    visit = _visit(origin["trail"], node)
    scope = trails.scope_of(visit) if visit is not None else []
    shared = trails.common(scope, origin["scope"])
    rest(play, node, origin["scope"][:shared], trails.before(origin["trail"], node), resume=origin["back"])
    return rested(play)


def _sent_by(token: Token, node: str) -> bool:
    if "by" in token or token.get("resume"):
        return bool(token.get("by") == node)
    return token["node"] != node and _carries(token, node)


def _carries(token: Token, node: str) -> bool:
    """Whether `node` was the last task before this token; through joins, the last of one of its parts."""
    parts = token.get("joined")
    if parts:
        return any(_carries(part, node) for part in parts)
    if _over(token):
        return bool(token["node"] == node)
    return trails.nodes(token["trail"][-1:]) == [node]


def _over(part: Token) -> bool:
    """What a joint review has left behind; one that still runs has a number."""
    return part.get("frame") == "multi" and "id" not in part


def _unfolded(play: Play, token: Token, node: str) -> Token:
    """The token as `node` sent it; what joins had made one with it waits at those joins again."""
    origin = None
    for part in token.get("joined", ()):
        if origin is None and _carries(part, node):
            origin = _unfolded(play, part, node)
        else:
            play.put(part["node"], part["scope"], part["trail"], via=part["via"], joined=part.get("joined"))
    return origin if origin is not None else token


def terminate(graph: Graph, state: Mapping[str, Any]) -> Step:
    play = Play(graph, state)
    for token in play.within(0):
        play.take(token, "terminated")
    play.ended = True
    return rested(play)
