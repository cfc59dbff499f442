"""From an old code to a new one, with the days between which the step holds."""

import csv
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from ziyuan.onemap.standards import vocabulary as words
from ziyuan.onemap.standards.errors import MissingKey, ModelUnreadable
from ziyuan.onemap.standards.reading import Table


@dataclass(frozen=True)
class CodeStep:
    """`old` reads as `new` (None: has no meaning in the new edition) for rows valid between the days."""

    old: str
    new: str | None
    valid_from: date | None = None
    valid_to: date | None = None

    def valid(self, on: date | None) -> bool:
        """True when the step holds on that day (always, when no day is asked)."""
        return on is None or (self.valid_from or date.min) <= on <= (self.valid_to or date.max)


def code_steps(table: Table, name: str, folder: Path) -> tuple[CodeStep, ...]:
    """Steps written in place (`values: {old: new}`) or in a CSV file: old,new[,valid_from,valid_to]."""
    if "values" in table:
        given = table.table("values")
        return tuple(CodeStep(code, given.text(code)) for code in given)
    table.known(words.MAPPED_CODES_KEYS)
    if "file" not in table:
        raise MissingKey(table.where(), "file")
    path = table.csv_file("file", folder)
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return tuple(_step(row, f"{path.name}:{number}") for number, row in enumerate(csv.DictReader(stream), 2))


def _step(row: dict[str, str], where: str) -> CodeStep:
    old = (row.get("old") or "").strip()
    if not old or "new" not in row:
        raise ModelUnreadable(where, "代码对照应有 old、new 两列，old 不能为空。")
    return CodeStep(old, (row["new"] or "").strip() or None, _day(row.get("valid_from"), where), _day(row.get("valid_to"), where))


def _day(text: str | None, where: str) -> date | None:
    if not (text or "").strip():
        return None
    try:
        return date.fromisoformat(str(text).strip())
    except ValueError as error:
        raise ModelUnreadable(where, f"日期“{text}”应写成 2024-12-31 的样子。") from error
