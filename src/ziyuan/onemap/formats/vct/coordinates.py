"""Coordinate lines turned into arrays in large pieces: a county has tens of millions of them."""

import io
from array import array

import numpy as np
import pyarrow as pa
import pyarrow.csv as csv
from numpy.typing import NDArray

from ziyuan.onemap.formats.vct.errors import NotANumber
from ziyuan.onemap.formats.vct.lines import Lines

_PIECE = 400_000


class Coordinates:
    """Collects lines `X,Y` (or `X,Y,Z`) and gives all of them as one (n, 2) array, east first."""

    def __init__(self, lines: Lines, separator: bytes, *, north_first: bool = False) -> None:
        self._lines = lines
        self._separator = separator if len(separator) == 1 else b","
        self._written = separator
        self._north_first = north_first
        self._waiting: list[bytes] = []
        self._done: list[NDArray[np.float64]] = []
        self._first = array("q")  # line number at which each run of lines starts …
        self._at = array("q")  # … and its place among the coordinates
        self.count = 0
        self.third = False

    def add(self, taken: list[bytes]) -> None:
        """Keep lines that were taken last from the file."""
        self._first.append(self._lines.number - len(taken) + 1)
        self._at.append(self.count)
        if len(self._written) > 1:  # a full-width comma
            taken = [line.replace(self._written, self._separator) for line in taken]
        self._waiting += taken
        self.count += len(taken)
        if len(self._waiting) >= _PIECE:
            self._flush()

    def all(self) -> NDArray[np.float64]:
        """Every coordinate kept so far."""
        self._flush()
        both = np.concatenate(self._done) if self._done else np.empty((0, 2))
        self._done = [both]
        return both

    def _flush(self) -> None:
        if not self._waiting:
            return
        width = self._waiting[0].count(self._separator) + 1
        self.third |= width == 3
        piece = _parsed(self._waiting, self._separator, width) if width in (2, 3) else None
        if piece is None:
            raise self._bad_line(width)
        self._done.append(piece[:, ::-1] if self._north_first else piece)
        self._waiting = []

    def _bad_line(self, width: int) -> NotANumber:
        start = self.count - len(self._waiting)
        at = next((i for i, line in enumerate(self._waiting) if _parsed([line], self._separator, width) is None), 0)
        run = int(np.searchsorted(np.frombuffer(self._at, np.int64), start + at, side="right")) - 1
        number = self._first[run] + start + at - self._at[run]
        return NotANumber(self._lines.physical(number), "坐标", self._waiting[at].decode("gb18030", "replace"))


def _parsed(lines: list[bytes], separator: bytes, width: int) -> NDArray[np.float64] | None:
    """(n, 2) of finite numbers, or None. Decimal text becomes the nearest double."""
    names = ["x", "y", "z"][:width]
    if width not in (2, 3) or len(separator) != 1:
        return None
    try:
        table = csv.read_csv(
            io.BytesIO(b"\n".join(lines) + b"\n"),
            csv.ReadOptions(column_names=names, use_threads=False, block_size=1 << 24),
            csv.ParseOptions(delimiter=separator.decode(), quote_char=False, ignore_empty_lines=False),
            csv.ConvertOptions(column_types=dict.fromkeys(names, pa.float64()), null_values=[]),
        )
    except pa.ArrowInvalid:
        return None
    both = np.column_stack([table.column("x").to_numpy(), table.column("y").to_numpy()])
    return both if len(both) == len(lines) and np.isfinite(both).all() else None
