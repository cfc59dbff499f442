"""Named lists of codes (`lists:`) in conditions, and which code tables the functions of a condition may mean."""

import re
from collections.abc import Mapping, Sequence
from itertools import combinations

from ziyuan.onemap.standards.codes import CodeTable

_TREE_FUNCTION = re.compile(r"\b(under|top|base)\s*\(")


class Lists:
    """A name of a list stands for the written-out list."""

    _TEXT_OR_NAME = re.compile(r'"(?:[^"\\]|\\.)*"|[^\W\d]\w*')

    def __init__(self, by_name: Mapping[str, Sequence[str]]) -> None:
        self._written = {
            name: "[" + ", ".join(f'"{code}"' for code in codes) + "]" for name, codes in by_name.items()
        }

    def expanded(self, text: str | None) -> str | None:
        """The condition with every name of a list replaced; texts in quotes stay as they are."""
        if text is None or not self._written:
            return text
        return self._TEXT_OR_NAME.sub(lambda found: self._written.get(found[0], found[0]), text)


def asks_the_tree(text: str) -> bool:
    """Does the condition ask for heads or bases of codes?"""
    return _TREE_FUNCTION.search(text) is not None


def ambiguous(codes: Mapping[str, CodeTable]) -> tuple[str, str] | None:
    """Two trees that share a code: `under` could not tell which one is meant. None where all is clear."""
    trees = [t for t in codes.values() if t is not None and (t.suffixes or any(row.parent for row in t.rows))]
    pairs = ((a, b) for a, b in combinations(trees, 2) if a.by_code.keys() & b.by_code.keys())
    return next(((a.name, b.name) for a, b in pairs), None)
