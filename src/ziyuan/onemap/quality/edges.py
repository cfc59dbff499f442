"""Edges of a layer seen as a tessellation: which of them are not a common border of exactly two features.

`base.geometry` matches undirected edges by hash; here the unmatched ones ("open": the rim, and whatever is
wrong) become lines for GEOS and candidates for topology.
"""

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from ziyuan.base.geometry import EdgeIndex, PlaneBatch
from ziyuan.onemap.quality.junctions import Pieces, open_pieces
from ziyuan.onemap.quality.shapes import Shapes

_SPREAD = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True)
class Edges:
    """Edges of the shapes of one layer; `shapes.units[i]` is geometry i."""

    shapes: Shapes
    batch: PlaneBatch
    index: EdgeIndex
    _pieces: dict[float, Pieces] = field(default_factory=dict)

    @classmethod
    def of(cls, shapes: Shapes) -> "Edges":
        """Hash and match all edges of a polygon layer."""
        return cls(shapes, shapes.batch, _slim(shapes.batch.edges()))

    @cached_property
    def open(self) -> NDArray[np.int64]:
        """Places of the edges that are no common border of two features."""
        return self.index.unmatched

    def pieces(self, grain: float) -> Pieces:
        """Open stretches of edges, T-junctions up to `grain` units off taken for common borders."""
        if grain not in self._pieces:
            local = self.batch.coords - np.array(self.shapes.origin, np.int64)
            ends = local[self.open], local[self.index.following[self.open]]
            self._pieces[grain] = open_pieces(*ends, self.index.geometry[self.open], grain)
        return self._pieces[grain]

    def candidates(self, grain: float) -> NDArray[np.int64]:
        """Geometries that own an open stretch, or are invalid."""
        return np.union1d(self.pieces(grain).owner, np.flatnonzero(~self.shapes.valid))

    def lines(self, places: NDArray[np.int64]) -> NDArray[np.object_]:
        """GEOS lines in units for edges at these places."""
        if not len(places):
            return np.empty(0, object)
        local = self.batch.coords - np.array(self.shapes.origin, np.int64)
        ends = np.stack([local[places], local[self.index.following[places]]], axis=1)
        return shapely.linestrings(ends.astype(np.float64))

    @cached_property
    def lengths(self) -> NDArray[np.float64]:
        """Length in metres of the edge that begins at each coordinate."""
        delta = (self.batch.coords[self.index.following] - self.batch.coords).astype(np.float64)
        return np.hypot(delta[:, 0], delta[:, 1]) / self.shapes.scale

    def fingerprints(self) -> NDArray[np.uint64]:
        """One number a geometry, free of ring start, direction and order; equal shapes have equal ones."""
        total = np.zeros(len(self.batch), np.uint64)
        mixed = (self.index.key * _SPREAD) ^ (self.index.key >> np.uint64(31))
        np.add.at(total, self.index.geometry, mixed)
        return total


def _slim(index: EdgeIndex) -> EdgeIndex:
    """The same index in fewer bytes: a layer has fewer than 2³¹ vertices, and few edges occur a hundred times."""
    most = np.iinfo(np.int8).max
    few: Any = {name: np.clip(getattr(index, name), -most, most).astype(np.int8) for name in ("count", "net")}
    few |= {name: getattr(index, name).astype(np.int32) for name in ("geometry", "following")}
    return replace(index, **few)
