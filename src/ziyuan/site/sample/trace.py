"""From a raster of labels to polygons: walk around every group of equal cells, all of them at once.

Each side of a cell that borders another label is an arrow with its own label on the left. Every arrow knows
the next one; rings come out by pointer doubling instead of a walk, so the cost is a few array passes.
Where two cells of one label meet only at a corner the walk turns right: the rings stay simple and touch
there, which is valid; a walk to the left would give a ring that touches itself.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from ziyuan.site.sample.lattice import UNITS, Floats, Ints

# per heading E, N, W, S: the step forward and the step to the right, as (row, column)
_AHEAD = ((0, 1), (1, 0), (0, -1), (-1, 0))
_RIGHT = ((-1, 0), (0, 1), (1, 0), (0, -1))
_START = ((0, 0), (0, 1), (1, 1), (1, 0))  # first node of the side, seen from the cell


@dataclass(frozen=True)
class Traced:
    """Polygons of `labels` (ascending), one per label; labels must be connected by sides."""

    labels: Ints
    shapes: npt.NDArray[np.object_]


def trace(raster: npt.NDArray[np.int32], wanted: npt.NDArray[np.bool_], nodes: Floats) -> Traced:
    """Polygons of every label whose cells are `wanted`.

    Args:
        raster: labels of a window; its outermost cells must not be wanted.
        wanted: which cells to trace; a label's cells all or none.
        nodes: positions in units of 0.0001 m, one row and column more than the raster.
    """
    arrows = _arrows(raster, wanted)
    if not len(arrows.cell):
        return Traced(np.empty(0, dtype=np.int64), np.empty(0, dtype=object))
    order, starts = _rings(_next(raster, arrows))
    columns = raster.shape[1]
    row, column = np.divmod(arrows.cell[order], columns)
    heading = arrows.heading[order]
    row = row + np.array([s[0] for s in _START])[heading]
    column = column + np.array([s[1] for s in _START])[heading]
    ring_label = raster.ravel()[arrows.cell[order[starts]]].astype(np.int64)
    return _polygons(row, column, starts, ring_label, nodes)


@dataclass(frozen=True)
class _Arrows:
    cell: Ints  # flat index
    heading: Ints
    number: npt.NDArray[np.int32]  # [heading, cell] → arrow, or -1


def _arrows(raster: npt.NDArray[np.int32], wanted: npt.NDArray[np.bool_]) -> _Arrows:
    rows, columns = raster.shape
    cells, headings = [], []
    number = np.full((4, rows * columns), -1, dtype=np.int32)
    total = 0
    for heading in range(4):
        dr, dc = _RIGHT[heading]
        differs = wanted & (np.roll(raster, (-dr, -dc), axis=(0, 1)) != raster)
        found = np.flatnonzero(differs)
        number[heading, found] = np.arange(total, total + len(found), dtype=np.int32)
        total += len(found)
        cells.append(found)
        headings.append(np.full(len(found), heading, dtype=np.int64))
    return _Arrows(np.concatenate(cells), np.concatenate(headings), number)


def _next(raster: npt.NDArray[np.int32], arrows: _Arrows) -> Ints:
    flat, columns = raster.ravel(), raster.shape[1]
    ahead = np.array([a * columns + b for a, b in _AHEAD])[arrows.heading]
    right = np.array([a * columns + b for a, b in _RIGHT])[arrows.heading]
    label = flat[arrows.cell]
    turn_right = flat[arrows.cell + ahead + right] == label
    straight = ~turn_right & (flat[arrows.cell + ahead] == label)
    cell = np.where(
        turn_right, arrows.cell + ahead + right, np.where(straight, arrows.cell + ahead, arrows.cell)
    )
    turn = np.where(turn_right, 3, np.where(straight, 0, 1))
    return arrows.number[(arrows.heading + turn) % 4, cell].astype(np.int64)


def _rings(following: Ints) -> tuple[Ints, Ints]:
    """Arrows in walking order, ring after ring, and where each ring begins."""
    first = np.arange(len(following))
    jump = following.copy()
    while True:
        smaller = np.minimum(first, first[jump])
        if np.array_equal(smaller, first):
            break
        first, jump = smaller, jump[jump]
    last = following == first
    to_end = (~last).astype(np.int64)
    jump = np.where(last, np.arange(len(following)), following)
    while True:
        step = to_end[jump]
        if not step.any():
            break
        to_end, jump = to_end + step, jump[jump]
    heads = np.flatnonzero(first == np.arange(len(following)))
    length = to_end[heads] + 1
    starts = np.concatenate([[0], np.cumsum(length)[:-1]])
    place = np.empty(len(following), dtype=np.int64)
    place[heads] = np.arange(len(heads))
    ring = place[first]
    order = np.empty(len(following), dtype=np.int64)
    order[starts[ring] + length[ring] - 1 - to_end] = np.arange(len(following))
    return order, starts


def _polygons(row: Ints, column: Ints, starts: Ints, label: Ints, nodes: Floats) -> Traced:
    length = np.diff(np.append(starts, len(row)))
    following = np.arange(1, len(row) + 1)
    following[starts + length - 1] = starts
    hole = np.add.reduceat(column * row[following] - column[following] * row, starts) < 0
    order = np.lexsort((hole, label))
    points = nodes[row, column] / UNITS
    closed = length[order] + 1
    offsets = np.concatenate([[0], np.cumsum(closed)])
    within = np.arange(offsets[-1]) - np.repeat(offsets[:-1], closed)
    source = np.repeat(starts[order], closed) + within % np.repeat(length[order], closed)
    labels, rings = np.unique(label[order], return_counts=True)
    polygon_offsets = np.concatenate([[0], np.cumsum(rings)])
    shapes = shapely.from_ragged_array(
        shapely.GeometryType.POLYGON, np.ascontiguousarray(points[source]), (offsets, polygon_offsets)
    )
    return Traced(labels, shapes)


def corners(raster: npt.NDArray[np.int32]) -> Floats:
    """Per inner node of the raster, the direction that rounds off a step of a border (0 where there is none).

    A node where exactly one of the four cells around differs from the other three is such a step; it moves
    towards that cell. Shape (rows + 1, columns + 1, 2).
    """
    a, b, c, d = raster[:-1, :-1], raster[:-1, 1:], raster[1:, :-1], raster[1:, 1:]
    move = np.zeros((*(n + 1 for n in raster.shape), 2))
    inner = move[1:-1, 1:-1]
    for odd, others, way in (
        (a, (b, c, d), (-1, -1)),
        (b, (a, c, d), (1, -1)),
        (c, (a, b, d), (-1, 1)),
        (d, (a, b, c), (1, 1)),
    ):
        alone = (others[0] == others[1]) & (others[1] == others[2]) & (odd != others[0])
        inner[alone] = way
    return move
