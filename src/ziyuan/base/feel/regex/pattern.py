"""A pattern read into instructions for the matcher."""

from __future__ import annotations

import functools
from dataclasses import dataclass, field
from typing import Any

from ziyuan.base.feel.regex.classes import ESCAPES, Test, negated, property_test, same_letter

LARGEST_PROGRAM = 5000
DEPTH = 50
ANY, TEST, SPLIT, JUMP, SAVE, BEGIN, END, BACK, MATCH = range(9)
_PLAIN_ESCAPES = {"n": "\n", "r": "\r", "t": "\t"}
_ESCAPABLE = frozenset("\\|.-^?*+{}()[]$")


class BadPattern(ValueError):
    """The pattern is no regular expression of XPath."""


@dataclass
class Program:
    """Instructions `(operation, argument, argument)`; `literal` when the pattern is plain text."""

    code: list[tuple[int, Any, Any]] = field(default_factory=list)
    groups: int = 0
    has_back: bool = False
    multiline: bool = False
    ignore_case: bool = False
    literal: str | None = None
    quoted: bool = False  # flag q: the replacement is plain text too


Tree = tuple[Any, ...]


@functools.lru_cache(maxsize=512)
def compile(pattern: str, flags: str = "") -> Program:
    """The program of a pattern; flags are those of XPath: s, m, i, x, q."""
    if set(flags) - set("smixq"):
        raise BadPattern(f"不认识的标志“{flags}”，可用 s、m、i、x、q")
    if len(pattern) > LARGEST_PROGRAM:
        raise BadPattern("正则表达式过长")
    reader = _Reader(pattern, flags)
    tree: Tree = ("seq", [reader.one(char) for char in pattern]) if "q" in flags else reader.whole()
    program = Program(
        groups=reader.groups, multiline="m" in flags, ignore_case="i" in flags, quoted="q" in flags
    )
    if "i" not in flags and tree[0] == "seq" and all(part[0] == "char" for part in tree[1]):
        program.literal = "".join(part[1] for part in tree[1])
    _emit(tree, program)
    program.code.append((MATCH, None, None))
    return program


