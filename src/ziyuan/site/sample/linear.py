"""Roads and ditches on the strips of the lattice, rivers and lakes across it."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ziyuan.site.sample.lattice import Floats, Lattice

# what a patch is before it has a class
FIELD, ROAD, LANE, DITCH, RIVER, LAKE, POND = range(7)

ACTIVE = 0.74  # share of narrow strip segments that are drawn
WIDE = 12.0  # metres: from here a strip is a highway all along


@dataclass
class Lines:
    """Per cell: the kind of line feature drawn there (FIELD where none) and the number of its line."""

    kind: npt.NDArray[np.int8]
    line: npt.NDArray[np.int32]


def draw(lattice: Lattice, rng: np.random.Generator) -> Lines:
    """Roads, ditches, then water on top."""
    shape = (lattice.rows, lattice.columns)
    kind, line = np.zeros(shape, dtype=np.int8), np.zeros(shape, dtype=np.int32)
    across, kind_v = _segments(lattice.strip_v, lattice.width_v, lattice.columns, lattice.block, rng)
    upward, kind_u = _segments(lattice.strip_u, lattice.width_u, lattice.rows, lattice.block, rng)
    rows, columns = np.flatnonzero(lattice.strip_v), np.flatnonzero(lattice.strip_u)
    kind[:, columns] = np.where(upward.T, kind_u[None, :], FIELD)
    line[:, columns] = np.arange(len(columns))[None, :] + 1
    wider = lattice.width_v[rows][:, None] >= lattice.width_u[None, :]
    takes = across & (wider | (kind[rows] == FIELD) | ~lattice.strip_u[None, :])
    kind[rows] = np.where(takes, kind_v[:, None], kind[rows])
    line[rows] = np.where(takes, np.arange(len(rows))[:, None] + 1 + len(columns), line[rows])
    _water(lattice, kind, line, rng)
    return Lines(kind, line)


def _segments(
    strip: npt.NDArray[np.bool_], width: Floats, length: int, block: int, rng: np.random.Generator
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.int8]]:
    """Per strip and cell along it: is it drawn? Per strip: its kind."""
    widths = width[strip]
    wide = widths >= WIDE
    kinds = np.where(wide, ROAD, np.where(rng.random(len(widths)) < 0.62, LANE, DITCH)).astype(np.int8)
    blocks = length // (block + 1) + 2
    drawn = (rng.random((len(widths), blocks)) < ACTIVE) | wide[:, None]
    place = np.arange(length) // (block + 1)
    active = drawn[:, place]
    crossing = np.arange(length) % (block + 1) == 0
    before = drawn[:, np.maximum(place - 1, 0)]
    return np.where(crossing[None, :], active | before, active), kinds


def _water(
    lattice: Lattice, kind: npt.NDArray[np.int8], line: npt.NDArray[np.int32], rng: np.random.Generator
) -> None:
    u = (lattice.u[1:] + lattice.u[:-1]) / 2
    v = (lattice.v[1:] + lattice.v[:-1]) / 2
    span_u, span_v = u[-1] - u[0], v[-1] - v[0]
    for number in range(2):
        base = v[0] + span_v * (0.3 + 0.4 * number + rng.uniform(-0.08, 0.08))
        phase = rng.uniform(0, 2 * np.pi, 3)
        course = base + rng.uniform(-0.15, 0.15) * (u - u.mean())
        for length, reach, shift in (
            (14_000.0, 1500.0, phase[0]),
            (4_700.0, 420.0, phase[1]),
            (1900.0, 110.0, phase[2]),
        ):
            course = course + reach * np.sin(2 * np.pi * u / length + shift)
        half = max(1.2 * lattice.cell, rng.uniform(35, 110))
        low, high = np.searchsorted(v, course - half), np.searchsorted(v, course + half)
        for column in range(len(u)):
            kind[low[column] : high[column], column] = RIVER
            line[low[column] : high[column], column] = -1 - number
    for number in range(5):
        middle = u[0] + span_u * rng.uniform(0.25, 0.75), v[0] + span_v * rng.uniform(0.25, 0.75)
        size = max(2.5 * lattice.cell, float(np.exp(rng.normal(6.2, 0.5))))
        stretch, phase0 = rng.uniform(0.6, 1.6), rng.uniform(0, 6)
        reach = 1.4 * size * max(stretch, 1 / stretch)
        rows = slice(*np.searchsorted(v, (middle[1] - reach, middle[1] + reach)))
        columns = slice(*np.searchsorted(u, (middle[0] - reach, middle[0] + reach)))
        x, y = (u[None, columns] - middle[0]) / stretch, (v[rows, None] - middle[1]) * stretch
        angle = np.arctan2(y, x)
        wet = np.hypot(x, y) < size * (1 + 0.22 * np.sin(3 * angle + phase0) + 0.12 * np.sin(7 * angle))
        wet &= kind[rows, columns] != RIVER
        kind[rows, columns][wet], line[rows, columns][wet] = LAKE, -10 - number
