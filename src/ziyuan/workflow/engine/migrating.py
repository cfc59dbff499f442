"""Migration of a running process: whether its state can live in another version of the drawing, and how.

Pure. Tokens keep their numbers, votes, timers and messages; what they stand at keeps its id or is renamed by the map.
The result is a state that the new drawing could have come to by itself, or the migration is refused with all reasons:
no joint review loses a seat, no join waits for a token that never comes, no task is there twice.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ziyuan.base.errors import UserError
from ziyuan.workflow.engine import game, reaching, trails, triggers
from ziyuan.workflow.engine.nodes import FRAMES, Node
from ziyuan.workflow.engine.play import Decide, Play, Token, whole
from ziyuan.workflow.engine.steps import Step

if TYPE_CHECKING:
    from ziyuan.workflow.engine.graph import Graph


class CannotMigrate(UserError):
    """The state cannot live in the new version; `reasons` are all that were found."""

    code = "ZY-ENG-009"
    status = 409
    remedy = "本件留在旧版本办理,或在事项的 migrate 中写明旧环节改为哪个新环节,再重新试算。"

    def __init__(self, reasons: list[str]) -> None:
        self.reasons = list(dict.fromkeys(reasons))
        super().__init__(";".join(self.reasons) + "。", reasons=self.reasons)


def migrated(
    old: Graph,
    new: Graph,
    state: Mapping[str, Any],
    nodes: Mapping[str, str],
    vars: Mapping[str, Any],
    *,
    now: dt.datetime | None = None,
    decide: Decide | None = None,
) -> Step:
    """The step from a state of `old` to its state in `new`; `nodes` renames what has another id there.

    Raises CannotMigrate; `state` is never changed. A drawing of the same bytes changes nothing.
    """
    if new.digest == old.digest and not nodes:
        return game.rested(Play(new, state, vars, now, decide))
    moving = _Moving(old, new, state, nodes)
    made = moving.state()
    moving.check()
    if moving.reasons:
        raise CannotMigrate(moving.reasons)
    play = Play(new, made, vars, now, decide)
    for token in [play.root, *play.tokens.values()]:
        triggers.arm(play, token)
    return game.settled(play)


class _Moving:
    """One state on its way from drawing to drawing; `reasons` grow where something does not fit."""

    def __init__(self, old: Graph, new: Graph, state: Mapping[str, Any], nodes: Mapping[str, str]) -> None:
        self.old, self.new, self.given, self.map = old, new, state, nodes
        self.reasons: list[str] = ["流程已经结束"] if state["ended"] else []
        self.before = Play(old, state)
        self.after: dict[int, Token] = {}

    def to(self, node: str) -> str:
        """The id of a node in the new drawing."""
        return self.map.get(node, node)

    def refuse(self, reason: str) -> None:
        self.reasons.append(reason)

    def title(self, node: str) -> str:
        return self.old.nodes[node].title if node in self.old.nodes else node

    # -- the state -----------------------------------------------------------------------------------

    def state(self) -> dict[str, Any]:
        """The state with every name in the new drawing's words."""
        self.after = {key: self._token(token) for key, token in self.before.tokens.items()}
        made = {**self.given, "tokens": list(self.after.values())}
        made["passed"] = list(dict.fromkeys(self.to(node) for node in self.given["passed"]))
        kept = [self._message(key) for key in self.given.get("kept", ())]
        root = {**self.given.get("root", {})}
        self._clocks(root, [start for _, start in self.new.bodies[self.new.id].events])
        for key, value in (("kept", kept), ("root", root)):
            made.pop(key, None)
            if value:
                made[key] = value
        return made

    def _token(self, token: Token) -> Token:
        made = self._place(token)
        node = self.new.nodes.get(made["node"])
        if node is None:
            self.refuse(f"环节“{self.title(token['node'])}”({token['node']})在新版本中没有,事项没有写明改为哪个环节")
            return made
        if "via" in token:
            self._at_join(token, made, node)
        elif self._fits(token, node):
            self._clocks(made, self._listens(token, node))
            self._round(made, node)
        self._history(token, made)
        return made

    def _place(self, token: Mapping[str, Any]) -> Token:
        """Node and trail in the new names; so too of where it goes back to."""
        made = {**token, "node": self.to(token["node"]), "trail": [self._entry(one) for one in token["trail"]]}
        if "outs" in made:
            made["outs"] = list(made["outs"])
        if token.get("resume"):
            made["resume"] = self._away(token["resume"])
        return made

    def _entry(self, one: trails.Entry) -> trails.Entry:
        return trails.entry(self.to(trails.node_of(one)), trails.scope_of(one))

    def _away(self, resume: Mapping[str, Any]) -> Token:
        made = self._place(resume)
        node = self.new.nodes.get(made["node"])
        if node is None or not node.waits or (node.multi is not None) is not ("seat" in made):
            self.refuse(f"直送退回的来处“{self.title(resume['node'])}”在新版本中不是同样的人工环节")
        else:
            self._clocks(made, list(node.boundaries))
        return made

    def _history(self, token: Token, made: Token) -> None:
        """What only a recall would read goes along where it still means the same; else that recall is over."""
        made.pop("joined", None)
        joined = self._parts(token.get("joined"))
        if joined:
            made["joined"] = joined
        if "back" in token:
            so_far = len(self.reasons)
            made.update(by=self.to(token["by"]), back=self._away(token["back"]))
            if len(self.reasons) > so_far:
                del self.reasons[so_far:], made["by"], made["back"]

    def _parts(self, joined: Sequence[Mapping[str, Any]] | None) -> list[Token] | None:
        """What joins had made one, and votes of a review that is over; None where any part has lost its meaning."""
        parts = [self._part(part) for part in joined or ()]
        return [part for part in parts if part is not None] if all(parts) else None

    def _part(self, part: Mapping[str, Any]) -> Token | None:
        node, was = self.new.nodes.get(self.to(part["node"])), self.old.nodes.get(part["node"])
        if node is None or was is None or node.type != was.type:
            return None
        made = self._place(part)
        if part.get("frame") == "multi":
            same = node.multi is not None and was.multi is not None and node.multi.sequential == was.multi.sequential
            return made if same else None
        flow = self._flow(part, node) if self._same_body(was.parent, node.parent) else None
        inner = self._parts(part.get("joined"))
        if flow is None or (part.get("joined") and inner is None):
            return None
        return {**made, "via": flow, **({"joined": inner} if inner else {})}

    def _message(self, key: str) -> str:
        """A message that came early has still somebody who will wait for it."""
        known = self.new.addresses["message"]
        takers = [n.id for n in self.old.nodes.values() if n.event.kind == "message" and n.event.key == key]
        for name in (key, *map(self.to, takers)):
            if name in known:
                return known[name]
        self.refuse(f"提前到达的消息“{key}”在新版本中没有环节等待")
        return key

    # -- what a token stands at ------------------------------------------------------------------------

    def _fits(self, token: Token, node: Node) -> bool:
        """The node is of the same kind: people's work stays people's work, a review keeps its seats."""
        was, name = self.old.nodes[token["node"]], self.title(token["node"])
        frame = token.get("frame")
        if _kind(was) != _kind(node):
            self.refuse(f"环节“{name}”在新版本中是另一种元素({node.type})")
        elif frame == "event" and not self._event_of(node):
            self.refuse(f"事件子流程“{name}”在新版本中不由事件启动")
        elif (was.multi is None) is not (node.multi is None):
            self.refuse(f"环节“{name}”在新版本中{'改成了会签' if node.multi else '不再是会签'},已有的席位和意见放不进去")
        elif was.multi and node.multi and was.multi.sequential != node.multi.sequential:
            self.refuse(f"会签“{name}”在新版本中改变了同时、依次的办法")
        elif not token.get("resume") and node.parent != self._around(token):
            self.refuse(f"环节“{name}”在新版本中移到了另一个子流程")
        else:
            return True
        return False

    def _event_of(self, node: Node) -> bool:
        return any(node.id == body for around in self.new.bodies.values() for body, _ in around.events)

    def _around(self, token: Token) -> str:
        """The body in the new drawing that the token's running activity stands for."""
        for frame in self.before.frames(token["scope"]):
            node = self.new.nodes.get(self.to(frame["node"]))
            if node is None:
                return ""
            if frame["frame"] in ("multi", "add"):  # its places lie at the node itself
                return node.parent
            return node.id if frame["frame"] == "event" else node.body
        return self.new.id

    def _listens(self, token: Token, node: Node) -> list[str]:
        """Elements whose timers may run on a token at this node."""
        if node.type == "eventBasedGateway":
            return [way.target for way in self.new.ways[node.id]]
        inside = [s for _, s in self.new.bodies[node.body].events] if token.get("frame") == "sub" else []
        return [node.id, *node.boundaries, *inside]

    def _clocks(self, holder: dict[str, Any], listens: list[str]) -> None:
        """Timers that still exist run on to their own moment; the others stop."""
        due = {self.to(key): list(value) for key, value in holder.pop("due", {}).items()}
        due = {k: v for k, v in due.items() if k in listens and self.new.nodes[k].event.kind == "timer"}
        if due:
            holder["due"] = due

    def _round(self, made: Token, node: Node) -> None:
        made.pop("round", None) if node.loop is None else made.setdefault("round", 1)

    def _at_join(self, token: Token, made: Token, node: Node) -> None:
        flow = self._flow(token, node) if node.type == self.old.nodes[token["node"]].type else None
        if flow is None:
            self.refuse(f"汇合“{self.title(token['node'])}”处等待的分支在新版本中找不到对应的流入线")
        else:
            made["via"] = flow

    def _flow(self, token: Mapping[str, Any], join: Node) -> str | None:
        """The incoming flow that is meant: from the same node, else the only one that its last task leads to."""
        source = next((n for n, ways in self.old.ways.items() for w in ways if w.id == token["via"]), "")
        came = [w.id for w in self.new.ways.get(self.to(source), ()) if w.target == join.id]
        if len(came) == 1:
            return came[0]
        last = [self.to(node) for node in trails.nodes(token["trail"][-1:]) if self.to(node) in self.new.nodes]
        reached = self.new.flows_reached(last[0], join.id) if last else frozenset()
        if len(reached) == 1:
            return next(iter(reached))
        return token["via"] if token["via"] in self.new.incoming[join.id] else None

    # -- all of them together ----------------------------------------------------------------------------

    def check(self) -> None:
        """What is occupied at once could be so in the new drawing too, in each running body."""
        if self.reasons:
            return
        for key, was, body, starts in self._bodies():
            goal = self._marking(key)
            try:
                if not self._same_body(was, body) and not reaching.reachable(self.new, starts, goal):
                    at = "、".join(dict.fromkeys(self.new.nodes[place.partition("<")[0]].title for place in goal))
                    self.refuse(f"新版本的流程走不到现在这样的位置({at}):并行分支或汇合已经改变")
            except reaching.TooWide:
                self.refuse("并行分支太多,不能核对本件在新版本中能否办完")

    def _bodies(self) -> Iterator[tuple[int, str, str, tuple[str, ...]]]:
        """Every running body: the number of its frame, its id before and after, and where it begins."""
        yield 0, self.old.id, self.new.id, tuple(self.new.starts)
        for key, token in self.before.tokens.items():
            node = self.new.nodes[self.to(token["node"])]
            if token.get("frame") == "sub":
                yield key, self.old.nodes[token["node"]].body, node.body, tuple(self.new.bodies[node.body].starts)
            elif token.get("frame") == "event":
                starts = tuple(n.id for n in self.new.nodes.values() if n.parent == node.id and n.type == "startEvent")
                yield key, token["node"], node.id, starts

    def _marking(self, frame: int) -> reaching.Marking:
        """The places occupied in one running body; the seats of a review are one place."""
        found = []
        for token in self.after.values():
            if token.get("frame") == "event" or self.before.frame_of(whole(token)) != frame:
                continue
            at: Mapping[str, Any] = token
            while at.get("resume"):
                at = at["resume"]
            found.append(reaching.waiting(at["node"], at["via"]) if "via" in at else at["node"])
        return tuple(sorted(found))

    def _same_body(self, was: str, now: str) -> bool:
        """Whether the drawing inside a body is as it was, but for names: what was possible in it still is."""
        return _drawn(self.old, was, self.map) == _drawn(self.new, now, {})


def _kind(node: Node) -> str:
    """What sort of place a node is for a token that rests there."""
    if node.waits:
        return "person"
    return "body" if node.type in FRAMES else f"{node.type} {node.event.kind}"


def _drawn(graph: Graph, body: str, names: Mapping[str, str]) -> tuple[set[Any], list[Any]]:
    """Nodes and flows directly inside a body, by what decides where tokens can be."""
    inside = [n for n in graph.nodes.values() if n.parent == body]
    nodes = {
        (names.get(n.id, n.id), _kind(n), n.interrupts, names.get(n.attached, n.attached), n.multi is None, n.loop is None)
        for n in inside
    }
    flows = [
        (names.get(n.id, n.id), names.get(way.target, way.target), way.guard is None, way.id == graph.defaults[n.id])
        for n in inside
        for way in graph.ways[n.id]
    ]
    return nodes, sorted(flows)
