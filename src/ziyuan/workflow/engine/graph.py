"""`Graph`: a published process compiled for running. Cached by digest; a case holds no copy of it."""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ziyuan.base import feel
from ziyuan.base.markup import why_unread
from ziyuan.workflow.engine import adding, drawing, game, jumping, moves, timers
from ziyuan.workflow.engine.bpmn import Document, read
from ziyuan.workflow.engine.checking import LEVELS, check
from ziyuan.workflow.engine.errors import BadLevel, BpmnRefused, Fault
from ziyuan.workflow.engine.nodes import node_of, way_of
from ziyuan.workflow.engine.play import Decide, Play
from ziyuan.workflow.engine.shape import Shape
from ziyuan.workflow.engine.steps import Step


class Graph:
    """The compiled process. Every move is a pure function of the state and gives a Step."""

    def __init__(self, document: Document, data: bytes) -> None:
        faults = check(document)
        if faults:
            raise BpmnRefused(faults)
        self.document = document
        self.file = document.file
        self._data = data
        shape = Shape(document)
        lanes = {node: lane for lane in document.lanes for node in lane.nodes}
        self.id = document.main
        self.name = next((p.get("name", "") for p in document.processes if p.get("id", "") == self.id), "")
        self.nodes = {
            key: node_of(document, node, lanes.get(key), tuple(shape.boundaries.get(key, ())))
            for key, node in shape.nodes.items()
        }
        self.ways = {key: tuple(way_of(flow) for flow in flows) for key, flows in shape.out.items()}
        self.incoming = {key: tuple(flow.id for flow in flows) for key, flows in shape.into.items()}
        self.defaults = {key: node.element.get("default") for key, node in shape.nodes.items()}
        self.bodies = {key: shape.body(key) for key in {self.id, *(n.body for n in self.nodes.values() if n.body)}}
        self.starts = self._starts()
        self.addresses = {kind: self._addresses(kind) for kind in ("message", "signal")}
        self._reached: dict[tuple[str, str], frozenset[str]] = {}

    def _starts(self) -> list[str]:
        """Where `start` begins: the start event without a trigger, else the first; all inlets where none is drawn."""
        starts = self.bodies[self.id].starts
        drawn = [key for key in starts if self.nodes[key].type == "startEvent"]
        plain = [key for key in drawn if self.nodes[key].event.kind == "none"]
        return [*plain, *drawn][:1] or starts

    def _addresses(self, kind: str) -> dict[str, str]:
        """Every name by which a message or signal may come in, and its key."""
        found: dict[str, str] = {}
        for node in self.nodes.values():
            if node.event.kind == kind and node.type not in ("endEvent", "intermediateThrowEvent", "sendTask"):
                found.update(dict.fromkeys((node.id, node.event.key, *node.event.aliases), node.event.key))
        return found

    @functools.cached_property
    def digest(self) -> str:
        """SM3 of the file, in hexadecimal."""
        from ziyuan.base.sm import provider

        return provider().sm3(self._data).hex()

    @classmethod
    def load(cls, path: Path | str) -> Graph:
        """The graph of a file; raises BpmnRefused with all faults."""
        source = Path(path)
        try:
            data = source.read_bytes()
        except OSError as bad:
            raise BpmnRefused([Fault(f"无法读取文件：{why_unread(bad)}", str(path), "", 0)]) from None
        return cls.of(data, source.name)

    @classmethod
    def of(cls, data: bytes, file: str = "process.bpmn") -> Graph:
        """The graph of the bytes of a file; compiled once per content."""
        return _compiled(hashlib.sha256(data).digest(), file, _Held(data))

    # -- moves ---------------------------------------------------------------------------------------

    def start(
        self,
        vars: Mapping[str, Any],
        *,
        now: dt.datetime | None = None,
        decide: Decide | None = None,
        at: str = "",
        number: int = 1,
    ) -> Step:
        """Begin a process: the token runs from the start event (`at`, where there are several) to the first tasks.

        `number` is that of the first token, where a process went before it (重启), so that none of a case is given twice.
        """
        return game.start(self, vars, now, decide, at, number)

    def complete(
        self,
        state: Mapping[str, Any],
        at: int | str,
        vars: Mapping[str, Any],
        *,
        now: dt.datetime | None = None,
        decide: Decide | None = None,
    ) -> Step:
        """Finish the task `at` (token or node). Raises NotPossible, NoWay, Stuck; `state` is never changed."""
        return game.complete(self, state, at, vars, now, decide)

    def message(
        self,
        state: Mapping[str, Any],
        name: str,
        vars: Mapping[str, Any],
        *,
        now: dt.datetime | None = None,
        decide: Decide | None = None,
    ) -> Step:
        """A message comes in: one receiver takes it, or it is kept until one does. Raises UncaughtEvent."""
        return game.message(self, state, name, vars, now, decide)

    def signal(
        self,
        state: Mapping[str, Any],
        name: str,
        vars: Mapping[str, Any],
        *,
        now: dt.datetime | None = None,
        decide: Decide | None = None,
    ) -> Step:
        """A signal is heard by all that wait for it now, else lost. Raises UncaughtEvent."""
        return game.signal(self, state, name, vars, now, decide)

    def advance(
        self,
        state: Mapping[str, Any],
        to: dt.datetime,
        vars: Mapping[str, Any],
        *,
        decide: Decide | None = None,
    ) -> Step:
        """Move the clock: timers due up to `to` ring in the order of their moments."""
        return game.advance(self, state, to, vars, decide)

    def next_due(self, state: Mapping[str, Any]) -> dt.datetime | None:
        """When the next timer is due."""
        return timers.next_due(state)

    def back_to(
        self,
        state: Mapping[str, Any],
        at: int | str,
        target: str,
        *,
        direct: bool = False,
        vars: Mapping[str, Any] | None = None,
        now: dt.datetime | None = None,
    ) -> Step:
        """Return (退回) the token of `at` to an earlier task; `direct` (直送) comes straight back afterwards.

        `vars` and `now` are read where the task there has instances or timers.
        """
        return moves.back_to(Play(self, state, vars, now), at, target, direct)

    def recall(
        self,
        state: Mapping[str, Any],
        node: str,
        *,
        seat: int | None = None,
        vars: Mapping[str, Any] | None = None,
        now: dt.datetime | None = None,
    ) -> Step:
        """Take back (撤回) what the task `node` sent on, while nothing that followed is done.

        Of a joint review `seat` takes back its own vote (nobody named: the last), the others keep theirs.
        """
        return moves.recall(Play(self, state, vars, now), node, seat)

    def may_return_to(self, state: Mapping[str, Any], at: int | str) -> list[str]:
        """Tasks the token of `at` came through, nearest first."""
        return moves.may_return_to(self, state, at)

    def add_step(
        self, state: Mapping[str, Any], at: int | str, how: str, place: Mapping[str, Any], was: Mapping[str, Any]
    ) -> Step:
        """A step before or after the task `at` (加签), or its delegation (委派): `how` is before, after or delegate.

        `place` and `was` say whose the step and the task are; they come back in `Ready.place`. The caller says of a
        task that something is added after what its outcome is; the process goes on with that of the step.
        """
        return adding.add_step(Play(self, state), at, how, place, was)

    def add_seat(
        self, state: Mapping[str, Any], at: int | str, place: Mapping[str, Any], weight: Any = 1
    ) -> Step:
        """One more seat in the joint review of the task `at`, its item the `person` of `place`."""
        return adding.add_seat(Play(self, state), at, place, weight)

    def remove(
        self,
        state: Mapping[str, Any],
        at: int | str,
        vars: Mapping[str, Any],
        *,
        now: dt.datetime | None = None,
        decide: Decide | None = None,
    ) -> Step:
        """Take an untouched added step, or a seat of a joint review, away (减签); the review may be over with it."""
        return adding.remove(Play(self, state, vars, now, decide), at)

    def jump(
        self,
        state: Mapping[str, Any],
        target: str,
        *,
        vars: Mapping[str, Any] | None = None,
        now: dt.datetime | None = None,
    ) -> Step:
        """Go on at another task (跳转), leaving every branch; raises NotPossible where that would not be sound."""
        return jumping.jump(Play(self, state, vars, now), target)

    def why_no_jump(self, target: str) -> str:
        """Why the process cannot be made to go on at a node; empty where it can."""
        return jumping.why_not(self, target)

    def terminate(self, state: Mapping[str, Any]) -> Step:
        """End the process (终止、撤件): all tokens go."""
        return moves.terminate(self, state)

    # -- questions -----------------------------------------------------------------------------------

    def level_of(self, node: str, vars: Mapping[str, Any], now: dt.datetime | None = None) -> str:
        """county, city or province: the literal of the node, or what its FEEL gives for these values."""
        level = self.nodes[node].level or "county"
        if level in LEVELS:
            return level
        found = feel.compile(level, vars)(vars, now)
        if found not in LEVELS:
            raise BadLevel(f"环节“{self.nodes[node].name}”的层级“{level}”得到 {found!r}")
        return str(found)

    def layout(self) -> dict[str, Any]:
        """Places of nodes and flows for the 流程图 tab, moved to the upper left corner."""
        return drawing.layout(self)

    def rests_at(self, node: str) -> list[str]:
        """What a token at a node waits for, as ids: the node, or the events after an event-based gateway."""
        if self.nodes[node].type == "eventBasedGateway":
            return [way.target for way in self.ways[node]]
        return [node]

    def flows_reached(self, node: str, join: str) -> frozenset[str]:
        """The incoming flows of a join that a token at a node can still come by, without passing the join."""
        if (node, join) not in self._reached:
            found: set[str] = set()
            seen, work = {join}, [node]
            while work:
                at = work.pop()
                if at in seen:
                    continue
                seen.add(at)
                found.update(way.id for way in self.ways[at] if way.target == join)
                work += [way.target for way in self.ways[at]] + list(self.nodes[at].boundaries)
            self._reached[node, join] = frozenset(found)
        return self._reached[node, join]

    def positions(self, state: Mapping[str, Any]) -> dict[str, list[str]]:
        """Where the process is and where it has been."""
        at = [token["node"] for token in state["tokens"]]
        end = [state["end"]] if state.get("end") else []
        return {"at": list(dict.fromkeys(at or end)), "passed": list(state["passed"])}


class _Held:
    """The bytes beside their digest in the cache key, equal to any other so that only the digest counts."""

    def __init__(self, data: bytes) -> None:
        self.data = data

    def __hash__(self) -> int:
        return 0

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Held)


@functools.lru_cache(maxsize=256)
def _compiled(digest: bytes, file: str, held: _Held) -> Graph:
    return Graph(read(held.data, file), held.data)
