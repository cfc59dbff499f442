"""Reader of boundary-point text (界址点坐标 TXT): everything is shown before anything is taken."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from ziyuan.base import crs
from ziyuan.base.geometry import PlaneBatch, PlaneShape
from ziyuan.base.numbers import half_up
from ziyuan.onemap.formats.boundary_txt.placing import Placing, place
from ziyuan.onemap.formats.boundary_txt.problems import Problem
from ziyuan.onemap.formats.boundary_txt.rings import Rings, rings_of, shape_of
from ziyuan.onemap.formats.boundary_txt.text import ParcelLines, TextFile, take_apart
from ziyuan.onemap.formats.layer_table import County

_ROUND_THE_OUTLINE = 0.01  # degrees, about 1 km: outlines of the sample are coarse
_UNITS = {"公顷": Decimal(10_000), "平方米": Decimal(1), "亩": Decimal(10_000) / 15}


@dataclass(frozen=True)
class Parcel:
    """One parcel (地块). `area_m2` is the area of record on the ellipsoid; `stated_area` as written, `line` where it begins."""

    no: str
    name: str
    shape: PlaneShape
    area_m2: Decimal
    stated_area: Decimal | None = None
    sheet: str = ""
    use: str = ""
    land_class: str = ""
    extra: tuple[str, ...] = ()
    line: int | None = None


@dataclass(frozen=True)
class Boundary:
    """What a text holds. `shape` (all parcels together) is None while there is an error.

    `shown` is what a person must see and confirm before the shape is taken.
    """

    parcels: list[Parcel]
    shape: PlaneShape | None
    shown: dict[str, Any]
    problems: list[Problem] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return self.shape is not None

    @property
    def errors(self) -> list[Problem]:
        return [p for p in self.problems if p.severity == "error"]


@dataclass(frozen=True)
class _Read:
    lines: ParcelLines
    rings: Rings
    shape: PlaneShape


def read_boundary(
    data: bytes, *, county: County | None = None, county_outline: BaseGeometry | None = None
) -> Boundary:
    """Read a boundary text in any of its known forms; bad input never raises.

    `county` gives the zone the county keeps, `county_outline` (EPSG:4490, longitude first) its extent.
    """
    file = take_apart(data)
    placing = place(file, county) if file.parcels else None
    read: list[_Read] = []
    if placing is not None:
        for lines in file.parcels:
            one = _parcel(file, lines, placing)
            if one is not None:
                read.append(one)
        _check_together(file, read)
        _check_place(file, read, county, county_outline)
    return _result(file, placing, read, county)


def _parcel(file: TextFile, lines: ParcelLines, placing: Placing) -> _Read | None:
    if not lines.points:
        file.say("ZY-TXT-013", lines.line, name=lines.title)
        return None
    rings = rings_of(file, lines, placing)
    _check_count(file, lines, rings)
    shape = shape_of(file, lines, rings.rings, placing.zone)
    if shape is None:
        return None
    if not float(shape.batch().plane_areas()[0]) > 0:
        file.say("ZY-TXT-059", lines.line, name=lines.title)
        return None
    return _Read(lines, rings, shape)


def _check_count(file: TextFile, lines: ParcelLines, rings: Rings) -> None:
    if lines.stated_count is None:
        return
    written, bare = rings.written_points, rings.written_points - rings.closing_points
    allowed = {written, bare, bare + len(rings.rings)}
    if lines.stated_count not in allowed:
        stated = lines.stated_count
        file.say("ZY-TXT-057", lines.line, name=lines.title, stated=stated, found=written, bare=bare)


def _area_unit(read: list[_Read]) -> str:
    """The unit in which the stated areas fit the computed ones best; hectares where none are stated."""
    stated = [(r.lines.stated_area, r) for r in read if r.lines.stated_area]
    if not stated:
        return "公顷"

    def miss(unit: str) -> Decimal:
        return sum((abs(area * _UNITS[unit] / _plane(r) - 1) for area, r in stated), Decimal(0))

    best = min(_UNITS, key=miss)
    return best if miss(best) < Decimal("0.2") * len(stated) else "公顷"


def _plane(read: _Read) -> Decimal:
    return Decimal(repr(float(read.shape.batch().plane_areas()[0])))


def _check_areas(file: TextFile, read: list[_Read], parcels: list[Parcel]) -> str:
    unit = _area_unit(read)
    if unit != "公顷" and read:
        file.say("ZY-TXT-061", read[0].lines.line, unit=unit)
    for one, parcel in zip(read, parcels, strict=True):
        stated = one.lines.stated_area
        if stated is None:
            continue
        hectares = stated * _UNITS[unit] / 10_000
        exponent = stated.as_tuple().exponent
        rounding = Decimal(10) ** int(exponent) / 2 * _UNITS[unit] / 10_000
        room = Decimal("0.0001") + rounding
        computed = [_plane(one) / 10_000, parcel.area_m2 / 10_000]
        if all(abs(hectares - figure) > room for figure in computed):
            file.say("ZY-TXT-060", one.lines.line, name=one.lines.title, stated=f"{stated} {unit}",
                     found=half_up(computed[1], 4))
    return unit


def _check_together(file: TextFile, read: list[_Read]) -> None:
    seen: set[str] = set()
    for one in read:
        if one.lines.no and one.lines.no in seen:
            file.say("ZY-TXT-062", one.lines.line, name=one.lines.no)
        seen.add(one.lines.no)
    shapes = [one.shape.to_shapely() for one in read]
    if len(shapes) < 2:
        return
    left, right = shapely.STRtree(shapes).query(shapes)
    for i, j in sorted({(int(a), int(b)) for a, b in zip(left, right, strict=True) if a < b}):
        shared = shapes[i].intersection(shapes[j]).area
        if shared > 1e-4:
            file.say("ZY-TXT-058", read[j].lines.line, name=read[j].lines.title, other=read[i].lines.title,
                     area=f"{shared:.2f}")


def _check_place(
    file: TextFile, read: list[_Read], county: County | None, outline: BaseGeometry | None
) -> None:
    if outline is None and county is not None and county.bounds is not None:
        outline = shapely.box(*county.bounds)
    if outline is None:
        return
    allowed = outline.buffer(_ROUND_THE_OUTLINE)
    shapely.prepare(allowed)
    name = county.name if county else "所选县区"
    for one in read:
        degrees = one.shape.to_4490()
        if not allowed.intersects(degrees):
            middle = degrees.centroid
            file.say("ZY-TXT-070", one.lines.points[0].line, name=one.lines.title, county=name,
                     lon=f"{middle.x:.3f}", lat=f"{middle.y:.3f}", hint=_hint(one, county, allowed))
            continue
        vertices = shapely.points(shapely.get_coordinates(degrees))
        strays = int((~shapely.intersects(allowed, vertices)).sum())
        if strays:
            file.say("ZY-TXT-071", one.lines.line, name=one.lines.title, count=strays, county=name)


def _hint(one: _Read, county: County | None, allowed: BaseGeometry) -> str:
    """Name another zone under which the parcel would lie in the county."""
    east, north = one.shape.parts[0][0][0]
    for zone in range(one.shape.zone - 2, one.shape.zone + 3):
        if zone == one.shape.zone or not crs.FIRST_ZONE <= zone <= crs.LAST_ZONE:
            continue
        moved = zone * crs.METRES_PER_ZONE + (east / 10_000) % crs.METRES_PER_ZONE
        lon, lat = crs.to_degrees(zone).transform(moved, north / 10_000)
        if allowed.intersects(shapely.Point(lon, lat)):
            return f";如带号为 {zone} 则落在县内"
    return ""


def _result(file: TextFile, placing: Placing | None, read: list[_Read], county: County | None) -> Boundary:
    areas = [one.shape.area_official() for one in read]
    parcels = [
        Parcel(one.lines.no, one.lines.name, one.shape, area, one.lines.stated_area, one.lines.sheet,
               one.lines.use, one.lines.land_class, one.lines.extra, one.lines.line)
        for one, area in zip(read, areas, strict=True)
    ]
    unit = _check_areas(file, read, parcels)
    failed = any(p.severity == "error" for p in file.problems) or not parcels
    shape = None if failed else together([p.shape for p in parcels])
    return Boundary(parcels, shape, _shown(file, placing, read, parcels, unit, county), file.problems)


def together(shapes: list[PlaneShape]) -> PlaneShape:
    """One shape of several parcels. Parcels that share a border are joined, so that the whole stays valid."""
    solid = [shape.to_shapely() for shape in shapes]
    whole = shapely.MultiPolygon([part for one in solid for part in one.geoms])
    if whole.is_valid:
        return PlaneShape(shapes[0].zone, tuple(part for shape in shapes for part in shape.parts))
    joined = shapely.union_all(np.array(solid), grid_size=0.0001)
    return PlaneBatch.from_shapely([joined], shapes[0].zone).shape(0)


def _shown(file: TextFile, placing: Placing | None, read: list[_Read], parcels: list[Parcel], unit: str,
           county: County | None) -> dict[str, Any]:
    rows = [
        {"no": p.no, "name": p.name, "rings": len(one.rings.rings), "parts": len(p.shape.parts),
         "holes": sum(len(part) - 1 for part in p.shape.parts),
         "points": one.rings.written_points - one.rings.closing_points,
         "stated": None if p.stated_area is None else str(p.stated_area), "stated_unit": unit,
         "area_m2": str(p.area_m2), "area_ha": str(half_up(p.area_m2 / 10_000, 4)),
         "plane_m2": str(half_up(_plane(one), 2))}
        for one, p in zip(read, parcels, strict=True)
    ]  # fmt: skip
    return {
        "encoding": file.encoding,
        "header": dict(file.header),
        "axes": placing.axes if placing else "",
        "zone": placing.zone if placing else None,
        "zone_reason": placing.reason if placing else "",
        "rings": sum(row["rings"] for row in rows),
        "parcels": rows,
        "areas_stated": [row["stated"] for row in rows],
        "areas_computed": [row["area_m2"] for row in rows],
        "stated_unit": unit,
        "county": county.name if county else "",
        "bounds": _bounds(parcels),
        "warnings": [p.message for p in file.problems if p.severity == "warning"],
        "errors": [p.message for p in file.problems if p.severity == "error"],
    }


def _bounds(parcels: list[Parcel]) -> list[float] | None:
    """West, south, east, north in degrees, for the map that is shown before confirming."""
    if not parcels:
        return None
    return [float(v) for v in shapely.total_bounds(PlaneBatch.of([p.shape for p in parcels]).to_4490())]
