"""Who is to do the work: every strategy parses, and every role, post, node, rank and policy it names exists."""

import inspect
from collections.abc import Iterator
from typing import Any

from ziyuan.base.errors import nearest
from ziyuan.base.feel import FeelError, syntax
from ziyuan.base.feel.expression import parse
from ziyuan.base.feel.tree import walk
from ziyuan.kernel import service as kernel
from ziyuan.workflow.engine import Graph
from ziyuan.workflow.gate.fault import Fault
from ziyuan.workflow.gate.matter import BEFORE_DECISION, fields_of
from ziyuan.workflow.gate.scope import problems
from ziyuan.workflow.people.strategies import ATTRIBUTE, FUNCTIONS
from ziyuan.workflow.reach.copying import ATTRIBUTE as COPIED

LEVELS = ("county", "city", "province")
_LEVEL_AT = {"role": 1, "post": 2, "head": 1, "external": 1}


def strategies(
    pack: kernel.Pack, matter: kernel.Matter, file: str, graph: Graph, names: frozenset[str]
) -> Iterator[Fault]:
    """Faults of each `zy:assign` and each `zy:copy` of the process, at its line."""
    for node in graph.nodes.values():
        for attribute, title in ((ATTRIBUTE, "分派(zy:assign)"), (COPIED, "抄送(zy:copy)")):
            text, place = node.attributes.get(attribute), f"第 {node.line} 行 {node.id}"
            if text is None:
                continue
            if not node.waits:
                yield Fault(pack.id, file, place, f"只有人工环节可以写{title}", "请写在 userTask 或 manualTask 上")
                continue
            yield from problems(pack, file, place, text, names | BEFORE_DECISION, fields_of(matter), FUNCTIONS)
            unread = _unread(text, names | BEFORE_DECISION) if attribute == COPIED else ()
            for message, remedy in (*named_in(pack, graph, text, names | BEFORE_DECISION), *unread):
                yield Fault(pack.id, file, place, f"“{text}”:{message}", remedy)


def named_in(pack: kernel.Pack, graph: Graph, text: str, names: frozenset[str]) -> Iterator[tuple[str, str]]:
    """What the functions of a text name, written out, that does not exist."""
    for name, given in called(text, names):
        yield from _arity(name, len(given))
        yield from _arguments(pack, graph, name, given)


def called(text: str, names: frozenset[str]) -> Iterator[tuple[str, list[str]]]:
    """Each call of a strategy in a text, with what is written out in it."""
    try:
        tree = parse(text, names, frozenset(), frozenset(FUNCTIONS))
    except FeelError:
        return
    for node in walk(tree):
        if isinstance(node, syntax.Call) and isinstance(node.function, syntax.Name) and node.function.name in FUNCTIONS:
            yield node.function.name, [_literal(a) for a in node.arguments]


def _unread(text: str, names: frozenset[str]) -> Iterator[tuple[str, str]]:
    """Posts of a copy whose holders may not read cases: no copy would ever reach them."""
    readers = kernel.permissions()["case.read"]
    for name, given in called(text, names):
        if name in ("role", "holders") and given and given[0] and given[0] not in readers:
            yield f"岗位“{given[0]}”没有查看案件的权限(case.read),抄送不到", f"可用:{'、'.join(sorted(readers))}"


def _literal(node: syntax.Node) -> str:
    """The text of an argument written out; empty for one that is computed."""
    return node.value if isinstance(node, syntax.Literal) and isinstance(node.value, str) else ""


def _arity(name: str, given: int) -> Iterator[tuple[str, str]]:
    parameters = inspect.signature(FUNCTIONS[name]).parameters.values()
    least = sum(p.default is inspect.Parameter.empty for p in parameters)
    if not least <= given <= len(parameters):
        shown = ", ".join(p.name if p.default is inspect.Parameter.empty else f"[{p.name}]" for p in parameters)
        yield f"函数“{name}”的参数不符", f"写法:{name}({shown})"


def _arguments(pack: kernel.Pack, graph: Graph, name: str, given: list[str]) -> Iterator[tuple[str, str]]:
    """What is written out in a call and does not exist. A computed argument is looked at when the case runs."""
    first, at = (given[0] if given else ""), _LEVEL_AT.get(name, len(given))
    level = given[at] if at < len(given) else "county" if name in _LEVEL_AT else ""
    if name in ("role", "holders") and first:
        yield from role_at(pack, first, level)
    if level and level not in LEVELS:
        yield f"层级“{level}”不存在", f"可用:{'、'.join(LEVELS)}"
    if name in ("post", "head") and first:
        yield from _post(pack, first, given[1] if name == "post" and len(given) > 1 else "", level)
    if name == "external" and first:
        yield from _external(pack, first, level)
    if name == "person at" and first and not (first in graph.nodes and graph.nodes[first].waits):
        close = nearest(first, [n.id for n in graph.nodes.values() if n.waits])
        yield f"没有人工环节“{first}”", f"最接近的是“{close}”" if close else ""
    if name in ("heads above", "chain") and len(given) > 1 and given[1] and given[1] not in kernel.RANKS:
        yield f"没有职级“{given[1]}”", f"可用:{'、'.join(kernel.RANKS)}"


