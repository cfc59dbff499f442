"""What every rule may ask: the frames, the county, the year, the registered control areas, the edition before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ziyuan.onemap.formats.layer_table import LayerTable
from ziyuan.onemap.quality.collector import Collector
from ziyuan.onemap.quality.frames import Frame
from ziyuan.onemap.standards.model import Rule

Box = tuple[float, float, float, float]


@dataclass
class Context:
    """One run of the check."""

    frames: dict[str, Frame]
    collector: Collector
    county: str | None = None
    period: str | None = None
    zone: int | None = None
    extent: Box | None = None
    control_areas: Sequence[Mapping[str, Any]] | None = None
    previous: Mapping[str, LayerTable] = field(default_factory=dict)
    """Layers of the edition before."""
    neighbours: Mapping[str, LayerTable] = field(default_factory=dict)
    """Layers of the counties around."""
    shifted: set[str] = field(default_factory=set)
    """Layers whose coordinates are wrong as a whole: nothing between them and others is judged."""
    unplaced: set[str] = field(default_factory=set)
    """Layers whose coordinates cannot be what they are said to be (degrees as metres): no topology either."""
    areas: dict[str, Any] = field(default_factory=dict)
    """Area of record by layer, m² unrounded, NaN where it cannot be computed."""
    conflicts: dict[str, Any] = field(default_factory=dict)
    """Overlaps and duplicates by layer."""
    gaps: dict[str, list[Any]] = field(default_factory=dict)
    """Gaps already reported, by covering layer, so that cover rules do not report them again."""
    only: frozenset[str] | None = None
    """Rules to run; None: all."""
    _made: dict[tuple[str, str], Any] = field(default_factory=dict)

    def apart(self, *frames: Frame) -> bool:
        """Do the layers not lie together, so that a rule between them would only repeat that?"""
        return any(frame.name in self.shifted for frame in frames)

    def runs(self, rule: Rule) -> bool:
        """Is the rule to be run?"""
        return self.only is None or rule.id in self.only

    def base(self, name: str) -> Frame | None:
        """The layer of this name as it was: of the edition before, else of the file."""
        own = self.frames.get(name)
        return self._beside("previous", name, self.previous) or own

    def neighbour(self, frame: Frame) -> Frame | None:
        """The same layer of the counties around."""
        return self._beside("neighbours", frame.name, self.neighbours)

    def _beside(self, role: str, name: str, layers: Mapping[str, LayerTable]) -> Frame | None:
        if name not in layers or not self.frames:
            return None
        if (role, name) not in self._made:
            like = next(iter(self.frames.values()))
            kin = next((f for f in self.frames.values() if name in f.model.entities), like)
            self._made[role, name] = Frame(kin.model, kin.model.entity(name), layers[name], kin.shapes)
        return self._made[role, name]

    def narrowed(self, rule: Rule) -> "Context":
        """This run as a rule with `where` sees it: of its own layer only the rows that the condition holds for."""
        where, name = rule.params.get("where"), str(rule.layer)
        if not where or name not in self.frames:
            return self
        if (name, where) not in self._made:
            from ziyuan.onemap.quality.conditions import verdicts

            frame = self.frames[name]
            self._made[name, where] = replace(
                self, frames=self.frames | {name: frame.only(verdicts(where, frame) == 1)}, areas={}, conflicts={}, gaps={},
                _made={},
            )  # fmt: skip
        return self._made[name, where]
