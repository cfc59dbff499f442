"""Lawful random shapes for tests: star polygons of plane integers, with holes and several parts."""

import math

from hypothesis import strategies as st

from ziyuan.base.geometry import UNITS_PER_METRE, PlaneShape

EAST, NORTH = 39_500_000 * UNITS_PER_METRE, 3_500_000 * UNITS_PER_METRE


def star(centre, radii, turn=0.0):
    """A ring around `centre` (units) with these radii (units), counter-clockwise, never self-crossing."""
    count = len(radii)
    return tuple(
        (
            centre[0] + round(radius * math.cos(turn + 2 * math.pi * k / count)),
            centre[1] + round(radius * math.sin(turn + 2 * math.pi * k / count)),
        )
        for k, radius in enumerate(radii)
    )


@st.composite
def part(draw, centre):
    """One outer ring of radius 100–200 m with up to three holes of radius at most 20 m, apart from each other."""
    outer = star(centre, draw(st.lists(st.integers(1_000_000, 2_000_000), min_size=5, max_size=12)))
    holes = [
        star(
            (centre[0] + dx, centre[1] + dy),
            draw(st.lists(st.integers(100_000, 200_000), min_size=3, max_size=6)),
        )
        for dx, dy in [(-300_000, -300_000), (300_000, -300_000), (0, 300_000)][: draw(st.integers(0, 3))]
    ]
    return (outer, *(hole[::-1] for hole in holes))


@st.composite
def shapes(draw, zone=39, most_parts=3):
    """A PlaneShape in `zone`, parts a kilometre and more apart."""
    east = draw(st.integers(-60_000, 60_000)) * UNITS_PER_METRE + draw(st.integers(0, 9999))
    north = draw(st.integers(-200_000, 300_000)) * UNITS_PER_METRE + draw(st.integers(0, 9999))
    base = EAST + (zone - 39) * 1_000_000 * UNITS_PER_METRE
    count = draw(st.integers(1, most_parts))
    parts = [draw(part((base + east + k * 10_000_000, NORTH + north))) for k in range(count)]
    return PlaneShape(zone, tuple(parts))
