"""Lines of a text file on which its features stand, where the reader itself does not tell them."""

import mmap
import re
from pathlib import Path

import numpy as np
import pyarrow as pa

_FEATURE = re.compile(rb'"type"\s*:\s*"Feature"')


def lines_of_features(path: Path, count: int) -> pa.Array | None:
    """Line (from 1) of the `"type": "Feature"` of each feature of a GeoJSON; None where they are not `count` of them."""
    if not count:
        return None
    with open(path, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as text:
        starts = np.array([match.start() for match in _FEATURE.finditer(text)], np.int64)
        if len(starts) != count:
            return None
        ends = np.array([match.start() for match in re.finditer(rb"\n", text)], np.int64)
    return pa.array(np.searchsorted(ends, starts) + 1)
