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
_GAP = re.compile(r"[\s\u00a0\ufeff]*")
# Text that is something else in FEEL is never the beginning of a name, or the name alone.
_OPENS = frozenset("([{\"-@.<>=!])},:")
_NUMBER = re.compile(r"[0-9]+(?:[eE][0-9]+)?")

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


def _is_name(found: tuple[str, ...]) -> bool:
    """Whether a key can be meant by text: `0`, `1-2`, `"x"` and `(a)` are values and stay values."""
    return bool(found) and found[0] not in _OPENS and any(PART.match(p) and not _NUMBER.fullmatch(p) for p in found)


class Names:
    """Known names of several pieces, and how many the longest one has that begins with a piece; immutable."""

    __slots__ = ("all", "starts", "whole")

    def __init__(self, names: Iterable[str]) -> None:
        self.all = frozenset(names)
        self.starts: dict[str, int] = {}
        self.whole: dict[tuple[str, ...], str] = {}
        for name in sorted(self.all, key=lambda n: (-len(n), n)):
            if WORD.fullmatch(name):
                continue
            found = pieces(name)
            if _is_name(found):
                self.starts[found[0]] = max(len(found), self.starts.get(found[0], 0))
                self.whole.setdefault(found, name)

    def longest_at(self, text: str, pos: int, first: str) -> tuple[str, int] | None:
        """The longest known name of several pieces at `pos` and its end."""
        most = self.starts.get(first, 0)
        if not most:
            return None
        found: list[str] = []
        best: tuple[str, int] | None = None
        while len(found) < most and pos < len(text):
            word = PART.match(text, pos)
            piece = word[0] if word else text[pos]
            found.append(piece)
            pos += len(piece)
            name = self.whole.get(tuple(found))
            if name is not None:
                best = name, pos
            pos = _GAP.match(text, pos).end()  # type: ignore[union-attr]
        return best


@functools.lru_cache(maxsize=512)
def names_of(names: frozenset[str]) -> Names:
    return Names(names)
