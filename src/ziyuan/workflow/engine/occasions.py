"""The publish check of events: which trigger may stand where, what it needs, and the nearest form that runs."""

from __future__ import annotations

from collections.abc import Iterator

from ziyuan.base import feel
from ziyuan.base.markup import local
from ziyuan.workflow.engine.bpmn import FlowNode, flag
from ziyuan.workflow.engine.errors import Fault
from ziyuan.workflow.engine.events import EVENTS, definitions
from ziyuan.workflow.engine.nodes import ACTIVITIES
from ziyuan.workflow.engine.shape import Shape, attached, by_event
from ziyuan.workflow.engine.timers import iso_form

_MAY = {
    "process": frozenset({"none", "message", "timer", "signal"}),
    "inner": frozenset({"none"}),
    "event": frozenset({"message", "timer", "signal", "error"}),
    "endEvent": frozenset({"none", "message", "error", "terminate", "signal"}),
    "boundaryEvent": frozenset({"message", "timer", "signal", "error"}),
    "intermediateCatchEvent": frozenset({"message", "timer", "signal", "link"}),
    "intermediateThrowEvent": frozenset({"none", "message", "signal", "link"}),
}
_NEAR = {
    "process": "无触发、消息、定时或信号开始事件",
    "inner": "无触发的开始事件；由事件启动的写成事件子流程(triggeredByEvent)",
    "event": "消息、定时、信号或错误开始事件",
    "endEvent": "普通、消息、错误、信号或终止结束事件",
    "boundaryEvent": "消息、定时、信号或错误边界事件",
    "intermediateCatchEvent": "消息、定时或信号捕获事件，或用户任务(userTask)",
    "intermediateThrowEvent": "消息或信号抛出事件，或服务任务(serviceTask)",
}
_CAUGHT = frozenset({"message", "timer", "signal"})


def event_faults(shape: Shape) -> Iterator[Fault]:
    """Faults of every event, and of gateways that wait for events."""
    for node in shape.nodes.values():
        if node.type in EVENTS:
            yield from _event(shape, node)
        elif node.type == "eventBasedGateway":
            yield from _choice(shape, node)
        elif by_event(node):
            yield from _event_body(shape, node)
        if node.type == "boundaryEvent":
            yield from _boundary(shape, node)


def _fault(shape: Shape, node: FlowNode, message: str, nearest: str = "") -> Fault:
    return Fault(message, shape.document.file, node.id, node.line, nearest)


def _event(shape: Shape, node: FlowNode) -> Iterator[Fault]:
    place = _place(shape, node) if node.type == "startEvent" else node.type
    found = definitions(shape.document, node.element)
    if len(found) > 1:
        yield _fault(shape, node, "一个事件只能有一个触发", "事件网关或几个单一触发的事件")
        return
    kind = shape.events[node.id].kind
    if kind not in _MAY[place]:
        told = f"“{node.type}”不支持“{local(found[0])}”" if found else f"“{node.type}”没有写明触发"
        yield _fault(shape, node, told, _NEAR[place])
    elif kind == "timer":
        yield from _timer(shape, node)
    elif kind == "link":
        yield from _link(shape, node)


def _place(shape: Shape, node: FlowNode) -> str:
    around = shape.nodes.get(node.parent)
    if around is None:
        return "process"
    return "event" if by_event(around) else "inner"


def _timer(shape: Shape, node: FlowNode) -> Iterator[Fault]:
    event = shape.events[node.id]
    near = "timeDuration、timeDate 或 timeCycle，内容为 ISO 8601 或 FEEL"
    if not event.time:
        yield _fault(shape, node, "定时没有写明时间", near)
    elif not iso_form(event.time):
        try:
            feel.compile(event.time)
        except feel.FeelSyntaxError as bad:
            yield _fault(shape, node, f"定时“{event.time[:60]}”有误：{bad.message}", near)


def _link(shape: Shape, node: FlowNode) -> Iterator[Fault]:
    caught = any(shape.events[flow.target].kind == "link" for flow in shape.out[node.id])
    if node.type == "intermediateThrowEvent" and not caught:
        yield _fault(shape, node, f"链接“{shape.events[node.id].key}”没有同名的捕获事件", "同一层的同名链接捕获事件")


def _choice(shape: Shape, node: FlowNode) -> Iterator[Fault]:
    if node.element.get("eventGatewayType") == "Parallel":
        yield _fault(shape, node, "不支持并行的事件网关", "互斥的事件网关(eventGatewayType=Exclusive)")
    if len(shape.out[node.id]) < 2:
        yield _fault(shape, node, "事件网关应有两条以上流出线", "直接接捕获事件")
    for flow in shape.out[node.id]:
        goal = shape.nodes[flow.target]
        caught = goal.type == "intermediateCatchEvent" and shape.events[goal.id].kind in _CAUGHT
        if not caught and goal.type != "receiveTask":
            yield _fault(shape, node, f"事件网关之后的“{goal.id}”不是捕获事件", "消息、定时、信号捕获事件或接收任务")
        elif len(shape.into[goal.id]) > 1:
            yield _fault(shape, goal, "事件网关之后的事件只能有一条流入线", "为其他来路另画一个捕获事件")


def _event_body(shape: Shape, node: FlowNode) -> Iterator[Fault]:
    starts = [inner for inner in shape.inside.get(node.id, []) if inner.type == "startEvent"]
    if len(starts) != 1:
        yield _fault(shape, node, f"事件子流程应有且只有一个开始事件，现有 {len(starts)} 个", _NEAR["event"])


def _boundary(shape: Shape, node: FlowNode) -> Iterator[Fault]:
    host = shape.nodes.get(attached(node))
    if host is None or host.parent != node.parent or host.type not in ACTIVITIES:
        yield _fault(shape, node, f"边界事件所附的“{attached(node)}”不是同一层的环节", "attachedToRef 写环节的 id")
    if shape.into[node.id]:
        yield _fault(shape, node, "边界事件不能有流入线", "把流向接到它所附的环节")
    if shape.events[node.id].kind == "error" and not flag(node.element, "cancelActivity", True):
        yield _fault(shape, node, "错误边界事件总是中断环节", "去掉 cancelActivity=false")
