"""Values as text, as `string()` gives them: strings inside lists and contexts are quoted."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from ziyuan.base.feel import literals, numbers
from ziyuan.base.feel.temporal import Date, DateTime, DaysTime, Time, YearsMonths
from ziyuan.base.feel.values import Function, Range

_LEAVES: dict[type, Callable[[Any], str]] = {
    type(None): lambda _: "null",
    bool: lambda v: "true" if v else "false",
    Decimal: numbers.text,
    Date: literals.date_text,
    Time: literals.time_text,
    DateTime: literals.datetime_text,
    YearsMonths: literals.months_text,
    DaysTime: literals.days_text,
    Function: lambda v: v.name,
}


def of(value: Any, spend: Callable[[int], None], quoted: bool = False) -> str:
    """The text of a value; `spend` is told of the work, so that a shared list cannot explode."""
    spend(1)
    kind = type(value)
    if kind is str:
        spend(len(value) // 100)
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"' if quoted else value
    if kind is list:
        return "[" + ", ".join(of(item, spend, True) for item in value) + "]"
    if kind is dict:
        return "{" + ", ".join(f"{_key(key)}: {of(item, spend, True)}" for key, item in value.items()) + "}"
    if kind is Range:
        return _range(value, spend)
    return _LEAVES[kind](value)


def _key(key: str) -> str:
    from ziyuan.base.feel.names import WORD, pieces

    plain = pieces(key) and WORD.match(key) and not set(key) & set('{}[](),:"=<>@')
    return key if plain else '"' + key.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _range(value: Range, spend: Callable[[int], None]) -> str:
    if value.start is None:
        return f"({'<=' if value.end_included else '<'} {of(value.end, spend, True)})"
    if value.end is None:
        return f"({'>=' if value.start_included else '>'} {of(value.start, spend, True)})"
    opening, closing = "[" if value.start_included else "(", "]" if value.end_included else ")"
    return f"{opening}{of(value.start, spend, True)}..{of(value.end, spend, True)}{closing}"
