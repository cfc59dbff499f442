"""Which places of a process can be occupied at once: whether a set of resting tokens could have come about by itself.

One body (process or sub-process) is looked at, values are not: every condition may hold or not. What is inside a
sub-process rests at it. A place is a node, or `join<flow` for a token that waits at a join by that flow.
"""

from __future__ import annotations

import functools
import itertools
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from ziyuan.workflow.engine.nodes import ACTIVITIES, AUTOMATIC, Node, Way

if TYPE_CHECKING:
    from ziyuan.workflow.engine.graph import Graph

Marking = tuple[str, ...]
MOST_MARKINGS = 20_000
MOST_CHOICES = 10


class TooWide(Exception):
    """More possibilities than are looked at."""


def waiting(join: str, flow: str) -> str:
    """The place of a token that waits at a join."""
    return f"{join}<{flow}"


@functools.lru_cache(maxsize=4096)
def reachable(graph: Graph, starts: tuple[str, ...], goal: Marking) -> bool:
    """Whether `goal` (sorted) can come about in the body that begins at `starts`. Raises TooWide."""
    if not goal:
        return True
    game = _Game(graph, Counter(goal))
    wave = game.begun(starts)
    seen = set(wave)
    while wave:
        if goal in wave:
            return True
        wave = {after for marking in wave for after in game.after(marking)} - seen
        seen |= wave
        if len(seen) > MOST_MARKINGS:
            raise TooWide
    return False


class _Game:
    """The moves from one marking to the next; a place that would hold more tokens than it ever may is not looked at."""

    def __init__(self, graph: Graph, goal: Mapping[str, int]) -> None:
        self.graph, self.goal = graph, goal

    def begun(self, starts: tuple[str, ...]) -> set[Marking]:
        nodes = [self.graph.nodes[key] for key in starts]
        ways = [self._out(n) if n.type == "startEvent" else self._at(n) for n in nodes]
        return self._settled(_each(ways))

    def after(self, marking: Marking) -> set[Marking]:
        """Every marking one event further: a task is done, a boundary event or one of several events happens."""
        found: set[Marking] = set()
        for place in dict.fromkeys(marking):
            if "<" in place:
                continue
            rest = list(marking)
            rest.remove(place)
            found |= self._settled((*rest, *more) for more in self._left(self.graph.nodes[place]))
        return found

    def _left(self, node: Node) -> Iterator[Marking]:
        if node.type == "eventBasedGateway":
            for way in self.graph.ways[node.id]:
                yield from self._out(self.graph.nodes[way.target])
        else:
            yield from self._out(node)
        for key in node.boundaries:
            boundary = self.graph.nodes[key]
            stays = () if boundary.interrupts else (node.id,)
            yield from ((*stays, *more) for more in self._out(boundary))

    # -- joins -------------------------------------------------------------------------------------

    def _settled(self, markings: Iterable[Marking]) -> set[Marking]:
        """What comes to rest once every join that can go on has gone on."""
        done: set[Marking] = set()
        work, seen = [tuple(sorted(m)) for m in markings], set()
        while work:
            marking = work.pop()
            if marking in seen or any(n > max(1, self.goal.get(p, 0)) for p, n in Counter(marking).items()):
                continue
            seen.add(marking)
            if len(seen) > MOST_MARKINGS:
                raise TooWide
            join = next((key for key in self._joins(marking) if self._goes_on(key, marking)), None)
            if join is None:
                done.add(marking)
                continue
            rest = list(marking)
            for place in self._arrived(join, marking):
                rest.remove(place)
            work += [tuple(sorted((*rest, *more))) for more in self._out(self.graph.nodes[join])]
        return done

    def _joins(self, marking: Marking) -> list[str]:
        return list(dict.fromkeys(place.partition("<")[0] for place in marking if "<" in place))

    def _arrived(self, join: str, marking: Marking) -> set[str]:
        return {place for place in marking if place.startswith(f"{join}<")}

    def _goes_on(self, join: str, marking: Marking) -> bool:
        arrived = {place.partition("<")[2] for place in self._arrived(join, marking)}
        if len(arrived) == len(self.graph.incoming[join]):
            return True
        if self.graph.nodes[join].type == "parallelGateway":
            return False
        for place in marking:
            at = place.partition("<")[0]
            reached = self.graph.flows_reached(at, join) if at != join else frozenset()
            if reached and not reached & arrived:
                return False
        return True

    # -- along the flows ---------------------------------------------------------------------------

    def _out(self, node: Node) -> list[Marking]:
        """Where the token of a node may go when its work is done, one marking for each possibility."""
        return [m for ways in self._taken(node) for m in _each([self._along(way) for way in ways])]

    def _taken(self, node: Node) -> list[tuple[Way, ...]]:
        ways, default = self.graph.ways[node.id], self.graph.defaults[node.id]
        if node.type == "parallelGateway" or not (default or any(way.guard for way in ways)):
            return [ways]
        if node.type == "exclusiveGateway":
            return [(way,) for way in ways]
        always = tuple(way for way in ways if way.guard is None and way.id != default)
        chosen = [way for way in ways if way.guard is not None and way.id != default]
        if len(chosen) > MOST_CHOICES:
            raise TooWide
        some = itertools.chain.from_iterable(itertools.combinations(chosen, n) for n in range(len(chosen) + 1))
        taken = [(*always, *more) for more in some if always or more]
        return taken + [(way,) for way in ways if way.id == default and not always]

    def _along(self, way: Way) -> list[Marking]:
        node = self.graph.nodes[way.target]
        if node.type in ("parallelGateway", "inclusiveGateway") and len(self.graph.incoming[node.id]) > 1:
            return [(waiting(node.id, way.id),)]
        return self._at(node)

    def _at(self, node: Node) -> list[Marking]:
        """A token comes to a node that is no join: it rests there, passes through, or ends."""
        if node.type == "endEvent":
            return [] if node.event.kind in ("terminate", "error") else [()]
        catches = node.type == "intermediateCatchEvent" and node.event.kind != "link"
        rests = catches or node.type == "eventBasedGateway" or node.type in ACTIVITIES - AUTOMATIC
        if not rests:
            return self._out(node)
        passes = node.multi is not None or (node.loop is not None and node.loop.before)
        return [(node.id,), *(self._out(node) if passes else ())]


def _each(ways: list[list[Marking]]) -> list[Marking]:
    """One marking for every way to choose one possibility of each."""
    return [tuple(itertools.chain.from_iterable(parts)) for parts in itertools.product(*ways)]
