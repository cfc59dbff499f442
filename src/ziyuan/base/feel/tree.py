"""Questions about a tree: which names it reads from outside, and where."""

from __future__ import annotations

import functools
from collections.abc import Iterator

from ziyuan.base.feel import syntax


def free_names(node: syntax.Node) -> frozenset[str]:
    """Names the tree takes from the outermost scope (functions called by name included)."""
    return frozenset(found.name for found, _ in name_nodes(node))


def reads(node: syntax.Node, name: str) -> bool:
    return any(found.name == name for found, _ in name_nodes(node))


def name_nodes(node: syntax.Node) -> Iterator[tuple[syntax.Name, bool]]:
    """Every free name, and whether it stands inside a filter, where an item's entry may be meant."""
    waiting: list[_Place] = [(node, frozenset(), False)]
    while waiting:
        place = waiting.pop()
        found, local, filtered = place
        if isinstance(found, syntax.Name):
            if found.name not in local:
                yield found, filtered
        else:
            waiting.extend(reversed(_below(*place)))


def walk(node: syntax.Node) -> Iterator[syntax.Node]:
    """Every node below and including this one, in the order of the text."""
    waiting = [node]
    while waiting:
        found = waiting.pop()
        yield found
        waiting.extend(child for child, _, _ in reversed(_below(found, frozenset(), False)))


_Place = tuple[syntax.Node, frozenset[str], bool]


def _below(node: syntax.Node, local: frozenset[str], filtered: bool) -> list[_Place]:
    """The nodes directly below, each with the names that are its own there."""
    if isinstance(node, (syntax.For, syntax.Quantified)):
        return _of_loops(node, local, filtered)
    if isinstance(node, syntax.Filter):
        return [(node.value, local, filtered), (node.test, local | {"item"}, True)]
    if isinstance(node, syntax.Lambda):
        return [(node.body, local | set(node.parameters), filtered)]
    if isinstance(node, syntax.ContextOf):
        keys = {entry.key for entry in node.entries}
        places: list[_Place] = []
        for entry in node.entries:
            seen = local | keys if isinstance(entry.value, syntax.Lambda) else local
            places.append((entry.value, seen, filtered))
            local |= {entry.key}
        return places
    return [(child, local, filtered) for child in children(node)]


def _of_loops(node: syntax.For | syntax.Quantified, local: frozenset[str], filtered: bool) -> list[_Place]:
    places: list[_Place] = []
    for loop in node.loops:
        places.append((loop.domain, local, filtered))
        if loop.high is not None:
            places.append((loop.high, local, filtered))
        local |= {loop.name}
    if isinstance(node, syntax.For):
        return [*places, (node.body, local | {"partial"}, filtered)]
    return [*places, (node.test, local, filtered)]


def children(node: syntax.Node) -> Iterator[syntax.Node]:
    """The nodes directly below, in the order of the text (forms with scopes of their own excepted)."""
    for slot in _slots(type(node)):  # type: ignore[arg-type]
        value = getattr(node, slot)
        if isinstance(value, syntax.Node):
            yield value
        elif isinstance(value, tuple):
            yield from (item for item in value if isinstance(item, syntax.Node))


@functools.cache
def _slots(kind: type) -> tuple[str, ...]:
    return tuple(name for name in kind.__dataclass_fields__ if name not in ("start", "end"))  # type: ignore[attr-defined]
