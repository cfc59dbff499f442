"""Types as they stand in `instance of` and in parameters, and whether a value is of one."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from ziyuan.base.feel.names import PART
from ziyuan.base.feel.run import Run, Span
from ziyuan.base.feel.syntax import TypeOf
from ziyuan.base.feel.temporal import Date, DateTime, DaysTime, Time, YearsMonths, midnight
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
    start = p.lex.skip_blank()
    found = _NAME.match(p.text, start)
    if not found:
        raise p.fail("此处应为类型")
    name, end = " ".join(found[1].split()), found.end()
    known = _known_at(p, start)
    if known is not None and known[1] > end:
        name, end = known
    p.lex.reset(end)
    p.lex.last_end = end
    built = _parametrised(p, name) if name in ("list", "range", "context", "function") else TypeOf(name)
    p.depth -= 1
    return built


def _known_at(p: Parser, start: int) -> tuple[str, int] | None:
    """The longest type that the caller defines under a name with blanks or signs, and its end."""
    first = PART.match(p.text, start)
    return p.types.longest_at(p.text, start, first[0]) if first else None


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
    if kind.test is not None:
        return True
    simple = kind.name in SIMPLE or kind.name in ("Any", "list", "range", "context", "function")
    return simple and all(map(is_known, kind.of)) and all(is_known(entry) for _, entry in kind.entries)


def is_complete(kind: TypeOf) -> bool:
    """Whether list, range, context and function say what they hold, as a type written out must (rule 52)."""
    if kind.test is not None:
        return True
    if kind.name == "context":
        return bool(kind.entries) and all(is_complete(entry) for _, entry in kind.entries)
    if kind.name in ("list", "range"):
        return len(kind.of) == 1 and is_complete(kind.of[0])
    if kind.name == "function":
        return bool(kind.of) and all(map(is_complete, kind.of))
    return True


def type_conforms(one: TypeOf | None, other: TypeOf | None) -> bool:
    """`one <: other` (10.3.2.9.2); a type that is not given is Any."""
    if other is None or other.name == "Any" or (one is not None and one.name == "Null"):
        return True
    if one is None or one.name != other.name:
        return False
    if one.name == "context":
        given = dict(one.entries)
        return all(key in given and type_conforms(given[key], wanted) for key, wanted in other.entries)
    if one.name == "function":
        *takes, gives = one.of or (None,)
        *wanted, result = other.of or (None,)
        pairs = zip(wanted, takes, strict=False)
        return (
            len(takes) == len(wanted)
            and all(type_conforms(theirs, ours) for theirs, ours in pairs)
            and type_conforms(gives, result)
        )
    return all(type_conforms(a, b) for a, b in zip(one.of, other.of, strict=False))


def conforms(value: Any, kind: TypeOf, run: Run, span: Span) -> bool:
    """Whether the value is of the type; null only of `Null`, everything else of `Any`."""
    if kind.test is not None:
        return value is not None and kind.test(value, run)
    expected = SIMPLE.get(kind.name)
    if expected is not None:
        return type(value) is expected
    if value is None:
        return False
    if kind.name == "Any":
        return True
    if kind.name == "list":
        if type(value) is not list or not kind.of:
            return type(value) is list
        run.spend(len(value) // 10 + 1, span)
        return all(_inner(item, kind.of[0], run, span) for item in value)
    if kind.name == "context":
        return type(value) is dict and all(
            key in value and _inner(value[key], entry, run, span) for key, entry in kind.entries
        )
    if kind.name == "range":
        return type(value) is Range and (not kind.of or _range_of(value, kind.of[0], run, span))
    return kind.name == "function" and type(value) is Function and _function_conforms(value, kind)


def _function_conforms(value: Function, kind: TypeOf) -> bool:
    """By the number and types of the parameters; what a body yields is not known before it runs."""
    if not kind.of or value.variadic:
        return True
    wanted = kind.of[:-1]
    declared = value.kinds or (None,) * len(value.parameters)
    return len(wanted) == len(value.parameters) and all(map(type_conforms, wanted, declared))


def fit(value: Any, kind: TypeOf | None, run: Run, span: Span) -> Any:
    """The value as one of the type: a one-element list and its element convert; None where it does not fit."""
    if kind is None or value is None or conforms(value, kind, run, span):
        return value
    if type(value) is list and len(value) == 1 and conforms(value[0], kind, run, span):
        return value[0]
    if kind.name == "date and time" and type(value) is Date:
        return midnight(value)
    return [value] if type(value) is not list and conforms([value], kind, run, span) else None


def _inner(value: Any, kind: TypeOf, run: Run, span: Span) -> bool:
    return value is None or conforms(value, kind, run, span)


def _range_of(value: Range, kind: TypeOf, run: Run, span: Span) -> bool:
    ends = [end for end in (value.start, value.end) if end is not None]
    return bool(ends) and all(conforms(end, kind, run, span) for end in ends)
