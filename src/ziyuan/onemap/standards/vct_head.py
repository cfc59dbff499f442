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


def empty_file(model: Model, *, epsg: int, made: date) -> VctHead:
    """A VCT file without objects for the layers of `model` that are delivered.

    `epsg` is CGCS2000 in degrees or in a 3-degree zone. Raises what `crs.of_epsg` raises.
    """
    corner = "0.0000,0.0000"
    wanted = [e for e in model.entities.values() if e.written_by == "delivery"]
    written = [e for e in wanted if e.code]
    sections = [
        _section("Head", head_lines(crs.of_epsg(epsg), made=made, corners=(corner, corner))),
        _section("FeatureCode", [f"{e.code},{e.title},{_shape(e)},{e.name}" for e in written]),
        _section("TableStructure", [line for e in written for line in structure_lines(e)]),
        *(_section(name, []) for name in EMPTY),
    ]
    return VctHead(_CRLF.join(sections) + _CRLF, tuple(e.name for e in wanted if not e.code))


def _section(name: str, lines: list[str]) -> str:
    return _CRLF.join([f"{name}Begin", *lines, f"{name}End"])


def _shape(entity: Entity) -> str:
    return "Annotation" if entity.geometry.form == "annotation" else SHAPES[entity.geometry.kind]


def head_lines(system: crs.Crs, *, made: date, corners: tuple[str, str]) -> list[str]:
    """`Key:value` lines of the head, for degrees or a zone of CGCS2000; `corners` lower left and upper right as text."""
    geographic = system.zone is None
    lines = [
        "Datamark:LANDUSE-VCT",
        "Version:3.0",
        f"CoordinateSystemType:{'D' if geographic else 'P'}",
        "Dim:2",
        "XAxisDirection:E",
        "YAxisDirection:N",
        f"XYUnit:{'D' if geographic else 'M'}",
        "ZUnit:M",
        f"Spheroid:CGCS2000,{_SEMI_MAJOR},{_FLATTENING}",
        "PrimeMeridian:Greenwich",
    ]
    if system.zone is not None:
        east = crs.FALSE_EASTING + system.zone * crs.METRES_PER_ZONE * system.prefixed
        lines += [
            "Projection:高斯-克吕格投影",
            f"Parameters:{crs.central_meridian(system.zone):.1f},1,{east},0,3,{system.zone}",
        ]
    return [
        *lines,
        "VerticalDatum:1985国家高程基准",
        "TemporalReferenceSystem:北京时间",
        f"ExtentMin:{corners[0]}",
        f"ExtentMax:{corners[1]}",
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
