"""The acts on a process: pure functions from (state, act) to Step. State is small JSON and belongs to the case (`play`)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ziyuan.workflow.engine import activities, flow, timers, triggers
from ziyuan.workflow.engine.errors import NotPossible, TooMany, UncaughtEvent
from ziyuan.workflow.engine.play import Decide, Play, Token
from ziyuan.workflow.engine.steps import Step

if TYPE_CHECKING:
    from ziyuan.workflow.engine.graph import Graph

State = Mapping[str, Any]
Vars = Mapping[str, Any]
KEPT = ("seat", "round", "due", "added", "place")  # what a task keeps while it is away for a direct return


def start(
    graph: Graph, vars: Vars, now: dt.datetime | None, decide: Decide | None, at: str = "", number: int = 1
) -> Step:
    """Begin at the start event `at`, else at the one without a trigger, else at the first."""
    play = Play(graph, None, vars, now, decide)
    play.next = number
    if at and at not in graph.bodies[graph.id].starts:
        raise NotPossible(f"“{at}”不是流程的开始事件")
    triggers.arm(play, play.root)
    activities.start_all(play, [at] if at else graph.starts, [], [])
    return settled(play)


def rested(play: Play) -> Step:
    """Do the work that was begun and nothing more; what happens by itself happens in the next step."""
    play.run(lambda _: False)
    step = play.done()
    step.awaits = triggers.awaits(play)
    return step


def settled(play: Play) -> Step:
    """Run on until every token rests, and tell what came of it."""
    play.run(flow.settle)
    step = play.done()
    step.awaits = triggers.awaits(play)
    return step


def complete(
    graph: Graph, state: State, at: int | str, vars: Vars, now: dt.datetime | None, decide: Decide | None
) -> Step:
    """Finish the task of a token or node; an event that waits may be told to have happened too, by its id."""
    play = Play(graph, state, vars, now, decide)
    if isinstance(at, str) and at in graph.nodes and not graph.nodes[at].waits and not play.ended:
        _happened(play, at)
        return settled(play)
    token = play.find(at)
    play.take(token, "completed")
    for frame in play.frames(token["scope"]):
        frame["used"] = True
    go_on(play, token)
    return settled(play)


def go_on(play: Play, token: Token) -> None:
    """What a task that is done leads to: straight back to who returned it, else along the flows."""
    resume = token.get("resume")
    if resume:
        play.passes(token["node"])
        again = {"by": token["node"], "back": resume, "resume": resume.get("resume")}
        again.update({key: resume[key] for key in KEPT if key in resume})
        rest(play, resume["node"], resume["scope"], resume["trail"], **again)
    else:
        play.tokens[token["id"]] = token
        token["moving"] = True
        activities.finish(play, token)


def _happened(play: Play, at: str) -> None:
    for token, node in triggers.awaited(play):
        if node.id == at:
            triggers.fire(play, token, node)
            return
    raise NotPossible(f"元素“{play.graph.nodes[at].title}”现在没有在等待")


def rest(play: Play, node: str, scope: list[int], trail: list[Any], **more: Any) -> Token:
    """A token comes to rest at a task without going through its loop or instances again."""
    token = play.put(node, scope, trail, **more)
    play.new.add(token["id"])
    triggers.arm(play, token)
    return token


def message(
    graph: Graph, state: State, name: str, vars: Vars, now: dt.datetime | None, decide: Decide | None
) -> Step:
    """A message comes in: one receiver takes it, or it is kept until somebody does.

    `name` is the name or id of the message, or the id of the element that waits for it.
    """
    play = Play(graph, state, vars, now, decide)
    key = address(graph, "message", name)
    if play.ended:
        raise NotPossible("流程已经结束")
    if not triggers.deliver(play, key, name):
        if len(play.kept) >= triggers.MOST_KEPT:
            raise TooMany(f"提前到达而未取走的消息超过 {triggers.MOST_KEPT} 条")
        play.kept.append(key)
    return settled(play)


def signal(
    graph: Graph, state: State, name: str, vars: Vars, now: dt.datetime | None, decide: Decide | None
) -> Step:
    """A signal is heard by all that wait for it now; nobody there, it is lost."""
    play = Play(graph, state, vars, now, decide)
    key = address(graph, "signal", name)
    if play.ended:
        raise NotPossible("流程已经结束")
    triggers.broadcast(play, key)
    return settled(play)


def address(graph: Graph, kind: str, name: str) -> str:
    """The key of a message or signal from its name, its id, or the id of an element. Raises UncaughtEvent."""
    known = graph.addresses[kind]
    if name in known:
        return known[name]
    what = "消息" if kind == "message" else "信号"
    names = "、".join(dict.fromkeys(known.values()))
    raise UncaughtEvent(f"流程中没有元素等待{what}“{name}”" + (f"，可用 {names}" if names else ""))


def advance(graph: Graph, state: State, to: dt.datetime, vars: Vars, decide: Decide | None) -> Step:
    """Move the clock: what is due up to `to` rings in the order of its moments, each at its own moment."""
    play = Play(graph, state, vars, None, decide)
    until = timers.zoned(to)
    while not play.ended and (due := triggers.next_due(play)) and due[0] <= until:
        play.now = due[0]
        triggers.ring(play, due[1], due[2])
        play.run(flow.settle)
    play.now = to
    return settled(play)
