"""What every step asks about people is kept until one of them changes (a trigger moves the stamp of `kernel_standing`)."""

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from ziyuan.kernel.nodes.node import today
from ziyuan.kernel.statements import Rows, Statement, turn

P = ParamSpec("P")
T = TypeVar("T")
STAMP: Statement = ("SELECT stamp FROM kernel_standing", [])
_once: ContextVar[list[Hashable] | None] = ContextVar("standing_once", default=None)


def kept(ask: Callable[P, list[T]]) -> Callable[P, list[T]]:
    """The same question, answered from memory while the day and the stamp are those of the last answer."""
    known: dict[str, Any] = {"mark": None, "answers": {}}

    @wraps(ask)
    def answer(*args: P.args, **named: P.kwargs) -> list[T]:
        nonlocal known
        mark = (today(), _stamp())
        if known["mark"] != mark:
            known = {"mark": mark, "answers": {}}
        answers, key = known["answers"], (args, tuple(sorted(named.items())))
        if key not in answers:
            answers[key] = ask(*args, **named)
        return list(answers[key])

    return answer


@contextmanager
def remembering_people(stamp: Rows | None = None) -> Iterator[None]:
    """Inside, the stamp is read once: for many acts in one transaction, which would all see the same.

    `stamp`: the rows of `STAMP` where somebody has asked already, under the lock of what he changes.
    """
    token = _once.set([stamp[0][0]] if stamp else [])
    try:
        yield
    finally:
        _once.reset(token)


def _stamp() -> Hashable:
    once = _once.get()
    if once:
        return once[0]
    stamp: Hashable = turn([STAMP])[0][0][0]
    if once is not None:
        once.append(stamp)
    return stamp
