"""`check`: does the text parse, and are its names, functions, arguments and types known?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from ziyuan.base.errors import nearest
from ziyuan.base.feel import builtins, syntax, types
from ziyuan.base.feel.errors import FeelError
from ziyuan.base.feel.expression import names_in, parse, parse_tests
from ziyuan.base.feel.surroundings import NamedTypes
from ziyuan.base.feel.tree import name_nodes, walk


class Problem(NamedTuple):
    """One fault of a text, placed; `nearest` is the known name most like the one met."""

    message: str
    start: int
    end: int
    nearest: str | None


def check(
    text: str,
    names: Iterable[str],
    functions: Mapping[str, Callable[..., Any]] | None = None,
    unary: bool = False,
    members: Iterable[str] = (),
    named: NamedTypes | None = None,
) -> list[Problem]:
    """Faults of an expression (or of unary tests) whose scope holds `names`; [] when it is good."""
    scope, extra = frozenset(names), frozenset(functions or ())
    reader = parse_tests if unary else parse
    try:
        tree: syntax.Node = reader(text, scope, frozenset(members), extra, names_in(named))
    except FeelError as bad:
        return [Problem(bad.bare, bad.start, bad.end, bad.nearest)]
    known = scope | extra | frozenset(builtins.NAMES) | ({"?"} if unary else frozenset())
    faults = [*_unknown_names(tree, known), *_calls(tree, extra), *_types(tree, named), *_literals(tree, text)]
    return sorted(faults, key=lambda fault: fault.start)


def _unknown_names(tree: syntax.Node, known: frozenset[str]) -> Iterator[Problem]:
    for node, filtered in name_nodes(tree):
        if node.name in known or filtered:
            continue
        close = nearest(node.name, known)
        hint = f",最接近的是“{close}”" if close else ""
        yield Problem(f"没有名为“{node.name}”的名称{hint}", node.start, node.end, close)


def _calls(tree: syntax.Node, extra: frozenset[str]) -> Iterator[Problem]:
    for node in walk(tree):
        if not isinstance(node, syntax.Call) or not isinstance(node.function, syntax.Name):
            continue
        name = node.function.name
        if name in extra or name not in builtins.REGISTRY:
            continue
        builtin = builtins.REGISTRY[name]
        if node.names is None:
            good = bool(builtin.fitting(len(node.arguments)))
        else:
            good = any(set(node.names) <= set(form) for form in builtins.parameters_of(name))
        if not good:
            forms = "、".join(f"{name}({', '.join(form)})" for form in builtins.parameters_of(name))
            yield Problem(f"函数“{name}”的参数不符，可用的写法：{forms}", node.start, node.end, None)


def _types(tree: syntax.Node, named: NamedTypes | None) -> Iterator[Problem]:
    for node in walk(tree):
        if not isinstance(node, syntax.InstanceOf):
            continue
        kind = named.named(node.type) if named is not None else node.type
        if not types.is_known(kind):
            close = nearest(node.type.name, types.SIMPLE)
            yield Problem(f"不认识的类型“{node.type.name}”", node.start, node.end, close)
        elif not types.is_complete(kind):
            message = f"类型“{node.type.name}”应写明所含的类型，如 list<number>"
            yield Problem(message, node.start, node.end, None)


def _literals(tree: syntax.Node, text: str) -> Iterator[Problem]:
    for node in walk(tree):
        fault = syntax.fault_of(node, text) if isinstance(node, syntax.Literal) else None
        if fault:
            yield Problem(fault, node.start, node.end, None)
