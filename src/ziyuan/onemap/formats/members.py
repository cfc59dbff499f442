"""Which files of a package are vector data, and with which single driver each is read.

The driver is chosen by the declared kind (extension) and by the first bytes; both must agree.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ziyuan.base.errors import UserError
from ziyuan.base.sandbox import Unpacked
from ziyuan.onemap.formats.errors import Disguised, ShapefileIncomplete

GPKG, SHP, GEOJSON = "GPKG", "ESRI Shapefile", "GeoJSON"
KINDS = {".gpkg": GPKG, ".shp": SHP, ".geojson": GEOJSON, ".json": GEOJSON}
_TITLES = {GPKG: "GeoPackage", SHP: "Shapefile", GEOJSON: "GeoJSON"}
_NEEDED, _BESIDE = (".shx", ".dbf"), (".prj", ".cpg", ".sbn", ".sbx", ".qix", ".qpj", ".shp.xml")


@dataclass(frozen=True)
class VectorFile:
    """One readable data set: its main member and the files beside it (`.dbf` → path)."""

    member: Unpacked
    driver: str
    beside: dict[str, Unpacked]


@dataclass(frozen=True)
class Sorted:
    vectors: list[VectorFile]
    surplus: list[Unpacked]
    faults: list[tuple[Unpacked, UserError]]


def sort_members(members: Sequence[Unpacked]) -> Sorted:
    """Sort the members into data sets, surplus files and faults; nothing is opened but the first bytes."""
    by_stem: dict[tuple[str, str], Unpacked] = {_stem(m): m for m in members}
    result = Sorted([], [], [])
    taken: set[str] = set()
    for member in members:
        driver = KINDS.get(member.path.suffix.lower())
        if driver is None:
            continue
        taken.add(member.name)
        try:
            check_magic(member.path, member.name, driver)
            beside = _beside(member, by_stem) if driver == SHP else {}
        except UserError as fault:
            result.faults.append((member, fault))
            taken |= {m.name for m in _beside_any(member, by_stem).values()}
            continue
        taken |= {m.name for m in beside.values()}
        result.vectors.append(VectorFile(member, driver, beside))
    result.surplus.extend(m for m in members if m.name not in taken)
    return result


def check_magic(path: Path, name: str, driver: str) -> None:
    """Raise Disguised unless the first bytes are of `driver`'s format."""
    with open(path, "rb") as file:
        head = file.read(4096)
    right = {
        GPKG: head[:16] == b"SQLite format 3\0",
        SHP: head[:4] == b"\x00\x00\x27\x0a" and len(head) >= 100,
        GEOJSON: head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"{",
    }[driver]
    if not right:
        raise Disguised(name, _TITLES[driver])


def _stem(member: Unpacked) -> tuple[str, str]:
    """(folder and name without extension, extension), case ignored."""
    name = member.name.casefold()
    for extension in (*_BESIDE, *_NEEDED, *KINDS):
        if name.endswith(extension):
            return name.removesuffix(extension), extension
    return name, ""


def _beside_any(member: Unpacked, by_stem: dict[tuple[str, str], Unpacked]) -> dict[str, Unpacked]:
    stem, _ = _stem(member)
    return {e: by_stem[stem, e] for e in (*_NEEDED, *_BESIDE) if (stem, e) in by_stem}


def _beside(member: Unpacked, by_stem: dict[tuple[str, str], Unpacked]) -> dict[str, Unpacked]:
    found = _beside_any(member, by_stem)
    missing = [e for e in _NEEDED if e not in found]
    if missing:
        raise ShapefileIncomplete(member.name, "、".join(missing))
    return found
