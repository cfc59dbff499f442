"""A process played from lines of commands, without a case: `ziyuan bpmn simulate`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from ziyuan.base import feel
from ziyuan.base.feel import wire
from ziyuan.workflow.engine.errors import NotPossible
from ziyuan.workflow.engine.game import Step
from ziyuan.workflow.engine.graph import Graph


class Simulation:
    """One scratch run. Decisions come from the DMN files beside the process; variables stay from line to line."""

    def __init__(self, file: Path) -> None:
        self.graph = Graph.load(file)
        self.folder = file.parent
        self.vars: dict[str, Any] = {}
        self.now: dt.datetime | None = None
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
        act(self, command)
        if self.step is None:
            return {"ready": [], "done": [], "ended": False}
        self.vars.update(self.step.vars)
        return {
            "ready": [item.node for item in self.step.ready],
            "done": list(self.step.state["passed"]),
            "ended": self.step.ended,
        }

    def start(self, command: Mapping[str, Any]) -> None:
        self.step = self.graph.start(self.vars, now=self.now, decide=self.decide)

    def complete(self, command: Mapping[str, Any]) -> None:
        if self.step is None:
            raise NotPossible("流程还没有开始")
        node = str(command.get("node"))
        self.step = self.graph.complete(self.step.state, node, self.vars, now=self.now, decide=self.decide)

    def advance(self, command: Mapping[str, Any]) -> None:
        """Set the day on which conditions are judged."""
        self.now = wire.moment(command.get("to"))

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
    "advance": Simulation.advance,
}
