"""By which vector does a layer lie beside another that shares edges with it? Named as one mistake, not as thousands.

Edges are compared by their direction and length, which a displacement does not change; those that occur once in
the reference vote for a vector. Two drawings that have no edges in common give no answer.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ziyuan.onemap.quality.frames import Frame

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
_SAMPLE = 4000
_CELL = 0.01
"""Metres within which two edges are the same edge: a change of datum stretches an edge of 60 m by a millimetre."""
_SHORTEST = 1.0
_AGREE = 0.05
"""Metres within which votes agree."""
_FEWEST, _MOST_OF, _PART_OF = 6, 0.6, 0.2
_NOTICED = 2.5
"""Grid steps from which a displacement counts."""
_WIDE_ENOUGH = 300.0
"""Metres over which places must spread before a stretch of some millionths shows."""
_DATUM_SCALE = 1e-6
_DATUM_SHIFT = (5.0, 500.0)


@dataclass(frozen=True)
class Offset:
    """`east`, `north` in metres; `share` of the compared edges that lie beside by it; `scale` beyond 1 (0 if none)."""

    east: float
    north: float
    share: float
    scale: float
    place: tuple[float, float]

    @property
    def length(self) -> float:
        """Metres."""
        return float(np.hypot(self.east, self.north))

    def words(self) -> str:
        """What is wrong, in words."""
        vector = f"向东 {self.east:+.4f} 米、向北 {self.north:+.4f} 米（共 {self.length:.4f} 米）"
        who = "整层" if self.share > _MOST_OF else f"部分图形（约 {100 * self.share:.0f}%）"
        if abs(self.scale) > _DATUM_SCALE and _DATUM_SHIFT[0] <= self.length <= _DATUM_SHIFT[1]:
            stretch = f"且有百万分之 {abs(self.scale) * 1e6:.1f} 的比例差"
            return f"{who}坐标偏移：{vector}，{stretch}，像是坐标基准不同（如 1980 西安、1954 北京）"
        return f"{who}坐标偏移：{vector}"


@dataclass(frozen=True)
class _Drawn:
    """Edges: lesser end (n, 2) in metres, and the vector to the greater end."""

    start: Floats
    vector: Floats


def offset_between(given: Frame, reference: Frame, *, rims: bool) -> Offset | None:
    """Displacement of `given` against `reference`; None where there is none, or none to be seen.

    `rims`: compare the outer borders only, for layers that fill the same area in pieces of different size.
    """
    own, other = _drawn(given, rims=rims), _drawn(reference, rims=rims)
    if len(own.start) > _SAMPLE:
        chosen = np.linspace(0, len(own.start) - 1, _SAMPLE).astype(np.int64)
        own = _Drawn(own.start[chosen], own.vector[chosen])
    mine, theirs = _matches(own.vector, other.vector)
    if len(mine) < _FEWEST:
        return None
    moved = own.start[mine] - other.start[theirs]
    at = own.start[mine]
    return _voted(moved, at, given)


def _drawn(frame: Frame, *, rims: bool) -> _Drawn:
    shapes, scale = frame.shapes, float(frame.shapes.scale)
    if shapes.kind == "line":
        lines = frame.lines
        a, b = lines.coords[lines.starts], lines.coords[lines.starts + 1]
    else:
        edges = frame.edges
        places = edges.open if rims else np.flatnonzero(edges.index.count > 0)
        a = edges.batch.coords[places] - np.array(shapes.origin)
        b = edges.batch.coords[edges.index.following[places]] - np.array(shapes.origin)
    swap = (a[:, 0] > b[:, 0]) | ((a[:, 0] == b[:, 0]) & (a[:, 1] > b[:, 1]))
    low, high = np.where(swap[:, None], b, a), np.where(swap[:, None], a, b)
    both = np.unique(np.column_stack([low, high]), axis=0).astype(np.float64) / scale
    vector = both[:, 2:] - both[:, :2]
    long = np.hypot(vector[:, 0], vector[:, 1]) >= _SHORTEST
    return _Drawn(both[long, :2], vector[long])


def _matches(own: Floats, other: Floats) -> tuple[Ints, Ints]:
    """Pairs of equal vectors, of those that occur once in `other`."""
    nothing = np.zeros(0, np.int64)
    if not len(own) or not len(other):
        return nothing, nothing
    cells = np.rint(other / _CELL).astype(np.int64)
    code = _code(cells)
    order = np.argsort(code, kind="stable")
    code = code[order]
    count, found = np.zeros(len(own), np.int64), np.full(len(own), -1, np.int64)
    base = np.rint(own / _CELL).astype(np.int64)
    for east in (-1, 0, 1):
        for north in (-1, 0, 1):
            wanted = _code(base + np.array([east, north]))
            first, last = np.searchsorted(code, wanted, "left"), np.searchsorted(code, wanted, "right")
            count += last - first
            hit = last > first
            found[hit] = order[first[hit]]
    once = np.flatnonzero(count == 1)
    return once, found[once]


def _code(cells: Ints) -> Ints:
    return cells[:, 0] * (1 << 32) + cells[:, 1]


def _voted(moved: Floats, at: Floats, given: Frame) -> Offset | None:
    """The vector that most votes agree on, when it is none of zero length."""
    still = np.hypot(moved[:, 0], moved[:, 1]) < _NOTICED / given.shapes.scale
    if still.mean() > 1 - _PART_OF:
        return None
    rest = np.flatnonzero(~still)
    middle = _densest(moved[rest])
    agree = np.hypot(*(moved[rest] - middle).T) < _reach(middle)
    share = float(agree.sum() / len(moved))
    if agree.sum() < _FEWEST or share < _PART_OF or agree.sum() < _MOST_OF * len(rest):
        return None
    chosen = rest[agree]
    vector = np.median(moved[chosen], axis=0)
    x, y = given.shapes.delivered(at[chosen[:1]] * given.shapes.scale)[0]
    return Offset(float(vector[0]), float(vector[1]), share, _scale(moved[chosen], at[chosen]), (float(x), float(y)))


def _reach(vector: Floats) -> float:
    """Metres within which votes agree: a datum's shift is not the same everywhere."""
    return max(_AGREE, 0.02 * float(np.hypot(*vector)))


def _densest(votes: Floats) -> Floats:
    """Middle of the cell of 0.1 m, or of 1 m, that holds most votes."""
    best = votes[0]
    for size in (1.0, 0.1):
        near = votes[np.hypot(*(votes - best).T) < 2.0] if size < 1 else votes
        cells = np.rint(near / size).astype(np.int64)
        _, inverse, counts = np.unique(cells, axis=0, return_inverse=True, return_counts=True)
        best = np.median(near[inverse.ravel() == int(np.argmax(counts))], axis=0)
    return best


def _scale(moved: Floats, at: Floats) -> float:
    """Relative stretch seen in the displacements; 0 where the layer is too small to tell."""
    spread = at - at.mean(axis=0)
    total = float((spread * spread).sum())
    return float((spread * (moved - moved.mean(axis=0))).sum() / total) if total > _WIDE_ENOUGH**2 * len(at) else 0.0
