"""Rules about a layer as a whole: coordinate system, place, columns."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyproj
import shapely

from ziyuan.base import crs
from ziyuan.onemap.quality.collector import make
from ziyuan.onemap.quality.context import Context
from ziyuan.onemap.quality.frames import Frame
from ziyuan.onemap.quality.plane import Plane
from ziyuan.onemap.standards.model import Field, Rule

_TYPE_TITLES = {"text": "文本", "code": "文本", "integer": "整数", "number": "数值", "date": "日期"}
_NORTHINGS = (2_000_000, 6_000_000)
_IGNORED_COLUMNS = {"FID", "OBJECTID", "SHAPE_LENGTH", "SHAPE_AREA", "SHAPE_LENG", "OGC_FID"}


def crs_allowed(rule: Rule, frame: Frame, context: Context) -> None:
    """EPSG among those of the standard and, where the county is known, of the county's zone."""
    epsg, allowed = frame.delivered.epsg, frame.model.space.crs
    if allowed and epsg not in allowed:
        wanted = "、".join(f"EPSG:{code}" for code in allowed)
        context.collector.one(rule, f"图层坐标系为 {_crs_title(epsg)}，标准要求 {wanted}。",
                              value=f"EPSG:{epsg}", expected=wanted)  # fmt: skip
        context.shifted.add(frame.name)
        return
    zone = frame.shapes.plane.zone
    if context.zone and zone and zone != context.zone:
        right = crs.epsg_of_zone(context.zone)
        context.collector.one(
            rule, f"图层在第 {zone} 带，本县在第 {context.zone} 带。", value=f"EPSG:{epsg}", expected=f"EPSG:{right}"
        )


def _crs_title(epsg: int | None) -> str:
    if epsg is None:
        return "未知"
    try:
        return f"EPSG:{epsg}（{pyproj.CRS.from_epsg(epsg).name}）"
    except pyproj.exceptions.CRSError:
        return f"EPSG:{epsg}"


def not_shifted(rule: Rule, frame: Frame, context: Context) -> None:
    """Coordinates of the whole layer lie where its system and the county say; the mistake is named."""
    shapes = frame.shapes
    if frame.name in context.shifted or not len(shapes.rows) or shapes.plane.curved:
        return
    bounds = shapely.bounds(shapes.units)
    middle = shapes.delivered((bounds[:, :2] + bounds[:, 2:]) / 2)
    fault = _named_fault(middle, shapes.plane) or _outside(middle, context, shapes.plane)
    if not fault:
        return
    context.shifted.add(frame.name)
    if fault == _DEGREES:
        context.unplaced.add(frame.name)
    shown = np.median(middle, axis=0)
    place = {"x": float(middle[0][0]), "y": float(middle[0][1])}
    message = f"{fault}（图形中心约为东 {shown[0]:.1f}，北 {shown[1]:.1f}；共 {len(middle)} 个图形）。"
    context.collector.one(rule, message, measure=float(len(middle)), unit="count", **place)


_DEGREES = "坐标是经纬度，不是平面坐标"
_EAST_OF_CHINA, _NORTH_OF_CHINA = (70, 140), (3, 55)


def _named_fault(middle: np.ndarray, plane: Plane) -> str | None:
    """The usual mistakes, when nearly all features show it."""
    zone = plane.zone
    if zone is None:
        return None
    east, north = middle[:, 0], middle[:, 1]

    def nearly_all(mask: np.ndarray) -> bool:
        return bool(mask.mean() > 0.9)

    def between(values: np.ndarray, limits: tuple[float, float]) -> np.ndarray:
        return (values >= limits[0]) & (values <= limits[1])

    in_degrees = between(east, _EAST_OF_CHINA) & between(north, _NORTH_OF_CHINA)
    swapped_degrees = between(north, _EAST_OF_CHINA) & between(east, _NORTH_OF_CHINA)
    if nearly_all(in_degrees | swapped_degrees):
        return _DEGREES
    prefixed = plane.offset == (0.0, 0.0)
    prefix = zone * crs.METRES_PER_ZONE if prefixed else 0
    bare = (100_000, 1_000_000)
    if nearly_all(between(north, (prefix + bare[0], prefix + bare[1])) & between(east, _NORTHINGS)):
        return "东、北坐标颠倒"
    other = np.floor(east / crs.METRES_PER_ZONE)
    known = (other >= crs.FIRST_ZONE) & (other <= crs.LAST_ZONE)
    if not prefixed:
        return f"东坐标带有带号 {int(np.median(other))}，坐标系不含带号" if nearly_all(known) else None
    if nearly_all(between(east, bare)):
        return f"东坐标缺少带号 {zone}"
    if nearly_all((other != zone) & known):
        return f"东坐标的带号是 {int(np.median(other))}，与坐标系的第 {zone} 带不符"
    return None


