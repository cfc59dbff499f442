"""Effects of a decision: each kind is registered by the component that owns it, with its inverse and its proof."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ziyuan.kernel import service as kernel
from ziyuan.workflow.errors import UnknownEffect


@dataclass(frozen=True)
class Order:
    """One effect to apply: what the matter's text says of it and of its result, with the case's facts to read from."""

    key: str
    kind: str
    told: dict[str, Any]
    result: dict[str, Any]
    facts: dict[str, Any]
    state: dict[str, Any]
    by: kernel.Actor


Apply = Callable[[Order], str]
Undo = Callable[[str, str, kernel.Actor], None]
Proof = Callable[[str, str, kernel.Actor], str]
Names = Callable[[dict[str, Any]], dict[str, str]]
Faults = Callable[[dict[str, Any]], list[str]]


@dataclass(frozen=True)
class Kind:
    """An effect kind.

    `apply` returns the target's name; `undo` takes it back by that name, repeatably; `proof` says what is wrong with
    it now (empty when it stands as written). For the publishing gate `texts` gives the FEEL of a declaration and
    `faults` what else is wrong with it. `on_way`: it may also be carried out before the case is decided. `closing`: a case
    that closes without a decision (终止、撤件) brings it about too; it then finds no decision in the state.
    """

    apply: Apply
    undo: Undo
    proof: Proof
    texts: Names
    faults: Faults
    on_way: bool = True
    closing: bool = False


_kinds: dict[str, Kind] = {}


def _no_texts(told: dict[str, Any]) -> dict[str, str]:
    return {}


def _no_faults(told: dict[str, Any]) -> list[str]:
    return []


def register(
    name: str,
    apply: Apply,
    undo: Undo,
    proof: Proof,
    texts: Names = _no_texts,
    faults: Faults = _no_faults,
    *,
    on_way: bool = True,
    closing: bool = False,
) -> None:
    """Make an effect kind known. `undo(target, case_no, by)` and `proof(target, case_no, by)` read the target's name."""
    _kinds[name] = Kind(apply, undo, proof, texts, faults, on_way, closing)


def kind(name: str) -> Kind:
    """Raises UnknownEffect."""
    if name not in _kinds:
        raise UnknownEffect(name)
    return _kinds[name]


def known() -> frozenset[str]:
    """Names of all registered kinds."""
    return frozenset(_kinds)
