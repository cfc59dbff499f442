"""The table of formats (格式表): how each is known, who reads it, and what it can carry.

A delivery is judged by what its format can carry, and a conversion tells what the target cannot. Readers: a GDAL
driver (one per child process) or a function of ours. Everything here is data; nothing is opened but first bytes.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ziyuan.onemap.formats.errors import Disguised, KindNotTaken

Type = Literal["text", "integer", "number", "date", "datetime", "boolean", "binary"]
ALL_TYPES: frozenset[Type] = frozenset({"text", "integer", "number", "date", "datetime", "boolean", "binary"})
_PLAIN: frozenset[Type] = frozenset({"text", "integer", "number", "date"})
_HEAD = 8192


@dataclass(frozen=True)
class Carries:
    """What a format can hold. `text` and `name`: longest value and field name, counted in bytes where it says so."""

    text: int | None = None
    text_in_bytes: bool = False
    name: int | None = None
    name_in_bytes: bool = False
    name_pattern: str = ""
    types: frozenset[Type] = ALL_TYPES
    typed: bool = True  # False: a reader cannot know a field's type from the file
    declared: bool = True  # False: types are told from the values alone, so a column without values has none
    attributes: Literal["any", "none", "parcel"] = "any"
    empty_text: bool = True  # '' is told from null
    edge_blanks: bool = True
    three_d: bool = True
    layers: bool = False
    mixed: bool = True  # several geometry kinds in one layer
    shapes: tuple[str, ...] = ("point", "line", "polygon")
    multipoint: bool = True
    shapeless: bool = True  # rows without geometry
    tables: bool = True  # layers without any
    crs: Literal["any", "cgcs2000", "wgs84", "none"] = "any"


@dataclass(frozen=True)
class Format:
    """One format. `driver` is GDAL's; `reader` names a function of ours; `table` means the geometry is in columns."""

    id: str
    title: str
    extensions: tuple[str, ...]
    carries: Carries
    driver: str = ""
    reader: str = ""
    table: bool = False


_OURS = "ziyuan.onemap.formats"
GPKG = Format("gpkg", "GeoPackage", (".gpkg",), Carries(layers=True), driver="GPKG")
SHP = Format(
    "shp", "Shapefile", (".shp",), driver="ESRI Shapefile",
    carries=Carries(text=254, text_in_bytes=True, name=10, name_in_bytes=True, types=_PLAIN, empty_text=False,
                    edge_blanks=False, mixed=False, tables=False),
)  # fmt: skip
GDB = Format(
    "gdb", "File Geodatabase", (".gdb",), driver="OpenFileGDB",
    carries=Carries(name=64, name_pattern=r"[^\W\d]\w*", types=ALL_TYPES - {"boolean", "date"}, layers=True,
                    mixed=False),
)  # fmt: skip
GEOJSON = Format(
    "geojson", "GeoJSON", (".geojson", ".json"), Carries(types=ALL_TYPES - {"binary"}, declared=False), driver="GeoJSON"
)  # fmt: skip
DXF = Format("dxf", "DXF", (".dxf",), Carries(attributes="none", crs="none", shapeless=False,
                                                 tables=False), driver="DXF")
