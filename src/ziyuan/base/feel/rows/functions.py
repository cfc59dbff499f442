"""Functions of the caller that a row condition may use in all three ways."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class CodeFunction:
    """A function of a code, such as `under(code, head)`: its first argument is a text column, the others constants.

    `known` are the codes it tells apart; for every other code, and for none, it gives `elsewhere`
    ("same": the code itself). `gives` is the kind of its values.
    """

    call: Callable[..., Any]
    gives: str  # boolean | text
    known: Iterable[str] = field(default=(), compare=False)
    elsewhere: Any = None


@dataclass(frozen=True)
class OrElse:
    """A function of one column that gives `value` where the column is empty, such as `or_zero(number)`."""

    value: Any

    def call(self, given: Any) -> Any:
        """As the interpreter calls it."""
        return self.value if given is None else given


RowFunction = CodeFunction | OrElse
