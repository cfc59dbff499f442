"""Random block-structured processes: as a tree, drawn as BPMN, and as a model that knows only the tree."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from tests.workflow.engine.drawn import many

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
        self.bodies[name], self.lines = "\n".join(marked(self.lines)), outer
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


def marked(lines: list[str]) -> list[str]:
    """The way out of a loop is the default of its gateway."""
    return [f"{line} *" if line.startswith("g") and "[" not in line else line for line in lines]
