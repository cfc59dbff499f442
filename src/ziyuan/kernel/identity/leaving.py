"""What hangs on a person in a role: components that hold work say how much, before somebody leaves a post."""

from collections.abc import Callable

Counted = Callable[[int, str, str], int]
_counting: dict[str, Counted] = {}


def counts_work(function: Counted) -> Counted:
    """Register a question: how many open pieces of work has this person in this role, in this region?"""
    _counting[f"{function.__module__}.{function.__qualname__}"] = function
    return function


def open_work(person: int, role: str, region: str) -> int:
    """Open work of a person in a role, over all who count."""
    return sum(count(person, role, region) for count in _counting.values())
