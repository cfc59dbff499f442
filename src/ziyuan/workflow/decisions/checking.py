"""The publish check of a decision file: FEEL parses, names are known, tables have no gap and no overlap."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from ziyuan.base import feel
from ziyuan.base.errors import nearest
from ziyuan.base.feel import types as feel_types
from ziyuan.workflow.decisions import coverage, model
from ziyuan.workflow.decisions.errors import DecisionError
from ziyuan.workflow.decisions.itemtypes import Types
from ziyuan.workflow.decisions.table import broken

if TYPE_CHECKING:
    from ziyuan.workflow.decisions.decision import Decision

_COMPLETE = frozenset(("U", "A", "F", "P"))


class Fault(NamedTuple):
    """One fault, placed; severity `error` stops publishing, `warning` wants an explanation."""

    message: str
    file: str
    element: str
    line: int
    severity: str = "error"


class _Site(NamedTuple):
    """Where a text stands: what it may name."""

    file: str
    names: frozenset[str]
    members: frozenset[str]
    functions: feel.Functions
    types: Types
    decision: Decision
    typed: Mapping[str, str]  # names of what a decision requires, with their types


def check(decision: Decision, functions: feel.Functions = None) -> list[Fault]:
    """All faults of a file, in the order of its lines."""
    file = decision.definitions.file
    faults = [Fault(bad.message, file, bad.element, bad.line) for bad in decision.definitions.faults]
    for wanted, why in decision.missing:
        faults.append(Fault(f"导入“{wanted.name}”：{why}", file, "import", wanted.line))
    for item in decision.definitions.types.values():
        faults.extend(_item(item, decision))
    for node in decision.definitions.nodes.values():
        faults.extend(_node(node, decision, functions))
    faults.extend(_cycles(decision))
    return sorted(faults, key=lambda fault: fault.line)


def _node(node: model.Node, decision: Decision, functions: feel.Functions) -> Iterator[Fault]:
    file = decision.definitions.file
    try:
        names = decision.scope_names(node)
        for reference in (*node.outputs, *node.encapsulated, *node.input_data, *node.input_decisions):
            decision.resolve(reference, node)
    except DecisionError as bad:
        yield Fault(bad.bare, file, node.id, node.line)
        return
    site = _Site(file, names, decision.members(), functions, decision.types, decision, _typed(node, decision))
    if node.kind in ("decision", "businessKnowledgeModel") and node.body is None:
        yield Fault(f"“{node.name}”没有内容", file, node.id, node.line)
    if node.kind == "decisionService" and not node.outputs:
        yield Fault(f"决策服务“{node.name}”没有输出决策", file, node.id, node.line)
    yield from _box(node.body, site)
    yield from _type(node.type_ref, site, node.id, node.line)


def _typed(node: model.Node, decision: Decision) -> dict[str, str]:
    targets = [decision.resolve(reference, node) for reference in node.requires]
    return {target.variable: target.type_ref for prefix, _, target in targets if not prefix}


def _item(item: model.ItemType, decision: Decision) -> Iterator[Fault]:
    site = _Site(decision.definitions.file, frozenset(), decision.members(), None, decision.types, decision, {})
    element = f"itemDefinition {item.name}"
    yield from _type(item.type_ref, site, element, item.line)
    for text in (item.allowed, item.constraint):
        yield from _text(text, site, unary=True)
    for part in item.components:
        yield from _item(part, decision)
    if item.function is not None:
        for variable in item.function.parameters:
            yield from _type(variable.type_ref, site, element, item.line)
        yield from _type(item.function.result, site, element, item.line)


def _type(type_ref: str, site: _Site, element: str, line: int) -> Iterator[Fault]:
    if not site.types.is_known(type_ref):
        close = nearest(type_ref, {*site.types.items, *feel_types.SIMPLE})
        hint = f",最接近的是“{close}”" if close else ""
        yield Fault(f"不认识的类型“{type_ref}”{hint}", site.file, element, line)


def _text(text: model.Text | None, site: _Site, unary: bool = False) -> Iterator[Fault]:
    if text is None or (unary and not text.text):
        return
    if text.language:
        message = f"不支持的表达式语言“{text.language}”，请用 FEEL"
        yield Fault(message, site.file, text.element, text.line)
        return
    if not text.text:
        yield Fault("表达式是空的", site.file, text.element, text.line)
        return
    for problem in feel.check(text.text, site.names, site.functions, unary, site.members, site.types):
        piece = text.text[problem.start : problem.end][:30]
        place = f"第 {problem.start + 1} 个字符“{piece}”:" if piece else ""
        yield Fault(place + problem.message, site.file, text.element, text.line)


def _more(site: _Site, *names: str) -> _Site:
    return site._replace(names=site.names | set(names), members=site.members | set(names))


def _box(box: model.Boxed | None, site: _Site) -> Iterator[Fault]:
    if isinstance(box, model.Broken):
        yield Fault(box.message, site.file, box.element, box.line)
    elif isinstance(box, model.Literal):
        yield from _text(box.expression, site)
    elif isinstance(box, model.Table):
        yield from _table(box, site)
    elif isinstance(box, model.ContextBox):
        for variable, value in box.entries:
            yield from _type(variable.type_ref, site, "contextEntry", 0)
            yield from _box(value, _more(site, variable.name) if isinstance(value, model.FunctionBox) else site)
            site = _more(site, variable.name)
        yield from _box(box.result, site)
    elif isinstance(box, model.FunctionBox):
        yield from _function(box, site)
    elif isinstance(box, model.FilterBox):
        yield from _box(box.source, site)
        yield from _box(box.test, _more(site, "item", *site.decision.entries()))
    elif isinstance(box, model.LoopBox):
        yield from _box(box.source, site)
        yield from _box(box.body, _more(site, box.variable, "partial"))
    else:
        for inner in model.parts(box):
            yield from _box(inner, site)


def _function(box: model.FunctionBox, site: _Site) -> Iterator[Fault]:
    if box.kind != "FEEL":
        message = f"不支持外部函数({box.kind}),请用 FEEL 写出函数体"
        yield Fault(message, site.file, "functionDefinition", box.line)
        return
    for parameter in box.parameters:
        yield from _type(parameter.type_ref, site, "formalParameter", box.line)
    yield from _box(box.body, _more(site, *(parameter.name for parameter in box.parameters)))


def _table(table: model.Table, site: _Site) -> Iterator[Fault]:
    stopped = broken(table)
    if stopped:
        yield Fault(stopped, site.file, table.element, table.line)
    for column in table.inputs:
        yield from _text(column.expression, site)
        yield from _text(column.allowed, site, unary=True)
    for output in table.outputs:
        yield from _text(output.allowed, site, unary=True)
        yield from _text(output.default, site)
    faults: list[Fault] = []
    for rule in table.rules:
        for test in rule.tests:
            faults.extend(_in_row(rule, _text(test, site, unary=True)))
        for result in rule.results:
            faults.extend(_in_row(rule, _text(result, site)))
    yield from faults
    if not faults:
        yield from _coverage(table, site)


def _in_row(rule: model.Rule, faults: Iterable[Fault]) -> Iterator[Fault]:
    for fault in faults:
        yield fault._replace(message=f"第 {rule.number} 行：{fault.message}")


def _with_domains(table: model.Table, site: _Site) -> model.Table:
    """The table with the type of each input, and its allowed values where only the type says them."""
    columns = []
    for column in table.inputs:
        kind = column.type_ref or site.typed.get(column.expression.text, "")
        columns.append(replace(column, type_ref=kind, allowed=column.allowed or site.types.allowed(kind)))
    return replace(table, inputs=tuple(columns))


def _coverage(table: model.Table, site: _Site) -> Iterator[Fault]:
    try:
        gaps, overlaps = coverage.analyse(_with_domains(table, site))
    except (coverage.NotAnalysable, feel.FeelError) as why:
        yield Fault(f"未能检查空缺与重叠：{why}", site.file, table.element, table.line, "warning")
        return
    if table.hit in _COMPLETE and not any(output.default for output in table.outputs):
        for gap in gaps:
            yield Fault(f"没有一行适用于：{gap.where}", site.file, table.element, table.line, "warning")
    if table.hit not in ("U", "A"):
        return
    results = {rule.number: tuple(cell.text for cell in rule.results) for rule in table.rules}
    for overlap in overlaps:
        if table.hit == "A" and len({results[row] for row in overlap.rows}) == 1:
            continue
        rows = "、".join(map(str, overlap.rows))
        yield Fault(f"第 {rows} 行同时适用于：{overlap.where}", site.file, table.element, table.line)


def _cycles(decision: Decision) -> Iterator[Fault]:
    """Decisions that need themselves."""
    nodes = decision.definitions.nodes
    done: set[str] = set()
    for start in nodes.values():
        path: list[str] = []
        stack: list[tuple[str, bool]] = [(start.id, False)]
        while stack:
            at, leaving = stack.pop()
            if leaving:
                path.pop()
                done.add(at)
                continue
            if at in path:
                node = nodes[at]
                yield Fault(f"决策“{node.name}”循环依赖自身", decision.definitions.file, at, node.line)
                return
            if at in done or at not in nodes:
                continue
            path.append(at)
            stack.append((at, True))
            if nodes[at].kind == "decision":  # functions may call themselves
                stack.extend((reference, False) for reference in nodes[at].requires)
