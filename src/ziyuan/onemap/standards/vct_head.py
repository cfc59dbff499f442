"""The empty VCT 3.0 file of a standard (空 VCT 交换文件): head, feature codes and table structures, no objects.

After GB/T 17798-2007 as programs write it: GB18030, CRLF, sections in their order, each there even when empty. A layer
whose feature code (要素代码) was not read cannot stand in a VCT file; it is left out and named.
"""

from datetime import date
from typing import NamedTuple

from ziyuan.base import crs
from ziyuan.onemap.standards.model import Entity, Field, Model

SHAPES = {"point": "Point", "line": "Line", "polygon": "Polygon", "none": "NoneGeometry"}
EMPTY = ("Point", "Line", "Polygon", "Annotation", "Attribute", "Style")
_CRLF = "\r\n"
_SEMI_MAJOR, _FLATTENING = "6378137.0", "298.257222101"


class VctHead(NamedTuple):
    """The text, and the layers that could not be written (no feature code)."""

    text: str
    left_out: tuple[str, ...]


def empty_file(model: Model, *, epsg: int, made: date, extent: tuple[float, float, float, float] | None = None) -> VctHead:
    """A VCT file without objects for the layers of `model` that are delivered.

    `epsg` is a 3-degree zone of CGCS2000 with zone prefix (4513-4533); `extent` west, south, east, north in metres.
    """
    wanted = [e for e in model.entities.values() if e.written_by == "delivery"]
    written = [e for e in wanted if e.code]
    sections = [
        _section("Head", head_lines(epsg=epsg, made=made, extent=extent)),
        _section("FeatureCode", [f"{e.code},{e.title},{_shape(e)},{e.name}" for e in written]),
        _section("TableStructure", [line for e in written for line in structure_lines(e)]),
        *(_section(name, []) for name in EMPTY),
    ]
    return VctHead(_CRLF.join(sections) + _CRLF, tuple(e.name for e in wanted if not e.code))


def _section(name: str, lines: list[str]) -> str:
    return _CRLF.join([f"{name}Begin", *lines, f"{name}End"])


def _shape(entity: Entity) -> str:
    return "Annotation" if entity.geometry.form == "annotation" else SHAPES[entity.geometry.kind]


def head_lines(*, epsg: int, made: date, extent: tuple[float, float, float, float] | None) -> list[str]:
    """`Key:value` lines of the head for a zone of CGCS2000; without extent both corners are zero."""
    zone = crs.of_epsg(epsg).zone
    if zone is None:
        raise crs.CrsNotUsable(f"EPSG:{epsg}", where="VCT 文件")
    west, south, east, north = extent or (0.0, 0.0, 0.0, 0.0)
    return [
        "Datamark:LANDUSE-VCT",
        "Version:3.0",
        "CoordinateSystemType:P",
        "Dim:2",
        "XAxisDirection:E",
        "YAxisDirection:N",
        "XYUnit:M",
        "ZUnit:M",
        f"Spheroid:CGCS2000,{_SEMI_MAJOR},{_FLATTENING}",
        "PrimeMeridian:Greenwich",
        "Projection:高斯-克吕格投影",
        f"Parameters:{zone * 3}.0,1,{zone * 1_000_000 + 500_000},0,3,{zone}",
        "VerticalDatum:1985国家高程基准",
        "TemporalReferenceSystem:北京时间",
        f"ExtentMin:{west:.4f},{south:.4f}",
        f"ExtentMax:{east:.4f},{north:.4f}",
        "Offset:0,0",
        f"Date:{made:%Y%m%d}",
        "Separator:,",
    ]


def structure_lines(entity: Entity) -> list[str]:
    """Table structure of a layer: its name and number of fields, one line a field, a closing zero."""
    count = f"{entity.name},{len(entity.fields)}"
    first = f"{count},NoneGeometry" if entity.geometry.kind == "none" else count
    return [first, *(_field(field) for field in entity.fields.values()), "0"]


def _field(field: Field) -> str:
    if field.type == "number":
        return f"{field.name},Float,{field.length or 15},{field.decimals or 0}"
    if field.type == "integer":
        return f"{field.name},Int,{field.length or 4}"
    if field.type == "date":
        return f"{field.name},Date,8"
    return f"{field.name},Char,{field.length}" if field.length else f"{field.name},VarChar"
