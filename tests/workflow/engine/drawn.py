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
}
_FLOW = re.compile(r"^(\w+)(?::(\w+))?\s*->\s*(\w+)(?::(\w+))?\s*(?:\[(.*)\])?\s*(\*)?$")
HEAD = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:zy="https://ziyuan.example/bpmn" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" id="defs" targetNamespace="urn:t">'
)


def bpmn(notation: str, extra: dict[str, str] | None = None, inside: dict[str, str] | None = None) -> bytes:
    """`extra` are further attributes, `inside` further content, by node id."""
    kinds: dict[str, str] = {}
    flows: list[tuple[str, str, str, str | None]] = []
    defaults: dict[str, str] = {}
    for number, line in enumerate(filter(None, (part.strip() for part in re.split(r"[;\n]", notation))), 1):
        found = _FLOW.match(line)
        assert found, line
        source, source_kind, target, target_kind, condition, default = found.groups()
        for key, kind in ((source, source_kind), (target, target_kind)):
            kinds[key] = kind or kinds.get(key, "user")
        flow = f"f{number}"
        flows.append((flow, source, target, condition))
        if default:
            defaults[source] = flow
    body = "\n".join(
        _node(key, kind, defaults.get(key), extra or {}, inside or {}) for key, kind in kinds.items()
    )
    body += "\n" + "\n".join(_flow(*flow) for flow in flows)
    return (
        f'{HEAD}\n<process id="p" name="流程" isExecutable="true">\n{body}\n</process></definitions>'.encode()
    )


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
