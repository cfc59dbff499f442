"""T-junctions: a vertex on the side of a neighbour cuts that side, and what matches then is a common border too.

Without this every side that two neighbours drew with different vertices would go to GEOS. A vertex counts as lying
on a side when it is no farther off than the grain: a strip that this hides is one that would not be told.
"""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from ziyuan.base.geometry.edges import hash_edges

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Pieces:
    """Stretches of edges that are no common border of two features: ends (n, 2) in units, shape, key without direction."""

    start: Ints
    end: Ints
    owner: Ints
    key: NDArray[np.uint64]

    def lines(self) -> NDArray[np.object_]:
        """GEOS lines."""
        if not len(self.start):
            return np.empty(0, object)
        return shapely.linestrings(np.stack([self.start, self.end], axis=1).astype(np.float64))

    def only(self, which: NDArray[np.bool_]) -> "Pieces":
        """Some of them."""
        return Pieces(self.start[which], self.end[which], self.owner[which], self.key[which])


def open_pieces(start: Ints, end: Ints, owner: Ints, limit: float) -> Pieces:
    """Of open edges (ends in units, shape of each) the pieces that stay open when vertices up to `limit` off cut them."""
    if limit > 0 and len(start):
        start, end, owner = _cut(start, end, owner, limit)
    forward = (start[:, 0] < end[:, 0]) | ((start[:, 0] == end[:, 0]) & (start[:, 1] < end[:, 1]))
    key = hash_edges(np.where(forward[:, None], start, end), np.where(forward[:, None], end, start))
    _, place, count = np.unique(key, return_inverse=True, return_counts=True)
    net = np.bincount(place, weights=np.where(forward, 1.0, -1.0), minlength=len(count))
    shared = (count == 2) & (net == 0)
    return Pieces(start, end, owner, key).only(~shared[place])


def _cut(start: Ints, end: Ints, owner: Ints, limit: float) -> tuple[Ints, Ints, Ints]:
    corner, edge, along = _on_sides(start, end, limit)
    if not len(edge):
        return start, end, owner
    order = np.lexsort((along, edge))
    corner, edge = corner[order], edge[order]
    cuts = np.bincount(edge, minlength=len(start))
    offsets = np.concatenate([[0], np.cumsum(cuts + 2)])
    chain = np.empty((offsets[-1], 2), np.int64)
    chain[offsets[:-1]], chain[offsets[1:] - 1] = start, end
    rank = np.arange(len(edge)) - np.concatenate([[0], np.cumsum(cuts)])[edge]
    chain[offsets[edge] + 1 + rank] = corner
    first = np.ones(len(chain), bool)
    first[offsets[1:] - 1] = False
    at = np.flatnonzero(first)
    real = (chain[at] != chain[at + 1]).any(axis=1)
    of = np.repeat(np.arange(len(start)), cuts + 1)
    return chain[at][real], chain[at + 1][real], owner[of][real]


def _on_sides(start: Ints, end: Ints, limit: float) -> tuple[Ints, Ints, NDArray[np.float64]]:
    """Vertices within `limit` of the inside of an edge: the vertex, the number of the edge, how far along it lies."""
    both = np.concatenate([start, end])
    corners = np.unique(both[:, 0] + 1j * both[:, 1])  # whole numbers below 2⁵³: exact
    xy = np.column_stack([corners.real, corners.imag])
    sides = shapely.linestrings(np.stack([start, end], axis=1).astype(np.float64))
    which, edge = shapely.STRtree(sides).query(shapely.points(xy), predicate="dwithin", distance=limit)
    run = (end[edge] - start[edge]).astype(np.float64)
    step = xy[which] - start[edge]
    along = (step * run).sum(axis=1) / (run * run).sum(axis=1)
    inner = (along > 0) & (along < 1)
    return xy[which[inner]].astype(np.int64), edge[inner], along[inner]
