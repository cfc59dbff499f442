"""Tasks of registered external units (外部单位): each names its unit, opens nothing that reaches further, and decides nothing."""

from collections.abc import Iterator

from ziyuan.kernel import service as kernel
from ziyuan.workflow.engine import Graph, Node
from ziyuan.workflow.gate.carried import place_of
from ziyuan.workflow.gate.fault import Fault
from ziyuan.workflow.gate.people import LEVELS, called
from ziyuan.workflow.people.external import ALLOWED, ROLE
from ziyuan.workflow.people.strategies import ATTRIBUTE
from ziyuan.workflow.reach.copying import ATTRIBUTE as COPIED
from ziyuan.workflow.tasks.next_person import chosen_nodes
from ziyuan.workflow.tasks.words import TITLES

NAME = "external"
HOW = f'请写 zy:role="{ROLE}"、zy:assign=\'external("单位名称")\''
Told = tuple[str, str]


def check(pack: kernel.Pack, matter: kernel.Matter, file: str, graph: Graph, names: frozenset[str]) -> Iterator[Fault]:
    """Faults of the tasks that are an external unit's, and of every other place that names one."""
    for node in graph.nodes.values():
        found = [*_at(node, names), *(_reach(graph, node) if node.role == ROLE and node.waits else ())]
        for message, remedy in found:
            yield Fault(pack.id, file, place_of(node), message, remedy)
    text = f"matters/{matter.id}/matter.yaml"
    lists = {f"people.{name}": str(feel) for name, feel in (matter.told.get("people") or {}).items()}
    panels = matter.told.get("panels") or {}
    drawn = {f"panels.{name}.from": str(told.get("from", "")) for name, told in panels.items() if isinstance(told, dict)}
    for place, feel in (lists | drawn).items():
        if _names_unit(feel, names):
            yield Fault(pack.id, text, place, "人员清单和专家名单中不能有外部单位", f"外部单位只在环节的分派中写。{HOW}")
    fallback = matter.told.get("policies", {}).get("nobody_found")
    if isinstance(fallback, dict) and fallback.get("role") == ROLE:
        yield Fault(pack.id, text, "policies.nobody_found", "无人可办的件不能交给外部单位", "请写本部门的岗位或职务")


def _names_unit(text: str, names: frozenset[str]) -> bool:
    return any(name == NAME for name, _ in called(text, names))


def _at(node: Node, names: frozenset[str]) -> Iterator[Told]:
    """What a node says of external units."""
    named = _names_unit(node.attributes.get(ATTRIBUTE, ""), names)
    if _names_unit(node.attributes.get(COPIED, ""), names):
        yield "外部单位不能收抄送(zy:copy):它只看见交给自己的环节", "请删去,需要其意见的设一个环节"
    if node.role != ROLE:
        if named:
            yield f"分派给外部单位的环节,岗位应为“{kernel.TITLES[ROLE]}”", f'请写 zy:role="{ROLE}"'
        return
    if not named:
        yield f"岗位“{kernel.TITLES[ROLE]}”的环节没有写明交给哪个外部单位", f"请写 zy:assign='{NAME}(\"单位名称\")'"
    for action in sorted(node.allow & TITLES.keys() - ALLOWED):
        yield (
            f"外部单位的环节不允许“{action}”({TITLES[action]}):它只就本环节提出意见",
            f"可用:{'、'.join(sorted(ALLOWED))}",
        )


def _reach(graph: Graph, node: Node) -> Iterator[Told]:
    """What may follow at once on what an external unit does: never the end of the case, never a choice among our people."""
    at, ends = _after(graph, node.id)
    if ends:
        yield "外部单位的意见之后就是结束,等于由它作出决定", "请在它之后放一个本部门的环节作出决定"
    chosen = "、".join(graph.nodes[key].name for key in sorted(at & chosen_nodes(graph)))
    if chosen:
        yield f"外部单位之后的“{chosen}”由上一环节选定办理人(zy:chosen),外部单位不选本部门的人", "请改用 zy:assign"


def _after(graph: Graph, node: str) -> tuple[set[str], bool]:
    """The tasks of people that come next on some way, and whether the process may end before any of them."""
    found: set[str] = set()
    seen, work, ends = {node}, [way.target for way in graph.ways[node]], False
    while work:
        at = work.pop()
        if at in seen:
            continue
        seen.add(at)
        one = graph.nodes[at]
        if one.waits:
            found.add(at)
        elif one.type == "endEvent":
            holds = [other.id for other in graph.nodes.values() if other.body and other.body == one.parent]
            ends = ends or not holds
            work += [way.target for holder in holds for way in graph.ways[holder]]
        else:
            work += list(graph.bodies[one.body].starts) if one.body else [way.target for way in graph.ways[at]]
    return found, ends


def declared(pack: kernel.Pack) -> Iterator[Fault]:
    """The external units a pack counts on, each with unit and level; their role is the platform's and no pack's."""
    for at, told in enumerate(pack.told.get(NAME) or []):
        place = f"{NAME}[{at}]"
        if not isinstance(told, dict) or set(told) != {"unit", "level"}:
            yield Fault(pack.id, "pack.yaml", place, "应写 unit、level 两项", "unit 是登记的单位名称,level 是登记的行政区层级")
        elif told["level"] not in LEVELS:
            yield Fault(pack.id, "pack.yaml", place, f"层级“{told['level']}”不存在", f"可用:{'、'.join(LEVELS)}")
    if ROLE in pack.told.get("roles", {}):
        yield Fault(pack.id, "pack.yaml", f"roles.{ROLE}", "外部单位的岗位由平台给出,不写在 roles 中", "请删去")
