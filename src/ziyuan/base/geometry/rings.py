"""The loops of the normal form: where rings begin and which way they run, and the words of all shapes in one stream.

Plain functions of numbers and flat arrays that `compiled.Loop` runs; `normal` says what they mean.
"""

from typing import Any

Column = Any  # a flat array where compiled, its list where interpreted


def begin(
    east: Column, north: Column, offsets: Column, wrong: Column, least: int, coords: Column, ties: Column
) -> None:  # fmt: skip
    """Each ring from its least (east, north) vertex (`least` 0: from its first), the rings of `wrong` backwards.

    Fills `coords` (n, 2), and `ties` with how often the least vertex of each ring occurs.
    """
    for ring in range(len(offsets) - 1):
        first, end = offsets[ring], offsets[ring + 1]
        start, times = first, 0
        for i in range(first, end):
            if east[i] < east[start] or (east[i] == east[start] and north[i] < north[start]):
                start, times = i, 1
            elif east[i] == east[start] and north[i] == north[start]:
                times += 1
        ties[ring] = times
        at = start if least else first
        step = -1 if wrong[ring] else 1
        for place in range(first, end):
            coords[place, 0] = east[at]
            coords[place, 1] = north[at]
            at += step
            if at == end:
                at = first
            elif at < first:
                at = end - 1


def words(
    zone: int, east: Column, north: Column, rings: Column, parts: Column, geoms: Column, stream: Column
) -> None:  # fmt: skip
    """Zone, number of parts; per part its rings; per ring its points, then east and north of each, of all geometries."""
    at = 0
    for geometry in range(len(geoms) - 1):
        stream[at] = zone
        stream[at + 1] = geoms[geometry + 1] - geoms[geometry]
        at += 2
        for part in range(geoms[geometry], geoms[geometry + 1]):
            stream[at] = parts[part + 1] - parts[part]
            at += 1
            for ring in range(parts[part], parts[part + 1]):
                stream[at] = rings[ring + 1] - rings[ring]
                at += 1
                for i in range(rings[ring], rings[ring + 1]):
                    stream[at] = east[i]
                    stream[at + 1] = north[i]
                    at += 2
