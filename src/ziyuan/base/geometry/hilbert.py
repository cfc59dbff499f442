"""Keys along a Hilbert curve: neighbours on the curve are neighbours on the ground."""

import numpy as np
import numpy.typing as npt

from ziyuan.base.geometry.grid import Ints


def hilbert_keys(x: Ints, y: Ints, bits: int) -> Ints:
    """Place on the curve (0 … 4**bits − 1) of cells (x, y) of a grid of 2**bits by 2**bits; bits at most 31."""
    full = 2**bits - 1
    place = np.zeros(len(x), dtype=np.int64)
    for level in range(bits - 1, -1, -1):
        side = 1 << level
        right, up = (x & side) > 0, (y & side) > 0
        place += side * side * ((3 * right) ^ up)
        flip = ~up & right
        x, y = np.where(flip, full - x, x), np.where(flip, full - y, y)
        x, y = np.where(~up, y, x), np.where(~up, x, y)
    return place


def hilbert_order(boxes: npt.NDArray[np.float64] | Ints, bits: int = 16) -> Ints:
    """Order of boxes (west, south, east, north) along a curve through their centres (ties in the given order)."""
    if not len(boxes):
        return np.zeros(0, dtype=np.int64)
    centre = np.column_stack([boxes[:, 0] + boxes[:, 2], boxes[:, 1] + boxes[:, 3]])
    low = centre.min(axis=0)
    span = np.maximum(centre.max(axis=0) - low, 1e-12)
    x, y = ((centre - low) / span * (2**bits - 1)).astype(np.int64).T
    return np.argsort(hilbert_keys(x, y, bits), kind="stable")
