"""Random drawings without any block structure against a naive token game.

The game here knows flows and open tasks only: it counts tokens on flows, moves one after the other and looks at the
rule of the standard for inclusive joins anew each time, by walking the drawing. It has no scopes, no trails, no state
between steps but the counts.
"""

from __future__ import annotations

from collections import Counter

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.workflow.engine.drawn import bpmn
from ziyuan.workflow.engine import BpmnRefused, Graph, Stuck

Drawing = tuple[dict[str, str], list[tuple[str, str]]]
KINDS = ("user", "user", "xor", "and", "or")


@st.composite
def drawings(draw: st.DrawFn, among: tuple[str, ...] = KINDS) -> Drawing:
    """Nodes in a row; flows only lead forward, every node is reached and leads on."""
    names = [f"n{i}" for i in range(draw(st.integers(3, 9)))]
    kinds = {name: draw(st.sampled_from(among)) for name in names}
    flows = {("s", names[0]), (names[-1], "e")}
    for place, name in enumerate(names):
        for other in draw(st.sets(st.sampled_from(names[place + 1 :] or ["e"]), min_size=1, max_size=3)):
            flows.add((name, other))
        if place and not any(target == name for _, target in flows):
            flows.add((draw(st.sampled_from(names[:place])), name))
    return {"s": "start", **kinds, "e": "end"}, sorted(flows)


class Game:
    """Tokens on flows and at open tasks. `bits` choose the ways of xor and or gateways."""

    def __init__(self, drawing: Drawing) -> None:
        self.kinds, self.flows = drawing
        self.on: Counter[tuple[str, str]] = Counter()
        self.open: Counter[str] = Counter()
        self.left: set[str] = set()

    def out(self, node: str) -> list[tuple[str, str]]:
        return [flow for flow in self.flows if flow[0] == node]

    def into(self, node: str) -> list[tuple[str, str]]:
        return [flow for flow in self.flows if flow[1] == node]

    def leave(self, node: str, bits: int) -> None:
        self.left.add(node)
        ways, kind = self.out(node), self.kinds[node]
        if kind == "xor":
            ways = [ways[bits % len(ways)]]
        elif kind == "or":
            ways = [way for place, way in enumerate(ways) if place and bits >> place & 1] or ways[:1]
        self.on.update(ways)

    def run(self, bits: int) -> None:
        while self._one(bits) or self._inclusive(bits):
            pass

    def _one(self, bits: int) -> bool:
        for flow, count in list(self.on.items()):
            kind, node = self.kinds[flow[1]], flow[1]
            if not count or (kind in ("and", "or") and len(self.into(node)) > 1):
                continue
            self.on[flow] -= 1
            if kind == "user":
                self.open[node] += 1
            elif kind != "end":
                self.leave(node, bits)
            return True
        for node, kind in self.kinds.items():
            if kind == "and" and len(self.into(node)) > 1 and all(self.on[flow] for flow in self.into(node)):
                self.on.subtract(self.into(node))
                self.leave(node, bits)
                return True
        return False

    def _inclusive(self, bits: int) -> bool:
        for node, kind in self.kinds.items():
            filled = [flow for flow in self.into(node) if self.on[flow]]
            if kind != "or" or len(self.into(node)) < 2 or not filled:
                continue
            if not any(self._waited_for(place, node, filled) for place in self._places(node)):
                self.on.subtract(filled)
                self.leave(node, bits)
                return True
        return False

    def _places(self, join: str) -> list[str]:
        """Nodes from which a token is still on its way."""
        return [n for n, c in self.open.items() if c] + [f[1] for f, c in self.on.items() if c and f[1] != join]

    def _waited_for(self, place: str, join: str, filled: list[tuple[str, str]]) -> bool:
        seen, work, reached = {join}, [place], set()
        while work:
            at = work.pop()
            if at not in seen:
                seen.add(at)
                reached.update(flow for flow in self.out(at) if flow[1] == join)
                work += [flow[1] for flow in self.out(at)]
        return bool(reached) and not reached & set(filled)


def notation(drawing: Drawing) -> str:
    kinds, flows = drawing
    lines = []
    for source, target in flows:
        ways = [flow for flow in flows if flow[0] == source]
        place, more = ways.index((source, target)), ""
        if kinds[source] in ("xor", "or") and len(ways) > 1:
            test = f"modulo(bits, {len(ways)}) = {place}"
            if kinds[source] == "or":
                test = f"modulo(floor(bits / {2**place}), 2) = 1"
            more = f"[{test}]" if place else "*"
        lines.append(f"{source}:{kinds[source]} -> {target}:{kinds[target]} {more}")
    return "; ".join(lines)


@given(drawings(), st.data())
@settings(max_examples=60, deadline=None)
def test_tokens_of_any_drawing_move_as_in_the_naive_game(drawing, data):
    try:
        graph = Graph.of(bpmn(notation(drawing)))
    except BpmnRefused as refused:
        assert all("不匹配" in fault.message for fault in refused.faults)
        assume(False)
    game, bits = Game(drawing), data.draw(st.integers(0, 11))
    game.on["s", drawing[1][-1][1]] += 1
    step, task = None, ""
    for _ in range(20):
        game.run(bits)
        expected = sorted(game.open.elements())
        waiting = sum(game.on.values())
        try:
            step = graph.start({"bits": bits}) if step is None else graph.complete(step.state, task, {"bits": bits})
        except Stuck:
            assert not expected
            assert waiting
            return
        assert sorted(item.node for item in step.ready) == expected
        assert step.ended is not bool(expected)
        if step.ended:
            return
        task = data.draw(st.sampled_from(expected))
        bits = data.draw(st.integers(0, 11))
        game.open[task] -= 1
        game.leave(task, bits)


@given(drawings(("xor", "xor", "user", "and")))
@settings(max_examples=60, deadline=None)
def test_a_drawing_refused_for_its_joins_never_gets_past_them_in_the_naive_game(drawing):
    try:
        Graph.of(bpmn(notation(drawing)))
        return
    except BpmnRefused as refused:
        joins = {fault.element for fault in refused.faults}
    for bits in range(6):
        game = Game(drawing)
        game.on["s", drawing[1][-1][1]] += 1
        game.run(bits)
        while task := next(iter(game.open.elements()), ""):
            game.open[task] -= 1
            game.leave(task, bits)
            game.run(bits)
        assert not joins & game.left
