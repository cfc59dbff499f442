"""Plane integers as degrees and back: the stored 4490 copy must give the very integers again.

The projection is the slowest step of sealing; the points are projected in two halves, each in a thread of its own (the
library lets go of the interpreter while it computes).
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from ziyuan.base import crs
from ziyuan.base.geometry import PlaneBatch, to_metres, to_units
from ziyuan.base.geometry.flat import reduce_runs

PARALLEL_FROM = 20_000


def back_again(batch: PlaneBatch) -> tuple[np.ndarray, np.ndarray]:
    """Longitude and latitude of each point, and per geometry whether they give back its integers."""
    zone = batch.zone

    def both_ways(points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        metres = to_metres(points)
        degrees = np.column_stack(crs.to_degrees(zone).transform(metres[:, 0], metres[:, 1]))
        plane = np.column_stack(crs.to_plane(zone).transform(degrees[:, 0], degrees[:, 1]))
        return degrees, (to_units(plane) == points).all(axis=1)

    found = in_halves(both_ways, batch.coords)
    degrees, same = (np.concatenate(side) for side in zip(*found, strict=True))
    return degrees, reduce_runs(np.logical_and, same, batch.coord_offsets, True)


def in_halves(work: Callable[[np.ndarray], tuple[np.ndarray, ...]], points: np.ndarray) -> list[tuple[np.ndarray, ...]]:
    """`work` on the points, on both halves at once when they are many."""
    if len(points) < PARALLEL_FROM:
        return [work(points)]
    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(work, np.array_split(points, 2)))
