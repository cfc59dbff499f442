"""A term as an expression of PostgreSQL, with the same answers as the interpreter.

Text is compared by code point (`COLLATE "C"`), equality knows null, quotients are rounded to FEEL's 34
digits with ties to even. Literals stand in the text (quoted), so that it may serve in checks and policies too.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from ziyuan.base.feel.literals import date_text
from ziyuan.base.feel.rows.columns import Column
from ziyuan.base.feel.rows.terms import DIGITS, Term

_SAFE = 100  # decimals of a quotient before it is rounded


def of(term: Term) -> str:
    """The SQL text of a term."""
    maker = _MAKERS.get(term.op)
    return maker(term) if maker else _operator(term)


def name(text: str) -> str:
    """A quoted identifier."""
    return '"' + text.replace('"', '""') + '"'


def literal(value: Any, kind: str) -> str:
    """A constant with its type."""
    if value is None:
        return f"NULL::{_TYPES[kind]}"
    if kind == "boolean":
        return "true" if value else "false"
    if kind == "number":
        return f"{format(Decimal(value), 'f')}::numeric"
    if kind == "date":
        return f"DATE '{date_text(value)}'"
    return "'" + value.replace("'", "''") + "'::text"


_TYPES = {"boolean": "boolean", "number": "numeric", "text": "text", "date": "date", "null": "text"}


def _constant(term: Term) -> str:
    return literal(term.value, term.kind)


def _column(term: Term) -> str:
    column: Column = term.value
    field = name(column.name)
    if column.kind == "text":
        return f'({field}::text COLLATE "C")'
    if column.kind != "number":
        return field
    exact = f"{field}::numeric"
    if column.stored == "double":  # by its shortest digits, as the interpreter reads it; no number is null
        exact = f"CASE WHEN {field} BETWEEN -1.7976931348623157e308 AND 1.7976931348623157e308 THEN {field}::text::numeric END"
    return f"({exact})" if column.scale is None else f"round({exact}, {column.scale})"


def _operator(term: Term) -> str:
    left, right = map(of, term.args)
    op = {"=": "IS NOT DISTINCT FROM", "!=": "IS DISTINCT FROM"}.get(term.op, term.op)
    if term.op == "/":
        return rounded34(f"round({left}, {_SAFE}) / NULLIF({right}, 0)")
    text = f"({left} {op} {right})"
    return rounded34(text) if term.op in "+-*" and term.digits is None else text


def rounded34(text: str) -> str:
    """A number at 34 significant digits, ties to even; evaluated once."""
    places = (
        f"CASE WHEN abs(q) >= 1 THEN {DIGITS} - length(trunc(abs(q))::text) "
        f"ELSE {DIGITS} + length(substring(abs(q)::text from '^0[.](0*)')) END"
    )
    inner = f"SELECT q, {places} AS k FROM (SELECT {text} AS q) AS x"
    return f"(SELECT CASE WHEN q = 0 OR q IS NULL THEN q ELSE {half_even('q', 'k')} END FROM ({inner}) AS y)"


def half_even(x: str, k: str) -> str:
    """`x` at `k` decimals, ties to the even digit."""
    tie = f"abs({x} - trunc({x}, {k})) = ('5e' || (-({k}) - 1))::numeric"
    even = f"mod(trunc({x}, {k}), ('2e' || (-({k})))::numeric) = 0"
    return f"CASE WHEN {tie} AND {even} THEN trunc({x}, {k}) ELSE round({x}, {k}) END"


def _logic(term: Term) -> str:
    return "(" + f" {term.op.upper()} ".join(map(of, term.args)) + ")"


def _unlike(term: Term) -> str:
    left, right = map(of, term.args)
    return (
        f"(CASE WHEN {left} IS NULL AND {right} IS NULL THEN true "
        f"WHEN {left} IS NULL OR {right} IS NULL THEN false END)"
    )


def _choice(term: Term) -> str:
    test, then, otherwise = map(of, term.args)
    return f"(CASE WHEN {test} THEN {then} ELSE {otherwise} END)"


def _rounding(term: Term) -> str:
    function, places = term.value
    x = of(term.args[0])
    if function == "round half up":
        return f"round({x}, {places})"
    if function == "round down":
        return f"trunc({x}, {places})"
    made = _ROUNDED[function].format(k=places, unit=f"1e{-places}::numeric", half=half_even("x", str(places)))
    return f"(SELECT {made} FROM (SELECT {x} AS x) AS r)"


_ROUNDED = {
    "decimal": "{half}",
    "floor": "trunc(x, {k}) - CASE WHEN x < trunc(x, {k}) THEN {unit} ELSE 0 END",
    "ceiling": "trunc(x, {k}) + CASE WHEN x > trunc(x, {k}) THEN {unit} ELSE 0 END",
    "round up": "trunc(x, {k}) + sign(x - trunc(x, {k})) * {unit}",
    "round half down": (
        "CASE WHEN abs(x - trunc(x, {k})) = ('5e' || (-({k}) - 1))::numeric THEN trunc(x, {k}) ELSE round(x, {k}) END"
    ),
}


def _slice(term: Term) -> str:
    text, (start, count) = of(term.args[0]), term.value
    begin = str(start) if start > 0 else f"char_length({text}) + {start + 1}"
    part = f"substring({text} from {begin}" + (")" if count is None else f" for {count})")
    return f"(CASE WHEN char_length({text}) >= {abs(start)} THEN {part} END)"


def _text_test(term: Term) -> str:
    text, pattern = of(term.args[0]), literal(term.value, "text")
    if term.op == "starts":
        return f"starts_with({text}, {pattern})"
    if term.op == "contains":
        return f"(strpos({text}, {pattern}) > 0)"
    size = len(term.value)
    return f"(right({text}, {size}) = {pattern})" if size else f"({text} IS NOT NULL OR NULL)"


def _code(term: Term) -> str:
    """A function of codes as a list of the codes for which it gives each value."""
    function, fixed = term.value
    code = of(term.args[0])
    by_value: dict[Any, list[str]] = {}
    for known in function.known:
        by_value.setdefault(function.call(known, *fixed), []).append(known)
    same = function.elsewhere == "same"
    elsewhere = code if same else literal(function.elsewhere, term.kind)
    cases = [
        f"WHEN {code} IN ({', '.join(literal(one, 'text') for one in sorted(codes))}) THEN {literal(value, term.kind)}"
        for value, codes in by_value.items()
        if same or value != function.elsewhere
    ]
    return f"(CASE {' '.join(cases)} ELSE {elsewhere} END)" if cases else f"({elsewhere})"


_MAKERS: dict[str, Any] = {
    "constant": _constant,
    "column": _column,
    "and": _logic,
    "or": _logic,
    "not": lambda term: f"(NOT {of(term.args[0])})",
    "is true": lambda term: f"({of(term.args[0])} IS TRUE)",
    "is null": lambda term: f"({of(term.args[0])} IS NULL)",
    "unlike": _unlike,
    "if": _choice,
    "negate": lambda term: f"(- {of(term.args[0])})",
    "abs": lambda term: f"abs({of(term.args[0])})",
    "round": _rounding,
    "join": lambda term: f"({of(term.args[0])} || {of(term.args[1])})",
    "length": lambda term: f"char_length({of(term.args[0])})::numeric",
    "slice": _slice,
    "starts": _text_test,
    "ends": _text_test,
    "contains": _text_test,
    "code": _code,
    "or else": lambda term: f"COALESCE({of(term.args[0])}, {of(term.args[1])})",
}
