"""Random block-structured processes against an independent model of their behaviour.

The model knows no tokens, gateways or files: a process is a tree of blocks (task, sequence, choice, parallel,
loop) and what can be done next follows from the tree alone. The same tree is drawn as BPMN and run.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.workflow.engine.drawn import bpmn
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
            | inner.map(lambda body: ("loop", body))
        ),
        max_leaves=8,
    )


class Drawing:
    """The notation of a tree, and the model's own copy of it with names."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.count = 0

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
        return self.gateways("x" if kind == "choice" else "p", "xor" if kind == "choice" else "and", parts)

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
            condition = f"[choose({split}) = {number}]" if kind == "xor" and number else ""
            self.flow(
                f"{split}:{kind}",
                first,
                condition.replace(f"choose({split})", f"c_{split}") or self.mark(kind),
            )
            self.flow(last, f"{join}:{kind}")
            models.append(model)
        return f"{split}:{kind}", join, Choice(split, tuple(models)) if kind == "xor" else Both(tuple(models))

    def mark(self, kind: str) -> str:
        return "*" if kind == "xor" else ""

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
    lines = sorted(drawing.lines, key=lambda line: "->" not in line)
    marked = [_defaulted(line, lines) for line in lines]
    return Graph.of(bpmn("\n".join(marked))), model


def _defaulted(line: str, lines: list[str]) -> str:
    """The way out of a loop is the default of its gateway."""
    source = line.split(" ->")[0].split(":")[0]
    return f"{line} *" if source.startswith("g") and "[" not in line else line


@given(trees(), st.data())
@settings(max_examples=150, deadline=None)
def test_ready_tasks_and_the_end_agree_with_the_model_for_the_same_completions(tree, data):
    graph, model = drawn(tree)
    keys = [node for node in graph.nodes if node[0] in "xg"]
    choices = st.fixed_dictionaries({f"c_{key}": st.integers(0, 2 if key[0] == "x" else 1) for key in keys})
    choose = data.draw(choices)
    choose = {key: value % _ways(graph, key[2:]) for key, value in choose.items()}
    step = graph.start(choose, decide=lambda name, values: SimpleNamespace(value=None, trace=[]))
    running = model.begin(choose)
    for _ in range(25):
        expected = [] if running is None else running.ready()
        assert sorted(item.node for item in step.ready) == sorted(expected)
        assert step.ended is (running is None)
        if running is None:
            return
        task = data.draw(st.sampled_from(sorted(expected)))
        choose = {key: value % _ways(graph, key[2:]) for key, value in data.draw(choices).items()}
        step = graph.complete(step.state, task, choose)
        running = running.done(task, choose)


def _ways(graph: Graph, gateway: str) -> int:
    return max(1, len(graph.ways[gateway]))


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
        nodes = [item.node for item in step.ready]
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
