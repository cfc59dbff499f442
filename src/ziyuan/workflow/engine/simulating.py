"""A process played from lines of commands, without a case: `ziyuan bpmn simulate`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from ziyuan.base import feel
from ziyuan.base.feel import wire
from ziyuan.workflow.engine import game, timers
from ziyuan.workflow.engine.errors import NotPossible
from ziyuan.workflow.engine.graph import Graph
from ziyuan.workflow.engine.steps import Step


class Simulation:
    """One scratch run. Decisions come from the DMN files beside the process; variables stay from line to line.

    The clock stands still between lines; it begins at the real moment unless a line says otherwise (`to`).
    """

    def __init__(self, file: Path) -> None:
        self.graph = Graph.load(file)
        self.folder = file.parent
        self.vars: dict[str, Any] = {}
        self.now: dt.datetime = dt.datetime.now(timers.ZONE)
        self.step: Step | None = None
        self._models: list[Any] | None = None

    def do(self, command: Mapping[str, Any]) -> dict[str, Any]:
        """Carry out one line and tell where the process stands."""
        verb = command.get("do")
        act = _VERBS.get(verb) if isinstance(verb, str) else None
        if act is None:
            raise NotPossible(f"不认识或不支持的命令“{verb}”，可用 {'、'.join(_VERBS)}")
        given = wire.decode(command.get("vars") or {})
        if not isinstance(given, dict):
            raise wire.BadLine("vars 应为 JSON 对象")
        self.vars.update({key: feel.plain(value) for key, value in given.items()})
        if command.get("to") is not None:
            self._clock(command.get("to"))
        act(self, command)
        if self.step is None:
            return {"ready": [], "done": [], "ended": False}
        self.vars.update(self.step.vars)
        return {
            "ready": self.step.resting,
            "done": list(self.step.state["passed"]),
            "ended": self.step.ended,
        }

    def _clock(self, to: Any) -> None:
        """Move the clock; a running process rings its timers, one that has not begun may begin by a timer."""
        moment = wire.moment(to, "to")
        if moment is None:
            return
        if self.step is None:
            self._begin_by_timer(moment)
            self.now = moment
        elif not self.step.ended:
            self.step = self.graph.advance(self.step.state, moment, self.vars, decide=self.decide)
            self.vars.update(self.step.vars)
        self.now = moment

    def _begin_by_timer(self, moment: dt.datetime) -> None:
        for key in self.graph.bodies[self.graph.id].starts:
            node = self.graph.nodes[key]
            if node.event.kind == "timer":
                due = timers.moment_of(timers.opened(node.event, self.vars, self.now, key))
                if due <= timers.zoned(moment):
                    self.step = self.graph.start(self.vars, now=due, decide=self.decide, at=key)
                    self.step = self.graph.advance(self.step.state, moment, self.vars, decide=self.decide)
                    return

    def start(self, command: Mapping[str, Any]) -> None:
        at = command.get("node")
        self.step = self.graph.start(
            self.vars, now=self.now, decide=self.decide, at=at if isinstance(at, str) else ""
        )

    def complete(self, command: Mapping[str, Any]) -> None:
        node = str(command.get("node"))
        self.step = self.graph.complete(
            self._state(), node, self.vars, now=self.now, decide=self.decide
        )

    def message(self, command: Mapping[str, Any]) -> None:
        self._event("message", command)

    def signal(self, command: Mapping[str, Any]) -> None:
        self._event("signal", command)

    def _event(self, kind: str, command: Mapping[str, Any]) -> None:
        """A message or signal by `node` or `name`; the first one may begin the process."""
        name = str(command.get("node") or command.get("name") or "")
        key = game.address(self.graph, kind, name)
        if self.step is None:
            starts = [self.graph.nodes[start] for start in self.graph.bodies[self.graph.id].starts]
            at = next((n.id for n in starts if n.event.kind == kind and n.event.key == key), None)
            if at is None:
                raise NotPossible("流程还没有开始")
            self.step = self.graph.start(self.vars, now=self.now, decide=self.decide, at=at)
            return
        act = self.graph.message if kind == "message" else self.graph.signal
        self.step = act(self.step.state, name, self.vars, now=self.now, decide=self.decide)

    def advance(self, command: Mapping[str, Any]) -> None:
        """The clock has been moved by `to`."""
        if command.get("to") is None:
            raise wire.BadLine("advance 应写明 to(日期时间)")

    def _state(self) -> Mapping[str, Any]:
        if self.step is None:
            raise NotPossible("流程还没有开始")
        return self.step.state

    def decide(self, name: str, values: dict[str, Any]) -> Any:
        from ziyuan.workflow.decisions import Decision, UnknownDecision

        if self._models is None:
            self._models = [Decision.load(path) for path in sorted(self.folder.glob("*.dmn"))]
        for model in self._models:
            try:
                model.find(name, "decision")
            except UnknownDecision:
                continue
            return model.evaluate(name, values, self.now)
        raise UnknownDecision(name, [known for model in self._models for known in model.decisions])


_VERBS: dict[str, Callable[[Simulation, Mapping[str, Any]], None]] = {
    "start": Simulation.start,
    "complete": Simulation.complete,
    "message": Simulation.message,
    "signal": Simulation.signal,
    "advance": Simulation.advance,
}
