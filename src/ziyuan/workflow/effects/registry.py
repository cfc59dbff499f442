"""Effects of a decision: each kind is registered by the component that owns it, and declares its inverse."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ziyuan.kernel import service as kernel
from ziyuan.workflow.errors import UnknownEffect

Apply = Callable[["Order"], str]


@dataclass(frozen=True)
class Order:
    """One effect to apply: what the matter's text says, with the case's facts to read from."""

    key: str
    kind: str
    told: dict[str, Any]
    facts: dict[str, Any]
    state: dict[str, Any]
    by: kernel.Actor


@dataclass(frozen=True)
class Kind:
    """An effect kind: `apply` returns the target's name, `undo` takes it back by that name."""

    apply: Apply
    undo: Callable[[str, str, kernel.Actor], None]


_kinds: dict[str, Kind] = {}


def register(name: str, apply: Apply, undo: Callable[[str, str, kernel.Actor], None]) -> None:
    """Make an effect kind known. `undo(target, case_no, by)` must be repeatable."""
    _kinds[name] = Kind(apply, undo)


def kind(name: str) -> Kind:
    """Raises UnknownEffect."""
    if name not in _kinds:
        raise UnknownEffect(name)
    return _kinds[name]


def known() -> frozenset[str]:
    """Names of all registered kinds."""
    return frozenset(_kinds)
