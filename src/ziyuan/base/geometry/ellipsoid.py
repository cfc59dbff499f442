"""Ellipsoid area of survey patches (图斑椭球面积), all steps of the survey's formula, vectorised.

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
import numpy.typing as npt

from ziyuan.base import crs
from ziyuan.base.geometry.flat import next_in_run, offsets_of, reduce_runs
from ziyuan.base.geometry.grid import UNITS_PER_METRE, ZONE_UNITS, Floats, Ints

if TYPE_CHECKING:
    from ziyuan.base.geometry.plane import PlaneBatch

LONGEST_SIDE = 70 * UNITS_PER_METRE  # a longer side is split, m → units
A_AXIS = 6378137.0
FLATTENING = 1 / 298.257222101
B_AXIS = 6356752.31414036
E2 = 0.00669438002290
E2_SECOND = 0.00673949677548
C_RADIUS = 6399593.62586  # a²/b
RHO = 206264.8062471  # arc seconds in a radian
K0, K1, K2 = 1.57048761144159e-07, 5.05250178820567e-03, 2.98472900956587e-05
K3, K4 = 2.41626669230084e-07, 2.22241238938534e-09
SERIES = (
    1 + 3 / 6 * E2 + 30 / 80 * E2**2 + 35 / 112 * E2**3 + 630 / 2304 * E2**4,
    1 / 6 * E2 + 15 / 80 * E2**2 + 21 / 112 * E2**3 + 420 / 2304 * E2**4,
    3 / 80 * E2**2 + 7 / 112 * E2**3 + 180 / 2304 * E2**4,
    1 / 112 * E2**3 + 45 / 2304 * E2**4,
    5 / 2304 * E2**4,
)
POINTS_AT_ONCE = 16_000  # points worked on at once: their columns stay in the processor's cache

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
    cuts = np.arange(0, offsets[-1] + POINTS_AT_ONCE, POINTS_AT_ONCE)
    borders = np.unique(np.append(np.searchsorted(offsets, cuts), [0, len(offsets) - 1]))
    for first, end in zip(borders[:-1], np.minimum(borders[1:], len(offsets) - 1), strict=True):
        points = batch.coords[offsets[first] : offsets[end]]
        found[first:end] = _areas(points, offsets[first : end + 1] - offsets[first], batch.zone)
    return found


def _areas(points: Ints, offsets: Ints, zone: int) -> Floats:
    dense, dense_offsets = split_sides(points, offsets)
    latitude, longitude = geodetic(dense, zone)
    following = next_in_run(dense_offsets)
    slices = trapezoids(latitude, latitude[following], longitude, longitude[following])
    return reduce_runs(np.add, slices, dense_offsets, 0.0)


def split_sides(points: Ints, offsets: Ints) -> tuple[Ints, Ints]:
    """Rings in which each side over 70 m has int(length/70) more points at equal distances.

    The places are exact fractions rounded half up to 0.0001 m, so a side gives the same points in both
    directions and neighbours see one border.
    """
    step = points[next_in_run(offsets)] - points
    long = _long(step)
    if not long.any():
        return points, offsets
    pieces = np.ones(len(points), np.int64)
    pieces[long] = _pieces(step[long])
    starts = offsets_of(pieces)
    dense = np.repeat(points, pieces, axis=0)
    split = np.flatnonzero(pieces > 1)
    side = np.repeat(split, pieces[split])
    into = np.arange(len(side)) - np.repeat(np.cumsum(pieces[split]) - pieces[split], pieces[split])
    parts = pieces[side]
    dense[starts[side] + into] += (2 * into[:, None] * step[side] + parts[:, None]) // (2 * parts[:, None])
    return dense, starts[offsets]


def _long(step: Ints) -> npt.NDArray[np.bool_]:
    """Sides that may be over 70 m (none over it is missed)."""
    east, north = step[:, 0].astype(np.float64), step[:, 1].astype(np.float64)
    found: npt.NDArray[np.bool_] = east * east + north * north > 0.999 * LONGEST_SIDE**2
    return found


def _pieces(step: Ints) -> Ints:
    """Equal parts of each side: 1 up to 70.0000 m, above it int(length/70) + 1, decided in integers."""
    length = np.hypot(step[:, 0].astype(np.float64), step[:, 1].astype(np.float64))
    extra = (length // LONGEST_SIDE).astype(np.int64)
    short = np.abs(step).max(axis=1, initial=0) < 2**31  # squares stay inside int64
    squared = np.where(short, (step * step).sum(axis=1), 0)
    extra += short & (((extra + 1) * LONGEST_SIDE) ** 2 <= squared)
    extra -= short & ((extra * LONGEST_SIDE) ** 2 > squared)
    exactly = short & (squared == LONGEST_SIDE**2)
    return np.where(exactly, 1, extra + 1)


def geodetic(points: Ints, zone: int) -> tuple[Floats, Floats]:
    """Latitude, and longitude from the zone's middle, in radians, each rounded to 1e-6 arc second."""
    angle = points[:, 1] * (K0 / UNITS_PER_METRE)
    y = (points[:, 0] - (zone * ZONE_UNITS + crs.FALSE_EASTING * UNITS_PER_METRE)) / UNITS_PER_METRE
    sine, cosine = np.sin(angle), np.cos(angle)
    s2 = sine * sine
    turn = cosine * sine * (K1 - s2 * (K2 - s2 * (K3 - s2 * K4)))  # below 0.0026: three terms are exact
    foot = angle + turn
    turn2 = turn * turn
    sine_turn = turn * (1 - turn2 * (1 - turn2 / 20) / 6)
    cosine_turn = 1 - turn2 * (1 - turn2 / 12) / 2
    cosine_foot = cosine * cosine_turn - sine * sine_turn
    t = (sine * cosine_turn + cosine * sine_turn) / cosine_foot
    t2, n2 = t * t, E2_SECOND * cosine_foot * cosine_foot
    v2 = 1 + n2
    w = y * np.sqrt(v2) / C_RADIUS
    w2 = w * w
    half = v2 * t * w2
    latitude = foot - half * (
        0.5 - w2 * ((5 + 3 * t2 + n2 - 9 * n2 * t2) / 24 - w2 * (61 + 90 * t2 + 45 * t2 * t2) / 720)
    )
    east = w * (
        1 - w2 * ((1 + 2 * t2 + n2) / 6 - w2 * (5 + 28 * t2 + 24 * t2 * t2 + 6 * n2 + 8 * n2 * t2) / 120)
    )
    middle = crs.central_meridian(zone) * 3600.0
    longitude = _to_microseconds(east / cosine_foot * RHO + middle) - middle
    return _to_microseconds(latitude * RHO) / RHO, longitude / RHO


def _to_microseconds(seconds: Floats) -> Floats:
    return np.floor(seconds * 1e6 + 0.5) / 1e6


def trapezoids(b1: Floats, b2: Floats, l1: Floats, l2: Floats) -> Floats:
    """2 b² dL [A sin(dB/2) cos Bm − B sin(3dB/2) cos 3Bm + C sin(5dB/2) cos 5Bm − …] for each side.

    The multiple angles come from s = sin(dB/2) and c = cos Bm: one cosine a side instead of ten functions.
    """
    half = (b2 - b1) / 2
    sine = half * (1 - half * half / 6)
    cosine = np.cos(b1 + half)
    squared = cosine * cosine
    total = _horner(_FIRST, squared) + sine * sine * _horner(_THIRD, squared)
    return B_AXIS**2 * (l1 + l2) * sine * cosine * total


def _horner(factors: tuple[float, ...], x: Floats) -> Floats:
    total = factors[-1] * x + factors[-2]
    for factor in factors[-3::-1]:
        total *= x
        total += factor
    return total
