"""The tree of a FEEL expression. Every node knows its place in the text."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Node:
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Literal(Node):
    value: Any


@dataclass(frozen=True, slots=True)
class Name(Node):
    name: str


@dataclass(frozen=True, slots=True)
class Binary(Node):
    """Arithmetic (`+ - * / **`) and comparison (`= != < <= > >=`)."""

    op: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Logic(Node):
    """A chain of one connective, `and` or `or`."""

    op: str
    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Negative(Node):
    value: Node


@dataclass(frozen=True, slots=True)
class Between(Node):
    value: Node
    low: Node
    high: Node


@dataclass(frozen=True, slots=True)
class In(Node):
    value: Node
    tests: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class UnaryRange(Node):
    """`< 5`, `(>= 3)`: the range of values for which the comparison holds."""

    op: str
    value: Node


@dataclass(frozen=True, slots=True)
class Interval(Node):
    low: Node
    high: Node
    low_included: bool
    high_included: bool


@dataclass(frozen=True, slots=True)
class ListOf(Node):
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    key: str
    value: Node


@dataclass(frozen=True, slots=True)
class ContextOf(Node):
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Path(Node):
    value: Node
    member: str


@dataclass(frozen=True, slots=True)
class Filter(Node):
    value: Node
    test: Node


@dataclass(frozen=True, slots=True)
class Call(Node):
    function: Node
    arguments: tuple[Node, ...]
    names: tuple[str, ...] | None  # given when the arguments are named


@dataclass(frozen=True, slots=True)
class If(Node):
    test: Node
    then: Node
    otherwise: Node


@dataclass(frozen=True, slots=True)
class Loop:
    """One `name in domain` or `name in low..high` of an iteration."""

    name: str
    domain: Node
    high: Node | None


@dataclass(frozen=True, slots=True)
class For(Node):
    loops: tuple[Loop, ...]
    body: Node


@dataclass(frozen=True, slots=True)
class Quantified(Node):
    every: bool
    loops: tuple[Loop, ...]
    test: Node


@dataclass(frozen=True, slots=True)
class TypeOf:
    """A type: `number`, `list<string>`, `context<a: number>`, `range<date>`, `function<…> -> …`."""

    name: str
    of: tuple[TypeOf, ...] = ()
    entries: tuple[tuple[str, TypeOf], ...] = ()
    test: Callable[[Any, Any], bool] | None = None  # of a type the caller defines: value and run


@dataclass(frozen=True, slots=True)
class Lambda(Node):
    parameters: tuple[str, ...]
    types: tuple[TypeOf | None, ...]
    body: Node


@dataclass(frozen=True, slots=True)
class InstanceOf(Node):
    value: Node
    type: TypeOf


@dataclass(frozen=True, slots=True)
class Tests(Node):
    """Unary tests of one cell; `negated` for `not(…)`; no items for `-`."""

    items: tuple[Node, ...]
    negated: bool


def fault_of(literal: Literal, text: str) -> str | None:
    """Why a literal that is not written `null` has no value."""
    if literal.value is not None or text[literal.start : literal.end] == "null":
        return None
    return "不是有效的日期、时间或时段" if text[literal.start] == "@" else "数字超出范围"
