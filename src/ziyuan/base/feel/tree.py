"""Questions about a tree: which names it reads from outside, and where."""

from __future__ import annotations

from collections.abc import Iterator

from ziyuan.base.feel import syntax


def free_names(node: syntax.Node) -> frozenset[str]:
    """Names the tree takes from the outermost scope (functions called by name included)."""
    return frozenset(found.name for found, _ in name_nodes(node))


def reads(node: syntax.Node, name: str) -> bool:
    return any(found.name == name for found, _ in name_nodes(node))


def name_nodes(
    node: syntax.Node, local: frozenset[str] = frozenset(), filtered: bool = False
) -> Iterator[tuple[syntax.Name, bool]]:
    """Every free name, and whether it stands inside a filter, where an item's entry may be meant."""
    if isinstance(node, syntax.Name):
        if node.name not in local:
            yield node, filtered
    elif isinstance(node, (syntax.For, syntax.Quantified)):
        yield from _loop_names(node, local, filtered)
    elif isinstance(node, syntax.Filter):
        yield from name_nodes(node.value, local, filtered)
        yield from name_nodes(node.test, local | {"item"}, True)
    elif isinstance(node, syntax.ContextOf):
        keys = {entry.key for entry in node.entries}
        for entry in node.entries:
            seen = local | keys if isinstance(entry.value, syntax.Lambda) else local
            yield from name_nodes(entry.value, seen, filtered)
            local |= {entry.key}
    elif isinstance(node, syntax.Lambda):
        yield from name_nodes(node.body, local | set(node.parameters), filtered)
    else:
        for child in children(node):
            yield from name_nodes(child, local, filtered)


def _loop_names(
    node: syntax.For | syntax.Quantified, local: frozenset[str], filtered: bool
) -> Iterator[tuple[syntax.Name, bool]]:
    for loop in node.loops:
        yield from name_nodes(loop.domain, local, filtered)
        if loop.high is not None:
            yield from name_nodes(loop.high, local, filtered)
        local |= {loop.name}
    inner = node.body if isinstance(node, syntax.For) else node.test
    yield from name_nodes(inner, local | {"partial"} if isinstance(node, syntax.For) else local, filtered)


def children(node: syntax.Node) -> Iterator[syntax.Node]:
    """The nodes directly below, in the order of the text (forms with scopes of their own excepted)."""
    for slot in _slots(type(node)):
        value = getattr(node, slot)
        if isinstance(value, syntax.Node):
            yield value
        elif isinstance(value, tuple):
            yield from (item for item in value if isinstance(item, syntax.Node))


def _slots(kind: type) -> tuple[str, ...]:
    return tuple(name for name in kind.__dataclass_fields__ if name not in ("start", "end"))  # type: ignore[attr-defined]
