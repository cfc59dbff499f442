"""The publish check: can this process run, and if not, which element of which line stops it?"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from ziyuan.base import feel, markup
from ziyuan.base.markup import child, children, local, text_of
from ziyuan.workflow.engine.bpmn import FLOW_NODES, ZY, Document, FlowNode, SequenceFlow, flag
from ziyuan.workflow.engine.errors import Fault
from ziyuan.workflow.engine.nodes import ACTIVITIES, loop_of, multi_of
from ziyuan.workflow.engine.occasions import event_faults
from ziyuan.workflow.engine.shape import Shape, by_event, called
from ziyuan.workflow.engine.structure import structure_faults

RUNS = ACTIVITIES | {
    "startEvent",
    "endEvent",
    "boundaryEvent",
    "intermediateCatchEvent",
    "intermediateThrowEvent",
    "exclusiveGateway",
    "parallelGateway",
    "inclusiveGateway",
    "eventBasedGateway",
}
NEAREST = {
    "task": "用户任务(userTask)",
    "transaction": "嵌入子流程(subProcess)，由结果的效果一次完成",
    "adHocSubProcess": "嵌入子流程(subProcess)，内用并行网关加用户任务",
    "complexGateway": "包容网关(inclusiveGateway)，或并行网关与排他网关的组合",
    "implicitThrowEvent": "中间抛出事件(intermediateThrowEvent)",
    "event": "中间捕获事件(intermediateCatchEvent)",
}
_EXPRESSIONS = ("loopCondition", "loopCardinality", "completionCondition", "timeDuration", "timeDate", "timeCycle")
_SCHEMA = "http://www.w3.org/2001/XMLSchema-instance"
LEVELS = frozenset({"county", "city", "province"})
_FEEL = re.compile(r"(?i)^$|feel|https?://www\.omg\.org/spec/(DMN|FEEL)/")
_IGNORED_LANGUAGE = "http://www.w3.org/1999/XPath"  # what BPMN assumes when nothing is said


def check(document: Document) -> list[Fault]:
    """All faults of a document, in the order of its lines; none when it runs."""
    shape = Shape(document)
    faults = [*_process(document), *_ids(document), *_elements(document, shape), *_flows(document, shape)]
    faults.extend(event_faults(shape))
    if not faults:
        faults.extend(structure_faults(shape))
    return sorted(dict.fromkeys(faults), key=lambda fault: fault.line)


def notices(document: Document) -> list[Fault]:
    """What is kept in the drawing and does nothing when the process runs; none of it stops publishing."""
    found = []
    for element in document.root.iter("{*}dataStoreReference", "{*}dataStore"):
        place = (document.file, element.get("id", ""), element.sourceline or 0)
        found.append(Fault("数据存储只作图示，不影响运行", *place))
    for node in document.nodes:
        names = [str(key) for key in node.element.attrib if str(key).startswith("{")]
        for name in names:
            space, _, key = name[1:].partition("}")
            if space not in (ZY, markup.XML_NS, _SCHEMA):
                told = f"其他厂商的属性“{key}”({space})只随文件保留，不执行"
                found.append(Fault(told, document.file, node.id, node.line))
    return sorted(found, key=lambda fault: fault.line)


def _process(document: Document) -> Iterator[Fault]:
    if any(local(element) == "choreography" for element in document.processes):
        yield Fault("不支持编排(choreography)", document.file, "choreography", 1, "流程(process)")
    for element in document.root.iter("{*}conversation", "{*}subConversation", "{*}callConversation"):
        place = (document.file, element.get("id", ""), element.sourceline or 1)
        yield Fault(f"不支持会话({local(element)})", *place, "协作(collaboration)中的消息流")
    if not document.nodes:
        yield Fault("文件中没有可执行的流程", document.file, "definitions", 1, "含开始事件和环节的流程(process)")


def _ids(document: Document) -> Iterator[Fault]:
    seen: set[str] = set()
    items: list[FlowNode | SequenceFlow] = [*document.nodes, *document.flows]
    for item in items:
        if not item.id:
            yield Fault("元素缺少 id", document.file, item.name, item.line, "给元素写唯一的 id")
        elif item.id in seen:
            yield Fault(f"id“{item.id}”重复", document.file, item.id, item.line, "给元素写唯一的 id")
        seen.add(item.id)


def _elements(document: Document, shape: Shape) -> Iterator[Fault]:
    for node in shape.nodes.values():
        if node.type not in RUNS:
            near = NEAREST.get(node.type, "用户任务(userTask)")
            yield _unsupported(document, node, f"不支持“{node.type}”", near)
            continue
        yield from _marks(document, node)
        yield from _settings(document, node)
        if node.type == "callActivity":
            yield from _call(document, shape, node)


def _unsupported(document: Document, node: FlowNode, message: str, nearest: str) -> Fault:
    return Fault(message, document.file, node.id, node.line, nearest)


def _call(document: Document, shape: Shape, node: FlowNode) -> Iterator[Fault]:
    if not shape.inside.get(called(node)):
        near = "把被调用的流程作为另一个 process 放进同一文件，calledElement 写它的 id"
        yield _unsupported(document, node, f"被调用的流程“{called(node)}”不在本文件中", near)


def _marks(document: Document, node: FlowNode) -> Iterator[Fault]:
    """Loops, instances, compensation: what hangs on an activity that by itself would run."""
    loop, many = loop_of(node.element), multi_of(document, node)
    if loop is not None and not loop.condition and loop.most is None:
        near = "写明 loopCondition(FEEL)或 loopMaximum"
        yield _unsupported(document, node, "标准循环没有条件也没有上限", near)
    elif loop is not None and loop.condition:
        yield from _feel(document, node.id, node.line, loop.condition, "循环条件")
    if many is not None:
        yield from _instances(document, node)
    if flag(node.element, "isForCompensation"):
        yield _unsupported(document, node, "不支持补偿活动", "由结果的效果声明其反向操作")
    if flag(node.element, "instantiate"):
        yield _unsupported(document, node, "不支持以该元素启动流程", "消息开始事件(startEvent)")


def _instances(document: Document, node: FlowNode) -> Iterator[Fault]:
    many = multi_of(document, node)
    told = child(node.element, "multiInstanceLoopCharacteristics")
    if many is None or told is None:
        return
    if not many.collection and not many.count:
        near = "写明 loopCardinality、loopDataInputRef 或 zy:collection"
        yield _unsupported(document, node, "多实例没有个数也没有清单(multiInstanceLoopCharacteristics)", near)
    if told.get("behavior", "All") != "All":
        yield _unsupported(document, node, f"不支持多实例的 behavior“{told.get('behavior')}”", "behavior=All")
    for text, what in (
        (many.collection, "清单"),
        (many.count, "个数"),
        (many.until, "完成条件"),
        (many.weight, "权重"),
        (many.veto, "否决权"),
    ):
        if text:
            yield from _feel(document, node.id, node.line, text, f"多实例的{what}")


def _settings(document: Document, node: FlowNode) -> Iterator[Fault]:
    if node.type == "scriptTask":
        language = node.element.get("scriptFormat", "")
        script = next((text_of(part) for part in children(node.element, "script")), "")
        if not _FEEL.search(language):
            yield _unsupported(document, node, f"不支持脚本语言“{language}”", 'FEEL(scriptFormat="FEEL")')
        else:
            yield from _feel(document, node.id, node.line, script, "脚本")
    yield from _languages(document, node)
    level = node.zy("level")
    if level and level not in LEVELS:
        yield from _feel(document, node.id, node.line, level, "zy:level")


def _languages(document: Document, node: FlowNode) -> Iterator[Fault]:
    """Expressions of loops, instances and timers, too, are FEEL."""
    assumed = document.root.get("expressionLanguage", "")
    for name in _EXPRESSIONS:
        for part in own(node.element, name):
            language = part.get("language", assumed)
            if not _FEEL.search(language) and language != _IGNORED_LANGUAGE:
                yield _unsupported(document, node, f"不支持“{name}”的语言“{language}”", "FEEL")


def own(element: etree._Element, name: str) -> Iterator[etree._Element]:
    """The elements of a name that belong to a node itself, not to what lies inside it."""
    for part in children(element):
        if local(part) == name:
            yield part
        elif local(part) not in FLOW_NODES:
            yield from own(part, name)


def _feel(document: Document, element: str, line: int, text: str, what: str) -> Iterator[Fault]:
    try:
        feel.compile(text)
    except feel.FeelSyntaxError as bad:
        yield Fault(
            f"{what}“{text[:60]}”有误：{bad.message}", document.file, element, line, bad.nearest or "合乎写法的 FEEL"
        )


def _flows(document: Document, shape: Shape) -> Iterator[Fault]:
    leaving: set[tuple[str, str]] = set()
    for flow in shape.flows:
        leaving.add((flow.source, flow.id))
        for end, what in ((flow.source, "起点"), (flow.target, "终点")):
            if end not in shape.nodes:
                near = "sourceRef、targetRef 写同一流程中环节、事件或网关的 id"
                yield Fault(f"流向的{what}“{end}”不存在", document.file, flow.id, flow.line, near)
            elif shape.nodes[end].parent != flow.parent:
                near = "流向只连同一层的元素，进出子流程经它的开始与结束事件"
                yield Fault(f"流向的{what}“{end}”不在同一层", document.file, flow.id, flow.line, near)
        if flow.condition is not None:
            yield from _condition(document, flow, shape.nodes.get(flow.source))
    for node in shape.nodes.values():
        default = node.element.get("default")
        if default and (node.id, default) not in leaving:
            near = "default 写该元素一条流出线的 id"
            yield Fault(f"默认流向“{default}”不从该元素流出", document.file, node.id, node.line, near)
        if by_event(node) and (shape.out[node.id] or shape.into[node.id]):
            near = "去掉连到事件子流程的流向"
            yield Fault("事件子流程由事件启动，不能有流入、流出线", document.file, node.id, node.line, near)


def _condition(document: Document, flow: SequenceFlow, source: FlowNode | None) -> Iterator[Fault]:
    able = ACTIVITIES | {"exclusiveGateway", "inclusiveGateway"}
    if source is not None and source.type not in able and source.type in RUNS:
        near = "先接一个排他网关(exclusiveGateway)或包容网关(inclusiveGateway)"
        yield Fault(f"“{source.type}”的流出线不能带条件", document.file, flow.id, flow.line, near)
    if not _FEEL.search(flow.language) and flow.language != _IGNORED_LANGUAGE:
        yield Fault(f"不支持条件语言“{flow.language}”", document.file, flow.id, flow.line, "FEEL")
        return
    if flow.condition:
        yield from _feel(document, flow.id, flow.line, flow.condition, "条件")
