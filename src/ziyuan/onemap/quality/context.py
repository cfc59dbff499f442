"""What every rule may ask: the frames, the county, the year, the registered control areas."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

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
    shifted: set[str] = field(default_factory=set)
    """Layers whose coordinates are wrong as a whole: nothing between them and others is judged."""
    areas: dict[str, Any] = field(default_factory=dict)
    """Area of record by layer, m² unrounded, NaN where it cannot be computed."""
    conflicts: dict[str, Any] = field(default_factory=dict)
    """Overlaps and duplicates by layer."""
    gaps: dict[str, list[Any]] = field(default_factory=dict)
    """Gaps already reported, by covering layer, so that cover rules do not report them again."""
    unplaced: set[str] = field(default_factory=set)
    """Layers whose coordinates cannot be what they are said to be (degrees as metres): no topology either."""
    only: frozenset[str] | None = None
    """Rules to run; None: all."""

    def apart(self, *frames: Frame) -> bool:
        """Do the layers not lie together, so that a rule between them would only repeat that?"""
        return any(frame.name in self.shifted for frame in frames)

    def runs(self, rule: Rule) -> bool:
        """Is the rule to be run?"""
        return self.only is None or rule.id in self.only