def role_at(pack: kernel.Pack, role: str, level: str) -> Iterator[tuple[str, str]]:
    """Why a post is none of the pack's, or stands at other levels than the one written; a computed level is not judged."""
    roles, levels = pack.told.get("roles", {}), pack.levels_of(role)
    if role not in roles:
        close = nearest(role, roles)
        yield f"岗位“{role}”不在 pack.yaml 的 roles 中", f"最接近的是“{close}”" if close else ""
    elif level in LEVELS and level not in levels:
        known = "、".join(one for one in LEVELS if one in levels)
        remedy = f"请改写层级或岗位,或在 pack.yaml 的 roles.{role}.level 中加上 {level}"
        yield f"岗位“{role}”是 {known} 的岗位,这里写的是 {level}", remedy


def _post(pack: kernel.Pack, unit: str, title: str, level: str) -> Iterator[tuple[str, str]]:
    told = [p for p in pack.told.get("posts", []) if isinstance(p, dict) and p.get("unit") == unit]
    declared = [p for p in told if not level or p.get("level") == level]
    if not declared:
        yield f"{level} 的单位“{unit}”不在 pack.yaml 的 posts 中", "请在 posts 中写明 unit、title、level"
    elif title and title not in [p.get("title") for p in declared]:
        yield f"单位“{unit}”没有职务“{title}”", f"posts 中写明的有:{'、'.join(str(p.get('title')) for p in declared)}"


def _external(pack: kernel.Pack, unit: str, level: str) -> Iterator[tuple[str, str]]:
    told = [u for u in pack.told.get("external") or [] if isinstance(u, dict)]
    named = [str(u.get("unit")) for u in told]
    if unit not in named:
        close = nearest(unit, named)
        hint = f"最接近的是“{close}”" if close else "请在 external 中写明 unit、level"
        yield f"外部单位“{unit}”不在 pack.yaml 的 external 中", hint
    elif level in LEVELS and not any(u.get("unit") == unit and u.get("level") == level for u in told):
        levels = "、".join(str(u.get("level")) for u in told if u.get("unit") == unit)
        yield f"外部单位“{unit}”登记在 {levels},这里写的是 {level}", "请改写层级"


def lists(
    pack: kernel.Pack, matter: kernel.Matter, file: str, graph: Graph, names: frozenset[str]
) -> Iterator[Fault]:
    """Faults of the lists of people that a matter names, and of the reviews that are held by them."""
    text, told = f"matters/{matter.id}/matter.yaml", matter.told.get("people") or {}
    known = frozenset(names - told.keys()) | BEFORE_DECISION
    for name, feel in told.items():
        place = f"people.{name}"
        if name in matter.told.get("facts", {}):
            yield Fault(pack.id, text, place, f"“{name}”与 facts 中的同名", "请改名")
        yield from problems(pack, text, place, feel, known, fields_of(matter), FUNCTIONS)
        for message, remedy in named_in(pack, graph, str(feel), known):
            yield Fault(pack.id, text, place, f"“{feel}”:{message}", remedy)
    for node in graph.nodes.values():
        listed = node.multi.collection if node.multi else ""
        if listed in told and node.multi and node.waits and ATTRIBUTE not in node.attributes:
            item = node.multi.item or "approver"
            yield Fault(pack.id, file, f"第 {node.line} 行 {node.id}", f"会签清单“{listed}”是人员,没有写每席交给谁",
                        f'请写 zy:item="{item}"、zy:assign="person({item})"')  # fmt: skip


def posts(pack: kernel.Pack) -> Iterator[Fault]:
    """The posts a pack counts on: each with unit, title and level."""
    for at, told in enumerate(pack.told.get("posts", [])):
        place = f"posts[{at}]"
        if not isinstance(told, dict) or set(told) != {"unit", "title", "level"}:
            yield Fault(pack.id, "pack.yaml", place, "应写 unit、title、level 三项")
        elif told["level"] not in LEVELS:
            yield Fault(pack.id, "pack.yaml", place, f"层级“{told['level']}”不存在", f"可用:{'、'.join(LEVELS)}")


def policies(pack: kernel.Pack, matter: kernel.Matter) -> Iterator[Fault]:
    """The posts that policies name exist, at a level of the matter; a policy that spares an opinion cites its law."""
    told: dict[str, Any] = matter.told.get("policies", {})
    file, fallback = f"matters/{matter.id}/matter.yaml", told.get("nobody_found")
    if isinstance(fallback, dict):
        place, level = "policies.nobody_found", str(fallback.get("level"))
        named = role_at(pack, fallback["role"], level) if "role" in fallback else _post(
            pack, fallback["unit"], fallback["title"], level
        )  # fmt: skip
        for message, remedy in named:
            yield Fault(pack.id, file, place, message, remedy)
        if level not in matter.told.get("levels", []):
            yield Fault(pack.id, file, place, f"层级“{level}”不在事项的 levels 中")
    twice = told.get("same_person_twice")
    if isinstance(twice, dict):
        if twice.get("take") != "earlier":
            yield Fault(pack.id, file, "policies.same_person_twice", f"take 应为 earlier,不是“{twice.get('take')}”")
        if twice.get("basis") not in matter.told.get("basis", []):
            yield Fault(pack.id, file, "policies.same_person_twice", "沿用前次意见的依据不在事项的 basis 中", "请写明法律条款")
