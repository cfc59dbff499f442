"""Cells that a spreadsheet shows and never runs (formula injection)."""

from collections.abc import Iterable

_RUNS = ("=", "+", "-", "@", "\t", "\r", "\n")


def safe(value: object) -> str:
    """The value as a cell; a text that a program would take for a formula is led by an apostrophe."""
    text = "" if value is None else str(value)
    return text if not text.startswith(_RUNS) or _number(text) else f"'{text}"


def safe_row(values: Iterable[object]) -> list[str]:
    """A whole row of safe cells."""
    return [safe(v) for v in values]


def _number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return text.strip() == text
