"""Tokens on demand: what a name is depends on the scope the parser has reached, so nothing is read ahead."""

from __future__ import annotations

import re
from typing import NamedTuple

from ziyuan.base.feel.errors import FeelSyntaxError
from ziyuan.base.feel.names import PART, WORD, Names

LONGEST = 100_000

_BLANK = re.compile(
    r"(?:[\s\u0085\u00a0\u1680\u180e\u2000-\u200b\u2028\u2029\u202f\u205f\u3000\ufeff]|//[^\n]*|/\*.*?\*/)+",
    re.S,
)
_NUMBER = re.compile(r"(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"', re.S)
_SIGN = re.compile(r"\*\*|\.\.|->|<=|>=|!=|[-+*/=<>()\[\]{},.:@]")
_ESCAPE = re.compile(r"\\(u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{6}|.)", re.S)
_PLAIN_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "'": "'", "\\": "\\"}

# Signs of a Chinese input method and what was meant: the full-width block lies 0xFEE0 above ASCII.
_HALF_WIDTH = {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
_HALF_WIDTH |= {
    0x201C: '"',
    0x201D: '"',
    0x2018: "'",
    0x2019: "'",
    0x3001: ",",
    0x3002: ".",
    0x3010: "[",
    0x3011: "]",
}
_OTHER_LANGUAGES = {
    "=": "相等用一个“=”",
    "&": "“并且”写作 and",
    "|": "“或者”写作 or",
    "!": "“不等”写作 !=,否定写作 not(…)",
    "'": '文本用双引号“"”',
}


class Token(NamedTuple):
    """`kind` is number, text, sign, word (a name or keyword), name (a known name of several pieces) or end."""

    kind: str
    text: str
    start: int
    end: int


class Lexer:
    """Reads one text; `scopes` and `members` are kept by the parser."""

    def __init__(self, text: str, scopes: list[Names]) -> None:
        if len(text) > LONGEST:
            raise FeelSyntaxError(f"表达式过长({len(text)} 个字符，上限 {LONGEST})", text, 0, 0)
        self.text = text
        self.scopes = scopes
        self.pos = 0
        self.last_end = 0
        self._ahead: Token | None = None

    def peek(self) -> Token:
        if self._ahead is None:
            self._ahead = self._read()
        return self._ahead

    def take(self) -> Token:
        token = self.peek()
        self.pos = self.last_end = token.end
        self._ahead = None
        return token

    def reset(self, pos: int) -> None:
        self.pos = pos
        self._ahead = None

    def skip_blank(self) -> int:
        """Move to the next token and give its place."""
        found = _BLANK.match(self.text, self.pos)
        if found:
            self.pos = found.end()
        return self.pos

    def known(self, scopes: list[Names]) -> tuple[str, int] | None:
        """The longest known name of several pieces here, over all scopes given."""
        piece = PART.match(self.text, self.pos)
        first = piece[0] if piece else self.text[self.pos : self.pos + 1]
        best: tuple[str, int] | None = None
        for names in scopes:
            found = names.longest_at(self.text, self.pos, first)
            if found and (best is None or found[1] > best[1]):
                best = found
        return best

    def _read(self) -> Token:
        start = self.skip_blank()
        text = self.text
        if start >= len(text):
            return Token("end", "", len(text), len(text))
        piece = PART.match(text, start)
        first = piece[0] if piece else text[start]
        for names in self.scopes:
            if first in names.starts:
                known = self.known(self.scopes)
                if known:
                    return Token("name", known[0], start, known[1])
                break
        if piece and WORD.match(text, start):
            return Token("word", first, start, piece.end())
        number = _NUMBER.match(text, start)
        if number:
            return Token("number", number[0], start, number.end())
        sign = _SIGN.match(text, start)
        if sign:
            return Token("sign", sign[0], start, sign.end())
        if text[start] == '"':
            return self._string(start)
        raise self._stray(start)

    def _string(self, start: int) -> Token:
        found = _STRING.match(self.text, start)
        if not found:
            raise FeelSyntaxError("文本缺少结尾的双引号", self.text, start, len(self.text))
        return Token("text", found[0], start, found.end())

    def _stray(self, start: int) -> FeelSyntaxError:
        char = self.text[start]
        half = char.translate(_HALF_WIDTH)
        if half != char:
            return FeelSyntaxError(f"“{char}”是全角符号，应为半角“{half}”", self.text, start, start + 1, half)
        hint = _OTHER_LANGUAGES.get(char)
        return FeelSyntaxError(
            f"不认识的符号“{char}”" + (f";{hint}" if hint else ""), self.text, start, start + 1
        )

    def unescape(self, token: Token) -> str:
        """The value of a text token."""
        try:
            return unescape(token.text[1:-1])
        except ValueError:
            raise FeelSyntaxError("字符编号超出 Unicode 范围", self.text, token.start, token.end) from None


def unescape(inner: str) -> str:
    """The characters of a string literal; a pair of surrogate escapes is one character."""
    if "\\" not in inner:
        return inner
    value = _ESCAPE.sub(_escaped, inner)
    if any("\ud800" <= char <= "\udfff" for char in value):
        value = value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return value


def _escaped(found: re.Match[str]) -> str:
    mark = found[1]
    if len(mark) > 1:
        return chr(int(mark[1:], 16))
    return _PLAIN_ESCAPES.get(mark, "\\" + mark)
