"""BPMN 2.0 XML as a document: everything well-formed is read, and written back with what we do not know.

The tree stays the document; `Flow nodes` and `sequence flows` are views of it, flat over all processes and
sub-processes, in the order of the file.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from lxml import etree

from ziyuan.base import markup
from ziyuan.base.markup import child, children, local, namespace, text_of
from ziyuan.workflow.engine.errors import BpmnRefused, Fault

MODEL = "http://www.omg.org/spec/BPMN/20100524/MODEL"
ZY = "https://ziyuan.example/bpmn"
FLOW_NODES = frozenset(
    {
        "task",
        "userTask",
        "manualTask",
        "serviceTask",
        "businessRuleTask",
        "scriptTask",
        "sendTask",
        "receiveTask",
    }
    | {
        "subProcess",
        "transaction",
        "adHocSubProcess",
        "callActivity",
        "startEvent",
        "endEvent",
        "boundaryEvent",
    }
    | {
        "intermediateCatchEvent",
        "intermediateThrowEvent",
        "exclusiveGateway",
        "parallelGateway",
        "inclusiveGateway",
    }
    | {"eventBasedGateway", "complexGateway", "choreographyTask", "subChoreography", "callChoreography"}
    | {"implicitThrowEvent", "event"}
)
CONTAINERS = frozenset(
    {"process", "subProcess", "transaction", "adHocSubProcess", "choreography", "subChoreography"}
)


def flag(element: etree._Element, name: str, default: bool = False) -> bool:
    """A yes-or-no attribute."""
    return {"true": True, "1": True, "false": False, "0": False}.get(element.get(name, "").strip(), default)


@dataclass(frozen=True, slots=True)
class FlowNode:
    id: str
    type: str
    name: str
    line: int
    element: etree._Element
    process: str
    parent: str  # id of the process or sub-process around it

    def zy(self, key: str) -> str:
        """An attribute of our own namespace."""
        return (self.element.get(f"{{{ZY}}}{key}") or "").strip()


@dataclass(frozen=True, slots=True)
class SequenceFlow:
    id: str
    source: str
    target: str
    name: str
    condition: str | None
    language: str
    line: int
    process: str
    parent: str


@dataclass(frozen=True, slots=True)
class Lane:
    id: str
    name: str
    role: str
    nodes: frozenset[str]


@dataclass(frozen=True, slots=True)
class Shape:
    element: str
    x: float
    y: float
    w: float
    h: float


@dataclass(slots=True)
class Document:
    """A file as read. `to_bytes` writes it again with ids, flows, diagram and unknown attributes as they were."""

    file: str
    root: etree._Element
    nodes: list[FlowNode] = field(default_factory=list)
    flows: list[SequenceFlow] = field(default_factory=list)
    lanes: list[Lane] = field(default_factory=list)
    shapes: dict[str, Shape] = field(default_factory=dict)
    edges: dict[str, list[tuple[float, float]]] = field(default_factory=dict)
    processes: list[etree._Element] = field(default_factory=list)
    named: dict[str, etree._Element] = field(default_factory=dict)  # messages, signals, errors … by id

    @property
    def main(self) -> str:
        """The process that runs: the first executable one with nodes, else the first with a start event."""
        filled = {node.process for node in self.nodes}
        able = [p.get("id", "") for p in self.processes if flag(p, "isExecutable") and p.get("id", "") in filled]
        started = [n.process for n in self.nodes if n.type == "startEvent" and n.parent == n.process]
        return next(iter([*able, *started, *(n.process for n in self.nodes)]), "")

    def referred(self, name: str) -> etree._Element | None:
        """The root element a reference means, with or without a prefix."""
        return self.named.get(name) if name in self.named else self.named.get(name.rpartition(":")[2])

    def to_bytes(self) -> bytes:
        return etree.tostring(self.root.getroottree(), xml_declaration=True, encoding="UTF-8")


def read(data: bytes, file: str = "process.bpmn") -> Document:
    """Read a BPMN file; raises BpmnRefused (not XML, a DTD, not BPMN) with file and line."""
    try:
        root = markup.read(data, file)
    except markup.BadMarkup as bad:
        raise BpmnRefused([Fault(bad.bare, file, "", bad.line)]) from None
    if local(root) != "definitions" or namespace(root) != MODEL:
        raise BpmnRefused(
            [Fault("不是 BPMN 2.0 文件（根元素应为 BPMN 的 definitions）", file, local(root), 1)]
        )
    document = Document(file, root)
    language = root.get("expressionLanguage", "")
    for element in children(root):
        if local(element) in ("process", "choreography"):
            document.processes.append(element)
            process = element.get("id", "")
            _container(document, element, process, process, language)
        elif element.get("id"):
            document.named[element.get("id", "")] = element
    _diagram(document)
    return document


def _container(document: Document, element: etree._Element, process: str, parent: str, language: str) -> None:
    for part in children(element):
        kind = local(part)
        if kind == "laneSet":
            _lanes(document, part)
        elif kind == "sequenceFlow":
            document.flows.append(_flow(part, process, parent, language))
        elif kind in FLOW_NODES:
            node_id = part.get("id", "")
            document.nodes.append(
                FlowNode(node_id, kind, part.get("name", ""), part.sourceline or 0, part, process, parent)
            )
            if kind in CONTAINERS:
                _container(document, part, process, node_id, language)


def _flow(element: etree._Element, process: str, parent: str, language: str) -> SequenceFlow:
    condition = child(element, "conditionExpression")
    return SequenceFlow(
        element.get("id", ""),
        element.get("sourceRef", ""),
        element.get("targetRef", ""),
        element.get("name", ""),
        None if condition is None else text_of(condition),
        language if condition is None else condition.get("language", language),
        element.sourceline or 0,
        process,
        parent,
    )


def _lanes(document: Document, lane_set: etree._Element) -> None:
    for lane in children(lane_set, "lane"):
        refs = frozenset(text_of(ref) for ref in children(lane, "flowNodeRef"))
        role = (lane.get(f"{{{ZY}}}role") or "").strip()
        document.lanes.append(Lane(lane.get("id", ""), lane.get("name", ""), role, refs))
        for inner in children(lane, "childLaneSet"):
            _lanes(document, inner)


def _diagram(document: Document) -> None:
    """Shapes and edges of all diagrams (the first one that shows an element counts)."""
    for element in document.root.iter():
        kind = local(element)
        if kind == "BPMNShape":
            bounds = child(element, "Bounds")
            about = element.get("bpmnElement", "")
            if bounds is not None and about not in document.shapes:
                sizes = [_number(bounds.get(key)) for key in ("x", "y", "width", "height")]
                document.shapes[about] = Shape(about, *sizes)
        elif kind == "BPMNEdge":
            points = [(_number(p.get("x")), _number(p.get("y"))) for p in children(element, "waypoint")]
            document.edges.setdefault(element.get("bpmnElement", ""), points)


def _number(text: str | None) -> float:
    try:
        return float(text or 0)
    except ValueError:
        return 0.0
