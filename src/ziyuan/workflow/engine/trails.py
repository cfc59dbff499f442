"""The way a token came: the tasks of people it passed, each once, with the splits they lay in.

An entry is the task's id, or [id, scope] where it lay in a split or a sub-process. `scope` is the list of the
numbers of splits and activity instances around a place, the outermost first.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

Scope = list[int]
Entry = Any
CLOSED = 0  # stands at the end of the scope of a task whose branch has been joined


def entry(node: str, scope: Scope) -> Entry:
    return [node, scope] if scope else node


def node_of(one: Entry) -> str:
    return one if isinstance(one, str) else str(one[0])


def scope_of(one: Entry) -> Scope:
    return [] if isinstance(one, str) else list(one[1])


def nodes(trail: Sequence[Entry]) -> list[str]:
    return [node_of(one) for one in trail]


def before(trail: list[Entry], node: str) -> list[Entry]:
    """The trail up to the visit of a task; all of it when the task is not in it."""
    for place, one in enumerate(trail):
        if node_of(one) == node:
            return trail[:place]
    return trail


def walked(trail: list[Entry], node: str, scope: Scope) -> list[Entry]:
    """The trail after a task: what lay after an earlier visit of it is forgotten."""
    return [*before(trail, node), entry(node, scope)]


def common(a: Sequence[Any], b: Sequence[Any]) -> int:
    """How many first members two lists share."""
    for place, (x, y) in enumerate(zip(a, b, strict=False)):
        if x != y:
            return place
    return min(len(a), len(b))


def merged(trails: Sequence[list[Entry]], scope: Scope) -> list[Entry]:
    """The trail of a token made of several; a plain return into one joined branch would wait for the others for ever."""
    shared = min(common(trails[0], other) for other in trails)
    found: dict[str, Entry] = {}
    for trail in trails:
        for place, one in enumerate(trail):
            lay = scope_of(one)
            closed = place >= shared and len(trails) > 1 and common(lay, scope) == len(lay)
            found.setdefault(node_of(one), [node_of(one), [*lay, CLOSED]] if closed else one)
    return list(found.values())
