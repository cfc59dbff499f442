"""Panels that are drawn (`panels` in matter.yaml, `zy:draw` at a node): each can be drawn, is drawn somewhere, and is known."""

import re
from collections.abc import Iterator
from typing import Any

from ziyuan.base.errors import nearest
from ziyuan.kernel import service as kernel
from ziyuan.workflow.engine import Graph, Node
from ziyuan.workflow.gate.carried import place_of
from ziyuan.workflow.gate.fault import Fault
from ziyuan.workflow.gate.matter import BEFORE_DECISION, fields_of
from ziyuan.workflow.gate.people import named_in
from ziyuan.workflow.gate.scope import problems
from ziyuan.workflow.people.panels import ATTRIBUTE
from ziyuan.workflow.people.strategies import ATTRIBUTE as ASSIGN
from ziyuan.workflow.people.strategies import FUNCTIONS
from ziyuan.workflow.tasks.drawing import DRAW, REPLACE

KEYS = ("title", "from", "size")
_CALL = re.compile(r'\bpanel\s*\(\s*"([^"]*)"')


def check(pack: kernel.Pack, matter: kernel.Matter, file: str, graph: Graph, names: frozenset[str]) -> Iterator[Fault]:
    """Faults of the panels of a matter, and of whatever names one."""
    text, told = f"matters/{matter.id}/matter.yaml", matter.told.get("panels") or {}
    drawn = {node.attributes.get(ATTRIBUTE) for node in graph.nodes.values()}
    known = names | BEFORE_DECISION
    for name, panel in told.items():
        place = f"panels.{name}"
        if not isinstance(panel, dict) or set(panel) != set(KEYS):
            yield Fault(pack.id, text, place, "应写 title、from、size 三项", "from 是名单(如 post(单位, 专业)),size 是人数")
            continue
        yield from problems(pack, text, f"{place}.from", panel["from"], known, fields_of(matter), FUNCTIONS)
        yield from problems(pack, text, f"{place}.size", str(panel["size"]), known, fields_of(matter))
        for message, remedy in named_in(pack, graph, str(panel["from"]), known):
            yield Fault(pack.id, text, f"{place}.from", message, remedy)
        if name not in drawn:
            yield Fault(pack.id, text, place, "没有环节抽取它", f'请在抽取的环节写 zy:draw="{name}"')
    for node in graph.nodes.values():
        for message, remedy in _node(node, told):
            yield Fault(pack.id, file, place_of(node), message, remedy)
    texts = [(file, place_of(n), n.attributes.get(ASSIGN, "")) for n in graph.nodes.values()]
    texts += [(text, f"people.{name}", str(feel)) for name, feel in (matter.told.get("people") or {}).items()]
    for where, place, feel in texts:
        for name in _CALL.findall(feel):
            if name not in told:
                yield Fault(pack.id, where, place, f"没有专家组“{name}”", _close(name, told))


def _node(node: Node, told: dict[str, Any]) -> Iterator[tuple[str, str]]:
    panel, acts = node.attributes.get(ATTRIBUTE), {DRAW, REPLACE} & node.allow
    if panel is None and acts:
        yield f"允许“{'、'.join(sorted(acts))}”,但没有写抽取哪个专家组", '请写 zy:draw="…",或从 zy:allow 中删去'
    if panel is not None and not node.waits:
        yield "只有人工环节可以抽取专家(zy:draw)", "请写在 userTask 上"
    elif panel is not None and panel not in told:
        yield f"没有专家组“{panel}”", _close(panel, told)
    elif panel is not None and DRAW not in node.allow:
        yield f"抽取专家组“{panel}”,但没有允许“{DRAW}”,不能提交", "请写入 zy:allow"


def _close(name: str, told: dict[str, Any]) -> str:
    close = nearest(name, sorted(told))
    return f"最接近的是“{close}”" if close else "请在 matter.yaml 的 panels 中写明"
