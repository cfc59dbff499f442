"""The parts of a case's state, and what each is before the first event. Pure."""

from typing import Any

State = dict[str, Any]
TASKS = "tasks"
BROUGHT = ("form", "site", "papers", "screening")  # what an event brings whole, and seldom


def empty() -> State:
    """A case before its first event."""
    return {
        "case": {},
        "form": {},
        "site": None,
        "papers": [],
        "engine": None,
        "vars": {},
        "tasks": {},
        "stops": [],
        "screening": None,
        "route": None,
        "correction": None,
        "corrections": [],
        "decision": None,
        "effects": [],
        "documents": [],
        "rating": None,
    }
