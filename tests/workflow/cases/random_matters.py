"""Random small matters for cases: a tree of blocks drawn as the process of the sample matter.

Every process begins with acceptance and ends with `granted` or `refused`, as the gate demands. Between them lie, in
any order and depth: tasks, a task with a reminder and an escalation, joint reviews decided by ratio side by side or in
order, messages, parallel and alternative parts, sub-processes, and effects on the way.
"""

import itertools
from typing import Any

from hypothesis import strategies as st

from tests.workflow.engine.drawn import bpmn, on
from ziyuan.workflow.tasks import drawing
from ziyuan.workflow.tasks.words import NOT_AT_NODES, TITLES

Tree = tuple[Any, ...]
WORDS = sorted(set(TITLES) - {*NOT_AT_NODES, "accept_gap", "add_seat", "claim", "release", "avoid", *drawing.ACTS})
ALLOW = f'zy:allow="{" ".join(WORDS)}"'
ROLES = ("county_clerk", "county_chief")
NAMES = '<message id="m_reply" name="reply"/><message id="m_remind" name="reminder"/>'
UNTIL = ("agreed / total >= 3 / 5 or refused / total > 2 / 5", "agreed = total or refused > 0", "done >= 1", "")


def trees() -> st.SearchStrategy[Tree]:
    """Small trees; most have two to five tasks."""
    leaves = (
        st.sampled_from(ROLES).map(lambda role: ("task", role))
        | st.sampled_from(ROLES).map(lambda role: ("timed", role))
        | st.tuples(st.just("review"), st.sampled_from(UNTIL), st.booleans())
        | st.just(("message",))
        | st.just(("effect",))
    )
    return st.recursive(
        leaves,
        lambda inner: (
            st.lists(inner, min_size=1, max_size=3).map(lambda parts: ("seq", *parts))
            | st.lists(inner, min_size=2, max_size=2).map(lambda parts: ("both", *parts))
            | st.lists(inner, min_size=2, max_size=2).map(lambda parts: ("choice", *parts))
            | inner.map(lambda body: ("sub", body))
        ),
        max_leaves=4,
    )


class Drawing:
    """The notation of a tree; what elements hold and say is kept beside it."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.bodies: dict[str, str] = {}
        self.inside: dict[str, str] = {}
        self.extra: dict[str, str] = {}
        self.count = 0

    def name(self, mark: str) -> str:
        self.count += 1
        return f"{mark}{self.count}"

    def flow(self, source: str, target: str, more: str = "") -> None:
        self.lines.append(f"{source} -> {target} {more}")

    def user(self, role: str, mark: str = "t") -> str:
        name = self.name(mark)
        again = ' zy:return="again"' if self.count % 2 else ""
        self.extra[name] = f'zy:role="{role}" zy:level="county"{again} {ALLOW}'
        return name

    def block(self, tree: Tree) -> tuple[str, str]:
        """First and last node of a block; the first with its type, as the notation wants it at first mention."""
        made: tuple[str, str] = getattr(self, f"_{tree[0]}")(*tree[1:])
        return made

    def _task(self, role: str) -> tuple[str, str]:
        name = self.user(role)
        return f"{name}:user", name

    def _review(self, until: str, in_order: bool) -> tuple[str, str]:
        name = self.user("county_chief", "r")
        told = f"<completionCondition>{until.replace('>', '&gt;')}</completionCondition>" if until else ""
        mark = f'isSequential="{str(in_order).lower()}" zy:collection="reviewers" zy:item="reviewer"'
        self.extra[name] = self.extra[name].replace('zy:allow="', 'zy:allow="add_seat ')
        self.inside[name] = f"<multiInstanceLoopCharacteristics {mark}>{told}</multiInstanceLoopCharacteristics>"
        self.extra[name] += f' zy:result="votes_{name}"'
        return f"{name}:user", name

    def _message(self) -> tuple[str, str]:
        name = self.name("m")
        self.extra[name] = 'messageRef="m_reply"'
        return f"{name}:receive", name

    def _effect(self) -> tuple[str, str]:
        name = self.name("v")
        self.extra[name] = 'zy:verb="quota"'
        return f"{name}:service", name

    def _seq(self, *parts: Tree) -> tuple[str, str]:
        made = [self.block(part) for part in parts]
        for (_, last), (first, _) in itertools.pairwise(made):
            self.flow(last, first)
        return made[0][0], made[-1][1]

    def _both(self, *parts: Tree) -> tuple[str, str]:
        return self._gateways("and", parts, ["", ""])

    def _choice(self, *parts: Tree) -> tuple[str, str]:
        return self._gateways("xor", parts, ["*", '[outcome = "refuse"]'])

    def _gateways(self, kind: str, parts: tuple[Tree, ...], marks: list[str]) -> tuple[str, str]:
        split, join = self.name("g"), self.name("g")
        for part, mark in zip(parts, marks, strict=True):
            first, last = self.block(part)
            self.flow(f"{split}:{kind}", first, mark)
            self.flow(last, f"{join}:{kind}")
        return f"{split}:{kind}", join

    def _sub(self, body: Tree) -> tuple[str, str]:
        name, outer, self.lines = self.name("w"), self.lines, []
        first, last = self.block(body)
        self.flow(f"{name}in:start", first)
        self.flow(last, f"{name}out:end")
        self.bodies[name], self.lines = "\n".join(self.lines), outer
        return f"{name}:sub", name

    def _timed(self, role: str) -> tuple[str, str]:
        """A task in a part of its own: reminded each day, taken over after three."""
        name, task, urge = self.name("w"), self.user(role), self.user("county_chief", "u")
        late, remind = f"late{task}", f"remind{task}"
        self.extra |= {late: f'attachedToRef="{task}"', remind: f'attachedToRef="{task}" cancelActivity="false"'}
        self.inside |= {late: on("timer", "P3D"), remind: on("timer", "R2/P1D")}
        self.extra[f"tell{task}"] = 'messageRef="m_remind"'
        self.bodies[name] = f"""{name}in:start -> {task}:user; {task} -> {name}out:end; {late}:bound -> {urge}:user
            {urge} -> {name}out; {remind}:bound -> tell{task}:send; tell{task} -> {name}told:end"""
        return f"{name}:sub", name


def drawn(tree: Tree) -> str:
    """The process of a tree between acceptance and decision."""
    drawing = Drawing()
    first, last = drawing.block(tree)
    for name in ("accept", "sign"):
        drawing.extra[name] = f'zy:role="county_clerk" zy:level="county" zy:jump="true" {ALLOW}'
    drawing.flow("start:start", "accept:user")
    drawing.flow("accept", first)
    drawing.flow(last, "sign:user")
    drawing.flow("sign", "decide:xor")
    drawing.flow("decide", "granted:end", "*")
    drawing.flow("decide", "refused:end", '[outcome = "refuse"]')
    text = bpmn("\n".join(drawing.lines), extra=drawing.extra, inside=drawing.inside, bodies=drawing.bodies, others=NAMES)
    return text.decode()
