"""What a text may refer to besides functions."""

from __future__ import annotations

from typing import NamedTuple, Protocol

from ziyuan.base.feel.syntax import TypeOf


class NamedTypes(Protocol):
    """Types that the caller defines (the item definitions of a decision file); `names()` tells those with blanks."""

    def __hash__(self) -> int: ...

    def named(self, kind: TypeOf) -> TypeOf: ...


class Surroundings(NamedTuple):
    """The names of the scope, which come before built-in ones; the types of the file; and whether the values
    of the scope are in FEEL's own kinds already (else they are adopted as they are read)."""

    names: frozenset[str] = frozenset()
    types: NamedTypes | None = None
    native: bool = False

    def defined(self, kind: TypeOf) -> TypeOf:
        """A written type, with what the caller defines."""
        return kind if self.types is None else self.types.named(kind)


NOTHING = Surroundings()
