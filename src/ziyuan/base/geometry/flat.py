"""Small numpy verbs over flat arrays with offsets, used by the batch, its edges and its normal form."""

from typing import Any

import numpy as np

from ziyuan.base.geometry.grid import Ints


def offsets_of(counts: Ints) -> Ints:
    """Offsets (length + 1, first 0) of consecutive runs with these counts."""
    found = np.zeros(len(counts) + 1, dtype=np.int64)
    np.cumsum(counts, out=found[1:])
    return found


def owners(offsets: Ints) -> Ints:
    """For each item, the number of the run it lies in."""
    return np.repeat(np.arange(len(offsets) - 1), np.diff(offsets))


def gather(offsets: Ints, chosen: Ints) -> tuple[Ints, Ints]:
    """Items of the chosen runs, in that order, and the new offsets of these runs."""
    counts = np.diff(offsets)[chosen]
    new = offsets_of(counts)
    items = np.arange(new[-1]) + np.repeat(offsets[:-1][chosen] - new[:-1], counts)
    return items, new


def reduce_runs(ufunc: np.ufunc, values: Any, offsets: Ints, empty: float | int) -> Any:
    """`ufunc.reduce` over each run along axis 0; a run without items gives `empty`."""
    counts = np.diff(offsets)
    found = np.full((len(counts), *values.shape[1:]), empty, dtype=values.dtype)
    full = counts > 0
    if full.any():
        found[full] = ufunc.reduceat(values, offsets[:-1][full], axis=0)
    return found


def next_in_run(offsets: Ints) -> Ints:
    """For each item the number of the item after it, the first one of its run after the last."""
    following = np.arange(1, offsets[-1] + 1)
    full = np.diff(offsets) > 0
    following[offsets[1:][full] - 1] = offsets[:-1][full]
    return following
