"""The drawing of the process that runs, as neighbours: which flow leads where, what a token may still reach."""

from __future__ import annotations

from collections.abc import Iterable

from ziyuan.workflow.engine.bpmn import Document, FlowNode, SequenceFlow, flag
from ziyuan.workflow.engine.events import event_of
from ziyuan.workflow.engine.nodes import Body


class Shape:
    """Nodes and flows of the process that runs and of those it calls, with their neighbours."""

    def __init__(self, document: Document) -> None:
        running = _running(document)
        self.document = document
        self.nodes = {node.id: node for node in document.nodes if node.process in running}
        self.flows = [flow for flow in document.flows if flow.process in running]
        self.out: dict[str, list[SequenceFlow]] = {key: [] for key in self.nodes}
        self.into: dict[str, list[SequenceFlow]] = {key: [] for key in self.nodes}
        for flow in self.flows:
            if flow.source in self.nodes and flow.target in self.nodes:
                self.out[flow.source].append(flow)
                self.into[flow.target].append(flow)
        self.events = {key: event_of(document, node) for key, node in self.nodes.items()}
        self.boundaries: dict[str, list[str]] = {}
        self.inside: dict[str, list[FlowNode]] = {process: [] for process in running}
        for node in self.nodes.values():
            self.inside.setdefault(node.parent, []).append(node)
            if node.type == "boundaryEvent":
                self.boundaries.setdefault(attached(node), []).append(node.id)
        self._links()

    def _links(self) -> None:
        """A link that is thrown leads to the link of the same name that is caught at the same level."""
        caught: dict[tuple[str, str], str] = {}
        for key, node in self.nodes.items():
            if node.type == "intermediateCatchEvent" and self.events[key].kind == "link":
                caught.setdefault((node.parent, self.events[key].key), key)
        for key, node in self.nodes.items():
            goal = caught.get((node.parent, self.events[key].key))
            if node.type == "intermediateThrowEvent" and self.events[key].kind == "link" and goal:
                flow = SequenceFlow(f"{key}→{goal}", key, goal, "", None, "", node.line, node.process, node.parent)
                self.out[key].append(flow)
                self.into[goal].append(flow)

    def after(self, node: str) -> list[str]:
        """Where a token at a node may be next, boundary events included."""
        return [flow.target for flow in self.out[node]] + self.boundaries.get(node, [])

    def begins(self, node: FlowNode) -> bool:
        """Whether a token may appear here by itself: a start event, or where none is drawn a node without inflow."""
        if node.type == "startEvent":
            return True
        return not self.into[node.id] and node.type != "boundaryEvent" and not by_event(node)

    def body(self, container: str) -> Body:
        """How a process or sub-process begins."""
        inside = self.inside.get(container, [])
        drawn = [node.id for node in inside if node.type == "startEvent"]
        body = Body(drawn or [node.id for node in inside if self.begins(node)])
        for node in inside:
            if by_event(node):
                body.events += [(node.id, n.id) for n in self.inside.get(node.id, []) if n.type == "startEvent"]
        return body

    def reachable(self, start: Iterable[str], back: bool = False) -> set[str]:
        seen: set[str] = set()
        work = list(start)
        while work:
            at = work.pop()
            if at in seen:
                continue
            seen.add(at)
            if not back:
                work.extend(self.after(at))
                continue
            work.extend(flow.source for flow in self.into[at])
            if self.nodes[at].type == "boundaryEvent" and attached(self.nodes[at]) in self.nodes:
                work.append(attached(self.nodes[at]))
        return seen


def by_event(node: FlowNode) -> bool:
    """An event sub-process: nothing flows into it, an event starts it."""
    return node.type == "subProcess" and flag(node.element, "triggeredByEvent")


def attached(node: FlowNode) -> str:
    return str(node.element.get("attachedToRef", "")).rpartition(":")[2]


def called(node: FlowNode) -> str:
    """The process a call activity runs, empty for any other node."""
    return str(node.element.get("calledElement", "")).rpartition(":")[2] if node.type == "callActivity" else ""


def _running(document: Document) -> dict[str, None]:
    """The main process and what it calls, in the order found."""
    calls: dict[str, list[str]] = {}
    for node in document.nodes:
        if called(node):
            calls.setdefault(node.process, []).append(called(node))
    known = {process.get("id", "") for process in document.processes}
    found: dict[str, None] = {}
    work = [document.main]
    while work:
        at = work.pop()
        if at not in found and (at in known or not found):
            found[at] = None
            work.extend(calls.get(at, []))
    return found
