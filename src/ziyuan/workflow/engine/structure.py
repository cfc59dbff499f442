"""Questions of the drawing as a whole: reachable and able to end, joins that can fire, no loop that runs by itself."""

from __future__ import annotations

from collections.abc import Iterator

from ziyuan.workflow.engine.bpmn import FlowNode, flag
from ziyuan.workflow.engine.errors import Fault
from ziyuan.workflow.engine.nodes import FRAMES, loop_of
from ziyuan.workflow.engine.shape import Shape, by_event, called

_WAITS = frozenset({"userTask", "manualTask", "receiveTask", "eventBasedGateway"})
_MOST_JOIN_WORK = 3_000_000  # beyond this the joins of a drawing are judged when they run


def structure_faults(shape: Shape) -> Iterator[Fault]:
    """Faults that only show in the whole; asked when every element by itself is good."""
    faults = list(_degrees(shape))
    yield from faults
    for container in shape.inside:
        yield from _container(shape, container)
    yield from _self_running(shape)
    if not faults:
        yield from _joins(shape)


def _fault(shape: Shape, node: FlowNode, message: str, nearest: str = "") -> Fault:
    return Fault(message, shape.document.file, node.id, node.line, nearest)


def _degrees(shape: Shape) -> Iterator[Fault]:
    for key, node in shape.nodes.items():
        if node.type == "startEvent" and shape.into[key]:
            yield _fault(shape, node, "开始事件不能有流入线", "把流向接到开始事件之后的环节")
        if node.type == "endEvent" and shape.out[key]:
            yield _fault(shape, node, "结束事件不能有流出线", "中间抛出事件(intermediateThrowEvent)")
        flows = shape.out[key]
        if node.type != "exclusiveGateway" or len(flows) < 2:
            continue
        for flow in flows:
            if not flow.condition and flow.id != node.element.get("default"):
                near = "写明条件，或设为默认流向"
                yield Fault("排他网关的流出线缺少条件", shape.document.file, flow.id, flow.line, near)


def _container(shape: Shape, container: str) -> Iterator[Fault]:
    """A process or sub-process: one way in, every node reachable and able to end."""
    inside = [node for node in shape.inside[container] if not by_event(node)]
    if not inside:
        return
    drawn = [node for node in inside if node.type == "startEvent"]
    plain = [node for node in drawn if shape.events[node.id].kind == "none"]
    if len(plain) > 1:
        message = f"应有且只有一个开始事件(无触发)，现有 {len(plain)} 个"
        yield _fault(shape, plain[1], message, "一个无触发的开始事件")
        return
    starts = shape.body(container).starts
    if not starts:
        yield _fault(shape, inside[0], "没有开始事件，也没有不带流入线的环节", "一个无触发的开始事件")
        return
    ends = [node.id for node in inside if not shape.out[node.id]]
    if not ends:
        yield _fault(shape, shape.nodes[starts[0]], "流程没有结束事件", "普通结束事件(endEvent)")
        return
    reached, can_end = shape.reachable(starts), shape.reachable(ends, back=True)
    for node in inside:
        if node.id not in reached:
            yield _fault(shape, node, "从开始事件到不了这里", "接上流入线，或删去")
        elif node.id not in can_end:
            yield _fault(shape, node, "从这里到不了任何结束事件", "接上流出线")


# -- loops that run by themselves --------------------------------------------------------------------------


def _passable(shape: Shape) -> set[str]:
    """Nodes that a token passes without waiting; a sub-process when some way through it does not wait."""
    free = {key for key, node in shape.nodes.items() if not _waits(shape, node) and node.type not in FRAMES}
    frames = [node for node in shape.nodes.values() if node.type in FRAMES]
    grown = True
    while grown:
        grown = False
        for node in reversed(frames):
            if node.id not in free and _through(shape, node, free):
                free.add(node.id)
                grown = True
    return free


def _waits(shape: Shape, node: FlowNode) -> bool:
    kind = shape.events[node.id].kind
    if node.type in ("intermediateCatchEvent", "boundaryEvent"):
        return kind not in ("link", "error")
    return node.type in _WAITS