FGB = Format("fgb", "FlatGeobuf", (".fgb",), Carries(types=ALL_TYPES, tables=False), driver="FlatGeobuf")
GML = Format(
    "gml", "GML", (".gml",), driver="GML",
    carries=Carries(name_pattern=r"[^\W\d][\w.-]*", types=ALL_TYPES - {"binary"}, empty_text=False,
                    tables=False),
)  # fmt: skip
KML = Format(
    "kml", "KML", (".kml",), driver="LIBKML",
    carries=Carries(types=frozenset({"text", "integer", "number"}), empty_text=False, crs="wgs84", tables=False),
)  # fmt: skip
XLSX = Format(
    "xlsx", "Excel 工作簿", (".xlsx", ".xlsm"), reader=f"{_OURS}.tables.xlsx:read", table=True,
    carries=Carries(text=32_767, types=ALL_TYPES - {"binary"}, layers=True, crs="none", empty_text=False, declared=False),
)  # fmt: skip
CSV = Format(
    "csv", "CSV", (".csv",), reader=f"{_OURS}.tables.csv:read", table=True,
    carries=Carries(types=ALL_TYPES - {"binary"}, typed=False, declared=False, crs="none", empty_text=False),
)  # fmt: skip
PARQUET = Format("parquet", "GeoParquet", (".parquet", ".geoparquet"), Carries(), reader=f"{_OURS}.geoparquet:read")
VCT = Format(
    "vct", "VCT 3.0", (".vct",), reader=f"{_OURS}.vct.read:read",
    carries=Carries(types=_PLAIN, empty_text=False, edge_blanks=False, three_d=False, layers=True, mixed=False,
                    multipoint=False, crs="cgcs2000", name_pattern=r"[^,\uff0c\s]+"),
)  # fmt: skip
TXT = Format(
    "txt", "界址点坐标 TXT", (".txt",), reader=f"{_OURS}.boundary_txt.layer:read",
    carries=Carries(attributes="parcel", empty_text=False, edge_blanks=False, three_d=False, shapes=("polygon",),
                    shapeless=False, crs="cgcs2000", tables=False),
)  # fmt: skip
FORMATS = (GPKG, SHP, GDB, GEOJSON, DXF, FGB, GML, KML, XLSX, CSV, PARQUET, VCT, TXT)
BY_EXTENSION = {extension: one for one in FORMATS for extension in one.extensions}
ARCHIVES = (".zip", ".kmz")
_ADVICE = {
    ".mdb": "Access 数据库(.mdb)不能读取:空间数据请在 ArcGIS 中另存为 .gdb 或 .gpkg,表格请另存为 .xlsx。",
    ".accdb": "Access 数据库(.accdb)不能读取:空间数据请在 ArcGIS 中另存为 .gdb 或 .gpkg,表格请另存为 .xlsx。",
    ".dwg": "DWG 不能读取:请在 CAD 中另存为 ASCII 格式的 DXF(2000 或更高版本)。",
    ".dgn": "DGN 不能读取:请另存为 DXF。",
    ".xls": "旧版 Excel(.xls)不能读取:请另存为 .xlsx。",
    ".et": "请在 WPS 中另存为 .xlsx。",
    ".tab": "MapInfo 表不能读取:请导出为 Shapefile 或 GeoPackage。",
    ".mif": "MapInfo 交换格式不能读取:请导出为 Shapefile 或 GeoPackage。",
    ".rar": "请改用 ZIP 压缩。",
    ".7z": "请改用 ZIP 压缩。",
    ".gz": "请改用 ZIP 压缩。",
    ".mpk": "请从地图包中导出 .gdb 或 .gpkg。",
}
_FOREIGN = (
    (re.compile(rb"\x00\x01\x00\x00Standard (Jet|ACE) DB"), ".mdb"),
    (re.compile(rb"AC10[0-9]{2}|AC1\.|AC2\."), ".dwg"),
    (re.compile(rb"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), ".xls"),
)


def advice(path: str, head: bytes = b"") -> str | None:
    """What to send instead of a file that is known but not read; judged by its first bytes, then its name."""
    for magic, extension in _FOREIGN:
        if magic.match(head):
            return _ADVICE[extension]
    return _ADVICE.get(Path(path).suffix.lower())


def format_of(path: Path, name: str = "") -> Format:
    """The format that the name declares and the first bytes confirm. Raises KindNotTaken, Disguised."""
    shown = name or path.name
    head = head_of(path)
    instead = advice(shown, head)
    found = BY_EXTENSION.get(Path(shown).suffix.lower())
    if instead or found is None:
        raise KindNotTaken(shown, instead)
    check_magic(path, shown, found, head)
    return found


def head_of(path: Path) -> bytes:
    """First bytes of a file; empty for a folder."""
    if path.is_dir():
        return b""
    with open(path, "rb") as file:
        return file.read(_HEAD)


def check_magic(path: Path, name: str, kind: Format, head: bytes | None = None) -> None:
    """Raise Disguised unless the first bytes are of that format."""
    seen = head_of(path) if head is None else head
    if not _looks_like(path, kind, seen):
        raise Disguised(name, kind.title)


def _looks_like(path: Path, kind: Format, head: bytes) -> bool:
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if kind is GDB:
        return path.is_dir() and any(p.name.lower() == "a00000001.gdbtable" for p in path.iterdir())
    if path.is_dir():
        return False
    if kind is PARQUET:
        return head[:4] == b"PAR1"
    if kind in (GML, KML):
        return text[:1] == b"<" and (b"<kml" in head or b":kml" in head if kind is KML else b"<VRT" not in head)
    return {
        "gpkg": head[:16] == b"SQLite format 3\0",
        "shp": head[:4] == b"\x00\x00\x27\x0a" and len(head) >= 100,
        "geojson": text[:1] == b"{",
        "dxf": re.match(rb"\s*(0|999)\s*\r?\n", head) is not None,
        "fgb": head[:4] == b"fgb\x03",
        "xlsx": head[:4] == b"PK\x03\x04",
        "vct": b"\0" not in head[:64],
        "csv": b"\0" not in head or head[:2] in (b"\xff\xfe", b"\xfe\xff"),
        "txt": b"\0" not in head or head[:2] in (b"\xff\xfe", b"\xfe\xff"),
    }[kind.id]
