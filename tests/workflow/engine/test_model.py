"""Random block-structured processes against an independent model of their behaviour.

The model knows no tokens, gateways, scopes or files: a process is a tree of blocks (task, sequence, choice, parallel,
some of several, loop, sub-process, instances) and what can be done next follows from the tree alone. The same tree
is drawn as BPMN and run. A task inside instances is called by its name and their numbers: `t3@2@1`.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.workflow.engine.drawn import bpmn, many
from ziyuan.workflow.engine import Graph, NotPossible

# -- trees -------------------------------------------------------------------------------------------

Tree = tuple[Any, ...]


def trees() -> st.SearchStrategy[Tree]:
    leaves = st.just(("task",)) | st.just(("auto",))
    return st.recursive(
        leaves,
        lambda inner: (
            st.lists(inner, min_size=1, max_size=3).map(lambda parts: ("seq", *parts))
            | st.lists(inner, min_size=2, max_size=3).map(lambda parts: ("choice", *parts))
            | st.lists(inner, min_size=2, max_size=3).map(lambda parts: ("both", *parts))
            | st.lists(inner, min_size=2, max_size=3).map(lambda parts: ("some", *parts))
            | inner.map(lambda body: ("loop", body))
            | inner.map(lambda body: ("sub", body))
            | inner.map(lambda body: ("again", body))
            | st.tuples(inner, st.integers(0, 3), st.booleans()).map(lambda told: ("many", *told))
        ),
        max_leaves=8,
    )


class Drawing:
    """The notation of a tree, and the model's own copy of it with names."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.count = 0
        self.bodies: dict[str, str] = {}
        self.marks: dict[str, str] = {}

    def name(self, mark: str) -> str:
        self.count += 1
        return f"{mark}{self.count}"

    def flow(self, source: str, target: str, more: str = "") -> None:
        self.lines.append(f"{source} -> {target} {more}")

    def block(self, tree: Tree) -> tuple[str, str, Block]:
        """First and last node of a block, and its model."""
        kind, *parts = tree
        if kind == "task":
            name = self.name("t")
            return f"{name}:user", name, Task(name)
        if kind == "auto":
            name = self.name("v")
            return f"{name}:service", name, Nothing()
        if kind == "seq":
            return self.sequence(parts)
        if kind == "loop":
            return self.loop(parts[0])
        if kind in ("sub", "again", "many"):
            return self.inside(kind, *parts)
        return self.gateways(*{"choice": ("x", "xor"), "both": ("p", "and"), "some": ("o", "or")}[kind], parts)

    def inside(self, kind: str, body: Tree, count: int = 1, sequential: bool = False) -> tuple[str, str, Block]:
        """A sub-process: once, while a condition holds, or several instances of it."""
        name, begin, end = self.name("w"), self.name("b"), self.name("e")
        outer, self.lines = self.lines, []
        first, last, model = self.block(body)
        self.flow(f"{begin}:start", first)
        self.flow(last, f"{end}:end")
        self.bodies[name], self.lines = "\n".join(_marked(self.lines)), outer
        if kind == "again":
            condition = f"<loopCondition>c_{name} = 1</loopCondition>"
            self.marks[name] = f'<standardLoopCharacteristics loopMaximum="3">{condition}</standardLoopCharacteristics>'
            model = Again(name, model)
        elif kind == "many":
            self.marks[name] = many(str(count), f'isSequential="{str(sequential).lower()}"')
            seats = tuple(Seat(number + 1, model) for number in range(count))
            model = Seq(seats) if sequential else Both(seats)
        return f"{name}:sub", name, model

    def sequence(self, parts: list[Tree]) -> tuple[str, str, Block]:
        made = [self.block(part) for part in parts]
        for (_, last, _), (first, _, _) in itertools.pairwise(made):
            self.flow(last, first)
        return made[0][0], made[-1][1], Seq(tuple(model for _, _, model in made))

    def gateways(self, mark: str, kind: str, parts: list[Tree]) -> tuple[str, str, Block]:
        split, join = self.name(mark), self.name(mark)
        models = []
        for number, part in enumerate(parts):
            first, last, model = self.block(part)
            condition = {
                "xor": f"[c_{split} = {number}]",
                "or": f"[modulo(floor(c_{split} / {2**number}), 2) = 1]",
                "and": "",
            }[kind]
            self.flow(f"{split}:{kind}", first, "*" if kind != "and" and not number else condition)
            self.flow(last, f"{join}:{kind}")
            models.append(model)
        block = {"xor": Choice, "or": Some}.get(kind)
        return f"{split}:{kind}", join, block(split, tuple(models)) if block else Both(tuple(models))

    def loop(self, body: Tree) -> tuple[str, str, Block]:
        """do body, then a person decides whether again: body and the asking task repeat."""
        head, ask, gate = self.name("h"), self.name("t"), self.name("g")
        first, last, model = self.block(body)
        self.flow(f"{head}:xor", first)
        self.flow(last, f"{ask}:user")
        self.flow(ask, f"{gate}:xor")
        self.flow(gate, head, f"[c_{gate} = 1]")
        return f"{head}:xor", gate, Loop(gate, Seq((model, Task(ask))))


