"""Towns and villages of a county: real codes and names (public facts), to be laid out at will (示例)."""

import csv
from dataclasses import dataclass
from pathlib import Path

from ziyuan.site.sample.errors import CountyUnknown

PATCHES_PER_VILLAGE = 25


@dataclass(frozen=True)
class Village:
    """12-digit code, name, and the 9-digit code and name of its town."""

    code: str
    name: str
    town: str
    town_name: str

    @property
    def urban(self) -> bool:
        """Is it a community (社区) rather than a village?"""
        return "社区" in self.name or "居委会" in self.name or "街道" in self.town_name


def villages_of(county: str, file: Path, patches: int) -> list[Village]:
    """Villages of `county` by code, at most one for each `PATCHES_PER_VILLAGE` patches, spread over its towns."""
    with file.open(encoding="utf-8", newline="") as lines:
        names = dict(csv.reader(line for line in lines if line.startswith(county)))
    codes = sorted(code for code in names if len(code) == 12 and code[:9] in names)
    if not codes:
        raise CountyUnknown(county)
    most = max(1, patches // PATCHES_PER_VILLAGE)
    kept = _spread(codes, most)
    return [Village(c, names[c], c[:9], names[c[:9]]) for c in kept]


def _spread(codes: list[str], most: int) -> list[str]:
    if len(codes) <= most:
        return codes
    by_town: dict[str, list[str]] = {}
    for code in codes:
        by_town.setdefault(code[:9], []).append(code)
    turns = sorted((place, code) for members in by_town.values() for place, code in enumerate(members))
    return sorted(code for _, code in turns[:most])
