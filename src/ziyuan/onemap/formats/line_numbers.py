"""Lines of a text file on which its features stand, where the reader itself does not tell them."""

import mmap
import re
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

_FEATURE = re.compile(rb'"type"\s*:\s*"Feature"')
_PIECE = 1 << 25
_NEW_LINE = 10


def lines_of_features(path: Path, count: int) -> pa.Array | None:
    """Line (from 1) of the `"type": "Feature"` of each feature of a GeoJSON; None where they are not `count` of them."""
    if not count:
        return None
    with open(path, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as text:
        starts = np.array([match.start() for match in _FEATURE.finditer(text)], np.int64)
        return pa.array(_lines_at(starts, text)) if len(starts) == count else None


def _lines_at(starts: NDArray[np.int64], text: mmap.mmap) -> NDArray[np.int64]:
    """Line of each place of a text, the places ascending."""
    lines, passed = np.empty(len(starts), np.int64), 0
    for begin in range(0, len(text), _PIECE):
        ends = begin + np.flatnonzero(np.frombuffer(text[begin : begin + _PIECE], np.uint8) == _NEW_LINE)
        here = slice(*np.searchsorted(starts, (begin, begin + _PIECE)).tolist())
        lines[here] = passed + np.searchsorted(ends, starts[here]) + 1
        passed += len(ends)
    return lines
