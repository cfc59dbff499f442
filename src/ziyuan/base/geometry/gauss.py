"""The survey's inverse of the Gauss projection (step 3 of the area formula), for many points at once.

Everything in the series but powers of y' depends on the northing alone. These functions of the northing are worked
out from the survey's constants on a fixed lattice of 104.8576 m and carried between its nodes by polynomials of
the second order: within 1e-16 rad of the series done at the point itself, a hundred-thousandth of its last
rounding. The lattice is the same for every layer, so a point has one latitude whatever it is computed with.
"""

import numpy as np

from ziyuan.base import crs
from ziyuan.base.geometry import sides
from ziyuan.base.geometry.compiled import Loop
from ziyuan.base.geometry.grid import UNITS_PER_METRE, ZONE_UNITS, Floats, Ints

E2_SECOND = 0.00673949677548
C_RADIUS = 6399593.62586  # a²/b
RHO = 206264.8062471  # arc seconds in a radian
K0, K1, K2 = 1.57048761144159e-07, 5.05250178820567e-03, 2.98472900956587e-05
K3, K4 = 2.41626669230084e-07, 2.22241238938534e-09
SPACING = 2**20  # units between two nodes
_FINE = RHO * 1e6  # millionths of an arc second in a radian: what is rounded to
_LOCATE = Loop(sides.locate, fills=2)


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
        columns = [
            (f, up - down, 2 * (up - 2 * f + down))[: order + 1]
            for f, up, down, order in zip(here, after, before, self._ORDERS, strict=True)
        ]
        self.table = np.column_stack([c for function in columns for c in function]).ravel()

    def __call__(self, east: Ints, north: Ints, zone: int) -> tuple[Floats, Floats]:
        """Latitude, and longitude from the zone's middle, in radians, each rounded half up to 1e-6 arc second.

        `east` (with the zone in front) and `north` are whole units of 0.0001 m.
        """
        found = np.empty(len(east)), np.empty(len(east))
        false_east = zone * ZONE_UNITS + crs.FALSE_EASTING * UNITS_PER_METRE
        middle = crs.central_meridian(zone) * 3600.0 * 1e6
        _LOCATE(len(east), east, north, self.table, self.first, SPACING, false_east, middle, _FINE, *found)
        return found
