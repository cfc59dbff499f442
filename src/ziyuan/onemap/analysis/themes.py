"""Themes of a screening, read from their dated text file."""

from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, Literal

import yaml

from ziyuan.onemap.analysis.errors import UnknownTheme

Reads = Literal["classes", "hits", "inside_outside"]


@dataclass(frozen=True)
class Limits:
    """A piece counts unless it is below both: area in m² and width in metres."""

    area_m2: Decimal
    width_m: float

    def drops(self, area_m2: Decimal, width_m: float) -> bool:
        return area_m2 < self.area_m2 and width_m < self.width_m

    def to_json(self) -> dict[str, Any]:
        return {"area_m2": str(self.area_m2), "width_m": self.width_m}


@dataclass(frozen=True)
class Theme:
    """What is asked of the map, on which law, and what to do when the site is concerned."""

    id: str
    title: str
    layer: str
    reads: Reads
    law_status: str
    article: str
    source: str
    confirmed: bool
    office: str
    limits: Limits
    remedy: str

    @property
    def cited(self) -> str:
        """The article as printed; one that nobody checked against its text says so."""
        return self.article if self.confirmed else f"{self.article}(待核)"


@cache
def themes() -> dict[str, Theme]:
    """All themes by id, in the order of the file."""
    text = Path(__file__).with_name("themes.yaml").read_text(encoding="utf-8")
    return {row["id"]: _theme(row) for row in yaml.safe_load(text)["themes"]}


def _theme(row: dict[str, Any]) -> Theme:
    limits = Limits(Decimal(row["limits"]["area_m2"]), float(row["limits"]["width_m"]))
    return Theme(**{**row, "limits": limits})


def chosen(ids: list[str] | None) -> list[Theme]:
    """The themes of these ids, all where none are named. Raises UnknownTheme."""
    known = themes()
    for name in ids or ():
        if name not in known:
            raise UnknownTheme(name)
    return [theme for name, theme in known.items() if ids is None or name in ids]
