"""One evaluation under way: its day, its budget, why something became null; and the frames of names."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from ziyuan.base.feel.errors import FeelBudgetError

STEPS = 300_000
DEPTH = 120
LONGEST_TEXT = 1_000_000
HEAVIEST = 2_000_000  # things a result may hold, shared ones counted each time; 16 characters of text are one
MISSING: Any = object()


class Reason(NamedTuple):
    """Why a value is null, and where in the text."""

    message: str
    start: int
    end: int


class Span(NamedTuple):
    """A place in the text, carried by closures that may have to explain themselves."""

    text: str
    start: int
    end: int


class Run:
    """Budget and explanations of one evaluation; `now` is the caller's, never the machine's clock."""

    __slots__ = ("depth", "input", "notes", "now", "steps")

    def __init__(self, now: dt.datetime | None = None, steps: int = STEPS) -> None:
        self.now = now
        self.steps = steps
        self.depth = 0
        self.input: Any = None
        self.notes: tuple[Span, str, tuple[Any, ...]] | None = None

    def why(self, span: Span, message: str, *facts: Any) -> Any:
        """Keep the reason of a null (formatted only when somebody asks); gives the null itself.

        A fact that is callable is called when the sentence is made.
        """
        self.notes = (span, message, facts)
        return None

    def why_of(self, values: tuple[Any, ...], span: Span, message: str, *facts: Any) -> Any:
        """As `why`; but where one of the values is itself a null explained inside `span`, that reason stands."""
        known = self.notes
        if known is None or None not in values or not _inside(known[0], span):
            self.notes = (span, message, facts)
        return None

    def spend(self, steps: int, span: Span) -> None:
        self.steps -= steps
        if self.steps < 0:
            raise FeelBudgetError("计算步数用完，本次求值已停止", *span)

    def enter(self, span: Span) -> None:
        self.depth += 1
        if self.depth > DEPTH:
            raise FeelBudgetError("函数调用嵌套过深，本次求值已停止", *span)

    def weigh(self, value: Any, span: Span) -> Any:
        """The value, unless it is larger than any reader of it could bear (shared parts count every time)."""
        if type(value) not in (list, dict):
            return value
        left, waiting = HEAVIEST, [value]
        while waiting:
            inner = waiting.pop()
            for item in inner.values() if type(inner) is dict else inner:
                left -= 1 + len(item) // 16 if type(item) is str else 1
                if type(item) is list or type(item) is dict:
                    waiting.append(item)
            if left < 0:
                raise FeelBudgetError("结果过大，本次求值已停止", *span)
        return value

    def reason(self) -> Reason | None:
        if self.notes is None:
            return None
        span, message, facts = self.notes
        shown = [fact() if callable(fact) else fact for fact in facts]
        return Reason(message.format(*shown), span.start, span.end)


def _inside(inner: Span, outer: Span) -> bool:
    return inner.text is outer.text and outer.start <= inner.start and inner.end <= outer.end


class Frame:
    """Names of one inner scope: loop variables, parameters, context entries, the item of a filter."""

    __slots__ = ("names", "up")

    def __init__(self, names: Mapping[str, Any], up: Any) -> None:
        self.names = names
        self.up = up


Closure = Callable[[Any, Run], Any]
