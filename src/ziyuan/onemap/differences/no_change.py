"""What a standard declares to be no change (无变化声明): a re-export that differs only in this way changes nothing.

`no_change: {ring_start: any, ring_direction: any, part_order: any, precision: 0.0001, collinear: kept, text: trimmed,
ignore: [BZ]}`. A standard that says nothing gets just these values and ignores no field. `line_direction: any` says that
a line runs either way; else its turning is a change. Never a change: the order of
rows and columns, the width of a type, a null written as an empty text (while texts are trimmed) or as NaN.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ziyuan.onemap.differences.errors import NoChangeWord
from ziyuan.onemap.standards.model import Entity, Model

_WORDS = {
    "ring_start": ("any", "kept"),
    "ring_direction": ("any", "kept"),
    "line_direction": ("kept", "any"),
    "part_order": ("any", "kept"),
    "collinear": ("kept", "dropped"),
    "text": ("trimmed", "kept"),
}
DEGREES_A_METRE = 1e-5
"""A precision in metres as degrees: 0.0001 m is taken as 1e-9°."""


@dataclass(frozen=True)
class NoChange:
    """Freedoms of a re-export. `precision` in metres: coordinates nearer than half of it are the same."""

    any_start: bool = True
    any_direction: bool = True
    any_line_direction: bool = False
    any_order: bool = True
    precision: float = 0.0001
    collinear_counts: bool = True
    trimmed: bool = True
    ignored: frozenset[str] = frozenset()

    @classmethod
    def of(cls, model: Model, entity: Entity) -> "NoChange":
        """The declaration of the entity's standard; yearly fields (SJNF) belong to the edition and are ignored.

        Raises NoChangeWord.
        """
        said: Mapping[str, Any] = model.no_change
        for name, allowed in _WORDS.items():
            if said.get(name, allowed[0]) not in allowed:
                raise NoChangeWord(name, said[name], allowed)
        yearly = {f.name for f in entity.fields.values() if f.equals == "period"}
        return cls(
            any_start=said.get("ring_start", "any") == "any",
            any_direction=said.get("ring_direction", "any") == "any",
            any_line_direction=said.get("line_direction", "kept") == "any",
            any_order=said.get("part_order", "any") == "any",
            precision=float(said.get("precision") or model.space.tolerance or 0.0001),
            collinear_counts=said.get("collinear", "kept") == "kept",
            trimmed=said.get("text", "trimmed") == "trimmed",
            ignored=frozenset(said.get("ignore") or ()) | yearly,
        )

    def step(self, degrees: bool) -> float:
        """The precision in the unit of the coordinates."""
        return self.precision * DEGREES_A_METRE if degrees else self.precision
