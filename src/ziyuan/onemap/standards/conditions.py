"""Row conditions of a standard: FEEL over the fields of one row, with four functions of code tables.

`under(code, head)` and `top(code)` follow the tree of the table that holds the code, `base(code)` strips a
marking suffix, `or_zero(number)` reads an empty number as zero. Three-valued as FEEL is: a condition that
comes out null is not judged (an empty required field has its own rule).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from functools import cached_property
from typing import Any

from ziyuan.base import feel
from ziyuan.base.feel.rows import CodeFunction, OrElse
from ziyuan.onemap.standards.codes import CodeTable
from ziyuan.onemap.standards.errors import ModelUnreadable


def prove(text: str | None, fields: frozenset[str], where: str) -> None:
    """A condition that does not parse, or names what is no field, is refused with its place."""
    if text is None:
        return
    problems = feel.check(text, fields, Functions({}).by_name)
    if problems:
        raise ModelUnreadable(where, f"条件“{text}”有误：{problems[0].message}。")


class Functions:
    """The functions of code tables, bound to the tables of one model."""

    def __init__(self, codes: Mapping[str, CodeTable]) -> None:
        self._tables = [table for table in codes.values() if table.suffixes or any(r.parent for r in table.rows)]

    def _table(self, code: str | None) -> CodeTable | None:
        return next((t for t in self._tables if code in t.by_code), None)

    def under(self, code: str | None, head: str | Iterable[str]) -> bool:
        """Is `code` the head (or one of the heads) or below it?"""
        table = self._table(code)
        if table is None:
            return False
        return any(table.under(code, one) for one in ([head] if isinstance(head, str) else head))

    def top(self, code: str | None) -> str | None:
        """First-level head."""
        table = self._table(code)
        return table.top(code) if table else None

    def base(self, code: str | None) -> str | None:
        """The code without suffix; a code outside the tables stays as it is."""
        table = self._table(code)
        return table.base(code) if table else code

    @cached_property
    def by_name(self) -> dict[str, Callable[..., Any]]:
        """The functions as FEEL takes them."""
        return {"under": self.under, "top": self.top, "base": self.base, "or_zero": _or_zero}

    @cached_property
    def for_rows(self) -> dict[str, CodeFunction | OrElse]:
        """The same functions as a row condition compiles them."""
        known = frozenset(code for table in self._tables for code in table.by_code)
        return {
            "under": CodeFunction(self.under, "boolean", known, elsewhere=False),
            "top": CodeFunction(self.top, "text", known),
            "base": CodeFunction(self.base, "text", known, elsewhere="same"),
            "or_zero": OrElse(0),
        }


def _or_zero(number: Decimal | int | None) -> Decimal | int:
    return 0 if number is None else number


class Condition:
    """One compiled condition or value expression over fields."""

    def __init__(self, text: str, fields: Sequence[str], codes: Mapping[str, CodeTable]) -> None:
        self.text = text
        self._expression = feel.compile(text, fields, Functions(codes).by_name)
        self.tree = self._expression.tree
        self.names = tuple(name for name in fields if name in self._expression.names)

    def value(self, row: Mapping[str, Any]) -> Any:
        """Value for one row: field name → text, Decimal or None."""
        return self._expression(row)
