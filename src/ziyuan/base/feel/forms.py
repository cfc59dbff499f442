"""The bracketed and worded forms of FEEL: calls, lists, intervals, contexts, if, for, some, every, function."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from ziyuan.base.feel import types
from ziyuan.base.feel.names import names_of, normal
from ziyuan.base.feel.syntax import (
    Call,
    ContextOf,
    Entry,
    For,
    If,
    Interval,
    Lambda,
    ListOf,
    Loop,
    Node,
    Quantified,
    TypeOf,
)

if TYPE_CHECKING:
    from ziyuan.base.feel.parser import Parser

_ARGUMENT = re.compile(r"\s*([^,()\[\]{}\":=<>@]+?)\s*:")
_KEY = re.compile(r"([^,()\[\]{}\":=<>@]+?)(?=\s*:)")
_PARAMETER = re.compile(r"([^,()\[\]{}\":=<>@]+?)(?=\s*[:,)])")
_LOOP_NAME = re.compile(r"((?:(?!\s+in\b)[^,()\[\]{}\":=<>@])+)(?=\s+in\b)")


def call(p: Parser, function: Node) -> Node:
    """Arguments, all positional or all named."""
    p.expect("(")
    if p.accept(")"):
        return Call(function.start, p.lex.last_end, function, (), None)
    names: list[str] = []
    arguments: list[Node] = []
    while True:
        name = _argument_name(p)
        if name is not None:
            names.append(name)
        if names and len(names) != len(arguments) + 1:
            raise p.fail("具名参数与按位置的参数不能混用")
        arguments.append(p.expression())
        if not p.accept(","):
            break
    p.expect(")")
    return Call(function.start, p.lex.last_end, function, tuple(arguments), tuple(names) or None)


def _argument_name(p: Parser) -> str | None:
    found = _ARGUMENT.match(p.text, p.lex.skip_blank())
    if not found:
        return None
    p.lex.reset(found.end())
    return normal(found[1])


def list_or_interval(p: Parser) -> Node:
    start = p.lex.take().start
    if p.accept("]"):
        return ListOf(start, p.lex.last_end, ())
    items = [p.expression()]
    if p.accept(".."):
        return interval(p, start, items[0], True)
    while p.accept(","):
        items.append(p.expression())
    p.expect("]")
    return ListOf(start, p.lex.last_end, tuple(items))


def bracket_or_interval(p: Parser) -> Node:
    start = p.lex.take().start
    node = p.expression()
    if p.accept(".."):
        return interval(p, start, node, False)
    p.expect(")")
    return node


def open_interval(p: Parser) -> Node:
    start = p.lex.take().start
    low = p.expression()
    if not p.accept(".."):
        raise p.fail("区间缺少“..”")
    return interval(p, start, low, False)


def interval(p: Parser, start: int, low: Node, included: bool) -> Node:
    """The rest of an interval after `..`."""
    high = p.endpoint()
    if p.accept("]"):
        return Interval(start, p.lex.last_end, low, high, included, True)
    if p.accept(")") or p.accept("["):
        return Interval(start, p.lex.last_end, low, high, included, False)
    raise p.fail("区间缺少结尾的“]”或“)”")


def context(p: Parser) -> Node:
    start = p.lex.take().start
    entries: list[Entry] = []
    depth = len(p.scopes)
    while not p.accept("}"):
        if entries and not p.accept(","):
            raise p.fail("上下文的各项之间应为“,”，末尾应为“}”")
        key = _key(p)
        p.expect(":")
        entries.append(Entry(key, p.expression()))
        known = names_of(frozenset({key}))
        p.scopes.append(known)
        p.members.append(known)
    del p.scopes[depth:]
    return ContextOf(start, p.lex.last_end, tuple(entries))


def _key(p: Parser) -> str:
    token = p.lex.peek() if p.text[p.lex.skip_blank() : p.lex.pos + 1] == '"' else None
    if token is None:
        return p.defined_name(_KEY, "上下文项的")
    p.lex.take()
    return p.lex.unescape(token)


def if_then_else(p: Parser) -> Node:
    cases: list[tuple[int, Node, Node]] = []
    while not cases or p.at_word("if"):
        start = p.lex.take().start
        test = p.expression()
        p.expect_word("then", "if ")
        then = p.expression()
        p.expect_word("else", "if … then ")
        cases.append((start, test, then))
    node = p.expression()
    for start, test, then in reversed(cases):
        node = If(start, p.lex.last_end, test, then, node)
    return node


def for_return(p: Parser) -> Node:
    start = p.lex.take().start
    depth = len(p.scopes)
    loops = _loops(p)
    p.expect_word("return", "for ")
    p.scopes.append(names_of(frozenset({"partial"})))
    body = p.expression()
    del p.scopes[depth:]
    return For(start, p.lex.last_end, loops, body)


def quantified(p: Parser) -> Node:
    word = p.lex.take()
    depth = len(p.scopes)
    loops = _loops(p)
    p.expect_word("satisfies", f"{word.text} ")
    test = p.expression()
    del p.scopes[depth:]
    return Quantified(word.start, p.lex.last_end, word.text == "every", loops, test)


def _loops(p: Parser) -> tuple[Loop, ...]:
    loops: list[Loop] = []
    while True:
        name = p.defined_name(_LOOP_NAME, "循环变量的")
        p.expect_word("in", "循环变量之后")
        domain = p.expression()
        high = p.expression() if p.accept("..") else None
        loops.append(Loop(name, domain, high))
        p.scopes.append(names_of(frozenset({name})))
        if not p.accept(","):
            return tuple(loops)


def function(p: Parser) -> Node:
    start = p.lex.take().start
    p.expect("(")
    names: list[str] = []
    kinds: list[TypeOf | None] = []
    while not p.accept(")"):
        if names:
            p.expect(",")
        names.append(p.defined_name(_PARAMETER, "参数"))
        kinds.append(types.parse(p) if p.accept(":") else None)
    if len(set(names)) < len(names):
        raise p.fail("参数名称重复")
    p.scopes.append(names_of(frozenset(names)))
    if p.lex.peek().text == "external":
        raise p.fail("不支持外部函数(Java、PMML),请用 FEEL 写出函数体")
    body = p.expression()
    p.scopes.pop()
    return Lambda(start, p.lex.last_end, tuple(names), tuple(kinds), body)


Form = Callable[["Parser"], Node]
FORMS: dict[str, Form] = {
    "if": if_then_else,
    "for": for_return,
    "some": quantified,
    "every": quantified,
    "function": function,
}
SIGNS: dict[str, Form] = {"[": list_or_interval, "(": bracket_or_interval, "]": open_interval, "{": context}
