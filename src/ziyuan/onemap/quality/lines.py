"""Lines of a layer as flat arrays of segments, in units; the counterpart of `edges` for line layers."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely
from numpy.typing import NDArray

from ziyuan.base.geometry.edges import hash_edges
from ziyuan.onemap.quality.shapes import Shapes

Ints = NDArray[np.int64]
_SPREAD = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True)
class Lines:
    """`parts`: GEOS lines; `owner`: place in `shapes.units` of each; `coords` (n, 2) whole units, `part` of each."""

    shapes: Shapes
    parts: NDArray[np.object_]
    owner: Ints
    coords: Ints
    part: Ints

    @classmethod
    def of(cls, shapes: Shapes) -> "Lines":
        """All line strings of a layer."""
        parts, owner = shapely.get_parts(shapes.units, return_index=True)
        full = ~shapely.is_empty(parts)
        parts, owner = parts[full], owner[full]
        xy, part = shapely.get_coordinates(parts, return_index=True)
        return cls(shapes, parts, owner.astype(np.int64), np.rint(xy).astype(np.int64), part.astype(np.int64))

    @cached_property
    def starts(self) -> Ints:
        """Places in `coords` where a segment begins."""
        return np.flatnonzero(self.part[1:] == self.part[:-1])

    @cached_property
    def lengths(self) -> NDArray[np.float64]:
        """Metres of each segment."""
        step = (self.coords[self.starts + 1] - self.coords[self.starts]).astype(np.float64)
        return np.hypot(step[:, 0], step[:, 1]) / self.shapes.scale

    @cached_property
    def keys(self) -> NDArray[np.uint64]:
        """Hash of each segment without its direction."""
        a, b = self.coords[self.starts], self.coords[self.starts + 1]
        forward = (a[:, 0] < b[:, 0]) | ((a[:, 0] == b[:, 0]) & (a[:, 1] < b[:, 1]))
        return hash_edges(np.where(forward[:, None], a, b), np.where(forward[:, None], b, a))

    @cached_property
    def segment_owner(self) -> Ints:
        """Place in `shapes.units` of each segment's line."""
        return self.owner[self.part[self.starts]]

    def segments(self, which: Ints | None = None) -> NDArray[np.object_]:
        """GEOS lines of segments (numbers among `starts`)."""
        starts = self.starts if which is None else self.starts[which]
        return shapely.linestrings(np.stack([self.coords[starts], self.coords[starts + 1]], axis=1).astype(np.float64))

    @cached_property
    def ends(self) -> tuple[Ints, Ints, Ints]:
        """Free ends of lines that are not closed: place in `coords`, part, and the number of the end's segment."""
        sizes = np.bincount(self.part, minlength=len(self.parts))
        first = (np.cumsum(sizes) - sizes).astype(np.int64)
        last = first + sizes - 1
        open_ = (self.coords[first] != self.coords[last]).any(axis=1)
        part = np.flatnonzero(open_)
        segment = np.searchsorted(self.starts, np.concatenate([first[part], last[part] - 1]))
        return np.concatenate([first[part], last[part]]), np.concatenate([part, part]), segment

    def fingerprints(self) -> NDArray[np.uint64]:
        """One number a line, free of direction; equal lines have equal ones."""
        total = np.zeros(len(self.shapes.units), np.uint64)
        mixed = (self.keys * _SPREAD) ^ (self.keys >> np.uint64(31))
        real = self.lengths > 0
        np.add.at(total, self.segment_owner[real], mixed[real])
        return total
