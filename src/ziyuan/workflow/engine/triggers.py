"""What is waited for and what sets it off: messages, signals, timers, errors, at events, boundaries and sub-processes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from ziyuan.workflow.engine import activities, flow, timers
from ziyuan.workflow.engine.nodes import Node
from ziyuan.workflow.engine.play import Play, Token
from ziyuan.workflow.engine.steps import Await, Thrown

MOST_KEPT = 1_000


def places(play: Play, token: Token) -> Iterator[Node]:
    """The elements whose event would be taken by a token now: its own, its boundaries, event sub-processes inside it."""
    nodes = play.graph.nodes
    if {"via", "moving"} & token.keys():
        return
    if token is play.root:
        if not token.get("stopped"):
            yield from (nodes[start] for _, start in play.graph.bodies[play.graph.id].events)
        return
    node = nodes[token["node"]]
    if node.type == "eventBasedGateway":
        yield from (nodes[way.target] for way in play.graph.ways[node.id])
    elif node.type in ("receiveTask", "intermediateCatchEvent") and "frame" not in token:
        yield node
    if "seat" not in token and "added" not in token:
        yield from (nodes[boundary] for boundary in node.boundaries)
    if token.get("frame") == "sub" and not token.get("stopped"):
        yield from (nodes[start] for _, start in play.graph.bodies[node.body].events)


def awaited(play: Play) -> Iterator[tuple[Token, Node]]:
    if not play.ended:
        for token in [play.root, *play.tokens.values()]:
            for node in places(play, token):
                yield token, node


def awaits(play: Play) -> list[Await]:
    """Messages and signals that would be taken now."""
    found = [(token, node) for token, node in awaited(play) if node.event.kind in ("message", "signal")]
    return [Await(token["id"], node.id, node.event.kind, node.event.key) for token, node in found]


def arm(play: Play, token: Token) -> None:
    """Start the timers of a token that comes to rest; those that run already stay."""
    for node in places(play, token):
        if node.event.kind == "timer" and node.id not in token.get("due", {}):
            due = timers.opened(node.event, play.values(token), play.now, node.id)
            token.setdefault("due", {})[node.id] = due


# -- firing ------------------------------------------------------------------------------------------------


def fire(play: Play, token: Token, node: Node) -> None:
    """The event of an element happens to a token that waits for it."""
    if node.type == "boundaryEvent":
        _boundary(play, token, node)
    elif node.type == "startEvent":
        _event_body(play, token, node)
    else:
        if token["node"] != node.id:  # an event-based gateway: the first event takes the token, the others are off
            play.drop(token)
            token = play.put(node.id, token["scope"], token["trail"], joined=token.get("joined"))
        token.pop("due", None)
        token["moving"] = True
        play.todo(activities.finish if node.type == "receiveTask" else flow.leave, play, token)


def _boundary(play: Play, token: Token, node: Node) -> None:
    if node.interrupts:
        play.cancel(token, "interrupted")
        here = play.put(node.id, token["scope"], token["trail"], moving=True)
    else:
        here = play.put(node.id, [*token["scope"], play.number()], [], moving=True)
    play.todo(flow.leave, play, here)


def _event_body(play: Play, around: Token, start: Node) -> None:
    """An event sub-process begins in a running activity (or the process); an interrupting one stops the rest of it."""
    inside = [*around["scope"], around["id"]] if around["id"] else []
    if start.interrupts or start.event.kind == "error":
        for other in play.within(around["id"]):
            play.take(other, "interrupted")
        around["stopped"] = True
        around.pop("due", None)
    frame = play.put(start.parent, inside, [], frame="event")
    activities.begin(play, frame, [start.id])


def throw(play: Play, node: Node) -> None:
    """Send out the message or signal of an element; a signal is heard by all that wait for it in this process."""
    event = node.event
    if event.kind not in ("message", "signal"):
        return
    play.step.thrown.append(Thrown(node.id, event.kind, event.key))
    if event.kind == "signal":
        broadcast(play, event.key)


def broadcast(play: Play, key: str) -> int:
    """Every receiver of a signal hears it once; returns how many did."""
    heard = [(t, n) for t, n in awaited(play) if n.event.kind == "signal" and n.event.key == key]
    for token, node in heard:
        if token is play.root or token["id"] in play.tokens:
            fire(play, token, node)
    return len(heard)


def deliver(play: Play, key: str, at: str = "") -> bool:
    """One receiver takes a message: the element `at` if it waits, else the first that waits for it."""
    found = [(t, n) for t, n in awaited(play) if n.event.kind == "message" and n.event.key == key]
    found.sort(key=lambda pair: pair[1].id != at)
    if found:
        fire(play, *found[0])
    return bool(found)


def fail(play: Play, end: Node, scope: list[int]) -> None:
    """An error goes outwards until something catches it; one that nothing catches ends the process."""
    code, passed_event = end.event.key, False
    for frame in [*play.frames(scope), play.root]:
        if frame.get("frame") == "event":
            passed_event = True
            continue
        catchers = [
            node
            for node in places(play, frame)
            if node.event.kind == "error"
            and node.event.key in ("", code)
            and (node.type == "boundaryEvent" or not passed_event)
        ]
        if catchers:
            inner = [n for n in catchers if n.type == "startEvent"] or catchers
            fire(play, frame, next((n for n in inner if n.event.key), inner[0]))
            return
        passed_event = False
    for token in play.within(0):
        play.take(token, "terminated")
    play.ended, play.end = True, end.id


# -- time --------------------------------------------------------------------------------------------------


def next_due(play: Play) -> tuple[dt.datetime, int, str] | None:
    """The earliest timer: moment, token, element."""
    found = [(timers.moment_of(due), number, element) for (number, element), due in play.timers()]
    return min(found, default=None)


def ring(play: Play, number: int, element: str) -> None:
    """A timer is due: a cycle that does not interrupt goes round again."""
    token, node = play.tokens.get(number, play.root), play.graph.nodes[element]
    due = token["due"].pop(element)
    more = timers.again(due) if not node.interrupts and node.type in ("boundaryEvent", "startEvent") else None
    if more is not None:
        token["due"][element] = more
    elif not token["due"]:
        del token["due"]
    fire(play, token, node)


def settle(play: Play) -> bool:
    """Take one message that was kept, or ring one timer that is due."""
    for key in play.kept:
        if deliver(play, key):
            play.kept.remove(key)
            return True
    due = next_due(play) if play.now is not None else None
    if due is not None and play.now is not None and due[0] <= timers.zoned(play.now):
        ring(play, due[1], due[2])
        return True
    return False