# -- the model: blocks that say what is ready and what they become ------------------------------------


class Block:
    def begin(self, choose: dict[str, int]) -> Block | None:
        """The block under way, or None when it is over at once."""
        raise NotImplementedError

    def ready(self) -> list[str]:
        raise NotImplementedError

    def done(self, task: str, choose: dict[str, int]) -> Block | None:
        """What is left when a ready task is done."""
        raise NotImplementedError


@dataclass(frozen=True)
class Nothing(Block):
    def begin(self, choose):
        return None


@dataclass(frozen=True)
class Task(Block):
    name: str

    def begin(self, choose):
        return self

    def ready(self):
        return [self.name]

    def done(self, task, choose):
        return None


@dataclass(frozen=True)
class Seq(Block):
    parts: tuple[Block, ...]

    def begin(self, choose):
        for place, part in enumerate(self.parts):
            running = part.begin(choose)
            if running is not None:
                return SeqAt(running, self.parts[place + 1 :])
        return None


@dataclass(frozen=True)
class SeqAt(Block):
    now: Block
    rest: tuple[Block, ...]

    def ready(self):
        return self.now.ready()

    def done(self, task, choose):
        left = self.now.done(task, choose)
        return SeqAt(left, self.rest) if left is not None else Seq(self.rest).begin(choose)


@dataclass(frozen=True)
class Choice(Block):
    key: str
    parts: tuple[Block, ...]

    def begin(self, choose):
        return self.parts[choose.get(f"c_{self.key}", 0) % len(self.parts)].begin(choose)


@dataclass(frozen=True)
class Both(Block):
    parts: tuple[Block, ...]

    def begin(self, choose):
        running = [begun for part in self.parts if (begun := part.begin(choose)) is not None]
        return BothAt(tuple(running)) if running else None


@dataclass(frozen=True)
class Some(Block):
    """Every part whose bit is set, the first part only when no other is."""

    key: str
    parts: tuple[Block, ...]

    def begin(self, choose):
        bits = choose.get(f"c_{self.key}", 0)
        chosen = [part for place, part in enumerate(self.parts) if place and bits >> place & 1]
        return Both(tuple(chosen or self.parts[:1])).begin(choose)


@dataclass(frozen=True)
class Seat(Block):
    """One of several instances: its tasks carry its number."""

    number: int
    body: Block

    def begin(self, choose):
        now = self.body.begin(choose)
        return None if now is None else Seat(self.number, now)

    def ready(self):
        return [_seated(name, self.number) for name in self.body.ready()]

    def done(self, task, choose):
        name = next(name for name in self.body.ready() if _seated(name, self.number) == task)
        left = self.body.done(name, choose)
        return None if left is None else Seat(self.number, left)


def _seated(name: str, number: int) -> str:
    task, at, inner = name.partition("@")
    return f"{task}@{number}{at}{inner}"


@dataclass(frozen=True)
class Again(Block):
    """At most three rounds, while the condition holds after each."""

    key: str
    body: Block
    rounds: int = 1

    def begin(self, choose):
        now = self.body.begin(choose)
        return self._after(choose) if now is None else AgainAt(self, now)

    def _after(self, choose):
        more = self.rounds < 3 and choose.get(f"c_{self.key}") == 1
        return Again(self.key, self.body, self.rounds + 1).begin(choose) if more else None


@dataclass(frozen=True)
class AgainAt(Block):
    loop: Again
    now: Block

    def ready(self):
        return self.now.ready()

    def done(self, task, choose):
        left = self.now.done(task, choose)
        return self.loop._after(choose) if left is None else AgainAt(self.loop, left)


@dataclass(frozen=True)
class BothAt(Block):
    parts: tuple[Block, ...]

    def ready(self):
        return [name for part in self.parts for name in part.ready()]

    def done(self, task, choose):
        left = []
        for part in self.parts:
            after = part.done(task, choose) if task in part.ready() else part
            left += [after] if after is not None else []
        return BothAt(tuple(left)) if left else None


