"""Questions of shape: reachable and able to end, gateways matched, no loop that runs by itself.

A place in the process is described by its *branches*: the pairs (parallel gateway, branch) that lead to it
and are not yet joined. In a process whose joins match, every node has exactly one such description.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ziyuan.workflow.engine.bpmn import Document, FlowNode, SequenceFlow
from ziyuan.workflow.engine.errors import Fault

Branches = tuple[tuple[str, int], ...]
_WAITS = frozenset({"userTask", "manualTask"})


class Shape:
    """Nodes and flows of the process with their neighbours."""

    def __init__(self, nodes: Iterable[FlowNode], flows: Iterable[SequenceFlow]) -> None:
        self.nodes = {node.id: node for node in nodes}
        self.out: dict[str, list[SequenceFlow]] = {key: [] for key in self.nodes}
        self.into: dict[str, list[SequenceFlow]] = {key: [] for key in self.nodes}
        for flow in flows:
            self.out[flow.source].append(flow)
            self.into[flow.target].append(flow)

    @classmethod
    def of(cls, document: Document) -> Shape:
        return cls(
            [node for node in document.nodes if not node.parent],
            [flow for flow in document.flows if not flow.parent],
        )

    def forward(self, start: Iterable[str]) -> set[str]:
        return _closure(start, {key: [flow.target for flow in flows] for key, flows in self.out.items()})

    def backward(self, start: Iterable[str]) -> set[str]:
        return _closure(start, {key: [flow.source for flow in flows] for key, flows in self.into.items()})

    def is_join(self, node: str) -> bool:
        return self.nodes[node].type == "parallelGateway" and len(self.into[node]) > 1

    def branches(self) -> tuple[dict[str, Branches], list[tuple[str, str]]]:
        """The branches that lead to each node, and (node, message) where they do not match."""
        found: dict[str, Branches] = {}
        arrived: dict[str, dict[str, Branches]] = {}
        faults: list[tuple[str, str]] = []
        start = [key for key, node in self.nodes.items() if node.type == "startEvent"]
        work: list[tuple[str, Branches]] = [(key, ()) for key in start]
        while work:
            at, branches = work.pop()
            if at in found:
                if found[at] != branches and (at, _CROSSED) not in faults:
                    faults.append((at, _CROSSED))
                continue
            found[at] = branches
            split = self.nodes[at].type == "parallelGateway" and len(self.out[at]) > 1
            for place, flow in enumerate(self.out[at]):
                after = (*branches, (at, place)) if split else branches
                if not self.is_join(flow.target):
                    work.append((flow.target, after))
                    continue
                waiting = arrived.setdefault(flow.target, {})
                waiting[flow.id] = after
                if len(waiting) == len(self.into[flow.target]):
                    joined = self._joined(flow.target, waiting)
                    if joined is None:
                        faults.append((flow.target, _UNMATCHED))
                        joined = after[:-1]
                    work.append((flow.target, joined))
        return found, faults

    def _joined(self, join: str, waiting: dict[str, Branches]) -> Branches | None:
        """The branches after a join that receives every branch of one split exactly once."""
        before = {branches[:-1] for branches in waiting.values()}
        last = [branches[-1] for branches in waiting.values() if branches]
        if len(before) != 1 or len(last) < len(waiting) or len({split for split, _ in last}) != 1:
            return None
        split = last[0][0]
        if len(set(last)) < len(last) or len(last) != len(self.out[split]):
            return None
        return next(iter(before))


_CROSSED = "不同的并行分支在此未经汇合就相遇"
_UNMATCHED = "汇合网关与分支网关不匹配：应恰好汇合同一个并行网关的全部分支"


def _closure(start: Iterable[str], next_of: dict[str, list[str]]) -> set[str]:
    seen: set[str] = set()
    work = list(start)
    while work:
        at = work.pop()
        if at not in seen:
            seen.add(at)
            work.extend(next_of[at])
    return seen


def structure_faults(document: Document) -> Iterator[Fault]:
    """Faults of the drawing as a whole; only asked when every element by itself is good."""
    shape = Shape.of(document)
    starts = [node for node in shape.nodes.values() if node.type == "startEvent"]
    if len(starts) != 1:
        at = starts[1] if starts else next(iter(shape.nodes.values()))
        message = f"应有且只有一个开始事件，现有 {len(starts)} 个"
        yield Fault(message, document.file, at.id, at.line, "一个无触发的开始事件")
        return
    faults = list(_degrees(document, shape))
    yield from faults
    yield from _reach(document, shape, starts[0].id)
    yield from _self_running(document, shape)
    if faults:
        return
    branches, crossed = shape.branches()
    for place, message in crossed:
        yield Fault(message, document.file, place, shape.nodes[place].line, "成对的并行网关")
    for key, node in shape.nodes.items():
        if key not in branches and shape.is_join(key) and not crossed:
            yield Fault(_UNMATCHED, document.file, key, node.line, "成对的并行网关")


def _degrees(document: Document, shape: Shape) -> Iterator[Fault]:
    for key, node in shape.nodes.items():
        out, into = len(shape.out[key]), len(shape.into[key])
        if node.type == "startEvent" and into:
            yield Fault("开始事件不能有流入线", document.file, key, node.line)
        if node.type == "endEvent" and out:
            yield Fault("结束事件不能有流出线", document.file, key, node.line)
        if node.type.endswith("Gateway"):
            yield from _conditions(document, shape, node)
        elif out > 1:
            yield Fault("环节有多条流出线，去向不明", document.file, key, node.line, "先接排他网关或并行网关")


def _conditions(document: Document, shape: Shape, node: FlowNode) -> Iterator[Fault]:
    flows = shape.out[node.id]
    if node.type != "exclusiveGateway" or len(flows) < 2:
        return
    for flow in flows:
        if not flow.condition and flow.id != node.element.get("default"):
            yield Fault(
                "排他网关的流出线缺少条件", document.file, flow.id, flow.line, "写明条件，或设为默认流向"
            )


def _reach(document: Document, shape: Shape, start: str) -> Iterator[Fault]:
    reached = shape.forward([start])
    ends = [key for key, node in shape.nodes.items() if node.type == "endEvent"]
    if not ends:
        node = shape.nodes[start]
        yield Fault("流程没有结束事件", document.file, start, node.line, "普通结束事件(endEvent)")
        return
    can_end = shape.backward(ends)
    for key, node in shape.nodes.items():
        if key not in reached:
            yield Fault("从开始事件到不了这里", document.file, key, node.line, "接上流入线，或删去")
        elif key not in can_end:
            yield Fault("从这里到不了任何结束事件", document.file, key, node.line, "接上流出线")


def _self_running(document: Document, shape: Shape) -> Iterator[Fault]:
    """Cycles without a human task would never stop."""
    automatic = {key for key, node in shape.nodes.items() if node.type not in _WAITS}
    next_of = {key: [f.target for f in shape.out[key] if f.target in automatic] for key in automatic}
    for key in shape.nodes:
        if key in automatic and key in _closure(next_of[key], next_of):
            node = shape.nodes[key]
            yield Fault(
                "没有人工环节的回路会一直运行", document.file, key, node.line, "在回路中放一个用户任务"
            )
            return
