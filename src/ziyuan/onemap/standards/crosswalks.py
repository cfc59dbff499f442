"""Crosswalks (对照表): codes of one table and what they correspond to in another, each pair with its relation and source."""

import csv
from dataclasses import dataclass
from pathlib import Path

from ziyuan.onemap.standards.codes import CodeTable
from ziyuan.onemap.standards.errors import ModelUnreadable


@dataclass(frozen=True)
class Pair:
    """One correspondence; `target` is empty where the code is known to have none."""

    code: str
    target: str
    relation: str = ""
    confidence: str = "unconfirmed"
    note: str = ""


@dataclass(frozen=True)
class Crosswalk:
    """Pairs between two code tables. A code may have several targets: then a person decides."""

    name: str
    title: str
    source_table: CodeTable
    target_table: CodeTable
    pairs: tuple[Pair, ...]
    source: str | None = None
    confidence: str = "unconfirmed"

    def targets(self, code: str) -> list[str]:
        """What a code corresponds to; empty when nothing is known."""
        return [pair.target for pair in self.pairs if pair.code == code and pair.target]

    def unmapped(self) -> list[str]:
        """Usable codes of the source table that stand in no pair."""
        listed = {pair.code for pair in self.pairs}
        return [code for code in self.source_table.usable() if code not in listed]


def read_crosswalk(path: Path, name: str, source_table: CodeTable, target_table: CodeTable, *, title: str,
                   source: str | None, confidence: str) -> Crosswalk:  # fmt: skip
    """The crosswalk in a CSV file: columns code, to; relation, confidence, note as far as known."""
    with path.open(encoding="utf-8-sig", newline="") as stream:
        reader = csv.DictReader(stream)
        if not {"code", "to"} <= set(reader.fieldnames or ()):
            raise ModelUnreadable(f"{path.name}:1", "对照表应有 code、to 两列。")
        pairs = tuple(_pair(row, f"{path.name}:{number}", source_table, target_table) for number, row in enumerate(reader, 2))
    return Crosswalk(name, title, source_table, target_table, pairs, source, confidence)


def _pair(row: dict[str, str], where: str, source_table: CodeTable, target_table: CodeTable) -> Pair:
    code, target = (row["code"] or "").strip(), (row["to"] or "").strip()
    for value, table in ((code, source_table), (target, target_table)):
        if (value or table is source_table) and value not in table.by_code and table.complete:
            raise ModelUnreadable(where, f"“{value}”不在代码表 {table.name} 中。")
    texts = [(row.get(key) or "").strip() for key in ("relation", "confidence", "note")]
    return Pair(code, target, texts[0], texts[1] or "unconfirmed", texts[2])
