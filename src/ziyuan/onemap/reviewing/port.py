"""Who reviews (审核): asked at a port, for the One Map knows the data and not the procedure.

Deliveries, exceptions and bulletins are reviewed by matters. Whoever runs matters fills this port for each of these kinds
(`fill`); it says whose turn it is and carries a level's word on. What a word does to the thing is done by the thing's own
room, which the review calls back in the same transaction.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from ziyuan.kernel import service as kernel
from ziyuan.onemap.reviewing.errors import NobodyReviews


@dataclass(frozen=True)
class Level:
    """One level of the road and its verb. An `optional` level may be passed over by a higher one."""

    level: str
    verb: str
    optional: bool = False


@dataclass(frozen=True)
class Subject:
    """A thing as its review sees it. `file`: the number of the review it goes on in, "" before it has one.

    `matter`: which matter reviews it, where the thing says so. `person` asked, for the organ `organ`; neither decides on it.
    `words`: with what it comes before the review.
    """

    no: str
    id: int
    county: str
    file: str
    facts: Mapping[str, Any]
    matter: str = ""
    person: int | None = None
    organ: str = ""
    words: str = ""


@dataclass(frozen=True)
class Turn:
    """A level's turn at a verb, standing (`open`) or past."""

    level: str
    verb: str
    open: bool


class Review(Protocol):
    """What the port is filled with. Everything but `levels` is asked inside the caller's transaction."""

    def levels(self, matter: str, facts: Mapping[str, Any]) -> tuple[Level, ...]:
        """The levels after the submission, in their order."""

    def begin(self, by: kernel.Actor, subject: Subject, earlier: str) -> str:
        """Take the thing up: on with the review `earlier` where that waits for it, else anew. Returns its number."""

    def hold(self, file: str) -> None:
        """Lock the review until commit: before the thing, as whoever acts in the review itself does."""

    def turns(self, subject: Subject) -> tuple[Turn, ...]:
        """The turns there are and were, the earlier first; none where the review is about another attempt by now."""

    def act(self, by: kernel.Actor, subject: Subject, verb: str, opinion: str) -> None:
        """Carry the word of the actor's level (forward, return, accept …) on."""

    def withdraw(self, by: kernel.Actor, subject: Subject, opinion: str) -> None:
        """The thing is taken back: the review of it is over, and what it has brought about is undone."""

    def page(self, by: kernel.Actor, file: str) -> dict[str, Any] | None:
        """Key and number of the review for the screen; None for who may not see it."""

    def standing(self, by: kernel.Actor, file: str) -> dict[str, Any] | None:
        """As `page`, with where the review stands: its state in words, its last day, and who has it now."""


_filled: dict[str, Review] = {}


def fill(kind: str, review: Review) -> None:
    """Fill the port for one kind of thing."""
    _filled[kind] = review


def port(kind: str) -> Review:
    """What the port is filled with. Raises NobodyReviews."""
    if kind not in _filled:
        raise NobodyReviews
    return _filled[kind]
