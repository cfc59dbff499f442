"""BPMN files put together from short notation, for the tests.

`a:user -> g:xor; g -> b:user [x = 1]; g -> e:end *` — nodes get their type at first mention, `[…]` is a
condition, `*` marks the default flow.
"""

import re
from xml.sax.saxutils import escape, quoteattr

TYPES = {
    "start": "startEvent",
    "end": "endEvent",
    "stop": "endEvent",
    "user": "userTask",
    "manual": "manualTask",
    "rule": "businessRuleTask",
    "script": "scriptTask",
    "service": "serviceTask",
    "xor": "exclusiveGateway",
    "and": "parallelGateway",
    "or": "inclusiveGateway",
    "first": "eventBasedGateway",
    "send": "sendTask",
    "receive": "receiveTask",
    "sub": "subProcess",
    "call": "callActivity",
    "catch": "intermediateCatchEvent",
    "throw": "intermediateThrowEvent",
    "bound": "boundaryEvent",
}
_FLOW = re.compile(r"^(\w+)(?::(\w+))?\s*->\s*(\w+)(?::(\w+))?\s*(?:\[(.*)\])?\s*(\*)?$")
HEAD = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:zy="https://ziyuan.example/bpmn" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" id="defs" targetNamespace="urn:t">'
)


def bpmn(
    notation: str,
    extra: dict[str, str] | None = None,
    inside: dict[str, str] | None = None,
    bodies: dict[str, str] | None = None,
    others: str = "",
) -> bytes:
    """`extra` are further attributes, `inside` further content, `bodies` the notation inside, by node id.

    `others` is written before the process: messages, signals, other pools, called processes.
    """
    drawing = _Drawing(extra or {}, inside or {}, bodies or {})
    body = drawing.body(notation, "f")
    return (
        f'{HEAD}\n<process id="p" name="流程" isExecutable="true">\n{body}\n</process>{others}</definitions>'.encode()
    )


def process(key: str, notation: str, **more: dict[str, str]) -> str:
    """Another process of the same file."""
    drawing = _Drawing(more.get("extra", {}), more.get("inside", {}), more.get("bodies", {}))
    return f'<process id="{key}">{drawing.body(notation, key)}</process>'


def on(kind: str, text: str = "") -> str:
    """An event definition: a timer's duration (or date, or cycle), or the reference of the others."""
    if kind == "timer":
        tag = "timeCycle" if text.startswith("R") else "timeDate" if text[:1].isdigit() else "timeDuration"
        return f"<timerEventDefinition><{tag}>{escape(text)}</{tag}></timerEventDefinition>"
    if kind == "link":
        return f'<linkEventDefinition name="{text}"/>'
    reference = f' {kind}Ref="{text}"' if text else ""
    return f"<{kind}EventDefinition{reference}/>"


def many(count: str = "", more: str = "", until: str = "") -> str:
    """The mark of a multi-instance activity."""
    parts = f"<loopCardinality>{escape(count)}</loopCardinality>" if count else ""
    parts += f"<completionCondition>{escape(until)}</completionCondition>" if until else ""
    return f"<multiInstanceLoopCharacteristics {more}>{parts}</multiInstanceLoopCharacteristics>"


class _Drawing:
    def __init__(self, extra: dict[str, str], inside: dict[str, str], bodies: dict[str, str]) -> None:
        self.extra, self.inside, self.bodies = extra, inside, bodies

    def body(self, notation: str, mark: str) -> str:
        """Nodes and flows of one process or sub-process; `mark` begins the ids of its flows."""
        kinds: dict[str, str] = {}
        flows: list[tuple[str, str, str, str | None]] = []
        defaults: dict[str, str] = {}
        for number, line in enumerate(filter(None, (part.strip() for part in re.split(r"[;\n]", notation))), 1):
            alone = re.fullmatch(r"(\w+):(\w+)", line)
            if alone:
                kinds[alone[1]] = alone[2]
                continue
            found = _FLOW.match(line)
            assert found, line
            source, source_kind, target, target_kind, condition, default = found.groups()
            for key, kind in ((source, source_kind), (target, target_kind)):
                kinds[key] = kind or kinds.get(key, "user")
            flows.append((f"{mark}{number}", source, target, condition))
            if default:
                defaults[source] = f"{mark}{number}"
        nodes = [self.node(key, kind, defaults.get(key)) for key, kind in kinds.items()]
        return "\n".join([*nodes, *(_flow(*flow) for flow in flows)])

    def node(self, key: str, kind: str, default: str | None) -> str:
        content = dict(self.inside)
        if key in self.bodies:
            content[key] = content.get(key, "") + self.body(self.bodies[key], f"{key}_f")
        return _node(key, kind, default, self.extra, content)


def _node(key: str, kind: str, default: str | None, extra: dict[str, str], inside: dict[str, str]) -> str:
    tag = TYPES.get(kind, kind)
    more = f" default={quoteattr(default)}" if default else ""
    content = inside.get(key, "") + ("<terminateEventDefinition/>" if kind == "stop" else "")
    return f'<{tag} id="{key}" name="{key}"{more} {extra.get(key, "")}>{content}</{tag}>'


def _flow(key: str, source: str, target: str, condition: str | None) -> str:
    if condition is None:
        return f'<sequenceFlow id="{key}" sourceRef="{source}" targetRef="{target}"/>'
    text = f'<conditionExpression xsi:type="tFormalExpression">{escape(condition)}</conditionExpression>'
    return f'<sequenceFlow id="{key}" sourceRef="{source}" targetRef="{target}">{text}</sequenceFlow>'


NAMES = '<message id="m1" name="order"/><signal id="s1" name="alarm"/>'
NAMES += '<error id="x1" errorCode="E1"/><error id="x2" errorCode="E2"/>'
SUB = {"w": "ws:start -> a; a -> b; b -> we:end"}


def file(notation: str, others: str = "", **more: dict[str, str]) -> bytes:
    """A process with messages, signals and errors to refer to."""
    return bpmn(notation, others=NAMES + others, **more)


def seats(until: str = "", more: str = 'zy:collection="people" zy:item="who"', count: str = "") -> bytes:
    """A joint review `a` before a task `c`; the counts are left in `votes`."""
    text = "s:start -> a; a -> c; c -> e:end"
    return file(text, inside={"a": many(count, more, until)}, extra={"a": 'zy:result="votes"'})
