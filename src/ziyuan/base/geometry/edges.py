"""Edges of a batch without direction: the fast road to the topology of a tessellation.

In a layer that fills its area, each edge occurs exactly twice, once in each direction (interiors on the
left). One hash and one sort finds the edges for which that is not so: outer border, gaps, overlaps,
T-junctions, duplicates. Only these go to GEOS (engines.md, "hash of undirected edges").
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from ziyuan.base.geometry.flat import next_in_run, owners, reduce_runs
from ziyuan.base.geometry.grid import Ints

if TYPE_CHECKING:
    from ziyuan.base.geometry.plane import PlaneBatch

_MULTIPLIERS = tuple(
    np.uint64(m) for m in (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0xFF51AFD7ED558CCD)
)
_SHIFT = np.uint64(32)
_PIECE = 1 << 20


@dataclass(frozen=True, eq=False)
class EdgeIndex:
    """One entry per coordinate of the batch: the edge from it to the next one of its ring.

    key: uint64 hash of the undirected edge (equal keys were verified to be equal edges, see `index`).
    forward: the edge runs from its lesser (east, north) end to the greater, interior on the left.
    count: how many times the undirected edge occurs in the batch; 0 for an edge without length.
    net: forward occurrences minus backward ones.
    geometry, following: number of the geometry, and of the coordinate the edge runs to.
    """

    key: npt.NDArray[np.uint64]
    forward: npt.NDArray[np.bool_]
    count: Ints
    net: Ints
    geometry: Ints
    following: Ints

    @property
    def matched(self) -> npt.NDArray[np.bool_]:
        """Edges that occur exactly twice, once in each direction: proved to be a common border."""
        return (self.count == 2) & (self.net == 0)

    @property
    def unmatched(self) -> Ints:
        """Coordinate numbers of the edges with length that are not `matched`: candidates for GEOS."""
        return np.flatnonzero(~self.matched & (self.count > 0))

    def candidates(self) -> Ints:
        """Sorted numbers of the geometries that own an unmatched edge."""
        return np.unique(self.geometry[self.unmatched])


def index(batch: "PlaneBatch") -> EdgeIndex:
    """Hash all edges, sort once, count. Collisions of the hash are detected and resolved exactly."""
    turned = batch.oriented()
    here = turned.coords
    following = next_in_run(turned.ring_offsets)
    there = here[following] if len(here) else here
    forward = (here[:, 0] < there[:, 0]) | ((here[:, 0] == there[:, 0]) & (here[:, 1] < there[:, 1]))
    low = np.where(forward[:, None], here, there)
    high = np.where(forward[:, None], there, here)
    key = hash_edges(low, high)
    zero = (here == there).all(axis=1)
    del there
    count, net = _count(key, low, high, forward, zero)
    return EdgeIndex(key, forward, count, net, owners(turned.coord_offsets), following)


def hash_edges(low: Ints, high: Ints) -> npt.NDArray[np.uint64]:
    """uint64 of edges given by their lesser and greater ends; a mixing hash, not a cipher."""
    mixed = np.zeros(len(low), dtype=np.uint64)
    columns = (low[:, 0], low[:, 1], high[:, 0], high[:, 1])
    for column, multiplier in zip(columns, _MULTIPLIERS, strict=True):
        mixed = (mixed ^ column.astype(np.uint64)) * multiplier
        mixed ^= mixed >> _SHIFT
    return mixed


def _count(
    key: npt.NDArray[np.uint64],
    low: Ints,
    high: Ints,
    forward: npt.NDArray[np.bool_],
    zero: npt.NDArray[np.bool_],
) -> tuple[Ints, Ints]:
    order = np.argsort(key, kind="stable")
    differs = np.ones(len(order), dtype=bool)
    differs[1:] = key[order[1:]] != key[order[:-1]]
    if not _same_ends(order, np.flatnonzero(~differs), low, high):  # two edges with one hash: sort by the ends themselves
        order = np.lexsort(np.column_stack([low, high]).T)
        ends = np.column_stack([low, high])[order]
        differs[1:] = (ends[1:] != ends[:-1]).any(axis=1)
    starts = np.append(np.flatnonzero(differs), len(order)).astype(np.int64)
    counts = np.diff(starts)
    nets = reduce_runs(np.add, np.where(forward[order], 1, -1), starts, 0)
    count = np.empty(len(order), dtype=np.int64)
    net = np.empty(len(order), dtype=np.int64)
    count[order], net[order] = np.repeat(counts, counts), np.repeat(nets, counts)
    return np.where(zero, 0, count), np.where(zero, 0, net)


def _same_ends(order: Ints, repeats: Ints, low: Ints, high: Ints) -> bool:
    """Is each edge at `repeats` (places in `order`) the very edge before it? In pieces, to spare memory."""
    for at in range(0, len(repeats), _PIECE):
        here = repeats[at : at + _PIECE]
        after, before = order[here], order[here - 1]
        if (low[after] != low[before]).any() or (high[after] != high[before]).any():
            return False
    return True
