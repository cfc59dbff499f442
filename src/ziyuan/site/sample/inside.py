"""Which cells of the lattice lie inside the county, outside, or on its rim.

Done on the lattice's own lines by counting crossings: no point-in-polygon test, so two thousand or twenty
million cells cost one pass. Nodes shift by less than a quarter cell, and lines bend a little between nodes,
hence the rim is two cells wider (a strip may be narrower than the bend).
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from ziyuan.site.sample.lattice import Floats, Lattice

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Cover:
    """Per cell: its middle is inside; the outline passes through it or right beside it."""

    middle: Mask
    rim: Mask

    @property
    def kept(self) -> Mask:
        """Cells that may hold a piece of the county."""
        return self.middle | self.rim


def cover(lattice: Lattice, outline: BaseGeometry) -> Cover:
    """Classify the cells of `lattice` against `outline` (plane metres)."""
    middle_u, middle_v = (lattice.u[1:] + lattice.u[:-1]) / 2, (lattice.v[1:] + lattice.v[:-1]) / 2
    crossings = np.zeros((lattice.rows, lattice.columns + 1), dtype=np.int8)
    rim = np.zeros((lattice.rows, lattice.columns), dtype=bool)
    for ring in shapely.get_rings(shapely.get_parts(shapely.segmentize(outline, lattice.cell / 4))):
        points = lattice.from_plane(shapely.get_coordinates(ring))
        _count(points, middle_u, middle_v, crossings)
        row = np.clip(np.searchsorted(lattice.v, points[:, 1]) - 1, 0, lattice.rows - 1)
        column = np.clip(np.searchsorted(lattice.u, points[:, 0]) - 1, 0, lattice.columns - 1)
        rim[row, column] = True
    inside = np.bitwise_xor.accumulate(crossings[:, :-1] & 1, axis=1).astype(bool)
    return Cover(inside, _wider(_wider(rim)))


def _count(points: Floats, middle_u: Floats, middle_v: Floats, crossings: npt.NDArray[np.int8]) -> None:
    start, end = points[:-1], points[1:]
    low = np.searchsorted(middle_v, np.minimum(start[:, 1], end[:, 1]), side="left")
    high = np.searchsorted(middle_v, np.maximum(start[:, 1], end[:, 1]), side="left")
    many = high - low
    side = np.repeat(np.arange(len(start)), many)
    row = np.arange(len(side)) - np.repeat(np.cumsum(many) - many, many) + low[side]
    share = (middle_v[row] - start[side, 1]) / (end[side, 1] - start[side, 1])
    u = start[side, 0] + share * (end[side, 0] - start[side, 0])
    np.add.at(crossings, (row, np.searchsorted(middle_u, u)), 1)


def _wider(mask: Mask) -> Mask:
    wide = mask.copy()
    for axis in (0, 1):
        grown = wide.copy()
        first = [slice(None)] * 2
        second = [slice(None)] * 2
        first[axis], second[axis] = slice(1, None), slice(None, -1)
        grown[tuple(first)] |= wide[tuple(second)]
        grown[tuple(second)] |= wide[tuple(first)]
        wide = grown
    return wide


def settle(raster: npt.NDArray[np.int32], covered: Cover) -> None:
    """Give rim cells whose middle is outside, and cells without a patch, to a patch inside; in place."""
    open_ = covered.kept & (~covered.middle | (raster < 0))
    for _ in range(8):
        if not open_.any():
            return
        settled = covered.kept & ~open_
        taken = open_.copy()
        for axis, step in ((0, 1), (0, -1), (1, 1), (1, -1)):
            ready = taken & np.roll(settled, step, axis=axis)
            raster[ready] = np.roll(raster, step, axis=axis)[ready]
            taken &= ~ready
        if np.array_equal(taken, open_):
            return
        open_ = taken
