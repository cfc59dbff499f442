"""Connected groups, in numpy: of cells of a raster, of patches that are neighbours."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from ziyuan.site.sample.lattice import Ints

BAND_CELLS = 2_000_000


def components(count: int, a: Ints, b: Ints) -> Ints:
    """For each of `count` things, the smallest number of its group; `a[k]`–`b[k]` are the links."""
    root = np.arange(count)
    while len(a):
        ra, rb = root[a], root[b]
        apart = ra != rb
        if not apart.any():
            break
        a, b, ra, rb = a[apart], b[apart], ra[apart], rb[apart]
        np.minimum.at(root, np.maximum(ra, rb), np.minimum(ra, rb))
        while True:
            up = root[root]
            if np.array_equal(up, root):
                break
            root = up
    return root


def bands(rows: int, columns: int) -> Iterator[slice]:
    """Runs of rows that hold about `BAND_CELLS` cells, so that work in between stays small."""
    step = max(1, BAND_CELLS // columns)
    for start in range(0, rows, step):
        yield slice(start, min(rows, start + step))


def neighbours(raster: npt.NDArray[np.int32]) -> tuple[Ints, Ints, Ints]:
    """Pairs of labels that share sides (a < b, both ≥ 0) and how many sides they share."""
    pairs: list[Ints] = []
    counts: list[Ints] = []
    for band in bands(*raster.shape):
        rows = raster[band.start : band.stop + 1]
        keys = [
            _sides(rows[: band.stop - band.start, :-1], rows[: band.stop - band.start, 1:]),
            _sides(rows[:-1], rows[1:]),
        ]
        found, many = np.unique(np.concatenate(keys), return_counts=True)
        pairs.append(found)
        counts.append(many)
    distinct, place = np.unique(np.concatenate(pairs), return_inverse=True)
    sides = np.bincount(place, weights=np.concatenate(counts)).astype(np.int64)
    return distinct >> 32, distinct & 0xFFFFFFFF, sides


def _sides(first: npt.NDArray[np.int32], second: npt.NDArray[np.int32]) -> Ints:
    differs = (first != second) & (first >= 0) & (second >= 0)
    low = np.minimum(first[differs], second[differs]).astype(np.int64)
    high = np.maximum(first[differs], second[differs]).astype(np.int64)
    return low << 32 | high


def groups_of_cells(key: Ints, cells: Ints, shape: tuple[int, int]) -> Ints:
    """Number the groups of cells with equal `key` that hang together by sides, from 0, in order of `cells`.

    Args:
        key: one number for each of `cells`.
        cells: flat indexes into a raster of `shape`, ascending.
    """
    columns = shape[1]
    place = np.full(shape[0] * columns, -1, dtype=np.int32)
    place[cells] = np.arange(len(cells), dtype=np.int32)
    links = []
    for step in (1, columns):
        first = np.flatnonzero((cells + step < len(place)) & ((step > 1) | (cells % columns != columns - 1)))
        second = place[cells[first] + step].astype(np.int64)
        linked = second >= 0
        first, second = first[linked], second[linked]
        same = key[first] == key[second]
        links.append((first[same], second[same]))
    root = components(
        len(cells), np.concatenate([x for x, _ in links]), np.concatenate([y for _, y in links])
    )
    heads = root == np.arange(len(cells))
    return (np.cumsum(heads) - 1)[root]
