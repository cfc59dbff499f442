"""The survey's inverse of the Gauss projection (step 3 of the area formula), for many points at once.

Everything in the series but powers of y' depends on the northing alone. These functions of the northing are worked
out from the survey's constants on a fixed lattice of 104.8576 m and carried between its nodes by polynomials of
the second order: within 1e-16 rad of the series done at the point itself, a hundred-thousandth of its last
rounding. The lattice is the same for every layer, so a point has one latitude whatever it is computed with.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from ziyuan.base import crs
from ziyuan.base.geometry.grid import UNITS_PER_METRE, ZONE_UNITS, Floats

E2_SECOND = 0.00673949677548
C_RADIUS = 6399593.62586  # a²/b
RHO = 206264.8062471  # arc seconds in a radian
K0, K1, K2 = 1.57048761144159e-07, 5.05250178820567e-03, 2.98472900956587e-05
K3, K4 = 2.41626669230084e-07, 2.22241238938534e-09
SPACING = 2**20  # units between two nodes
_FINE = RHO * 1e6  # millionths of an arc second in a radian: what is rounded to


def series(northing: Floats) -> tuple[Floats, ...]:
    """At northings in metres: latitude at y' = 0 with the factors of −y², +y⁴, −y⁶, then longitude's of y, −y³, +y⁵.

    All in millionths of an arc second; y in metres. With t = tan bf, n² = e'² cos² bf, V² = 1 + n², yn = y V/c.
    """
    sine = np.sin(K0 * northing)
    s2 = sine * sine
    foot = K0 * northing + np.cos(K0 * northing) * sine * (K1 - s2 * (K2 - s2 * (K3 - s2 * K4)))
    cosine = np.cos(foot)
    t = np.tan(foot)
    t2, n2 = t * t, E2_SECOND * cosine * cosine
    v2 = 1 + n2
    q = np.sqrt(v2) / C_RADIUS
    q2, bend, east = q * q, v2 * t * q * q * _FINE, q / cosine * _FINE
    return (
        foot * _FINE,
        bend / 2,
        bend * q2 * (5 + 3 * t2 + n2 - 9 * n2 * t2) / 24,
        bend * q2 * q2 * (61 + 90 * t2 + 45 * t2 * t2) / 720,
        east,
        east * q2 * (1 + 2 * t2 + n2) / 6,
        east * q2 * q2 * (5 + 28 * t2 + 24 * t2 * t2 + 6 * n2 + 8 * n2 * t2) / 120,
    )


class Inverse:
    """Latitude and longitude of points whose northings lie in a given stretch."""

    _ORDERS = (2, 2, 1, 0, 2, 2, 1)  # of the polynomial between nodes, for each function of `series`

    def __init__(self, low: float, high: float) -> None:
        """`low`, `high`: least and greatest northing in units of 0.0001 m."""
        self.first = int(np.floor(low / SPACING + 0.5))
        nodes = np.arange(self.first, int(np.floor(high / SPACING + 0.5)) + 1) * float(SPACING)
        here, after, before = (
            series((nodes + shift) / UNITS_PER_METRE) for shift in (0.0, SPACING / 2, -SPACING / 2)
        )
        self.tables: list[Sequence[Floats]] = [
            (f, up - down, 2 * (up - 2 * f + down))[: order + 1]
            for f, up, down, order in zip(here, after, before, self._ORDERS, strict=True)
        ]

    def __call__(self, east: Floats, north: Floats, zone: int) -> tuple[Floats, Floats]:
        """Latitude, and longitude from the zone's middle, in radians, each rounded half up to 1e-6 arc second.

        `east` (with the zone in front) and `north` are whole units of 0.0001 m, as doubles.
        """
        part = north * (1 / SPACING)
        near = np.floor(part + 0.5)
        part -= near
        at = near.astype(np.int64)
        at -= self.first
        y = east - (zone * ZONE_UNITS + crs.FALSE_EASTING * UNITS_PER_METRE)
        y *= 1 / UNITS_PER_METRE
        y2 = y * y
        latitude = _nested(self.tables[:4], at, part, y2)
        middle = crs.central_meridian(zone) * 3600.0 * 1e6
        longitude = _nested(self.tables[4:], at, part, y2)
        longitude *= y
        longitude += middle + 0.5
        np.floor(longitude, out=longitude)
        longitude -= middle
        latitude += 0.5
        np.floor(latitude, out=latitude)
        latitude *= 1 / _FINE
        longitude *= 1 / _FINE
        return latitude, longitude


def _nested(tables: Sequence[Sequence[Floats]], at: npt.NDArray[np.int64], part: Floats, y2: Floats) -> Floats:
    """f0 − y² (f1 − y² (f2 − …))."""
    found = _between(tables[-1], at, part)
    for table in tables[-2::-1]:
        found *= y2
        np.subtract(_between(table, at, part), found, out=found)
    return found


def _between(table: Sequence[Floats], at: npt.NDArray[np.int64], part: Floats) -> Floats:
    """The polynomial of each point's node at its distance from it, −½ … ½."""
    found = table[-1].take(at)
    for factors in table[-2::-1]:
        found *= part
        found += factors.take(at)
    return found
