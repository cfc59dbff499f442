"""The acts a node allows (`zy:allow`): each has what it needs in the drawing and in the matter's text."""

from collections.abc import Iterator

from ziyuan.kernel import service as kernel
from ziyuan.workflow.engine import Graph, Node
from ziyuan.workflow.gate import closing
from ziyuan.workflow.gate.carried import place_of
from ziyuan.workflow.gate.fault import Fault
from ziyuan.workflow.tasks.words import NOT_AT_NODES, TITLES


def check(pack: kernel.Pack, matter: kernel.Matter, file: str, graph: Graph) -> Iterator[Fault]:
    """Faults of the words at nodes, of `terminations` and `gap_days` in matter.yaml."""
    text = f"matters/{matter.id}/matter.yaml"
    for node in graph.nodes.values():
        for message, remedy in (*_node(matter, node), *_asker(node), *_landing(graph, node)):
            yield Fault(pack.id, file, place_of(node), message, remedy)
    yield from closing.check(pack, matter, text)
    for paper in matter.told.get("papers", []):
        days = paper.get("gap_days")
        if days is not None and (days not in pack.parameters or pack.parameters[days].unit != "working_day"):
            place = f"papers.{paper.get('id')}.gap_days"
            yield Fault(pack.id, text, place, f"“{days}”不是以工作日计的参数", "请在 parameters/ 中补一个带出处的数值")


def _node(matter: kernel.Matter, node: Node) -> Iterator[tuple[str, str]]:
    told = matter.told
    for action in sorted(node.allow & set(NOT_AT_NODES)):
        yield f"“{action}”({TITLES[action]})由平台给出,不写在 zy:allow 中", "请删去"
    if "add_seat" in node.allow and node.multi is None:
        yield "只有会签(多实例)才能增加席位(add_seat)", "请写成多实例,或改用 add_before、add_after"
    if node.multi is None and any(node.attributes.get(key) for key in ("weight", "veto")):
        yield "只有会签(多实例)才有权重和否决权(zy:weight、zy:veto)", "请写成多实例,或删去"
    again = node.attributes.get("return")
    if again not in (None, "direct", "again"):
        yield f"zy:return 应为 direct(直送)或 again(逐级重办),不是“{again}”", "请改正"
    elif again is not None and "return" not in node.allow:
        yield "写了 zy:return,但不允许退回(return)", "请在 zy:allow 中写 return,或删去 zy:return"
    if "terminate" in node.allow and not told.get("terminations"):
        yield "允许终止(terminate),但事项没有写明终止的种类", "请在 matter.yaml 的 terminations 中写明种类和依据"
    if "accept_gap" in node.allow and not any("gap_days" in paper for paper in told.get("papers", [])):
        yield "允许容缺受理(accept_gap),但没有一种材料可以容缺", "请给可以后补的材料写 gap_days"


def _asker(node: Node) -> Iterator[tuple[str, str]]:
    """Whose task it is."""
    told = node.attributes.get("own")
    if told is not None and (told not in ("true", "false") or not node.waits):
        yield f"zy:own 只能写在人工环节上,应为 true 或 false,不是“{told}”", "请改正"


def _landing(graph: Graph, node: Node) -> Iterator[tuple[str, str]]:
    """Where a case may be made to go on, and that there is such a place."""
    marked = node.attributes.get("jump")
    if marked not in (None, "true", "false"):
        yield f"zy:jump 应为 true 或 false,不是“{marked}”", "请改正"
    if marked == "true" and graph.why_no_jump(node.id):
        yield graph.why_no_jump(node.id), "请删去 zy:jump"
    if "jump" in node.allow and all(n.attributes.get("jump") != "true" for n in graph.nodes.values()):
        yield "允许跳转(jump),但流程没有写明可以跳到哪里", '请在可以跳到的环节写 zy:jump="true"'
