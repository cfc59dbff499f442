"""Polygons taken apart into shared lines (公共边): each stretch between neighbours is written once.

Every ring keeps its own starting point and direction, so that the polygons read back are the same to the last point.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Arcs:
    """`point` holds for each arc its run of points (`start`, `size`, into the rings' points).

    Entry k of the rings is arc `arc[k]`, walked backwards where `turned[k]`; `ring` says of which ring.
    """

    start: Ints
    size: Ints
    arc: Ints
    turned: Bools
    ring: Ints


def shared(xy: NDArray[np.int64], size: Ints) -> Arcs:
    """Arcs of closed rings; xy: (n, 2) whole units, ring after ring, `size` points each with the first repeated."""
    if not len(xy):
        none = np.empty(0, np.int64)
        return Arcs(none, none, none, np.empty(0, bool), none)
    first = np.cumsum(size) - size
    is_edge = np.ones(len(xy), bool)
    is_edge[first + size - 1] = False
    tail = np.flatnonzero(is_edge)  # an edge runs from point `tail` to the next point
    ring = np.repeat(np.arange(len(size)), size)[tail]
    _, vertex = np.unique(xy, axis=0, return_inverse=True)
    vertex = vertex.reshape(-1)
    partner = _partners(vertex[tail], vertex[tail + 1])
    return _cut(tail, ring, vertex, partner, first)


def _partners(a: Ints, b: Ints) -> Ints:
    """For each edge the one that runs the other way between the same vertices; -1 for none or more than one."""
    span = max(int(a.max(initial=0)), int(b.max(initial=0))) + 1
    key = np.minimum(a, b) * span + np.maximum(a, b)
    order = np.argsort(key, kind="stable")
    ordered = key[order]
    begins = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])
    counts = np.diff(np.r_[begins, len(ordered)])
    partner = np.full(len(a), -1, np.int64)
    pairs = begins[counts == 2]
    one, other = order[pairs], order[pairs + 1]
    opposite = (a[one] == b[other]) & (a[one] != a[other])
    partner[one[opposite]], partner[other[opposite]] = other[opposite], one[opposite]
    return partner


def _cut(tail: Ints, ring: Ints, vertex: Ints, partner: Ints, first: Ints) -> Arcs:
    """Arcs end where the neighbour changes, and where a ring or its neighbour's ring begins."""
    count = len(tail)
    begins_ring = np.r_[True, ring[1:] != ring[:-1]]
    before = np.arange(count) - 1  # the edge before, in the same ring
    ring_begin = np.flatnonzero(begins_ring)
    before[ring_begin] = np.r_[ring_begin[1:], count] - 1
    after = np.empty(count, np.int64)
    after[before] = np.arange(count)
    own = np.where(partner >= 0, partner, -1)
    goes_on = (partner < 0) & (partner[before] < 0)
    follows = (partner >= 0) & (partner[before] >= 0)
    goes_on |= follows & (after[own] == partner[before])  # the neighbour walks the same two edges, backwards
    starts = ~goes_on | begins_ring
    # where the neighbour's ring starts, this one is cut too
    starts |= follows & begins_ring[np.where(partner[before] >= 0, partner[before], 0)]
    lead = np.flatnonzero(starts)  # every ring's first edge is among them
    size = np.diff(np.r_[lead, count])
    mirrored = partner[lead] >= 0
    other = np.full(len(lead), -1, np.int64)
    number_of_edge = np.cumsum(starts) - 1
    other[mirrored] = number_of_edge[partner[lead[mirrored]]]
    turned = mirrored & (other < np.arange(len(lead)))
    numbers = np.cumsum(~turned) - 1
    arc = np.where(turned, numbers[np.where(turned, other, 0)], numbers)
    return Arcs(tail[lead][~turned], size[~turned] + 1, arc, turned, ring[lead])
