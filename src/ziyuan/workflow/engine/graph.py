"""`Graph`: a published process compiled for running. Cached by digest; a case holds no copy of it."""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ziyuan.base import feel
from ziyuan.base.markup import child, children, local, text_of
from ziyuan.workflow.engine import drawing, game, moves
from ziyuan.workflow.engine.bpmn import ZY, Document, FlowNode, read
from ziyuan.workflow.engine.checking import LEVELS, check
from ziyuan.workflow.engine.errors import BadLevel, BpmnRefused, Fault
from ziyuan.workflow.engine.structure import Shape

Guard = Callable[[Mapping[str, Any], "dt.datetime | None"], Any]


@dataclass(frozen=True, slots=True)
class Node:
    """One element that a token can be at. `attributes` are those of the zy namespace and any other foreign one."""

    id: str
    type: str
    name: str
    lane: str
    role: str
    level: str
    allow: frozenset[str]
    form: str
    decision: str
    result: str
    verb: str
    script: str
    terminates: bool
    note: str
    line: int
    attributes: dict[str, str] = field(default_factory=dict)

    @property
    def waits(self) -> bool:
        """True for tasks of people: a token rests here until somebody completes it."""
        return self.type in ("userTask", "manualTask")


@dataclass(frozen=True, slots=True)
class Way:
    """One sequence flow as the game sees it."""

    id: str
    target: str
    text: str
    guard: feel.Expression | None


class Graph:
    """The compiled process: `start`, `complete`, `back_to`, `recall`, `terminate` are pure and give a Step."""

    def __init__(self, document: Document, data: bytes) -> None:
        faults = check(document)
        if faults:
            raise BpmnRefused(faults)
        self.document = document
        self.file = document.file
        self.digest = _sm3(data)
        shape = Shape.of(document)
        lanes = {node: lane for lane in document.lanes for node in lane.nodes}
        self.nodes = {node.id: _node(node, lanes.get(node.id)) for node in shape.nodes.values()}
        self.start_node = next(node.id for node in shape.nodes.values() if node.type == "startEvent")
        self.ways = {key: tuple(_way(flow) for flow in flows) for key, flows in shape.out.items()}
        self.incoming = {key: tuple(flow.id for flow in flows) for key, flows in shape.into.items()}
        self.defaults = {key: node.element.get("default") for key, node in shape.nodes.items()}
        self.branches = shape.branches()[0]
        self.depth = {key: len(branches) for key, branches in self.branches.items()}
        process = document.processes[0]
        self.id, self.name = process.get("id", ""), process.get("name", "")

    @classmethod
    def load(cls, path: Path | str) -> Graph:
        """The graph of a file; raises BpmnRefused with all faults."""
        source = Path(path)
        try:
            data = source.read_bytes()
        except OSError as bad:
            raise BpmnRefused([Fault(f"无法读取文件：{bad.strerror or bad}", str(path), "", 0)]) from None
        return cls.of(data, source.name)

    @classmethod
    def of(cls, data: bytes, file: str = "process.bpmn") -> Graph:
        """The graph of the bytes of a file; compiled once per content."""
        return _compiled(hashlib.sha256(data).digest(), file, _Held(data))

    # -- moves ---------------------------------------------------------------------------------------

    def start(
        self, vars: Mapping[str, Any], *, now: dt.datetime | None = None, decide: game.Decide | None = None
    ) -> game.Step:
        """Begin a process: the token runs from the start event to the first tasks."""
        return game.start(self, vars, now, decide)

    def complete(
        self,
        state: Mapping[str, Any],
        at: int | str,
        vars: Mapping[str, Any],
        *,
        now: dt.datetime | None = None,
        decide: game.Decide | None = None,
    ) -> game.Step:
        """Finish the task `at` (token or node). Raises NotPossible, NoWay, Stuck; `state` is never changed."""
        return game.complete(self, state, at, vars, now, decide)

    def back_to(
        self, state: Mapping[str, Any], at: int | str, target: str, *, direct: bool = False
    ) -> game.Step:
        """Return (退回) the token of `at` to an earlier task; `direct` (直送) comes straight back afterwards."""
        return moves.back_to(self, state, at, target, direct)

    def recall(self, state: Mapping[str, Any], node: str) -> game.Step:
        """Take back (撤回) what the task `node` sent on, while nothing that followed is done."""
        return moves.recall(self, state, node)

    def may_return_to(self, state: Mapping[str, Any], at: int | str) -> list[str]:
        """Tasks the token of `at` came through, nearest first."""
        return moves.may_return_to(self, state, at)

    def terminate(self, state: Mapping[str, Any]) -> game.Step:
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


def _sm3(data: bytes) -> str:
    from ziyuan.base.sm import provider

    return provider().sm3(data).hex()


def _node(node: FlowNode, lane: Any) -> Node:
    foreign = {key: value for key, value in node.element.attrib.items() if key.startswith("{")}
    decision = node.zy("decision") or (node.id if node.type == "businessRuleTask" else "")
    return Node(
        id=node.id,
        type=node.type,
        name=node.name,
        lane=lane.name if lane else "",
        role=node.zy("role") or (lane.role if lane else ""),
        level=node.zy("level"),
        allow=frozenset(node.zy("allow").split()),
        form=node.zy("form"),
        decision=decision,
        result=node.zy("result") or decision,
        verb=node.zy("verb") or node.id,
        script=text_of(child(node.element, "script")),
        terminates=any(local(part) == "terminateEventDefinition" for part in children(node.element)),
        note=text_of(child(node.element, "documentation")),
        line=node.line,
        attributes={key.removeprefix(f"{{{ZY}}}"): value for key, value in foreign.items()},
    )


def _way(flow: Any) -> Way:
    text = flow.condition or ""
    return Way(flow.id, flow.target, text, feel.compile(text) if text else None)
