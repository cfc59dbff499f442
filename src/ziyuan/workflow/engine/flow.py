"""Movement along the flows: leaving a node, splits and joins of every gateway, arriving at the next node."""

from __future__ import annotations

from typing import Any

from ziyuan.workflow.engine import activities, trails, triggers
from ziyuan.workflow.engine.errors import NoWay
from ziyuan.workflow.engine.nodes import ACTIVITIES, Node, Way
from ziyuan.workflow.engine.play import Play, Token, whole


def leave(play: Play, token: Token) -> None:
    """Move on from a node whose work is done; several flows make several tokens."""
    if token["id"] and token["id"] not in play.tokens:
        return
    play.drop(token)
    play.passes(token["node"])
    ways = _ways(play, token)
    if not ways:
        if not play.frame_of(token["scope"]):
            play.end = token["node"]
        activities.emptied(play, token["scope"])
        return
    scope = token["scope"]
    if len(ways) > 1:
        scope = [*scope, play.number()]
    children = [
        play.put(token["node"], scope, token["trail"], joined=token.get("joined"), moving=True) for _ in ways
    ]
    for child, way in reversed(list(zip(children, ways, strict=True))):
        play.todo(enter, play, child, way)


def _ways(play: Play, token: Token) -> list[Way]:
    """The flows taken from a node."""
    node, ways = play.node(token), play.graph.ways[token["node"]]
    default = play.graph.defaults[node.id]
    choosing = default or any(way.guard for way in ways)
    if node.type == "parallelGateway" or not choosing:
        return list(ways)
    values = play.values(token)
    taken = []
    for way in ways:
        free = way.guard is None and node.type != "exclusiveGateway"
        if way.id != default and (free or (way.guard is not None and way.guard(values, play.now) is True)):
            taken.append(way)
            if node.type == "exclusiveGateway":
                break
    taken = taken or [way for way in ways if way.id == default]
    if not taken:
        read = sorted({name for way in ways if way.guard for name in way.guard.names})
        told = {name: values.get(name) for name in read}
        raise NoWay(node.id, node.name, [way.text for way in ways], told)
    return taken


def enter(play: Play, token: Token, way: Way) -> None:
    """A token comes along a flow: it rests, waits at a join, or goes on from the node."""
    if token["id"] not in play.tokens:
        return
    play.drop(token)
    node = play.graph.nodes[way.target]
    place = (token["scope"], token["trail"])
    joined = token.get("joined")
    if node.type in ACTIVITIES:
        activities.open_at(play, node, *place, joined=joined)
    elif node.type in ("parallelGateway", "inclusiveGateway") and len(play.graph.incoming[node.id]) > 1:
        play.put(node.id, *place, via=way.id, joined=joined)
        if node.type == "parallelGateway":
            _join(play, node, token)
    else:
        here = play.put(node.id, *place, joined=joined)
        _arrive(play, node, here)


def _arrive(play: Play, node: Node, token: Token) -> None:
    """At a gateway that does not join, or at an event."""
    if node.type == "eventBasedGateway":
        play.passes(node.id)
        triggers.arm(play, token)
    elif node.type == "intermediateCatchEvent" and node.event.kind != "link":
        triggers.arm(play, token)
    elif node.type == "endEvent":
        _finish(play, node, token)
    else:
        if node.type == "intermediateThrowEvent":
            token["moving"] = True
            triggers.throw(play, node)
        play.todo(leave, play, token)


def _finish(play: Play, node: Node, token: Token) -> None:
    """An end event: the token goes, and what the event says happens."""
    play.drop(token)
    play.passes(node.id)
    frame = play.frame_of(token["scope"])
    if not frame:
        play.end = node.id
    if node.event.kind == "error":
        triggers.fail(play, node, token["scope"])
    elif node.event.kind == "terminate":
        for other in play.within(frame):
            play.take(other, "terminated")
        play.ended = not frame
    else:
        triggers.throw(play, node)
    activities.emptied(play, token["scope"])


# -- joins -------------------------------------------------------------------------------------------------


def _join(play: Play, node: Node, token: Token) -> None:
    """Wait for one token from each incoming flow; then they become one."""
    first = _arrived(play, node.id, play.frame_of(token["scope"]))
    if len(first) == len(play.graph.incoming[node.id]):
        _merge(play, node, list(first.values()))


def _arrived(play: Play, node: str, frame: int) -> dict[str, Token]:
    """The first token that waits on each incoming flow of a join, in one running activity."""
    first: dict[str, Token] = {}
    for token in play.tokens.values():
        if token["node"] == node and "via" in token and play.frame_of(token["scope"]) == frame:
            first.setdefault(token["via"], token)
    return first


def _merge(play: Play, node: Node, consumed: list[Token]) -> None:
    for token in consumed:
        play.drop(token)
    shared = min(trails.common(consumed[0]["scope"], token["scope"]) for token in consumed)
    scope = _left_over(play, consumed[0]["scope"][:shared])
    trail = trails.merged([token["trail"] for token in consumed], scope)
    whole_parts: list[dict[str, Any]] = sorted(consumed, key=lambda token: int(token["id"]))
    play.todo(leave, play, play.put(node.id, scope, trail, joined=whole_parts))


def _left_over(play: Play, scope: trails.Scope) -> trails.Scope:
    """The scope without the splits of which no other token is left."""
    alive = {number for token in play.tokens.values() for number in whole(token)}
    while scope and scope[-1] not in alive and scope[-1] not in play.tokens:
        scope = scope[:-1]
    return scope


def settle(play: Play) -> bool:
    """What happens by itself once all tokens rest: an inclusive join goes on, a kept message or a due timer fires."""
    waiting = [t for t in play.tokens.values() if "via" in t and play.node(t).type == "inclusiveGateway"]
    for node, frame in dict.fromkeys((t["node"], play.frame_of(t["scope"])) for t in waiting):
        first = _arrived(play, node, frame)
        if not _awaited(play, node, frame, set(first)):
            _merge(play, play.graph.nodes[node], list(first.values()))
            return True
    return triggers.settle(play)


def _awaited(play: Play, join: str, frame: int, arrived: set[str]) -> bool:
    """Whether a live token can still reach an empty flow of an inclusive join and none of its filled ones."""
    if len(arrived) == len(play.graph.incoming[join]):
        return False
    for token in play.tokens.values():
        at = token
        while at.get("resume"):
            at = at["resume"]
        if (token["node"] == join and "via" in token) or play.frame_of(at["scope"]) != frame:
            continue
        reached = play.graph.flows_reached(at["node"], join)
        if reached and not reached & arrived:
            return True
    return False
