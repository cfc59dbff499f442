"""The publish check: can this process run, and if not, which element of which line stops it?"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ziyuan.base import feel
from ziyuan.base.markup import children, local, text_of
from ziyuan.workflow.engine.bpmn import Document, FlowNode, SequenceFlow
from ziyuan.workflow.engine.errors import Fault
from ziyuan.workflow.engine.structure import structure_faults

RUNS = frozenset(
    {"startEvent", "endEvent", "userTask", "manualTask", "serviceTask", "businessRuleTask", "scriptTask"}
    | {"exclusiveGateway", "parallelGateway"}
)
NEAREST = {
    "task": "用户任务(userTask)",
    "sendTask": "服务任务(serviceTask)",
    "receiveTask": "用户任务(userTask)",
    "subProcess": "把子流程的环节放进主流程",
    "transaction": "把环节放进主流程，由结果的效果一次完成",
    "adHocSubProcess": "并行网关(parallelGateway)加用户任务",
    "callActivity": "把被调用流程的环节放进主流程",
    "boundaryEvent": "在环节之后加排他网关(exclusiveGateway)",
    "intermediateCatchEvent": "用户任务(userTask)",
    "intermediateThrowEvent": "服务任务(serviceTask)",
    "inclusiveGateway": "并行网关(parallelGateway),各分支内再加排他网关",
    "eventBasedGateway": "用户任务加排他网关(exclusiveGateway)",
    "complexGateway": "并行网关与排他网关的组合",
    "choreographyTask": "用户任务(userTask)",
    "subChoreography": "用户任务(userTask)",
    "callChoreography": "用户任务(userTask)",
}
_EVENTS = {"startEvent": frozenset[str](), "endEvent": frozenset({"terminateEventDefinition"})}
_FEEL = re.compile(r"(?i)^$|feel|https?://www\.omg\.org/spec/(DMN|FEEL)/")
_IGNORED_LANGUAGE = "http://www.w3.org/1999/XPath"  # what BPMN assumes when nothing is said


def check(document: Document) -> list[Fault]:
    """All faults of a document, in the order of its lines; none when it runs."""
    faults = [*_process(document), *_ids(document), *_elements(document), *_flows(document)]
    if not faults:
        faults.extend(structure_faults(document))
    return sorted(faults, key=lambda fault: fault.line)


def _process(document: Document) -> Iterator[Fault]:
    if any(local(element) == "choreography" for element in document.processes):
        yield Fault("不支持编排(choreography)", document.file, "choreography", 1, "流程(process)")
    filled = {node.process for node in document.nodes}
    if len(filled) != 1:
        message = "文件中没有可执行的流程" if not filled else f"文件中有 {len(filled)} 个含环节的流程"
        yield Fault(message, document.file, "definitions", 1, "每个文件一个流程，其他泳池只作消息对方")


def _ids(document: Document) -> Iterator[Fault]:
    seen: set[str] = set()
    items: list[FlowNode | SequenceFlow] = [*document.nodes, *document.flows]
    for item in items:
        if not item.id:
            yield Fault("元素缺少 id", document.file, item.name, item.line)
        elif item.id in seen:
            yield Fault(f"id“{item.id}”重复", document.file, item.id, item.line)
        seen.add(item.id)


def _elements(document: Document) -> Iterator[Fault]:
    for node in document.nodes:
        if node.parent:
            continue
        if node.type not in RUNS:
            yield _unsupported(
                document, node, f"不支持“{node.type}”", NEAREST.get(node.type, "用户任务(userTask)")
            )
            continue
        yield from _marks(document, node)
        yield from _settings(document, node)


def _unsupported(document: Document, node: FlowNode, message: str, nearest: str) -> Fault:
    return Fault(message, document.file, node.id, node.line, nearest)


def _marks(document: Document, node: FlowNode) -> Iterator[Fault]:
    """Event definitions, loops, compensation: what hangs on an element that by itself would run."""
    for part in children(node.element):
        kind = local(part)
        if kind.endswith("EventDefinition") or kind == "eventDefinitionRef":
            if kind not in _EVENTS.get(node.type, frozenset()):
                near = "无触发的开始事件" if node.type == "startEvent" else "普通结束或终止结束事件"
                yield _unsupported(document, node, f"“{node.type}”不支持“{kind}”", near)
        elif kind in ("multiInstanceLoopCharacteristics", "standardLoopCharacteristics"):
            yield _unsupported(
                document, node, f"不支持“{kind}”", "并行网关（每人一个用户任务）或排他网关回路"
            )
    if node.element.get("isForCompensation") == "true":
        yield _unsupported(document, node, "不支持补偿活动", "由结果的效果声明其反向操作")


def _settings(document: Document, node: FlowNode) -> Iterator[Fault]:
    if node.type == "scriptTask":
        language = node.element.get("scriptFormat", "")
        script = next((text_of(part) for part in children(node.element, "script")), "")
        if not _FEEL.search(language):
            yield _unsupported(document, node, f"不支持脚本语言“{language}”", 'FEEL(scriptFormat="FEEL")')
        else:
            yield from _feel(document, node.id, node.line, script, "脚本")
    level = node.zy("level")
    if level and level not in LEVELS:
        yield from _feel(document, node.id, node.line, level, "zy:level")


LEVELS = frozenset({"county", "city", "province"})


def _feel(document: Document, element: str, line: int, text: str, what: str) -> Iterator[Fault]:
    try:
        feel.compile(text)
    except feel.FeelSyntaxError as bad:
        yield Fault(
            f"{what}“{text[:60]}”有误：{bad.message}", document.file, element, line, bad.nearest or ""
        )


def _flows(document: Document) -> Iterator[Fault]:
    nodes = {node.id: node for node in document.nodes}
    for flow in document.flows:
        if flow.parent:
            continue
        for end, what in ((flow.source, "起点"), (flow.target, "终点")):
            if end not in nodes or nodes[end].parent != flow.parent:
                yield Fault(f"流向的{what}“{end}”不存在", document.file, flow.id, flow.line)
        if flow.condition is not None:
            yield from _condition(document, flow, nodes.get(flow.source))
    for node in document.nodes:
        default = node.element.get("default")
        if default and not any(flow.id == default and flow.source == node.id for flow in document.flows):
            yield Fault(f"默认流向“{default}”不从该元素流出", document.file, node.id, node.line)


def _condition(document: Document, flow: SequenceFlow, source: FlowNode | None) -> Iterator[Fault]:
    if source is not None and source.type != "exclusiveGateway":
        yield Fault(
            "只有排他网关的流出线可以带条件",
            document.file,
            flow.id,
            flow.line,
            "先接一个排他网关(exclusiveGateway)",
        )
    if not _FEEL.search(flow.language) and flow.language != _IGNORED_LANGUAGE:
        yield Fault(f"不支持条件语言“{flow.language}”", document.file, flow.id, flow.line, "FEEL")
        return
    if flow.condition:
        yield from _feel(document, flow.id, flow.line, flow.condition, "条件")
