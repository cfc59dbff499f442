"""The token game: pure functions from (state, act) to Step. State is small JSON and belongs to the case.

    {"v": 1, "next": 4, "tokens": [{"id": 3, "node": "review", "scope": [1], "trail": ["accept"]}],
     "passed": ["start", "accept"], "ended": false, "end": null}

A token that waits at a join has `via`, the flow it came by. `scope` names the splits it lies in, `trail` the
tasks it came through (each once, so that returns do not lengthen it), `resume` where it goes back to after
a direct return (`by` and `back` say that it just did), `joined` what a join consumed (so that one of its
senders can take his part back).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from ziyuan.base import feel
from ziyuan.workflow.engine.errors import NotPossible, NoWay, Stuck

if TYPE_CHECKING:
    from ziyuan.workflow.engine.graph import Graph, Way

Token = dict[str, Any]
Decide = Callable[[str, dict[str, Any]], Any]
LONGEST_STEP = 10_000


class Ready(NamedTuple):
    """A task somebody can do now; `resume_at` is where completing it leads after a direct return."""

    token: int
    node: str
    resume_at: str | None


class Left(NamedTuple):
    token: int
    node: str
    how: str  # completed | returned | recalled | withdrawn | terminated


class Made(NamedTuple):
    """A decision made on the way."""

    node: str
    decision: str
    value: Any
    trace: Any


class Effect(NamedTuple):
    """A service task passed: the verb named there is to be carried out by the case."""

    node: str
    verb: str


@dataclass(slots=True)
class Step:
    """What one act did. `state` replaces the state given; the rest is for rows, events and people."""

    state: dict[str, Any]
    ready: list[Ready] = field(default_factory=list)
    entered: list[Ready] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)
    passed: list[str] = field(default_factory=list)
    ended: bool = False
    end: str | None = None
    decisions: list[Made] = field(default_factory=list)
    effects: list[Effect] = field(default_factory=list)
    vars: dict[str, Any] = field(default_factory=dict)


class Play:
    """One step under way. Nothing of the state given is changed."""

    def __init__(
        self,
        graph: Graph,
        state: Mapping[str, Any] | None,
        vars: Mapping[str, Any] | None = None,
        now: dt.datetime | None = None,
        decide: Decide | None = None,
    ) -> None:
        self.graph, self.now, self.decide = graph, now, decide
        self.vars = dict(vars or {})
        old = state or {"v": 1, "next": 1, "tokens": [], "passed": [], "ended": False, "end": None}
        self.tokens: list[Token] = [dict(token) for token in old["tokens"]]
        self.next = old["next"]
        self.seen = dict.fromkeys(old["passed"])
        self.ended, self.end = old["ended"], old["end"]
        self.step = Step({})
        self.new: list[int] = []
        self.moves = 0

    # -- tokens --------------------------------------------------------------------------------------

    def put(self, node: str, scope: list[int], trail: list[str], **more: Any) -> Token:
        token = {"id": self.next, "node": node, "scope": scope, "trail": trail}
        token.update({key: value for key, value in more.items() if value})
        self.next += 1
        self.tokens.append(token)
        return token

    def take(self, token: Token, how: str) -> None:
        self.tokens.remove(token)
        if "via" not in token:
            self.step.left.append(Left(token["id"], token["node"], how))

    def find(self, at: int | str) -> Token:
        """The waiting token of an id or a node; raises NotPossible."""
        if self.ended:
            raise NotPossible("流程已经结束")
        for token in self.tokens:
            if at in (token["id"], token["node"]) and "via" not in token:
                return token
        name = self.graph.nodes[at].name if at in self.graph.nodes else at
        raise NotPossible(f"环节“{name}”现在没有待办")

    def rest(self, node: str, scope: list[int], trail: list[str], **more: Any) -> None:
        """A token comes to rest at a task."""
        self.new.append(self.put(node, scope, trail, **more)["id"])

    # -- movement ------------------------------------------------------------------------------------

    def leave(self, node: str, scope: list[int], trail: list[str], joined: list[Token] | None = None) -> None:
        """Move on from a node whose work is done, until every token rests."""
        work = [(node, scope, trail, joined or [])]
        while work:
            at, scope, trail, joined = work.pop()
            self.moves += 1
            if self.moves > LONGEST_STEP:
                raise Stuck("流程在一步内运行过久，可能有自行循环的回路")
            self.seen[at] = None
            self.step.passed.append(at)
            arrivals = [self._enter(way, *place, joined) for way, place in self._ways(at, scope, trail)]
            work.extend(arrival for arrival in reversed(arrivals) if arrival is not None)
            if self.ended:
                return

    def _ways(
        self, at: str, scope: list[int], trail: list[str]
    ) -> list[tuple[Way, tuple[list[int], list[str]]]]:
        """The flows taken from a node, each with scope and trail of its token."""
        ways = self.graph.ways[at]
        kind = self.graph.nodes[at].type
        if kind == "parallelGateway" and len(ways) > 1:
            split = self.next
            self.next += 1
            return [(way, ([*scope, split], trail)) for way in ways]
        if kind == "exclusiveGateway" and len(ways) > 1:
            return [(self._chosen(at, ways), (scope, trail))]
        return [(way, (scope, trail)) for way in ways]

    def _chosen(self, at: str, ways: tuple[Way, ...]) -> Way:
        """The first flow whose condition is true; else the default."""
        default = self.graph.defaults[at]
        for way in ways:
            if way.id != default and way.guard is not None and way.guard(self.vars, self.now) is True:
                return way
        for way in ways:
            if way.id == default:
                return way
        read = sorted({name for way in ways if way.guard for name in way.guard.names})
        told = {name: self.vars.get(name) for name in read}
        raise NoWay(at, self.graph.nodes[at].name, [way.text for way in ways], told)

    def _enter(
        self, way: Way, scope: list[int], trail: list[str], joined: list[Token]
    ) -> tuple[str, list[int], list[str], list[Token]] | None:
        """A token comes along a flow: it rests (None), or goes on from the node."""
        node = self.graph.nodes[way.target]
        if node.waits:
            self.rest(node.id, scope, trail, joined=joined)
            return None
        if node.type == "parallelGateway" and len(self.graph.incoming[node.id]) > 1:
            return self._join(node.id, way.id, scope, trail, joined)
        if node.type == "endEvent":
            self._finish(node.id, node.terminates)
            return None
        self._work(node)
        return node.id, scope, trail, joined

    def _join(
        self, node: str, via: str, scope: list[int], trail: list[str], joined: list[Token]
    ) -> tuple[str, list[int], list[str], list[Token]] | None:
        """Wait for one token from each incoming flow of the same split; then they become one."""
        self.put(node, scope, trail, via=via, joined=joined)
        here = [token for token in self.tokens if token["node"] == node and token["scope"] == scope]
        first = {token["via"]: token for token in reversed(here)}
        if len(first) < len(self.graph.incoming[node]):
            return None
        consumed = sorted(first.values(), key=lambda token: token["id"])
        for token in consumed:
            self.tokens.remove(token)
        merged = list(dict.fromkeys(name for token in consumed for name in token["trail"]))
        return node, scope[:-1], merged, consumed

    def _finish(self, node: str, terminates: bool) -> None:
        self.seen[node] = None
        self.step.passed.append(node)
        self.end = node
        if terminates:
            for token in list(self.tokens):
                self.take(token, "terminated")
            self.ended = True

    # -- automatic nodes -----------------------------------------------------------------------------

    def _work(self, node: Any) -> None:
        if node.type == "businessRuleTask":
            self._decide(node)
        elif node.type == "scriptTask":
            self._script(node)
        elif node.type == "serviceTask":
            self.step.effects.append(Effect(node.id, node.verb))

    def _decide(self, node: Any) -> None:
        if self.decide is None:
            raise NotPossible(f"环节“{node.name or node.id}”需要决策“{node.decision}”，但没有给出决策")
        outcome = self.decide(node.decision, dict(self.vars))
        self.step.decisions.append(Made(node.id, node.decision, outcome.value, outcome.trace))
        self._set(node.result, outcome.value)

    def _script(self, node: Any) -> None:
        value = feel.compile(node.script, self.vars)(self.vars, self.now)
        if node.result:
            self._set(node.result, value)
        elif isinstance(value, dict):
            for key, entry in value.items():
                self._set(key, entry)

    def _set(self, name: str, value: Any) -> None:
        self.vars[name] = self.step.vars[name] = value

    # -- the end -------------------------------------------------------------------------------------

    def done(self) -> Step:
        """The Step: new state, what waits now, what is new."""
        waiting = [token for token in self.tokens if "via" not in token]
        if not self.tokens:
            self.ended = True
        elif not waiting:
            names = "、".join(
                dict.fromkeys(self.graph.nodes[t["node"]].name or t["node"] for t in self.tokens)
            )
            raise Stuck(f"流程停在汇合处“{names}”，其余分支已不会到达")
        step = self.step
        step.ready = [_ready(token) for token in waiting]
        step.entered = [item for item in step.ready if item.token in self.new]
        step.ended, step.end = self.ended, self.end if self.ended else None
        step.state = {
            "v": 1,
            "next": self.next,
            "tokens": self.tokens,
            "passed": list(self.seen),
            "ended": self.ended,
            "end": self.end if self.ended else None,
        }
        return step


def _ready(token: Token) -> Ready:
    resume = token.get("resume")
    return Ready(token["id"], token["node"], resume["node"] if resume else None)


def start(graph: Graph, vars: Mapping[str, Any], now: dt.datetime | None, decide: Decide | None) -> Step:
    play = Play(graph, None, vars, now, decide)
    play.leave(graph.start_node, [], [])
    return play.done()


def complete(
    graph: Graph,
    state: Mapping[str, Any],
    at: int | str,
    vars: Mapping[str, Any],
    now: dt.datetime | None,
    decide: Decide | None,
) -> Step:
    play = Play(graph, state, vars, now, decide)
    token = play.find(at)
    play.take(token, "completed")
    resume = token.get("resume")
    if resume:
        play.seen[token["node"]] = None
        play.step.passed.append(token["node"])
        again = {"by": token["node"], "back": resume, "resume": resume.get("resume")}
        play.rest(resume["node"], resume["scope"], resume["trail"], **again)
    else:
        play.leave(token["node"], token["scope"], walked(token["trail"], token["node"]))
    return play.done()


def walked(trail: list[str], node: str) -> list[str]:
    """The trail after a task: what lay after an earlier visit of it is forgotten."""
    return [*(trail[: trail.index(node)] if node in trail else trail), node]
