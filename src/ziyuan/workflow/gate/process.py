"""Process and decisions of a matter: they run, and every role, act, decision and result they name exists."""

from collections.abc import Iterator
from pathlib import Path

from ziyuan.base.errors import ZiyuanError
from ziyuan.kernel import service as kernel
from ziyuan.workflow.decisions import Decision
from ziyuan.workflow.engine import Graph, Node
from ziyuan.workflow.engine import check as bpmn_faults
from ziyuan.workflow.gate import actions, carried, chosen, external, panels, people, versions
from ziyuan.workflow.gate.fault import Fault
from ziyuan.workflow.gate.matter import BEFORE_DECISION
from ziyuan.workflow.tasks.words import TITLES


def check(pack: kernel.Pack, matter: kernel.Matter) -> Iterator[Fault]:
    """Faults of process.bpmn and of every decision file."""
    decisions: set[str] = set()
    for name in matter.told.get("decisions", []):
        yield from _decision(pack, matter, name, decisions)
    file = f"matters/{matter.id}/{matter.told.get('process', '')}"
    path = matter.folder / matter.told.get("process", "process.bpmn")
    if not path.is_file():
        yield Fault(pack.id, file, "", "没有流程文件")
        return
    faults = bpmn_faults(path.read_bytes(), path.name)
    for fault in faults:
        yield Fault(pack.id, file, f"第 {fault.line} 行 {fault.element}", fault.message, fault.nearest)
    if not faults:
        yield from _nodes(pack, matter, file, Graph.load(path), decisions)


def _decision(pack: kernel.Pack, matter: kernel.Matter, name: str, found: set[str]) -> Iterator[Fault]:
    file = f"matters/{matter.id}/{name}"
    try:
        model = Decision.load(Path(matter.folder / name))
    except ZiyuanError as refused:
        yield Fault(pack.id, file, "", str(refused), refused.remedy)
        return
    found.update(model.decisions)
    for fault in model.check():
        severity = "error" if fault.severity == "error" else "notice"
        yield Fault(pack.id, file, f"第 {fault.line} 行 {fault.element}", fault.message, severity=severity)


def _nodes(
    pack: kernel.Pack, matter: kernel.Matter, file: str, graph: Graph, decisions: set[str]
) -> Iterator[Fault]:
    roles, levels = pack.told.get("roles", {}), matter.told.get("levels", [])
    may_act = kernel.permissions()["case.act"]
    ends = set()
    for node in graph.nodes.values():
        place = f"第 {node.line} 行 {node.id}"
        if node.waits:
            named = people.role_at(pack, node.role, node.level) if node.role != kernel.EXTERNAL_HANDLER else ()
            for message, remedy in named:
                yield Fault(pack.id, file, place, message, remedy)
            if matter.id not in roles.get(node.role, {}).get("matters", (matter.id,)):
                yield Fault(pack.id, file, place, f"岗位“{node.role}”不办理本事项", "请在 pack.yaml 该岗位的 matters 中加上它")
            if node.role not in may_act:
                yield Fault(pack.id, file, place, f"岗位“{node.role}”没有办案权限(case.act)")
            if node.level in ("county", "city", "province") and node.level not in levels:
                yield Fault(pack.id, file, place, f"层级“{node.level}”不在事项的 levels 中")
            for action in sorted(node.allow - TITLES.keys()):
                yield Fault(pack.id, file, place, f"没有动作“{action}”", f"可用:{'、'.join(TITLES)}")
        elif node.type == "businessRuleTask" and node.decision not in decisions:
            yield Fault(pack.id, file, place, f"没有决策“{node.decision}”", "请在 decisions 中列出它的文件")
        elif node.type == "endEvent" and (node.parent == graph.id or _uncaught(graph, node)):
            ends.add(node.id)
    for name in matter.told.get("words", {}):
        if name not in graph.nodes or not graph.nodes[name].waits:
            yield Fault(pack.id, f"matters/{matter.id}/matter.yaml", f"words.{name}", "流程中没有这个人工环节")
    yield from _ends(pack, matter, file, ends)
    yield from actions.check(pack, matter, file, graph)
    yield from carried.refused(pack, file, graph, matter.told.get("effects") or {})
    yield from versions.check(pack, matter, graph)
    yield from carried.names_in_scope(pack, file, graph, _names(matter, graph))
    yield from people.strategies(pack, matter, file, graph, _names(matter, graph))
    yield from people.lists(pack, matter, file, graph, _names(matter, graph))
    yield from people.policies(pack, matter)
    yield from chosen.check(pack, file, graph)
    yield from panels.check(pack, matter, file, graph, _names(matter, graph))
    yield from external.check(pack, matter, file, graph, _names(matter, graph) | BEFORE_DECISION)


def _uncaught(graph: Graph, end: Node) -> bool:
    """An error that nothing in the process catches ends the case."""
    if end.event.kind != "error":
        return False
    caught = [n.event.key for n in graph.nodes.values() if n.event.kind == "error" and n.type != "endEvent"]
    return end.event.key not in caught and "" not in caught


def _ends(pack: kernel.Pack, matter: kernel.Matter, file: str, ends: set[str]) -> Iterator[Fault]:
    results = set(matter.told.get("results", {}))
    for name in sorted(ends - results):
        yield Fault(pack.id, file, name, f"结束“{name}”在 matter.yaml 的 results 中没有对应的结果")
    for name in sorted(results - ends):
        yield Fault(
            pack.id, f"matters/{matter.id}/matter.yaml", f"results.{name}", "流程中没有以它为编号的结束事件"
        )


def _names(matter: kernel.Matter, graph: Graph) -> frozenset[str]:
    """What a process text may read: the matter's facts, what the process sets, and what one instance or round sees."""
    set_by_process = {n.result for n in graph.nodes.values() if n.result}
    local = {"loopCounter", *(n.multi.item for n in graph.nodes.values() if n.multi)} - {""}
    messages = {name for told in matter.told.get("messages", {}).values() for name in told}
    lists = matter.told.get("people") or {}
    return frozenset({*matter.told.get("facts", {}), *lists, *set_by_process, "outcome", *local, *messages})
