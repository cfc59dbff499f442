"""Types as they stand in `instance of` and in parameters, and whether a value is of one."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from ziyuan.base.feel.syntax import TypeOf
from ziyuan.base.feel.temporal import Date, DateTime, DaysTime, Time, YearsMonths
from ziyuan.base.feel.values import Function, Range

if TYPE_CHECKING:
    from ziyuan.base.feel.parser import Parser

SIMPLE: dict[str, type] = {
    "number": Decimal,
    "string": str,
    "boolean": bool,
    "date": Date,
    "time": Time,
    "date and time": DateTime,
    "years and months duration": YearsMonths,
    "days and time duration": DaysTime,
    "Null": type(None),
}
_NAME = re.compile(
    r"\s*(date\s+and\s+time|(?:years\s+and\s+months|days\s+and\s+time|day\s*time|year\s*month)\s+duration"
    r"|[^\W\d][\w.]*)"
)
_KEY = re.compile(r"([^,<>:]+?)(?=\s*:)")


def parse(p: Parser) -> TypeOf:
    """The type that stands here."""
    p.depth += 1
    if p.depth > 60:
        raise p.fail("类型嵌套过深")
    found = _NAME.match(p.text, p.lex.skip_blank())
    if not found:
        raise p.fail("此处应为类型")
    p.lex.reset(found.end())
    p.lex.last_end = found.end()
    name = " ".join(found[1].split())
    built = _parametrised(p, name) if name in ("list", "range", "context", "function") else TypeOf(name)
    p.depth -= 1
    return built


def _parametrised(p: Parser, name: str) -> TypeOf:
    if not p.accept("<"):
        return TypeOf(name)
    of: list[TypeOf] = []
    entries: list[tuple[str, TypeOf]] = []
    while not p.accept(">"):
        if of or entries:
            p.expect(",")
        if name == "context":
            key = p.defined_name(_KEY, "上下文项的")
            p.expect(":")
            entries.append((key, parse(p)))
        else:
            of.append(parse(p))
    if name == "function" and p.accept("->"):
        of.append(parse(p))
    return TypeOf(name, tuple(of), tuple(entries))


def is_known(kind: TypeOf) -> bool:
    simple = kind.name in SIMPLE or kind.name in ("Any", "list", "range", "context", "function")
    return simple and all(map(is_known, kind.of)) and all(is_known(entry) for _, entry in kind.entries)


def conforms(value: Any, kind: TypeOf) -> bool:
    """Whether the value is of the type; null only of `Null`, everything else of `Any`."""
    expected = SIMPLE.get(kind.name)
    if expected is not None:
        return type(value) is expected
    if value is None:
        return False
    if kind.name == "Any":
        return True
    if kind.name == "list":
        return type(value) is list and (not kind.of or all(_inner(item, kind.of[0]) for item in value))
    if kind.name == "context":
        return type(value) is dict and all(
            key in value and _inner(value[key], entry) for key, entry in kind.entries
        )
    if kind.name == "range":
        return type(value) is Range and (not kind.of or _range_of(value, kind.of[0]))
    return kind.name == "function" and type(value) is Function


def fit(value: Any, kind: TypeOf | None) -> Any:
    """The value as one of the type: a one-element list and its element convert; None where it does not fit."""
    if kind is None or value is None or conforms(value, kind):
        return value
    if type(value) is list and len(value) == 1 and conforms(value[0], kind):
        return value[0]
    return [value] if type(value) is not list and conforms([value], kind) else None


def _inner(value: Any, kind: TypeOf) -> bool:
    return value is None or conforms(value, kind)


def _range_of(value: Range, kind: TypeOf) -> bool:
    ends = [end for end in (value.start, value.end) if end is not None]
    return bool(ends) and all(conforms(end, kind) for end in ends)