def _through(shape: Shape, frame: FlowNode, free: set[str]) -> bool:
    """Whether a token can go from the start to an end of a sub-process along nodes that do not wait."""
    body = called(frame) or frame.id
    work, seen = list(shape.body(body).starts), set[str]()
    if not work:
        return True
    while work:
        at = work.pop()
        if at in seen or at not in free:
            continue
        seen.add(at)
        if not shape.out[at]:
            return True
        work += shape.after(at)
    return False


def _self_running(shape: Shape) -> Iterator[Fault]:
    """Cycles without a task of people, a message or a timer would never stop; nor would a call of itself."""
    free = _passable(shape)
    after: dict[str, list[str]] = {}
    for key, node in shape.nodes.items():
        goals = shape.after(key) if key in free else []
        if node.type in FRAMES and not by_event(node):
            goals = goals + shape.body(called(node) or key).starts
        after[key] = goals if key in free or node.type in FRAMES else []
    place = _in_cycle(after)
    if place is not None:
        near = "在回路中放一个用户任务或定时事件"
        yield _fault(shape, shape.nodes[place], "没有人工环节或定时的回路会一直运行", near)
    for key, node in shape.nodes.items():
        loop = loop_of(node.element)
        if loop is not None and loop.most is None and key in free:
            near = "写明上限 loopMaximum，或在循环内放一个用户任务"
            yield _fault(shape, node, "没有人工环节的标准循环没有上限", near)


def _in_cycle(after: dict[str, list[str]]) -> str | None:
    """The first node that can come back to itself."""
    left = {key: [goal for goal in goals if after.get(goal)] for key, goals in after.items() if goals}
    into = dict.fromkeys(left, 0)
    for goals in left.values():
        for goal in goals:
            into[goal] += 1
    work = [key for key, count in into.items() if not count]
    while work:
        key = work.pop()
        for goal in left.pop(key):
            into[goal] -= 1
            if not into[goal]:
                work.append(goal)
    return next((key for key in left if _returns(left, key)), None)


def _returns(after: dict[str, list[str]], start: str) -> bool:
    seen: set[str] = set()
    work = list(after[start])
    while work:
        at = work.pop()
        if at == start:
            return True
        if at not in seen:
            seen.add(at)
            work += after.get(at, [])
    return False


# -- joins -------------------------------------------------------------------------------------------------


def _joins(shape: Shape) -> Iterator[Fault]:
    """A parallel join two of whose flows can never both bring a token would wait for ever."""
    joins = [n for n in shape.nodes.values() if n.type == "parallelGateway" and len(shape.into[n.id]) > 1]
    if len(joins) * len(shape.nodes) > _MOST_JOIN_WORK:
        return
    splits = [_ways(shape, node) for node in shape.nodes.values()]
    splits += [starts for container in shape.inside if (starts := _inlets(shape, container))]
    splits = [ways for ways in splits if len(ways) > 1]
    for node in joins:
        sources = [shape.reachable([flow.source], back=True) for flow in shape.into[node.id]]
        if not all(_both(splits, a, b, node.id) for i, a in enumerate(sources) for b in sources[:i]):
            message = "汇合网关与分支网关不匹配：它的流入线不会同时有件到达"
            yield _fault(shape, node, message, "成对的并行网关，或改用排他网关汇合")


def _inlets(shape: Shape, container: str) -> list[str]:
    """Where tokens begin side by side, in a process that draws no start event."""
    return [key for key in shape.body(container).starts if shape.nodes[key].type != "startEvent"]


def _ways(shape: Shape, node: FlowNode) -> list[str]:
    """The nodes that several tokens made at a node go to."""
    ways = [flow.target for flow in shape.out[node.id]]
    if node.type in ("exclusiveGateway", "eventBasedGateway"):
        ways = []
    going_on = [b for b in shape.boundaries.get(node.id, []) if _beside(shape.nodes[b])]
    if not going_on:
        return ways
    return [*(ways or [node.id]), *going_on, *going_on]


def _beside(boundary: FlowNode) -> bool:
    return not flag(boundary.element, "cancelActivity", True)


def _both(splits: list[list[str]], a: set[str], b: set[str], join: str) -> bool:
    """Whether one token can come from one way of a split by `a`, and another from another way by `b`."""
    for ways in splits:
        first = [place for place, way in enumerate(ways) if way in a or way == join]
        second = [place for place, way in enumerate(ways) if way in b or way == join]
        if first and second and (len(first) > 1 or len(second) > 1 or first != second):
            return True
    return False
