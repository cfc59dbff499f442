"""Ellipsoid area of survey patches (图斑椭球面积), all steps of the survey's formula, vectorised.

Source: TD/T 1055-2019 as carried out by two independent survey programs (`TDDC3D SphereArea`, and an
earlier `AbstractEllipseAreaCompute`); the text of the standard itself was not at hand, so the steps are
confirmed by programs, not by the standard. Constants are CGCS2000's.

Rounding: split points to 0.0001 m half up on plane integers; latitude and longitude to 1e-6 arc second half
up; the area once, at the end, by the caller. The reference meridian is the zone's own middle instead of
0°: the choice drops out of the closed sum, and small numbers keep more digits.
"""

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from ziyuan.base.geometry.flat import next_in_run, offsets_of, reduce_runs
from ziyuan.base.geometry.gauss import Inverse
from ziyuan.base.geometry.grid import UNITS_PER_METRE, Floats, Ints

if TYPE_CHECKING:
    from ziyuan.base.geometry.plane import PlaneBatch

LONGEST_SIDE = 70 * UNITS_PER_METRE  # a longer side is split, m → units
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
_FAR = 2.0**26  # units; the square of a shorter step is exact in a double
POINTS_AT_ONCE = 6_000  # points worked on at once: their columns stay in the processor's cache

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
    north = batch.coords[:, 1]
    inverse = Inverse(float(north.min()), float(north.max()))
    cuts = np.arange(0, offsets[-1] + POINTS_AT_ONCE, POINTS_AT_ONCE)
    borders = np.unique(np.append(np.searchsorted(offsets, cuts), [0, len(offsets) - 1]))
    for first, end in zip(borders[:-1], np.minimum(borders[1:], len(offsets) - 1), strict=True):
        points = batch.coords[offsets[first] : offsets[end]].astype(np.float64)
        found[first:end] = _areas(points, offsets[first : end + 1] - offsets[first], batch.zone, inverse)
    return found


def _areas(points: Floats, offsets: Ints, zone: int, inverse: Inverse) -> Floats:
    east, north, dense = split_sides(points, offsets)
    latitude, longitude = inverse(east, north, zone)
    following = next_in_run(dense)
    slices = trapezoids(latitude, latitude.take(following), longitude, longitude.take(following))
    return reduce_runs(np.add, slices, dense, 0.0)


def split_sides(points: Floats, offsets: Ints) -> tuple[Floats, Floats, Ints]:
    """Rings in which each side over 70 m has int(length/70) more points at equal distances: east, north, offsets.

    Points are whole units of 0.0001 m, as doubles. The places are exact fractions rounded half up to whole units,
    so a side gives the same points in both directions and neighbours see one border.
    """
    following = next_in_run(offsets)
    east, north = (np.ascontiguousarray(points[:, axis]) for axis in (0, 1))
    steps = (east.take(following) - east, north.take(following) - north)
    pieces = _pieces(*steps)
    starts = offsets_of(pieces)
    if starts[-1] == len(points):
        return east, north, offsets
    side = np.repeat(np.arange(len(pieces)), pieces)
    whole = pieces.astype(np.float64)
    parts = whole.take(side)
    into = np.arange(starts[-1], dtype=np.float64)
    into -= starts.astype(np.float64).take(side)
    dense = [_along(start, step, whole, side, into, parts) for start, step in zip((east, north), steps, strict=True)]
    return dense[0], dense[1], starts[offsets]


def _along(start: Floats, step: Floats, pieces: Floats, side: Ints, into: Floats, parts: Floats) -> Floats:
    """start + step · into/parts, half up to whole numbers.

    Exact: a quotient of whole numbers below 2^40 that is no tie lies at least 1/(2 parts) from one, further than
    its rounding, and a tie (…½) has its quotient exact. Steps over 6.7 km are first divided by their pieces, so
    that nothing grows larger.
    """
    far = bool(np.abs(step).max() >= _FAR)
    whole = np.floor(step / pieces) if far else np.zeros(1)
    moved = (step - whole * pieces).take(side)
    moved *= into
    moved /= parts
    moved += 0.5
    np.floor(moved, out=moved)
    if far:
        moved += whole.take(side) * into
    moved += start.take(side)
    return moved


def _pieces(east: Floats, north: Floats) -> Ints:
    """Equal parts of each side: 1 up to 70.0000 m, above it int(length/70) + 1, decided in whole numbers.

    Squares of sides below 6.7 km are exact in doubles, and their roots are right for up to 16 parts.
    """
    squared = east * east + north * north
    extra = np.floor(np.sqrt(squared) / LONGEST_SIDE).astype(np.int64)
    extra[squared == float(LONGEST_SIDE) ** 2] = 0
    for side in np.flatnonzero(extra > 16).tolist():
        exact = int(east[side]) ** 2 + int(north[side]) ** 2
        extra[side] = math.isqrt(exact // LONGEST_SIDE**2)
    return extra + 1


def trapezoids(b1: Floats, b2: Floats, l1: Floats, l2: Floats) -> Floats:
    """2 b² dL [A sin(dB/2) cos Bm − B sin(3dB/2) cos 3Bm + C sin(5dB/2) cos 5Bm − …] for each side.

    The multiple angles come from s = sin(dB/2) and c = cos Bm: one cosine a side instead of ten functions.
    """
    half = (b2 - b1) * 0.5
    sine = half * (1 - half * half / 6)
    cosine = np.cos(b1 + half)
    squared = cosine * cosine
    total = _horner(_FIRST, squared)
    total += sine * sine * _horner(_THIRD, squared)
    total *= cosine
    total *= sine
    total *= l1 + l2
    total *= B_AXIS**2
    return total


def _horner(factors: tuple[float, ...], x: Floats) -> Floats:
    total = factors[-1] * x + factors[-2]
    for factor in factors[-3::-1]:
        total *= x
        total += factor
    return total
