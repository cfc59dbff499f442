"""Names with spaces and signs: which known name stands at this place of the text?

A name is a chain of words (letters with Chinese, digits, `_`, `?`) and of the signs `+ - * / ' .`; blanks
between them do not matter. The longest known name wins.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable

# Word characters of FEEL, without the full-width signs that an input method slips in for ( ) , : < > = ….
_START = "A-Za-z_?\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c-\u200d\u2070-\u218f\u2c00-\u2fef"
_START += "\u3005-\u3007\u3021-\ud7ff\uf900-\ufdcf\ufdf0-\ufefe\uff21-\uff3a\uff41-\uff5a\uff66-\uffdc\U00010000-\U000effff"
_LATER = "0-9\u00b7\u0300-\u036f\u203f-\u2040"
PART = re.compile(f"[{_START}{_LATER}]+")
WORD = re.compile(f"(?![{_LATER}]){PART.pattern}")
_BLANK = r"[\s\u00a0\ufeff]*"

KEYWORDS = frozenset(
    {"and", "or", "if", "then", "else", "for", "in", "return", "some", "every", "satisfies", "between"}
    | {"instance", "function", "true", "false", "null"}
)


@functools.lru_cache(maxsize=4096)
def pieces(name: str) -> tuple[str, ...]:
    """Its words and signs, without the blanks."""
    found, place = [], 0
    while place < len(name):
        word = PART.match(name, place)
        piece = word[0] if word else name[place]
        if not piece.isspace():
            found.append(piece)
        place += len(piece)
    return tuple(found)


def normal(name: str) -> str:
    """The name with blanks only where two words meet, as it is kept in scopes: `a  +b` and `a + b` are one."""
    return " ".join(name.split())


@functools.lru_cache(maxsize=4096)
def _pattern(name: str) -> re.Pattern[str]:
    text = ""
    before = ""
    for piece in pieces(name):
        gap = r"[\s\u00a0]+" if before and PART.fullmatch(before) and PART.fullmatch(piece) else _BLANK
        text += (gap if before else "") + re.escape(piece)
        before = piece
    return re.compile(text)


class Names:
    """Known names, indexed by their first piece; immutable."""

    __slots__ = ("all", "starts")

    def __init__(self, names: Iterable[str]) -> None:
        self.all = frozenset(names)
        self.starts: dict[str, list[tuple[str, re.Pattern[str], bool]]] = {}
        for name in sorted(self.all, key=lambda n: (-len(n), n)):
            found = pieces(name)
            if len(found) > 1 or (found and not WORD.fullmatch(name)):
                ends_in_word = PART.fullmatch(found[-1]) is not None
                self.starts.setdefault(found[0], []).append((name, _pattern(name), ends_in_word))

    def longest_at(self, text: str, pos: int, first: str) -> tuple[str, int] | None:
        """The longest known name of several pieces at `pos` and its end."""
        for name, pattern, ends_in_word in self.starts.get(first, ()):
            found = pattern.match(text, pos)
            if found and not (ends_in_word and PART.match(text, found.end())):
                return name, found.end()
        return None


@functools.lru_cache(maxsize=512)
def names_of(names: frozenset[str]) -> Names:
    return Names(names)
