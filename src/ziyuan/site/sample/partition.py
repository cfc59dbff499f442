"""Cutting the blocks of the lattice into patches: rectangles of uneven size, then loosened borders."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ziyuan.site.sample.lattice import CELLS_PER_PATCH, Floats, Ints, Lattice

SPREAD = 0.55  # of the logarithm of wanted sizes
LOOSE = 0.16  # share of border cells that change sides
COMFORT, LEAST = 650.0, 230.0  # m²: every class may be so small; only built-up land may


@dataclass
class Rectangles:
    """Rows [r0, r1) × columns [c0, c1) of cells, one entry a patch-to-be."""

    r0: Ints
    r1: Ints
    c0: Ints
    c1: Ints

    def __len__(self) -> int:
        return len(self.r0)

    @property
    def cells(self) -> Ints:
        """Number of cells of each."""
        return (self.r1 - self.r0) * (self.c1 - self.c0)


def blocks_of(lattice: Lattice) -> Rectangles:
    """The blocks between the strips, row by row."""
    step = lattice.block + 1
    r = np.arange(1, lattice.rows, step)
    c = np.arange(1, lattice.columns, step)
    r0, c0 = (a.ravel() for a in np.meshgrid(r, c, indexing="ij"))
    return Rectangles(
        r0, np.minimum(r0 + lattice.block, lattice.rows), c0, np.minimum(c0 + lattice.block, lattice.columns)
    )


def smallest_area(cell_area: float) -> float:
    """Area in m² below which no patch is cut, on a lattice with cells of `cell_area` m²."""
    return min(COMFORT, max(LEAST, 0.33 * CELLS_PER_PATCH * cell_area))


def smallest_piece(cell_area: float) -> float:
    """Area in m² below which a piece is joined to a neighbour: crowded counties keep their small patches."""
    smallest = smallest_area(cell_area)
    return smallest if smallest == COMFORT else LEAST


def hunger(share: Floats) -> Floats:
    """How eagerly a block is cut, by the share of it inside the county."""
    return 0.15 + share


def cut(
    blocks: Rectangles, weight: Floats, count: int, cell_area: float, rng: np.random.Generator
) -> Rectangles:
    """Cut blocks until there are `count` rectangles; `weight` 0..1 is the share of a block inside the county."""
    smallest = max(2, int(np.ceil(smallest_area(cell_area) / cell_area)))
    fields = [blocks.r0, blocks.r1, blocks.c0, blocks.c1]
    wanted = np.exp(rng.normal(0, SPREAD, len(blocks)))
    share = weight.astype(float)
    while len(fields[0]) < count:
        r0, r1, c0, c1 = fields
        high, wide = r1 - r0, c1 - c0
        cells = high * wide
        appetite = np.where(cells >= 2 * smallest, cells * hunger(share) / wanted, 0)
        possible = int(np.count_nonzero(appetite))
        if not possible:
            break
        most = appetite.max()
        many = min(count - len(r0), possible, max(1, int(np.count_nonzero(appetite > most * 0.72))))
        chosen = np.argpartition(-appetite, many - 1)[:many]
        chosen.sort()
        fields, wanted, share = _halve(fields, wanted, share, chosen, smallest, rng)
    return Rectangles(*fields)


def _halve(
    fields: list[Ints], wanted: Floats, share: Floats, chosen: Ints, smallest: int, rng: np.random.Generator
) -> tuple[list[Ints], Floats, Floats]:
    r0, r1, c0, c1 = (a.copy() for a in fields)
    high, wide = (r1 - r0)[chosen], (c1 - c0)[chosen]
    across = high > wide  # cut the longer side
    across = np.where(high == wide, rng.random(len(chosen)) < 0.5, across)
    side, other = np.where(across, high, wide), np.where(across, wide, high)
    least = np.minimum(np.maximum(1, -(-smallest // other)), side // 2)
    at = np.clip(np.rint(side * rng.uniform(0.3, 0.7, len(chosen))).astype(np.int64), least, side - least)
    new = [a[chosen] for a in (r0, r1, c0, c1)]
    new[0] = np.where(across, new[0] + at, new[0])
    new[2] = np.where(across, new[2], new[2] + at)
    r1[chosen] = np.where(across, r0[chosen] + at, r1[chosen])
    c1[chosen] = np.where(across, c1[chosen], c0[chosen] + at)
    child = np.exp(rng.normal(0, SPREAD, len(chosen)))
    wanted = np.concatenate([wanted, wanted[chosen] ** 0.5 * child])
    return (
        [np.concatenate([a, b]) for a, b in zip((r0, r1, c0, c1), new, strict=True)],
        wanted,
        np.concatenate([share, share[chosen]]),
    )


def paint(rectangles: Rectangles, shape: tuple[int, int]) -> npt.NDArray[np.int32]:
    """Raster with the number of the rectangle in each of its cells, -1 elsewhere."""
    raster = np.full(shape, -1, dtype=np.int32)
    high, wide = rectangles.r1 - rectangles.r0, rectangles.c1 - rectangles.c0
    number = np.repeat(np.arange(len(rectangles), dtype=np.int32), rectangles.cells)
    start = np.concatenate([[0], np.cumsum(rectangles.cells)[:-1]])
    within = np.arange(len(number)) - np.repeat(start, rectangles.cells)
    row = np.repeat(rectangles.r0, high * wide) + within // np.repeat(wide, high * wide)
    column = np.repeat(rectangles.c0, high * wide) + within % np.repeat(wide, high * wide)
    raster[row, column] = number
    return raster


def fill_strips(raster: npt.NDArray[np.int32], lattice: Lattice) -> None:
    """Give the cells of strips to the patch above them (or, at crossings, to the right), in place."""
    rows = np.flatnonzero(lattice.strip_v)
    columns = np.flatnonzero(lattice.strip_u)
    rows, columns = rows[rows + 1 < raster.shape[0]], columns[columns + 1 < raster.shape[1]]
    raster[:, columns] = raster[:, columns + 1]
    raster[rows, :] = raster[rows + 1, :]


def loosen(raster: npt.NDArray[np.int32], fixed: npt.NDArray[np.bool_], rng: np.random.Generator) -> None:
    """Let border cells change sides where both patches stay in one piece, in place.

    Cells are taken in nine interleaved sets: no two of a set share a neighbour, so each decision stands.
    """
    rows, columns = raster.shape
    for di in range(3):
        for dj in range(3):
            i = np.arange(1 + di, rows - 1, 3)
            j = np.arange(1 + dj, columns - 1, 3)
            grid_i, grid_j = (a.ravel() for a in np.meshgrid(i, j, indexing="ij"))
            pick = (rng.random(len(grid_i)) < LOOSE) & ~fixed[grid_i, grid_j]
            _change_sides(raster, fixed, grid_i[pick], grid_j[pick], rng)


_AROUND = ((-1, -1), (-1, 0), (-1, 1), (0, 1), (1, 1), (1, 0), (1, -1), (0, -1))


def _change_sides(
    raster: npt.NDArray[np.int32], fixed: npt.NDArray[np.bool_], i: Ints, j: Ints, rng: np.random.Generator
) -> None:
    own = raster[i, j]
    ring = np.stack([raster[i + a, j + b] for a, b in _AROUND])
    held = np.stack([fixed[i + a, j + b] for a, b in _AROUND])
    toward = rng.choice([1, 3, 5, 7], size=len(i))
    other = ring[toward, np.arange(len(i))]
    usable = (other != own) & (other >= 0) & (own >= 0) & ~held.any(axis=0)
    usable &= _one_piece(ring == own) & _one_piece(ring == other)
    raster[i[usable], j[usable]] = other[usable]


def _one_piece(ring: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Are the marked cells around a cell, counted by sides, exactly one run that touches it by a side?"""
    sides = ring[[1, 3, 5, 7]]
    # two neighbouring sides hang together only through the corner between them
    joined = np.stack([ring[1] & ring[2] & ring[3], ring[3] & ring[4] & ring[5],
                       ring[5] & ring[6] & ring[7], ring[7] & ring[0] & ring[1]])  # fmt: skip
    pieces = sides.sum(axis=0) - joined.sum(axis=0)
    corners_alone = sum(ring[c] & ~ring[c - 1] & ~ring[(c + 1) % 8] for c in (0, 2, 4, 6))
    return (pieces == 1) & (corners_alone == 0) & (sides.sum(axis=0) < 4)