@dataclass(frozen=True)
class Loop(Block):
    key: str
    body: Block

    def begin(self, choose):
        return LoopAt(self.key, self.body, self.body.begin(choose))


@dataclass(frozen=True)
class LoopAt(Block):
    key: str
    body: Block
    now: Block

    def ready(self):
        return self.now.ready()

    def done(self, task, choose):
        left = self.now.done(task, choose)
        if left is not None:
            return LoopAt(self.key, self.body, left)
        return Loop(self.key, self.body).begin(choose) if choose.get(f"c_{self.key}") == 1 else None


# -- both side by side ---------------------------------------------------------------------------------


def drawn(tree: Tree) -> tuple[Graph, Block]:
    drawing = Drawing()
    first, last, model = drawing.block(("seq", tree, ("task",)))
    drawing.flow("s:start", first)
    drawing.flow(last, "e:end")
    text = bpmn("\n".join(_marked(drawing.lines)), inside=drawing.marks, bodies=drawing.bodies)
    return Graph.of(text), model


def _marked(lines: list[str]) -> list[str]:
    """The way out of a loop is the default of its gateway."""
    return [f"{line} *" if line.startswith("g") and "[" not in line else line for line in lines]


def labels(step: Any) -> list[str]:
    """Ready tasks by name, with the numbers of the instances they lie in."""
    tokens = {token["id"]: token for token in step.state["tokens"]}
    found = []
    for item in step.ready:
        around = [tokens[number] for number in tokens[item.token]["scope"] if number in tokens]
        found.append(item.node + "".join(f"@{token['seat']}" for token in around if "seat" in token))
    return found


def token_of(step: Any, label: str) -> int:
    return step.ready[labels(step).index(label)].token


@given(trees(), st.data())
@settings(max_examples=150, deadline=None)
def test_ready_tasks_and_the_end_agree_with_the_model_for_the_same_completions(tree, data):
    graph, model = drawn(tree)
    keys = [node for node in graph.nodes if node[0] in "xgow"]
    most = {"x": 2, "g": 1, "o": 7, "w": 1}
    choices = st.fixed_dictionaries({f"c_{key}": st.integers(0, most[key[0]]) for key in keys})
    choose = _within(graph, data.draw(choices))
    step = graph.start(choose, decide=lambda name, values: SimpleNamespace(value=None, trace=[]))
    running = model.begin(choose)
    for _ in range(25):
        expected = [] if running is None else running.ready()
        assert sorted(labels(step)) == sorted(expected)
        assert step.ended is (running is None)
        if running is None:
            return
        task = data.draw(st.sampled_from(sorted(expected)))
        choose = _within(graph, data.draw(choices))
        step = graph.complete(step.state, token_of(step, task), choose)
        running = running.done(task, choose)


def test_the_comparison_would_notice_a_gateway_that_runs_as_another():
    graph, _ = drawn(("some", ("task",), ("task",)))
    _, other = drawn(("both", ("task",), ("task",)))
    assert labels(graph.start({"c_o1": 1})) != other.begin({}).ready()


def _within(graph: Graph, choose: dict[str, int]) -> dict[str, int]:
    """Choices among the ways there are."""
    ways = {key: max(1, len(graph.ways[key[2:]])) for key in choose}
    return {key: value % ways[key] if key[2] in "xg" else value for key, value in choose.items()}


@given(trees(), st.data())
@settings(max_examples=100, deadline=None)
def test_returns_and_recalls_never_lose_or_double_a_branch(tree, data):
    """After any moves the process can still be finished, and no task is ever open twice."""
    graph, _ = drawn(tree)
    step = graph.start({})
    for _ in range(12):
        if step.ended:
            break
        step = _any_move(graph, step, data)
        nodes = labels(step)
        assert len(nodes) == len(set(nodes))
        assert nodes or step.ended
    for _ in range(60):
        if step.ended:
            return
        step = graph.complete(step.state, step.ready[0].token, {})
    raise AssertionError("the process does not end")


def _any_move(graph: Graph, step: Any, data: st.DataObject) -> Any:
    item = data.draw(st.sampled_from(step.ready))
    move = data.draw(st.sampled_from(["complete", "complete", "back", "direct", "recall"]))
    earlier = graph.may_return_to(step.state, item.token)
    if move in ("back", "direct") and earlier:
        target = data.draw(st.sampled_from(earlier))
        try:
            return graph.back_to(step.state, item.token, target, direct=move == "direct")
        except NotPossible:
            assert move == "back"
    if move == "recall" and earlier:
        try:
            return graph.recall(step.state, earlier[0])
        except NotPossible:
            pass
    return graph.complete(step.state, item.token, {})
