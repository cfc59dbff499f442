"""The lines of a VCT file in order: blank ones passed over, counted, with one line of looking ahead."""

import re
from collections.abc import Iterator
from functools import cached_property
from itertools import islice, repeat
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from ziyuan.onemap.formats.vct.errors import Misplaced

_NAMES = (b"Head|FeatureCode|TableStructure|Point|Line|Polygon|Solid|Aggregation|Annotation|Topology|Attribute|"
          b"Style|CommonObject|Raster|TIN|Grid|Metadata|VarChar|StyleTable")  # fmt: skip
_MARK = re.compile(rb"(" + _NAMES + rb")\s*(Begin|End)", re.IGNORECASE)


def mark_of(line: bytes) -> tuple[str, bool] | None:
    """(`polygon`, True) for `PolygonBegin`, False for the end mark, None for any other line."""
    found = _MARK.fullmatch(line) if line[:1].isalpha() else None
    return (found[1].decode().casefold(), found[2].lower() == b"begin") if found else None


def whole_number(text: bytes) -> int:
    """Raises ValueError for what is no whole number, or one beyond all numbers of objects."""
    if len(text) > 19:
        raise ValueError(text)
    return int(text)


class Lines:
    """A cursor. `number` counts the lines that are not blank; `physical` finds the number an editor shows."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        if file.read(3) != b"\xef\xbb\xbf":
            file.seek(0)
        self._rest: Iterator[bytes] = filter(None, map(bytes.strip, file, repeat(b" \r\n")))  # a tab may be a value's end
        self._ahead: list[bytes] = []
        self.number = 0
        self.section = "文件头"

    def look(self, count: int) -> list[bytes]:
        """The coming lines, not taken; fewer at the end."""
        self._ahead += islice(self._rest, max(0, count - len(self._ahead)))
        return self._ahead[:count]

    def peek(self) -> bytes:
        """The coming line, or empty bytes at the end."""
        if not self._ahead:
            self._ahead.append(next(self._rest, b""))
        return self._ahead[0]

    def next(self) -> bytes:
        """The coming line, taken."""
        line = self._ahead.pop(0) if self._ahead else next(self._rest, b"")
        self.number += bool(line)
        return line

    def take(self, count: int) -> list[bytes]:
        """The coming `count` lines; fewer at the end of the file."""
        taken = [line for line in self._ahead[:count] if line]
        del self._ahead[:count]
        taken += islice(self._rest, count - len(taken))
        self.number += len(taken)
        return taken

    def at_mark(self) -> bool:
        """Whether a section begins or ends here, or the file ends."""
        line = self.peek()
        return not line or (line[:1].isalpha() and mark_of(line) is not None)

    def whole(self, expected: str) -> int:
        """The coming line as a whole number."""
        line = self.next()
        try:
            return whole_number(line)
        except ValueError:
            raise self.misplaced(expected, line) from None

    def misplaced(self, expected: str, found: bytes) -> Misplaced:
        """The error for the line taken last."""
        return Misplaced(self.physical(self.number + (not found)), self.section, expected, found.decode("gb18030", "replace"))

    def physicals(self, first: int, count: int) -> NDArray[np.int64]:
        """Line numbers in an editor of `count` lines that are not blank, from the `first`-th on."""
        numbers = np.arange(first, first + count)
        return numbers + np.searchsorted(self._blanks - np.arange(1, len(self._blanks) + 1), numbers)

    @cached_property
    def _blanks(self) -> NDArray[np.int64]:
        """The blank lines, once the file has been read."""
        self._file.seek(0)
        return np.array([at for at, line in enumerate(self._file, 1) if not line.strip(b" \r\n")], np.int64)

    def physical(self, number: int) -> int:
        """Line number in an editor of the `number`-th line that is not blank (from 1)."""
        self._file.seek(0)
        seen = at = 0
        for at, line in enumerate(self._file, 1):
            seen += bool(line.strip(b" \r\n"))
            if seen == number:
                return at
        return at
