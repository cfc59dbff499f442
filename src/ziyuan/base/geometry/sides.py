"""The loops of the official area: sides split at 70 m, points to latitude and longitude, sides to slices of area.

Each is a plain function of numbers and flat arrays that `compiled.Loop` runs; `ellipsoid` and `gauss` say what they mean.
Whole numbers are units of 0.0001 m. `offsets`: ring r has the points offsets[r]:offsets[r + 1].
"""

import math
from typing import Any

Column = Any  # a flat array where compiled, its list where interpreted

LONGEST_SIDE = 700_000  # units: 70 m; a longer side is split
SQUARED = LONGEST_SIDE * LONGEST_SIDE
NUMBERS = 17  # of a node in the table of `gauss`: coefficients of seven functions of the northing


def count_pieces(east: Column, north: Column, offsets: Column, pieces: Column) -> None:
    """Equal parts of the side after each point: 1 up to 70.0000 m, above it int(length/70) + 1, in whole numbers."""
    for ring in range(len(offsets) - 1):
        first, end = offsets[ring], offsets[ring + 1]
        for i in range(first, end):
            j = i + 1 if i + 1 < end else first
            de, dn = east[j] - east[i], north[j] - north[i]
            squared = de * de + dn * dn
            count = 1
            if squared > SQUARED:
                whole = int(math.sqrt(squared) / LONGEST_SIDE)
                while whole * whole * SQUARED > squared:
                    whole -= 1
                while (whole + 1) * (whole + 1) * SQUARED <= squared:
                    whole += 1
                count = whole + 1
            pieces[i] = count


def split(
    east: Column, north: Column, offsets: Column, pieces: Column, dense_east: Column, dense_north: Column
) -> None:  # fmt: skip
    """The points with those put in: start + step · k/parts as exact fractions, half up to whole units."""
    at = 0
    for ring in range(len(offsets) - 1):
        first, end = offsets[ring], offsets[ring + 1]
        for i in range(first, end):
            dense_east[at] = east[i]
            dense_north[at] = north[i]
            at += 1
            parts = pieces[i]
            if parts > 1:
                j = i + 1 if i + 1 < end else first
                de, dn = 2 * (east[j] - east[i]), 2 * (north[j] - north[i])
                for k in range(1, parts):
                    dense_east[at] = east[i] + (de * k + parts) // (2 * parts)
                    dense_north[at] = north[i] + (dn * k + parts) // (2 * parts)
                    at += 1


def locate(
    east: Column, north: Column, table: Column, first: int, spacing: int, false_east: int, middle: float, fine: float,
    latitude: Column, longitude: Column,
) -> None:  # fmt: skip
    """Latitude and longitude (radians, the latter from the zone's middle) of points, by `gauss.Inverse`'s table.

    table: NUMBERS numbers for each node from number `first` on, `spacing` units apart. false_east: units to take from
    the easting. middle: the zone's middle and fine: a radian, both in the millionths of an arc second rounded to.
    """
    for i in range(len(east)):
        part = north[i] * (1.0 / spacing)
        near = math.floor(part + 0.5)
        p = part - near
        t = (int(near) - first) * NUMBERS
        y = (east[i] - false_east) * 0.0001
        y2 = y * y
        b0 = (table[t + 2] * p + table[t + 1]) * p + table[t]
        b2 = (table[t + 5] * p + table[t + 4]) * p + table[t + 3]
        b4 = table[t + 7] * p + table[t + 6]
        b6 = table[t + 8]
        l1 = (table[t + 11] * p + table[t + 10]) * p + table[t + 9]
        l3 = (table[t + 14] * p + table[t + 13]) * p + table[t + 12]
        l5 = table[t + 16] * p + table[t + 15]
        latitude[i] = math.floor(b0 - y2 * (b2 - y2 * (b4 - y2 * b6)) + 0.5) * (1.0 / fine)
        longitude[i] = (math.floor(y * (l1 - y2 * (l3 - y2 * l5)) + (middle + 0.5)) - middle) * (1.0 / fine)


def slices(
    latitude: Column, longitude: Column, offsets: Column, one: Column, three: Column, scale: float, areas: Column
) -> None:  # fmt: skip
    """Signed area of each ring: the sum of its sides' trapezoids, in the order of its points.

    2 b² dL [A sin(dB/2) cos Bm − B sin(3dB/2) cos 3Bm + C sin(5dB/2) cos 5Bm − …] with `scale` = b²; the multiple angles
    come from s = sin(dB/2) and c = cos Bm, by the polynomials `one` and `three` of `ellipsoid`.
    """
    for ring in range(len(offsets) - 1):
        first, end = offsets[ring], offsets[ring + 1]
        total = 0.0
        for i in range(first, end):
            j = i + 1 if i + 1 < end else first
            half = (latitude[j] - latitude[i]) * 0.5
            sine = half * (1 - half * half / 6)
            cosine = math.cos(latitude[i] + half)
            x = cosine * cosine
            a = (((one[4] * x + one[3]) * x + one[2]) * x + one[1]) * x + one[0]
            b = (((three[4] * x + three[3]) * x + three[2]) * x + three[1]) * x + three[0]
            total += (a + sine * sine * b) * cosine * sine * (longitude[i] + longitude[j])
        areas[ring] = total * scale
