"""`zy:chosen`: a task whose person is chosen by whoever sends the case there, so somebody must, and one choice at a time."""

from collections.abc import Iterator

from ziyuan.kernel import service as kernel
from ziyuan.workflow.engine import Graph, Node
from ziyuan.workflow.gate.carried import place_of
from ziyuan.workflow.gate.fault import Fault
from ziyuan.workflow.tasks.next_person import ATTRIBUTE, chosen_nodes

_SPLITS = ("parallelGateway", "inclusiveGateway")
_COME = ("intermediateCatchEvent", "receiveTask")  # by themselves, with nobody who acts


def check(pack: kernel.Pack, file: str, graph: Graph) -> Iterator[Fault]:
    """Faults of each node that is marked, and of the ways that lead there."""
    wanted = chosen_nodes(graph)
    for node in graph.nodes.values():
        for message, remedy in _mark(node):
            yield Fault(pack.id, file, place_of(node), message, remedy)
    for node in graph.nodes.values():
        reached, split = _next(graph, node.id)
        found = sorted(reached & wanted)
        by_itself = node.type in (*_COME, "boundaryEvent") or (node.type == "startEvent" and node.parent == graph.id)
        if found and by_itself:
            titles = "、".join(graph.nodes[key].name for key in found)
            yield Fault(
                pack.id, file, place_of(node), f"由此到“{titles}”没有上一环节的办理人,无人可以选定(zy:chosen)",
                "请在它之前放一个人工环节,或改用 zy:assign",
            )  # fmt: skip
        elif node.waits and split and len(found) > 1:
            titles = "、".join(graph.nodes[key].name for key in found)
            yield Fault(pack.id, file, place_of(node), f"办完可能同时到“{titles}”,一次只能选定一个环节的办理人",
                        "请只留一个 zy:chosen,其余改用 zy:assign")  # fmt: skip


def _mark(node: Node) -> Iterator[tuple[str, str]]:
    marked = node.attributes.get(ATTRIBUTE)
    if marked not in (None, "true", "false"):
        yield f"zy:chosen 应为 true 或 false,不是“{marked}”", "请改正"
    if marked == "true" and not node.waits:
        yield "只有人工环节的办理人可以选定(zy:chosen)", "请写在 userTask 或 manualTask 上"
    elif marked == "true" and node.multi is not None:
        yield "会签的各席由清单给出,不能由上一环节选定(zy:chosen)", "请删去,或由表单字段给出清单"


def _next(graph: Graph, node: str) -> tuple[set[str], bool]:
    """The tasks of people that a token leaving the node comes to first, and whether it may split on the way."""
    found: set[str] = set()
    seen, work, split = {node}, [way.target for way in graph.ways[node]], False
    while work:
        at = work.pop()
        if at in seen:
            continue
        seen.add(at)
        if graph.nodes[at].waits:
            found.add(at)
            continue
        one = graph.nodes[at]
        if one.type in _COME:
            continue  # what comes after it is reached from there
        split = split or (one.type in _SPLITS and len(graph.ways[at]) > 1)
        work += [way.target for way in graph.ways[at]] + (list(graph.bodies[one.body].starts) if one.body else [])
        if one.type == "endEvent" and one.parent in graph.nodes:
            work += [way.target for way in graph.ways[one.parent]]
    return found, split or len(graph.ways[node]) > 1