class _Reader:
    def __init__(self, pattern: str, flags: str) -> None:
        self.text, self.pos = pattern, 0
        self.flags = flags
        self.groups = 0
        self.open: list[int] = []
        self.closed: set[int] = set()
        self.depth = 0
        self.classes = 0

    def whole(self) -> Tree:
        tree = self.branches()
        if self.pos < len(self.text):
            raise BadPattern("多余的“)”")
        return tree

    def peek(self) -> str:
        if "x" in self.flags and not self.classes:  # blanks inside a class are kept
            while self.pos < len(self.text) and self.text[self.pos] in " \t\n\r":
                self.pos += 1
        return self.text[self.pos] if self.pos < len(self.text) else ""

    def take(self) -> str:
        char = self.peek()
        if not char:
            raise BadPattern("正则表达式不完整")
        self.pos += 1
        return char

    def accept(self, char: str) -> bool:
        if self.peek() == char:
            self.pos += 1
            return True
        return False

    def one(self, char: str) -> Tree:
        if "i" in self.flags and char.lower() != char.upper():
            return ("test", same_letter(char))
        return ("char", char)

    def branches(self) -> Tree:
        self.depth += 1
        if self.depth > DEPTH:
            raise BadPattern("正则表达式嵌套过深")
        options = [self.sequence()]
        while self.accept("|"):
            options.append(self.sequence())
        self.depth -= 1
        return options[0] if len(options) == 1 else ("alt", options)

    def sequence(self) -> Tree:
        parts: list[Tree] = []
        while self.peek() not in ("", "|", ")"):
            parts.append(self.quantified(self.atom()))
        return ("seq", parts)

    def quantified(self, atom: Tree) -> Tree:
        mark = self.peek()
        if mark in ("?", "*", "+") and mark:
            self.pos += 1
            low, high = {"?": (0, 1), "*": (0, None), "+": (1, None)}[mark]
        elif mark == "{":
            low, high = self.counts()
        else:
            return atom
        if atom[0] in ("begin", "end"):
            raise BadPattern("“^”与“$”不能重复")
        lazy = self.accept("?")
        if self.peek() in ("*", "+", "?", "{") and self.peek():
            raise BadPattern("重复符号不能连用")
        return ("rep", atom, low, high, lazy)

    def counts(self) -> tuple[int, int | None]:
        end = self.text.find("}", self.pos)
        parts = self.text[self.pos + 1 : end].split(",") if end > 0 else []
        if not 1 <= len(parts) <= 2 or not parts[0].isdecimal() or (parts[1:] and not _count_ok(parts[1])):
            raise BadPattern("重复次数应写作 {2}、{2,} 或 {2,5}")
        self.pos = end + 1
        low = int(parts[0][:6])
        high = low if len(parts) == 1 else int(parts[1][:6]) if parts[1] else None
        if high is not None and high < low:
            raise BadPattern("重复次数的上限小于下限")
        return low, high

    def atom(self) -> Tree:
        char = self.take()
        if char == "(":
            return self.group()
        if char == "[":
            self.classes += 1
            found = self.char_class()
            self.classes -= 1
            return ("test", found)
        if char == "\\":
            return self.escape()
        if char == ".":
            return ("any",) if "s" in self.flags else ("test", lambda c: c not in "\n\r")
        if char == "^":
            return ("begin",)
        if char == "$":
            return ("end",)
        if char in "?*+{}]":
            raise BadPattern(f"“{char}”之前缺少内容，或应写作“\\{char}”")
        return self.one(char)

    def group(self) -> Tree:
        if self.accept("?"):
            if not self.accept(":"):
                raise BadPattern("只支持 (?:…) 这一种不记录的组")
            inner = self.branches()
            number = 0
        else:
            self.groups += 1
            number = self.groups
            inner = self.branches()
            self.closed.add(number)
        if not self.accept(")"):
            raise BadPattern("缺少“)”")
        return ("group", inner, number) if number else inner

    def escape(self) -> Tree:
        char = self.take()
        if char.isdecimal() and char != "0":
            number = int(char)
            while self.peek().isdecimal() and int(f"{number}{self.peek()}") in self.closed:
                number = int(f"{number}{self.take()}")
            if number not in self.closed:
                raise BadPattern(f"没有第 {number} 组可以引用")
            return ("back", number)
        test = self.class_escape(char)
        return ("test", test) if test else self.one(self.char_escape(char))

    def class_escape(self, char: str) -> Test | None:
        if char in ESCAPES:
            return ESCAPES[char]
        if char not in "pP":
            return None
        end = self.text.find("}", self.pos)
        name = self.text[self.pos + 1 : end] if self.text[self.pos : self.pos + 1] == "{" and end > 0 else ""
        test = property_test(name)
        if test is None:
            raise BadPattern(f"不认识的字符类别“{name}”")
        self.pos = end + 1
        return test if char == "p" else negated(test)

    def char_escape(self, char: str) -> str:
        if char in _PLAIN_ESCAPES:
            return _PLAIN_ESCAPES[char]
        if char not in _ESCAPABLE:
            raise BadPattern(f"不认识的转义“\\{char}”")
        return char

    def char_class(self) -> Test:
        """After `[`: ranges, escapes, negation, and subtraction `[a-z-[aeiou]]`."""
        self.depth += 1
        if self.depth > DEPTH:
            raise BadPattern("正则表达式嵌套过深")
        negative = self.accept("^")
        tests: list[Test] = []
        without: Test | None = None
        while not self.accept("]"):
            if self.text.startswith("-[", self.pos):
                self.pos += 2
                without = self.char_class()
                if self.take() != "]":
                    raise BadPattern("字符类的差集之后应为“]”")
                break
            tests.append(self.class_item(bool(tests)))
        if not tests:
            raise BadPattern("空的字符类")
        self.depth -= 1
        return _united(tuple(tests), negative, without)

    def class_item(self, inside: bool) -> Test:
        char = self.take()
        if char == "[":
            raise BadPattern("字符类中的“[”应写作“\\[”")
        if char == "\\":
            char = self.take()
            test = self.class_escape(char)
            if test:
                return test
            char = self.char_escape(char)
        ahead = self.text[self.pos : self.pos + 2]
        if ahead[:1] != "-" or ahead in ("-]", "-["):
            return self._letter(char)
        self.pos += 1
        high = self.take()
        if high == "\\":
            high = self.char_escape(self.take())
        if high < char:
            raise BadPattern(f"字符范围 {char}-{high} 颠倒")
        return self._letters(char, high)

    def _letter(self, char: str) -> Test:
        return same_letter(char) if "i" in self.flags else lambda c: c == char

    def _letters(self, low: str, high: str) -> Test:
        if "i" not in self.flags:
            return lambda c: low <= c <= high
        return lambda c: low <= c <= high or low <= c.lower() <= high or low <= c.upper() <= high


