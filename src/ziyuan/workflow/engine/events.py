"""Events as the file writes them: what an element waits for or sends out, under which name, and when."""

from __future__ import annotations

from dataclasses import dataclass

from lxml import etree

from ziyuan.base.markup import child, children, local, text_of
from ziyuan.workflow.engine.bpmn import Document, FlowNode

DEFINITION = "EventDefinition"
EVENTS = frozenset(
    {"startEvent", "endEvent", "boundaryEvent", "intermediateCatchEvent", "intermediateThrowEvent"}
)
_TIMES = {"timeDuration": "duration", "timeDate": "date", "timeCycle": "cycle"}
_REFERENCES = {"message": "messageRef", "signal": "signalRef", "error": "errorRef"}


@dataclass(frozen=True, slots=True)
class Event:
    """`kind` is none, message, timer, signal, error, terminate or link (or a name we do not run).

    `key` is the name of the message or signal, the code of the error (empty: any), or the name of the link.
    """

    kind: str
    key: str = ""
    clock: str = ""  # duration, date or cycle
    time: str = ""  # its text: ISO 8601 or FEEL
    aliases: frozenset[str] = frozenset()  # further names of the same message or signal


NONE = Event("none")


def definitions(document: Document, element: etree._Element) -> list[etree._Element]:
    """The event definitions of an element, those it refers to included."""
    found = [part for part in children(element) if local(part).endswith(DEFINITION)]
    for reference in children(element, "eventDefinitionRef"):
        meant = document.referred(text_of(reference))
        found.append(reference if meant is None else meant)
    return found


def event_of(document: Document, node: FlowNode) -> Event:
    """The event of an event element or of a send or receive task; the first one where the file has several."""
    if node.type in ("sendTask", "receiveTask"):
        return _named(document, node, "message", node.element.get("messageRef", ""))
    if node.type not in EVENTS:
        return NONE
    return next((_read(document, node, part) for part in definitions(document, node.element)), NONE)


def _read(document: Document, node: FlowNode, part: etree._Element) -> Event:
    kind = local(part).removesuffix(DEFINITION)
    if kind in _REFERENCES:
        return _named(document, node, kind, part.get(_REFERENCES[kind], ""))
    if kind == "timer":
        for name, clock in _TIMES.items():
            told = child(part, name)
            if told is not None:
                return Event(kind, clock=clock, time=text_of(told))
    if kind == "link":
        return Event(kind, part.get("name", ""))
    return Event(kind)


def _named(document: Document, node: FlowNode, kind: str, reference: str) -> Event:
    """Messages and signals go by name; where the file names none, the element itself is the address."""
    if not reference:
        return Event(kind, "" if kind == "error" else node.id)
    meant = document.referred(reference)
    told = {} if meant is None else {str(key): str(value) for key, value in meant.attrib.items()}
    name = (told.get("errorCode") if kind == "error" else "") or told.get("name") or reference
    return Event(kind, name, aliases=frozenset({reference, *([told["id"]] if "id" in told else [])}))

