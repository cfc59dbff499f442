"""What one act on a process did: the Step and its parts. Plain data; rows, events and people are made from it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple


class Ready(NamedTuple):
    """A task somebody can do now; `resume_at` is where completing it leads after a direct return.

    `seat` and `item` are the number (from 1) and the item of one instance of a multi-instance task, `weight` and
    `veto` how its vote counts. `place` is whose it is where that was said, `added` how it came to the node (加签、委派).
    `review` is the number of the joint review it belongs to, another one in each round, and `within` the seat in which a
    step was added there.
    """

    token: int
    node: str
    resume_at: str | None
    seat: int | None = None
    item: Any = None
    place: Any = None
    added: str = ""
    weight: Any = None
    veto: bool = False
    review: int = 0
    within: int | None = None


class Left(NamedTuple):
    token: int
    node: str
    # completed | returned | recalled | withdrawn | interrupted | not_needed | terminated | added | removed | jumped
    how: str


class Made(NamedTuple):
    """A decision made on the way."""

    node: str
    decision: str
    value: Any
    trace: Any


class Effect(NamedTuple):
    """A service task passed: the verb named there is to be carried out by the case."""

    node: str
    verb: str


class Await(NamedTuple):
    """A message or signal that would be taken now: by which token, at which element, under which name."""

    token: int
    node: str
    kind: str
    name: str


class Timer(NamedTuple):
    """A running timer: token and element, and the moment (ISO 8601) when it is due."""

    token: int
    node: str
    due: str


class Thrown(NamedTuple):
    """A message or signal sent out."""

    node: str
    kind: str
    name: str


@dataclass(slots=True)
class Step:
    """What one act did. `state` replaces the state given; the rest is for rows, events and people.

    `waiting` are the tokens at tasks of people; `resting` the nodes where a token waits, tasks and events alike, in the
    order of their tokens.
    """

    state: dict[str, Any]
    tell: Callable[[], list[Ready]] = list
    waiting: list[int] = field(default_factory=list)
    entered: list[Ready] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)
    passed: list[str] = field(default_factory=list)
    ended: bool = False
    end: str | None = None
    decisions: list[Made] = field(default_factory=list)
    effects: list[Effect] = field(default_factory=list)
    vars: dict[str, Any] = field(default_factory=dict)
    resting: list[str] = field(default_factory=list)
    awaits: list[Await] = field(default_factory=list)
    thrown: list[Thrown] = field(default_factory=list)
    timers_opened: list[Timer] = field(default_factory=list)
    timers_closed: list[Timer] = field(default_factory=list)

    @property
    def ready(self) -> list[Ready]:
        """The tasks that somebody can do now, told when asked for: a review of many seats has many that an act leaves alone."""
        return self.tell()