def _count_ok(text: str) -> bool:
    return not text or text.isdecimal()


def _united(tests: tuple[Test, ...], negative: bool, without: Test | None) -> Test:
    def test(char: str) -> bool:
        found = any(one(char) for one in tests) is not negative
        return found and not (without is not None and without(char))

    return test


# -- instructions --------------------------------------------------------------------------------------


def _emit(tree: Tree, program: Program) -> None:
    code = program.code
    if len(code) > LARGEST_PROGRAM:
        raise BadPattern("正则表达式展开后过大，请减小重复次数")
    kind = tree[0]
    if kind == "seq":
        for part in tree[1]:
            _emit(part, program)
    elif kind == "char":
        wanted = tree[1]
        code.append((TEST, wanted.__eq__, None))
    elif kind == "test":
        code.append((TEST, tree[1], None))
    elif kind == "any":
        code.append((ANY, None, None))
    elif kind in ("begin", "end"):
        code.append((BEGIN if kind == "begin" else END, None, None))
    elif kind == "back":
        program.has_back = True
        code.append((BACK, tree[1], None))
    elif kind == "group":
        code.append((SAVE, 2 * tree[2], None))
        _emit(tree[1], program)
        code.append((SAVE, 2 * tree[2] + 1, None))
    elif kind == "alt":
        _emit_options(tree[1], program)
    else:
        _emit_repeat(tree, program)


def _emit_options(options: list[Tree], program: Program) -> None:
    code = program.code
    leaving: list[int] = []
    for option in options[:-1]:
        split = len(code)
        code.append((SPLIT, 0, 0))
        _emit(option, program)
        leaving.append(len(code))
        code.append((JUMP, 0, None))
        code[split] = (SPLIT, split + 1, len(code))
    _emit(options[-1], program)
    for jump in leaving:
        code[jump] = (JUMP, len(code), None)


def _emit_repeat(tree: Tree, program: Program) -> None:
    _, inner, low, high, lazy = tree
    code = program.code
    for _ in range(low):
        _emit(inner, program)
        if len(code) > LARGEST_PROGRAM:
            raise BadPattern("正则表达式展开后过大，请减小重复次数")
    if high is None:
        split = len(code)
        code.append((SPLIT, 0, 0))
        _emit(inner, program)
        code.append((JUMP, split, None))
        code[split] = _split(split + 1, len(code), lazy)
        return
    splits: list[int] = []
    for _ in range(high - low):
        splits.append(len(code))
        code.append((SPLIT, 0, 0))
        _emit(inner, program)
        if len(code) > LARGEST_PROGRAM:
            raise BadPattern("正则表达式展开后过大，请减小重复次数")
    for split in splits:
        code[split] = _split(split + 1, len(code), lazy)


def _split(stay: int, leave: int, lazy: bool) -> tuple[int, int, int]:
    return (SPLIT, leave, stay) if lazy else (SPLIT, stay, leave)
