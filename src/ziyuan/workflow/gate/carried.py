"""What the engine runs and a case does not carry out: refused before it is published, with line and remedy.

A case begins with its receipt, is moved by people, timers and messages, and is decided by a person's act.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from ziyuan.base.errors import nearest
from ziyuan.kernel import service as kernel
from ziyuan.workflow.engine import Graph, Node
from ziyuan.workflow.engine.nodes import FRAMES
from ziyuan.workflow.engine.timers import iso_form
from ziyuan.workflow.gate.fault import Fault
from ziyuan.workflow.gate.scope import problems

COUNTERS = frozenset(
    {"total", "done", "agreed", "refused", "open", "outcomes", "numberOfInstances", "numberOfActiveInstances"}
    | {"numberOfCompletedInstances", "numberOfTerminatedInstances"}
    | {"agreed_weight", "refused_weight", "total_weight", "vetoed"}
)


def refused(pack: kernel.Pack, file: str, graph: Graph, effects: Mapping[str, Any]) -> Iterator[Fault]:
    """Faults of elements that would publish and then do nothing, or do harm, in a case. `effects`: those on the way."""
    for node in graph.nodes.values():
        for message, remedy in (*_service(node, effects), *_element(graph, node), *_event(graph, node)):
            yield Fault(pack.id, file, place_of(node), message, remedy)
    for source, end in _undecided(graph):
        told = f"从“{source.title}”可不经人办理到达结束“{end.title}”,决定须由人作出"
        yield Fault(pack.id, file, place_of(source), told, "请在结束之前放一个人工环节(userTask)")


def place_of(node: Node) -> str:
    return f"第 {node.line} 行 {node.id}"


def _service(node: Node, effects: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """A service task names an effect of the matter, and stands for one."""
    if node.type != "serviceTask":
        return
    if node.verb not in effects:
        close = nearest(node.verb, sorted(effects))
        yield (
            f"案件不执行动作“{node.verb}”(serviceTask):事项的 effects 中没有这一项",
            f"最接近的是“{close}”" if close else "请在 matter.yaml 的 effects 中写明,或发出消息(sendTask)由对方执行",
        )
    if node.multi or node.loop:
        yield f"动作“{node.verb}”一处只产生一项效力,不用于多实例或循环", "请去掉这个环节的多实例或循环"


def _element(graph: Graph, node: Node) -> Iterator[tuple[str, str]]:
    if node.multi and node.type in FRAMES:
        yield "案件的多实例只用于单个环节,不用于子流程", "请把多实例写在子流程内的人工环节上"
    ends_here = not graph.ways[node.id] and node.type != "endEvent" and not _events_of(graph, node)
    if ends_here and node.parent == graph.id:
        yield "没有流出线,案件到此结束而没有结果", "请连到一个结束事件(endEvent),编号为 results 中的结果"


def _event(graph: Graph, node: Node) -> Iterator[tuple[str, str]]:
    kind, listens = node.event.kind, node.type not in ("endEvent", "intermediateThrowEvent", "sendTask")
    if kind == "signal" and listens and node.event.key not in _signals(graph):
        yield f"案件不接收外来的信号“{node.event.key}”,本流程也没有抛出它", "请改用消息(message)"
    if node.type != "startEvent" or kind == "none":
        return
    if node.parent == graph.id:
        yield "案件由收件开始,不由事件开始", "请用普通的开始事件(startEvent)"
    elif graph.nodes[node.parent].parent == graph.id and (node.interrupts or kind == "error"):
        yield (
            "中断整个流程的事件子流程没有可作决定的结束",
            '请用环节的边界事件(boundaryEvent),或写 isInterrupting="false"',
        )


def _signals(graph: Graph) -> set[str]:
    thrown = [n for n in graph.nodes.values() if n.type in ("endEvent", "intermediateThrowEvent")]
    return {n.event.key for n in thrown if n.event.kind == "signal"}


def _events_of(graph: Graph, node: Node) -> bool:
    """Whether the node is an event sub-process of the process or of a sub-process."""
    return any(node.id == body for around in graph.bodies.values() for body, _ in around.events)


# -- ends that nobody decides ------------------------------------------------------------------------------


def _undecided(graph: Graph) -> Iterator[tuple[Node, Node]]:
    """Where the process begins or goes on by itself, and an end of it that is reached before any person."""
    for node in graph.nodes.values():
        if node.id in graph.starts or (node.event.kind in ("timer", "message", "signal") and not _throws(node)):
            end = _end_before_person(graph, node)
            if end is not None:
                yield node, end


def _throws(node: Node) -> bool:
    return node.type in ("endEvent", "intermediateThrowEvent", "sendTask")


def _end_before_person(graph: Graph, source: Node) -> Node | None:
    beside = source.parent if source.type == "boundaryEvent" and not source.interrupts else None
    seen, work = {source.id}, _after(graph, source)
    while work:
        node = graph.nodes[work.pop()]
        if node.id in seen or (node.waits and node.multi is None and not (node.loop and node.loop.before)):
            continue
        seen.add(node.id)
        if node.parent == beside and not _closes(graph, node):
            continue  # the activity that was not interrupted is still there, and a person with it
        if node.type == "endEvent" and node.parent == graph.id:
            return node
        work += _after(graph, node)
    return None


def _closes(graph: Graph, node: Node) -> bool:
    """Whether a token goes on from here, or takes the others with it."""
    return bool(graph.ways[node.id]) or node.event.kind in ("terminate", "error")


def _after(graph: Graph, node: Node) -> list[str]:
    """What a token may come to next without anybody's act: along flows, into a sub-process and out of it again."""
    after = [way.target for way in graph.ways[node.id]]
    if node.body:
        return list(graph.bodies[node.body].starts)
    if not after and not _events_of(graph, node):
        around = [n for n in graph.nodes.values() if n.body and n.body == node.parent]
        after = [way.target for n in around for way in graph.ways[n.id]]
        after += [b for n in around for b in n.boundaries if graph.nodes[b].event.kind == "error"]
    return after


# -- names -------------------------------------------------------------------------------------------------


def names_in_scope(
    pack: kernel.Pack, file: str, graph: Graph, names: frozenset[str]
) -> Iterator[Fault]:
    """Every FEEL text of the process reads names that a case has: conditions, loops, instances, timers, scripts, levels."""
    for ways in graph.ways.values():
        for way in ways:
            yield from problems(pack, file, way.id, way.text, names) if way.text else ()
    for node in graph.nodes.values():
        for text, more in _texts(node):
            yield from problems(pack, file, place_of(node), text, names | more) if text else ()


def _texts(node: Node) -> Iterator[tuple[str, frozenset[str]]]:
    nothing: frozenset[str] = frozenset()
    if node.multi:
        for text in (node.multi.collection, node.multi.count, node.multi.weight, node.multi.veto):
            yield text, nothing
        yield node.multi.until, COUNTERS
    if node.loop:
        yield node.loop.condition, nothing
    if node.event.kind == "timer" and not iso_form(node.event.time):
        yield node.event.time, nothing
    if node.level not in ("county", "city", "province"):
        yield node.level, nothing
    yield node.script, nothing
