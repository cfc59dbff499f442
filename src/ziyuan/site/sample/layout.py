"""The plan of a county before it has shapes: which cell belongs to which patch, village and line feature."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from shapely.geometry.base import BaseGeometry

from ziyuan.site.sample import graph, inside, linear, partition, regions
from ziyuan.site.sample.inside import Cover
from ziyuan.site.sample.lattice import Floats, Ints, Lattice, lay
from ziyuan.site.sample.places import Village

POND_SHARE = 0.035


@dataclass
class Layout:
    """`raster` holds the patch of each cell (-1 outside); `kind` and `village` are per patch."""

    lattice: Lattice
    raster: npt.NDArray[np.int32]
    kind: npt.NDArray[np.int8]
    village: Ints
    rim: npt.NDArray[np.bool_]  # per patch: touches the outline

    def __len__(self) -> int:
        return len(self.kind)

    @property
    def smallest_piece(self) -> float:
        """m² below which a piece is joined to a neighbour."""
        return partition.smallest_piece(self.lattice.cell**2)

    @cached_property
    def boxes(self) -> Ints:
        """Row and column ranges (r0, c0, r1, c1) of each village in the raster."""
        count = int(self.village.max()) + 1
        boxes = np.tile(np.array([2**31, 2**31, 0, 0]), (count, 1))
        for band in graph.bands(*self.raster.shape):
            row, column = np.nonzero(self.raster[band] >= 0)
            village = self.village[self.raster[band][row, column]]
            row += band.start
            np.minimum.at(boxes[:, 0], village, row)
            np.minimum.at(boxes[:, 1], village, column)
            np.maximum.at(boxes[:, 2], village, row + 1)
            np.maximum.at(boxes[:, 3], village, column + 1)
        return boxes


def plan(outline: BaseGeometry, patches: int, villages: list[Village], rng: np.random.Generator) -> Layout:
    """Lay out about `patches` patches in `outline` (plane metres)."""
    lattice = lay(outline, patches, rng)
    covered = inside.cover(lattice, outline)
    lines = linear.draw(lattice, rng)
    raster = _fields(lattice, covered, patches, rng)
    village = _villages(raster, lattice, villages, rng)
    _dig_ponds(raster, lines, lattice, patches, rng)
    raster, kind, village = _split(raster, lines, covered, village)
    size = _inner_areas(raster, lattice, covered, len(kind))
    least = partition.smallest_piece(lattice.cell**2)
    raster, kind, village = _absorb(raster, kind, village, size, least, patches)
    rim = np.zeros(len(kind), dtype=bool)
    rim[np.unique(raster[covered.rim & (raster >= 0)])] = True
    return Layout(lattice, raster, kind, village, rim)


def _inner_areas(raster: npt.NDArray[np.int32], lattice: Lattice, covered: Cover, count: int) -> Floats:
    """Per patch the area of its cells whose middle is inside the county."""
    size = np.zeros(count)
    for label, row, column, area in _cells(raster, lattice):
        size += np.bincount(label, weights=area * covered.middle[row, column], minlength=count)
    return size


def _fields(
    lattice: Lattice, covered: Cover, patches: int, rng: np.random.Generator
) -> npt.NDArray[np.int32]:
    blocks = partition.blocks_of(lattice)
    within, touched = _count_in(blocks, covered.middle), _count_in(blocks, covered.kept)
    near = touched > 0
    share = (within / blocks.cells)[near]
    blocks = partition.Rectangles(*(a[near] for a in (blocks.r0, blocks.r1, blocks.c0, blocks.c1)))
    lines = int(1.15 * share.sum())  # line features and pieces of fields cut off by them
    hunger = partition.hunger(share)
    crowded = partition.smallest_area(lattice.cell**2) < partition.COMFORT
    spare = (
        0.10 if crowded else 0.05
    )  # of the patches: small pieces are joined again, more of them where it is crowded
    inner = float((share * hunger).sum() / hunger.sum())  # share of the rectangles that lie inside the county
    wanted = max(len(blocks), int((patches * (1 + spare) - 0.9 * lines) / inner))
    rectangles = partition.cut(blocks, share, wanted, lattice.cell**2, rng)
    raster = partition.paint(rectangles, (lattice.rows, lattice.columns))
    partition.fill_strips(raster, lattice)
    fixed = np.zeros(raster.shape, dtype=bool)
    fixed[lattice.strip_v], fixed[:, lattice.strip_u] = True, True
    partition.loosen(raster, fixed, rng)
    inside.settle(raster, covered)
    raster[~covered.kept] = -1
    raster[[0, -1]], raster[:, [0, -1]] = -1, -1
    return raster


def _count_in(blocks: partition.Rectangles, mask: npt.NDArray[np.bool_]) -> Ints:
    """Marked cells in each block, by a summed-area table."""
    total = np.zeros((mask.shape[0] + 1, mask.shape[1] + 1), dtype=np.int32)
    np.cumsum(mask, axis=0, dtype=np.int32, out=total[1:, 1:])
    np.cumsum(total, axis=1, out=total)
    r0, r1, c0, c1 = blocks.r0, blocks.r1, blocks.c0, blocks.c1
    return (total[r1, c1] - total[r0, c1] - total[r1, c0] + total[r0, c0]).astype(np.int64)


def _villages(
    raster: npt.NDArray[np.int32], lattice: Lattice, villages: list[Village], rng: np.random.Generator
) -> Ints:
    count = int(raster.max()) + 1
    middle_u, middle_v = (lattice.u[1:] + lattice.u[:-1]) / 2, (lattice.v[1:] + lattice.v[:-1]) / 2
    size, east, north = np.zeros(count), np.zeros(count), np.zeros(count)
    for label, row, column, weight in _cells(raster, lattice):
        size += np.bincount(label, weights=weight, minlength=count)
        east += np.bincount(label, weights=weight * middle_u[column], minlength=count)
        north += np.bincount(label, weights=weight * middle_v[row], minlength=count)
    used = size > 0
    u, v = east[used] / size[used], north[used] / size[used]
    village = np.zeros(count, dtype=np.int64)
    village[used] = regions.assign(u, v, size[used], villages, rng)
    a, b, sides = graph.neighbours(raster)
    place = np.cumsum(used) - 1
    village[used] = regions.make_whole(village[used], place[a], place[b], sides)
    return village


def _cells(raster: npt.NDArray[np.int32], lattice: Lattice) -> Iterator[tuple[Ints, Ints, Ints, Floats]]:
    """Label, row, column and area of the cells that have a label, band by band."""
    high, wide = np.diff(lattice.v), np.diff(lattice.u)
    for band in graph.bands(*raster.shape):
        row, column = np.nonzero(raster[band] >= 0)
        label = raster[band][row, column].astype(np.int64)
        row += band.start
        yield label, row, column, high[row] * wide[column]


def _dig_ponds(
    raster: npt.NDArray[np.int32],
    lines: linear.Lines,
    lattice: Lattice,
    patches: int,
    rng: np.random.Generator,
) -> None:
    """Ponds in the middle of large fields: they become holes."""
    if lattice.cell**2 < 2 * partition.COMFORT:
        return
    free = (raster >= 0) & (lines.kind == linear.FIELD)
    free[lattice.strip_v], free[:, lattice.strip_u] = False, False
    for i in (-1, 0, 1):
        for j in (-1, 0, 1):
            same = np.roll(raster, (i, j), axis=(0, 1)) == raster
            free &= same & (np.roll(lines.kind, (i, j), axis=(0, 1)) == linear.FIELD)
    cells = np.flatnonzero(free)
    _, first = np.unique(raster.ravel()[cells], return_index=True)
    cells = cells[first]
    chosen = cells[rng.random(len(cells)) < POND_SHARE * patches / max(1, len(cells))]
    lines.kind.ravel()[chosen] = linear.POND


def _split(
    raster: npt.NDArray[np.int32], lines: linear.Lines, covered: Cover, village: Ints
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int8], Ints]:
    """Number the patches anew: line features per village, and fields in the pieces the lines leave of them."""
    drawn = (lines.kind != linear.FIELD) & (raster >= 0)
    touched = np.zeros(len(village) + 1, dtype=bool)
    touched[raster[(drawn | covered.rim) & (raster >= 0)]] = True
    cells = np.concatenate([
        np.flatnonzero(drawn[band] | touched[raster[band]]) + band.start * raster.shape[1]
        for band in graph.bands(*raster.shape)
    ])  # fmt: skip
    label, kind_of = raster.ravel()[cells].astype(np.int64), lines.kind.ravel()[cells]
    is_line = kind_of != linear.FIELD
    line = lines.line.ravel()[cells].astype(np.int64) + 1000
    key = np.where(
        is_line, (line << 16 | kind_of.astype(np.int64) << 12 | village[label]) << 1 | 1, label << 1
    )
    group = graph.groups_of_cells(key, cells, raster.shape)
    raster.ravel()[cells] = group + len(village)
    kind = np.zeros(len(village) + int(group.max(initial=-1)) + 1, dtype=np.int8)
    new_village = np.zeros(len(kind), dtype=np.int64)
    new_village[: len(village)] = village
    kind[group + len(village)], new_village[group + len(village)] = kind_of, village[label]
    return raster, kind, new_village


def _absorb(
    raster: npt.NDArray[np.int32],
    kind: npt.NDArray[np.int8],
    village: Ints,
    size: Floats,
    least: float,
    patches: int,
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int8], Ints]:
    """Join pieces that are too small, then the smallest fields until there are `patches`, to a neighbour."""
    a, b, sides = graph.neighbours(raster)
    empty = np.ones(len(kind), dtype=bool)
    for band in graph.bands(*raster.shape):
        empty[np.unique(raster[band][raster[band] >= 0])] = False
    final = np.arange(len(kind))
    for _ in range(8):
        surplus = len(kind) - int(empty.sum()) - patches
        small = (size < least) & ~empty
        if surplus > small.sum():
            fields = np.flatnonzero((kind == linear.FIELD) & ~small & ~empty)
            few = fields[np.argsort(size[fields], kind="stable")][: surplus - int(small.sum())]
            small[few] = True
        target = _best_neighbour(small, kind, village, a, b, sides)
        if np.array_equal(target, np.arange(len(kind))):
            break
        names, number = np.unique(target, return_inverse=True)
        kind, village, empty = kind[names], village[names], empty[names]
        size = np.bincount(number, weights=size).astype(np.float64)
        a, b = number[a], number[b]
        a, b, sides = _merged(np.minimum(a, b), np.maximum(a, b), sides)
        final = number[final]
    place = np.append((np.cumsum(~empty) - 1)[final], -1).astype(np.int32)
    for band in graph.bands(*raster.shape):
        raster[band] = place[raster[band]]
    return raster, kind[~empty], village[~empty]


def _best_neighbour(
    small: npt.NDArray[np.bool_], kind: npt.NDArray[np.int8], village: Ints, a: Ints, b: Ints, sides: Ints
) -> Ints:
    """Per patch itself, or for a small one the field of its village that it borders most and that stays."""
    target = np.arange(len(kind))
    source, other = np.concatenate([a, b]), np.concatenate([b, a])
    weight = np.concatenate([sides, sides]) + 1000 * (kind[other] == linear.FIELD)
    usable = small[source] & ~small[other] & (village[source] == village[other])
    order = np.argsort(weight[usable], kind="stable")
    target[source[usable][order]] = other[usable][order]
    return target


def _merged(a: Ints, b: Ints, sides: Ints) -> tuple[Ints, Ints, Ints]:
    apart = a != b
    key, place = np.unique(a[apart] << 32 | b[apart], return_inverse=True)
    return key >> 32, key & 0xFFFFFFFF, np.bincount(place, weights=sides[apart]).astype(np.int64)
