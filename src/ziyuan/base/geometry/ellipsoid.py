"""Ellipsoid area of survey patches (图斑椭球面积), all steps of the survey's formula.

Source: TD/T 1055-2019 as carried out by two independent survey programs (`TDDC3D SphereArea`, and an
earlier `AbstractEllipseAreaCompute`); the text of the standard itself was not at hand, so the steps are
confirmed by programs, not by the standard. Constants are CGCS2000's.

Rounding: split points to 0.0001 m half up on plane integers; latitude and longitude to 1e-6 arc second half
up; the area once, at the end, by the caller. The reference meridian is the zone's own middle instead of
0°: the choice drops out of the closed sum, and small numbers keep more digits.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from ziyuan.base.geometry import sides
from ziyuan.base.geometry.compiled import Loop
from ziyuan.base.geometry.flat import offsets_of, reduce_runs
from ziyuan.base.geometry.gauss import Inverse
from ziyuan.base.geometry.grid import Floats, Ints

if TYPE_CHECKING:
    from ziyuan.base.geometry.plane import PlaneBatch

A_AXIS = 6378137.0
FLATTENING = 1 / 298.257222101
B_AXIS = 6356752.31414036
E2 = 0.00669438002290
SERIES = (
    1 + 3 / 6 * E2 + 30 / 80 * E2**2 + 35 / 112 * E2**3 + 630 / 2304 * E2**4,
    1 / 6 * E2 + 15 / 80 * E2**2 + 21 / 112 * E2**3 + 420 / 2304 * E2**4,
    3 / 80 * E2**2 + 7 / 112 * E2**3 + 180 / 2304 * E2**4,
    1 / 112 * E2**3 + 45 / 2304 * E2**4,
    5 / 2304 * E2**4,
)
POINTS_AT_ONCE = 100_000  # points worked on at once: memory stays small, whatever the layer

# T_n(c) / c, n = 1, 3 … 9, by powers of c²: cosines of odd multiples of an angle whose cosine is c.
_COSINES = ((1,), (-3, 4), (5, -20, 16), (-7, 56, -112, 64), (9, -120, 432, -576, 256))


def _polynomial(weight: Callable[[int], float]) -> tuple[float, ...]:
    """Σ ± SERIES[k] · weight(n) · T_n(c) / c by rising powers of c²; n = 2k + 1."""
    total = [0.0] * len(_COSINES)
    for k, powers in enumerate(_COSINES):
        for power, factor in enumerate(powers):
            total[power] += (-1) ** k * SERIES[k] * weight(2 * k + 1) * factor
    return tuple(total)


# sin(n h) = n s − n(n²−1)/6 s³ + …, s = sin h: for a side of 70 m the next term is 1e-22 of the first.
_FIRST = _polynomial(lambda n: n)
_THIRD = _polynomial(lambda n: -n * (n * n - 1) / 6)

_COUNT = Loop(sides.count_pieces, fills=1)
_SPLIT = Loop(sides.split, fills=2)
_SLICES = Loop(sides.slices, fills=1)


def geometry_areas(batch: "PlaneBatch") -> Floats:
    """Unrounded area in m² per geometry: the outer rings' areas minus the holes'."""
    signs = np.where(batch.is_hole, -1.0, 1.0)
    return reduce_runs(np.add, np.abs(ring_areas(batch)) * signs, batch.part_offsets[batch.geom_offsets], 0.0)


def ring_areas(batch: "PlaneBatch") -> Floats:
    """Signed, unrounded area in m² of each ring (sign by direction); whole rings at a time in chunks."""
    offsets = batch.ring_offsets
    found = np.zeros(len(offsets) - 1)
    if not len(batch.coords):
        return found
    inverse = Inverse(batch.coords[:, 1].min(), batch.coords[:, 1].max())
    cuts = np.arange(0, offsets[-1] + POINTS_AT_ONCE, POINTS_AT_ONCE)
    borders = np.unique(np.append(np.searchsorted(offsets, cuts), [0, len(offsets) - 1]))
    for first, end in zip(borders[:-1], np.minimum(borders[1:], len(offsets) - 1), strict=True):
        points = batch.coords[offsets[first] : offsets[end]]
        east, north, dense = split_sides(points, offsets[first : end + 1] - offsets[first])
        slices(*inverse(east, north, batch.zone), dense, found[first:end])
    return found


def split_sides(points: Ints, offsets: Ints) -> tuple[Ints, Ints, Ints]:
    """Rings in which each side over 70 m has int(length/70) more points at equal distances: east, north, offsets.

    Points are whole units of 0.0001 m. The places are exact fractions rounded half up to whole units, so a side gives
    the same points in both directions and neighbours see one border.
    """
    east, north = (np.ascontiguousarray(points[:, axis]) for axis in (0, 1))
    pieces = np.empty(len(points), dtype=np.int64)
    _COUNT(len(points), east, north, offsets, pieces)
    starts = offsets_of(pieces)
    if starts[-1] == len(points):
        return east, north, offsets
    dense = (np.empty(starts[-1], dtype=np.int64), np.empty(starts[-1], dtype=np.int64))
    _SPLIT(int(starts[-1]), east, north, offsets, pieces, *dense)
    return *dense, starts[offsets]


def slices(latitude: Floats, longitude: Floats, offsets: Ints, areas: Floats) -> None:
    """Fill `areas` with the signed area in m² of rings whose points have these latitudes and longitudes (radians)."""
    _SLICES(len(latitude), latitude, longitude, offsets, _FIRST, _THIRD, B_AXIS**2, areas)
