"""What the game knows of an element: nodes, ways and the bodies of sub-processes, read from the document."""

from __future__ import annotations

from dataclasses import dataclass, field

from lxml import etree

from ziyuan.base import feel
from ziyuan.base.markup import child, children, text_of
from ziyuan.workflow.engine.bpmn import ZY, Document, FlowNode, Lane, SequenceFlow, flag
from ziyuan.workflow.engine.events import NONE, Event, event_of

PERSON = frozenset({"userTask", "manualTask"})
AUTOMATIC = frozenset({"serviceTask", "businessRuleTask", "scriptTask", "sendTask"})
FRAMES = frozenset({"subProcess", "callActivity"})
ACTIVITIES = PERSON | AUTOMATIC | FRAMES | {"receiveTask"}


@dataclass(frozen=True, slots=True)
class Loop:
    """A standard loop: while `condition` holds, at most `most` rounds; `before` asks before the first round."""

    before: bool
    condition: str
    most: int | None


@dataclass(frozen=True, slots=True)
class Multi:
    """Multi-instance: as many as `count` or one for each of `collection`, until `until` holds.

    `weight` and `veto` are FEEL over one instance: how much its vote weighs, whether its refusal ends it all.
    """

    sequential: bool
    count: str
    collection: str
    item: str
    until: str
    weight: str = ""
    veto: str = ""


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
    note: str
    line: int
    attributes: dict[str, str] = field(default_factory=dict)
    parent: str = ""
    event: Event = NONE
    attached: str = ""  # the activity a boundary event sits on
    interrupts: bool = True
    boundaries: tuple[str, ...] = ()
    loop: Loop | None = None
    multi: Multi | None = None
    body: str = ""  # the process or sub-process that runs inside

    @property
    def waits(self) -> bool:
        """True for tasks of people: a token rests here until somebody completes it."""
        return self.type in PERSON

    @property
    def own(self) -> bool:
        """True for a task of whoever asked (`zy:own`): he works here himself and need not avoid it."""
        return self.attributes.get("own") == "true"

    @property
    def terminates(self) -> bool:
        return self.type == "endEvent" and self.event.kind == "terminate"

    @property
    def title(self) -> str:
        return self.name or self.id


@dataclass(frozen=True, slots=True)
class Way:
    """One sequence flow as the game sees it; a link is a way too."""

    id: str
    target: str
    text: str
    guard: feel.Expression | None


@dataclass(slots=True)
class Body:
    """Where the inside of a process or sub-process begins, and its event sub-processes with their start events."""

    starts: list[str] = field(default_factory=list)
    events: list[tuple[str, str]] = field(default_factory=list)


def node_of(document: Document, node: FlowNode, lane: Lane | None, boundaries: tuple[str, ...]) -> Node:
    element = node.element
    foreign = {str(key): str(value) for key, value in element.attrib.items() if str(key).startswith("{")}
    decision = node.zy("decision") or (node.id if node.type == "businessRuleTask" else "")
    interrupts = "cancelActivity" if node.type == "boundaryEvent" else "isInterrupting"
    called = element.get("calledElement", "").rpartition(":")[2]
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
        script=text_of(child(element, "script")),
        note=text_of(child(element, "documentation")),
        line=node.line,
        attributes={key.removeprefix(f"{{{ZY}}}"): value for key, value in foreign.items()},
        parent=node.parent,
        event=event_of(document, node),
        attached=element.get("attachedToRef", "").rpartition(":")[2],
        interrupts=flag(element, interrupts, True),
        boundaries=boundaries,
        loop=loop_of(element),
        multi=multi_of(document, node),
        body=called if node.type == "callActivity" else node.id if node.type in FRAMES else "",
    )


def loop_of(element: etree._Element) -> Loop | None:
    told = child(element, "standardLoopCharacteristics")
    if told is None:
        return None
    most = told.get("loopMaximum", "")
    return Loop(
        flag(told, "testBefore"),
        text_of(child(told, "loopCondition")),
        int(most) if most.isdecimal() and len(most) < 10 else None,
    )


def multi_of(document: Document, node: FlowNode) -> Multi | None:
    """Our `zy:collection` and `zy:item` on the element or its loop come before the data references of BPMN;
    `zy:weight` and `zy:veto` stand beside them."""
    told = child(node.element, "multiInstanceLoopCharacteristics")
    if told is None:
        return None
    own = [told.get(f"{{{ZY}}}{key}") or node.zy(key) for key in ("collection", "item", "weight", "veto")]
    reference = text_of(child(told, "loopDataInputRef"))
    item = child(told, "inputDataItem")
    return Multi(
        flag(told, "isSequential"),
        text_of(child(told, "loopCardinality")),
        own[0].strip() or (data_name(document, node, reference) if reference else ""),
        own[1].strip() or ("" if item is None else item.get("name") or item.get("id") or ""),
        text_of(child(told, "completionCondition")),
        own[2].strip(),
        own[3].strip(),
    )


def data_name(document: Document, node: FlowNode, reference: str, depth: int = 4) -> str:
    """The variable a data reference means: the name of the data object it leads to, else its own."""
    if depth and node.element.find(".//{*}dataInputAssociation") is not None:
        for association in children(node.element, "dataInputAssociation"):
            if text_of(child(association, "targetRef")) == reference:
                source = text_of(child(association, "sourceRef"))
                return data_name(document, node, source, 0) if source else reference
    for element in document.root.iter("{*}dataObject", "{*}dataObjectReference", "{*}dataInput", "{*}property"):
        if element.get("id") == reference:
            return str(element.get("name") or reference)
    return reference


def way_of(flow: SequenceFlow) -> Way:
    text = flow.condition or ""
    return Way(flow.id, flow.target, text, feel.compile(text) if text else None)
