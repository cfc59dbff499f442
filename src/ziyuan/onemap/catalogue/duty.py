"""The duty table (职责表): the databases of the plan's annex, as text in `standards/duty/databases.csv`."""

import csv
from dataclasses import dataclass
from functools import cache

from ziyuan.onemap.catalogue.errors import NoSuchDatabase
from ziyuan.onemap.standards import library
from ziyuan.onemap.standards.library import LayerRef

KINDS = ("现状数据", "规划数据", "管理数据", "社会经济数据")


@dataclass(frozen=True)
class Database:
    """One database of the annex: who builds it, who produces, who keeps it, how data come in.

    `cadence` and `due` are empty where no text lays them down.
    """

    no: str
    title: str
    kind: str
    way: str
    levels: str
    division: str
    producers: str
    custodian: str
    cadence: str
    due: str
    source: str
    confidence: str

    @property
    def layers(self) -> tuple[LayerRef, ...]:
        """Layers whose standard names this database as its duty, also those known by name only."""
        return tuple(ref for ref in library.catalogue() if ref.model.delivery.get("duty") == self.no)


@cache
def databases() -> dict[str, Database]:
    """All databases by number, in the order of the annex."""
    with (library.ROOT / "duty" / "databases.csv").open(encoding="utf-8", newline="") as lines:
        found = [Database(**row) for row in csv.DictReader(lines)]
    return {each.no: each for each in found}


def database(no: str) -> Database:
    """The database of that number. Raises NoSuchDatabase."""
    if no not in databases():
        raise NoSuchDatabase(no, databases())
    return databases()[no]


def unbound() -> list[LayerRef]:
    """Layers whose standard names no database: they may not be published."""
    return [ref for ref in library.catalogue() if ref.model.delivery.get("duty") not in databases()]