def _outside(middle: np.ndarray, context: Context, plane: Plane) -> str | None:
    """Most of the layer outside the county: systematic displacement."""
    if context.extent is None or plane.zone is None:
        return None
    metres = plane.metres(middle)
    lon, lat = crs.to_degrees(plane.zone).transform(metres[:, 0], metres[:, 1])
    west, south, east, north = context.extent
    out = ~((lon >= west) & (lon <= east) & (lat >= south) & (lat <= north))
    if out.mean() <= 0.5:
        return None
    return f"整层坐标偏移：{int(out.sum())} 个图形在本县范围之外"


def no_surplus_columns(rule: Rule, frame: Frame, context: Context) -> None:
    """Columns that the standard does not have."""
    known = {name.upper() for name in frame.entity.fields} | _IGNORED_COLUMNS
    surplus = [given for upper, given in frame.names.items() if upper not in known]
    shown = [make(rule, f"字段“{name}”不在标准中。", field=name, value=name) for name in surplus]
    context.collector.note(rule, len(shown), shown)


def column_present(rule: Rule, frame: Frame, context: Context) -> None:
    """The column is there, where the format of the file can hold it."""
    field = frame.entity.fields[str(rule.field)]
    carrier = frame.delivered.carrier
    if carrier.attributes == "any" and not frame.has(field.name):
        context.collector.one(rule, f"缺少字段 {field.name}（{field.title}）。", expected=field.name)


def column_type(rule: Rule, frame: Frame, context: Context) -> None:
    """The column has the type of the standard."""
    field = frame.entity.fields[str(rule.field)]
    if not frame.has(field.name):
        return
    column = frame.raw(field.name)
    if not frame.delivered.carrier.declared and column.null_count == len(column):
        return
    kind = column.type
    if _untyped(kind, field, frame):
        _values_fit(rule, frame, field, context)
    elif not _fits(kind, field, frame):
        message = f"字段 {field.name}（{field.title}）的类型是{_arrow_title(kind)}，标准为{_TYPE_TITLES[field.type]}。"
        context.collector.one(rule, message, value=_arrow_title(kind), expected=_TYPE_TITLES[field.type])


_CARRIED = {"text": "text", "code": "text", "integer": "integer", "number": "number", "date": "date"}
_DATE = r"^[0-9]{4}-?(0[1-9]|1[0-2])-?(0[1-9]|[12][0-9]|3[01])"
_VALUES = {"integer": r"^[+-]?[0-9]+(\.0*)?$", "number": r"^[+-]?[0-9]+(\.[0-9]*)?([eE][+-]?[0-9]+)?$", "date": _DATE}


def _untyped(kind: pa.DataType, field: Field, frame: Frame) -> bool:
    """Is the column text only because its format knows no types, or not this one?"""
    carrier = frame.delivered.carrier
    held = carrier.typed and _CARRIED[field.type] in carrier.types
    return not held and (pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _values_fit(rule: Rule, frame: Frame, field: Field, context: Context) -> None:
    """Each written value reads as one of the field's type."""
    shape = _VALUES.get(field.type)
    if shape is None:
        return
    text, title = frame.text(field.name), _TYPE_TITLES[field.type]
    wrong = pc.and_(pc.is_valid(text), pc.invert(pc.match_substring_regex(text, shape)))
    context.collector.rows(
        rule, frame, np.flatnonzero(pc.fill_null(wrong, False).to_numpy(zero_copy_only=False)),
        lambda r: f"{field.title}“{text[r].as_py()}”不是{title}。", value=lambda r: text[r].as_py(), expected=lambda _: title,
    )  # fmt: skip


def _fits(kind: pa.DataType, field: Field, frame: Frame) -> bool:
    if pa.types.is_null(kind):
        return True
    if field.type in ("text", "code"):
        return pa.types.is_string(kind) or pa.types.is_large_string(kind)
    if field.type == "date":
        return pa.types.is_date(kind) or pa.types.is_timestamp(kind)
    if field.type == "number":
        return pa.types.is_floating(kind) or pa.types.is_integer(kind) or pa.types.is_decimal(kind)
    if pa.types.is_integer(kind):
        return True
    numbers = frame.numbers(field.name)
    whole = numbers.values[numbers.known]
    return (pa.types.is_floating(kind) or pa.types.is_decimal(kind)) and bool((whole == np.rint(whole)).all())


def _arrow_title(kind: pa.DataType) -> str:
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return "文本"
    if pa.types.is_integer(kind):
        return "整数"
    if pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return "数值"
    return "日期" if pa.types.is_date(kind) or pa.types.is_timestamp(kind) else str(kind)
