"""A delivered layer as the checks take it."""

from dataclasses import dataclass, field

import pyarrow as pa

from ziyuan.onemap.formats.kinds import Carries


@dataclass(frozen=True)
class LayerTable:
    """Attributes plus a binary column `geometry` (WKB, or null) in metres of the delivered CRS.

    Row `i` of the table is row `first_row + i` of the file; rows without geometry are kept, so
    that row numbers in findings are those a person sees in the desktop program. `carrier` says what the file's
    format can hold: what it cannot is no fault of the county. `lines`: for text files the line of each row, from 1.
    """

    name: str
    epsg: int
    table: pa.Table
    driver: str
    encoding: str
    file: str
    first_row: int = 1
    carrier: Carries = field(default_factory=Carries)
    lines: pa.Array | None = None

    def __len__(self) -> int:
        return self.table.num_rows

    def line(self, row: int | None) -> int | None:
        """Line of the file on which a row (as the file counts it) stands; None where it is not known."""
        at = -1 if row is None else row - self.first_row
        if self.lines is None or not 0 <= at < len(self.lines):
            return None
        found: int | None = self.lines[at].as_py()
        return found


@dataclass(frozen=True)
class Member:
    """One file of the package: what the receipt and the screen show of it."""

    name: str
    size: int
    sm3: str
    driver: str = ""
    encoding: str = ""
    layers: tuple[str, ...] = ()
    samples: tuple[str, ...] = ()


@dataclass(frozen=True)
class County:
    """What the CRS guard compares a delivery with. `bounds`: west, south, east, north in degrees."""

    code: str
    name: str
    zone: int
    bounds: tuple[float, float, float, float] | None = None
