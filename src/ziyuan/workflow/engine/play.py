"""One step under way: the tokens of a process, their places and values. Nothing of the state given is changed.

    {"v": 2, "next": 4, "tokens": [{"id": 3, "node": "review", "scope": [1], "trail": ["accept"]}],
     "passed": ["start", "accept"], "ended": false, "end": null}

`scope` names the splits and activity instances a token lies in, the outermost first; `trail` the tasks it came
through (`trails`). What else a token may have:
  via      the flow by which it came to the join where it waits
  frame    it stands for a running activity: sub (sub-process, call), event (event sub-process), multi, or for a
           task that waits while one that was added to it is done: add (`adding`)
  seat     its number among the instances of the innermost multi-instance activity;  round: that of a loop
  resume   where it goes back to after a direct return (`by` and `back` say that it just did)
  joined   what a join consumed, so that one of its senders can take his part back
  due      its running timers (`timers`)
  added    it was added to a task: before, after, delegate, seat;  place: whose it is, said by who added it
Beside the tokens the state keeps `kept` (messages that came early) and `root` (timers of event sub-processes).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from ziyuan.base import feel
from ziyuan.base.feel import wire
from ziyuan.workflow.engine import trails
from ziyuan.workflow.engine.errors import NotPossible, Stuck
from ziyuan.workflow.engine.steps import Left, Ready, Step, Timer

if TYPE_CHECKING:
    from ziyuan.workflow.engine.graph import Graph
    from ziyuan.workflow.engine.nodes import Node

Token = dict[str, Any]
Decide = Callable[[str, dict[str, Any]], Any]
LONGEST_STEP = 10_000
DEEPEST = 60
_EMPTY: Mapping[str, Any] = {"next": 1, "tokens": [], "passed": [], "ended": False, "end": None}


class Play:
    """Tokens by number, work still to do in this step, and the Step that grows."""

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
        old: Mapping[str, Any] = state or _EMPTY
        self.tokens: dict[int, Token] = {int(token["id"]): _copy(token) for token in old["tokens"]}
        self.next: int = old["next"]
        self.seen = dict.fromkeys(old["passed"])
        self.ended, self.end = old["ended"], old["end"]
        self.kept: list[str] = list(old.get("kept", ()))
        self.root: Token = {"id": 0, "node": "", "scope": [], "trail": [], **_copy(old.get("root", {}))}
        self.before = dict(self.timers())
        self.step = Step({})
        self.new: set[int] = set()
        self.work: list[tuple[Callable[..., None], tuple[Any, ...]]] = []
        self.moves = 0

    # -- tokens --------------------------------------------------------------------------------------

    def put(self, node: str, scope: trails.Scope, trail: list[Any], **more: Any) -> Token:
        token: Token = {"id": self.number(), "node": node, "scope": scope, "trail": trail}
        token.update({key: value for key, value in more.items() if value})
        self.tokens[token["id"]] = token
        return token

    def number(self) -> int:
        self.next += 1
        return int(self.next - 1)

    def drop(self, token: Token) -> None:
        """The token goes without a word: it is moved on, or its work is over."""
        self.tokens.pop(token["id"], None)

    def take(self, token: Token, how: str) -> None:
        """The token is taken away, and what it was doing is told."""
        self.drop(token)
        if not {"via", "frame", "moving"} & token.keys():
            self.step.left.append(Left(token["id"], token["node"], how))

    def cancel(self, token: Token, how: str) -> None:
        """Take a token and everything that runs inside it."""
        for inner in self.within(token["id"]):
            self.take(inner, how)
        self.take(token, how)

    def within(self, number: int) -> list[Token]:
        """The tokens that lie in a split or frame, also those out of it only for a direct return."""
        if not number:
            return list(self.tokens.values())
        return [token for token in self.tokens.values() if number in whole(token)]

    def frame_of(self, scope: trails.Scope) -> int:
        """The innermost running activity around a place; 0 is the process itself."""
        for number in reversed(scope):
            if number in self.tokens and "frame" in self.tokens[number]:
                return number
        return 0

    def frames(self, scope: trails.Scope) -> Iterator[Token]:
        """The running activities around a place, the innermost first."""
        for number in reversed(scope):
            if number in self.tokens and "frame" in self.tokens[number]:
                yield self.tokens[number]

    def find(self, at: int | str) -> Token:
        """The waiting task of a token or a node; raises NotPossible."""
        if self.ended:
            raise NotPossible("流程已经结束")
        for token in self.tokens.values():
            if at in (token["id"], token["node"]) and self.is_task(token):
                return token
        name = self.graph.nodes[at].title if isinstance(at, str) and at in self.graph.nodes else at
        raise NotPossible(f"环节“{name}”现在没有待办")

    def is_task(self, token: Token) -> bool:
        return "via" not in token and "frame" not in token and self.node(token).waits

    def node(self, token: Token) -> Node:
        return self.graph.nodes[token["node"]]

    # -- values --------------------------------------------------------------------------------------

    def values(self, token: Token) -> dict[str, Any]:
        """The variables, and what only this instance of a loop or multi-instance sees."""
        local: dict[str, Any] = {}
        for around in [*reversed(list(self.frames(token["scope"]))), token]:
            if "round" in around:
                local["loopCounter"] = around["round"]
            if "seat" in around:
                local["loopCounter"] = around["seat"]
                name, item = self._item(around)
                if name:
                    local[name] = item
        return {**self.vars, **local} if local else self.vars

    def _item(self, token: Token) -> tuple[str, Any]:
        """Name and item of one instance."""
        many = self.node(token).multi
        body = self.tokens.get(self.frame_of(token["scope"]))
        if many is None or body is None or "items" not in body:
            return "", None
        return many.item, wire.decode(body["items"][token["seat"] - 1])

    def set(self, name: str, value: Any) -> None:
        self.vars[name] = self.step.vars[name] = value

    # -- movement ------------------------------------------------------------------------------------

    def todo(self, act: Callable[..., None], *given: Any) -> None:
        """Work of this step; what is added last is done first."""
        self.work.append((act, given))

    def run(self, settle: Callable[[Play], bool]) -> None:
        """Work until every token rests and nothing is left that happens by itself."""
        while not self.ended and (self.work or settle(self)):
            if not self.work:
                continue
            act, given = self.work.pop()
            self.moves += 1
            if self.moves > LONGEST_STEP:
                place = self.step.passed[-1] if self.step.passed else ""
                title = self.graph.nodes[place].title if place else ""
                raise Stuck(f"流程在一步内运行超过 {LONGEST_STEP} 次，停在“{title}”({place}),可能有自行循环的回路")
            act(*given)

    def passes(self, node: str) -> None:
        self.seen[node] = None
        self.step.passed.append(node)

    # -- the end -------------------------------------------------------------------------------------

    def timers(self) -> Iterator[tuple[tuple[int, str], list[Any]]]:
        for token in [self.root, *self.tokens.values()]:
            for element, due in token.get("due", {}).items():
                yield (token["id"], element), due

    def done(self) -> Step:
        """The Step: new state, what waits now, what is new."""
        tokens = list(self.tokens.values())
        resting = [token for token in tokens if not {"via", "frame"} & token.keys()]
        if not tokens:
            self.ended = True
        elif not resting:
            self._stuck(tokens)
        step = self.step
        tasks = [token for token in resting if self.is_task(token)]
        step.waiting = [token["id"] for token in tasks]
        step.tell = lambda: [self._ready(token) for token in tasks]
        step.entered = [self._ready(token) for token in tasks if token["id"] in self.new]
        step.ended, step.end = self.ended, self.end if self.ended else None
        step.resting = [key for token in resting for key in self.graph.rests_at(token["node"])]
        now = {} if self.ended else dict(self.timers())
        step.timers_opened = [Timer(*key, due[0]) for key, due in now.items() if self.before.get(key) != due]
        step.timers_closed = [Timer(*key, due[0]) for key, due in self.before.items() if now.get(key) != due]
        step.state = self._state(tokens)
        return step

    def _state(self, tokens: list[Token]) -> dict[str, Any]:
        root = {key: self.root[key] for key in ("due", "stopped") if self.root.get(key)}
        more = {"kept": self.kept, "root": root} if not self.ended else {}
        return {
            "v": 2,
            "next": self.next,
            "tokens": tokens,
            "passed": list(self.seen),
            "ended": self.ended,
            "end": self.end if self.ended else None,
            **{key: value for key, value in more.items() if value},
        }

    def _stuck(self, tokens: list[Token]) -> None:
        at = dict.fromkeys(token["node"] for token in tokens if "via" in token)
        names = "、".join(f"{self.graph.nodes[key].title}({key})" for key in at)
        raise Stuck(f"流程停在汇合处“{names}”，其余分支已不会到达")

    def _ready(self, token: Token) -> Ready:
        resume = token.get("resume")
        seat = token.get("seat")
        place, added = token.get("place") or token.get("was"), token.get("added", "")
        back = resume["node"] if resume else None
        review, within = self._review(token)
        if not seat:
            return Ready(token["id"], token["node"], back, place=place, added=added, review=review, within=within)
        body = self.tokens.get(self.frame_of(token["scope"]), {})
        item = wire.decode(body["items"][seat - 1]) if "items" in body else None
        weight = wire.decode(body["weights"][seat - 1]) if "weights" in body else None
        veto = seat in body.get("vetoes", ())
        return Ready(token["id"], token["node"], back, seat, item, place, added, weight, veto, review)

    def _review(self, token: Token) -> tuple[int, int | None]:
        """The joint review that a seat of the node, or a step added in one, lies in, and the seat around such a step."""
        within: int | None = None
        for frame in self.frames(token["scope"]):
            if frame["node"] != token["node"]:
                break
            if frame["frame"] == "multi":
                return int(frame["review"] if "review" in frame else frame["id"]), within
            within = frame.get("seat", within)
        return 0, None


def whole(token: Token) -> trails.Scope:
    """The scope a token stands for: the one it will be in again when its direct returns are done."""
    resume = token.get("resume")
    while resume:
        token, resume = resume, resume.get("resume")
    scope: trails.Scope = token["scope"]
    return scope


def kept(value: Any) -> Any:
    """A FEEL value as the state keeps it: JSON without binary fractions."""
    return _exact(wire.encode(feel.adopt(value)))


def _exact(value: Any) -> Any:
    if isinstance(value, float):
        return {"@number": repr(value)}
    if isinstance(value, list):
        return [_exact(entry) for entry in value]
    return {key: _exact(entry) for key, entry in value.items()} if isinstance(value, dict) else value


def _copy(token: Mapping[str, Any]) -> Token:
    """A token of its own; lists and dictionaries in it that steps change are copied too."""
    new = dict(token)
    for key in ("due", "outs"):
        if key in new:
            new[key] = type(new[key])(new[key])
    return new
