"""What a dispatch is told and what it tells: the rows of a list, and the report on them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any


@dataclass(frozen=True)
class Row:
    """One case to open. `county` may be empty where there is a site: then the map says where it lies.

    `fault` is why the row could not be read; such a row is told like any other that does not hold.
    """

    line: int
    no: str
    county: str
    form: dict[str, Any]
    site: dict[str, Any] | None = None
    fault: str = ""


@dataclass
class Report:
    """What came of a dispatch: cases opened now, rows that had theirs, rows refused with line and reason."""

    opened: int = 0
    known: int = 0
    faults: list[dict[str, object]] = field(default_factory=list)

    def refuse(self, line: int, no: str, reason: str) -> None:
        self.faults.append({"line": line, "no": no, "reason": reason.rstrip("。")})

    def add(self, other: "Report") -> None:
        """What came of one more batch; faults stay in the order of their lines."""
        self.opened, self.known = self.opened + other.opened, self.known + other.known
        self.faults.extend(other.faults)
        self.faults.sort(key=lambda fault: int(str(fault["line"])))


class Refused(Exception):
    """The row does not hold; the text says why."""


@dataclass
class Batches:
    """The rows in batches, without those whose outer number stood in the list before (told in `report`)."""

    rows: Iterable[Row]
    size: int
    report: Report
    lines: dict[str, int] = field(default_factory=dict)

    def __iter__(self) -> Iterator[list[Row]]:
        found = iter(self.rows)
        while part := list(islice(found, self.size)):
            yield [row for row in part if self._first(row)]

    def _first(self, row: Row) -> bool:
        first = self.lines.setdefault(row.no, row.line) if row.no else row.line
        if first != row.line:
            self.report.refuse(row.line, row.no, f"外部编号“{row.no}”与第 {first} 行重复")
        return first == row.line
