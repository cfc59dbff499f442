"""Coordinate systems of the trade: CGCS2000 in degrees and in 3-degree Gauss-Krüger zones.

A plane system is a zone number n (central meridian 3n° E) and whether the easting carries the zone in
front (39512340.1180: 8 digits, "prefixed") or not (512340.1180: 6 digits). EPSG declares all of them
north first; everything here is (east, north) or (longitude, latitude): pyproj with `always_xy`.

Xian 1980 and Beijing 1954 reach CGCS2000 only by controlled local parameters; PROJ's ballpark path is
metres off, so they are refused by name. WGS 84 is refused for boundary points too: it is near enough for
display only. Codes and false eastings: EPSG database, as read through PROJ.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import pyproj

from ziyuan.base.errors import UserError

DEGREES = 4490
FIRST_ZONE, LAST_ZONE = 25, 45
FALSE_EASTING = 500_000
METRES_PER_ZONE = 1_000_000
_PREFIXED, _BARE = 4488, 4509  # EPSG code = this + zone (4513…4533 and 4534…4554)
_OLD_DATUMS = {
    "Xian 1980": "1980西安坐标系",
    "Beijing 1954": "1954年北京坐标系",
    "New Beijing": "新1954年北京坐标系",
}


class OldDatum(UserError):
    """Data in Xian 1980 or Beijing 1954: not transformable without controlled local parameters."""

    code = "ZY-BAS-021"
    remedy = "请用省测绘部门提供的转换参数转为 2000 国家大地坐标系(CGCS2000)后重新提交;平台不做近似转换。"

    def __init__(self, datum: str, *, where: str = "") -> None:
        super().__init__(f"{where or '数据'}采用{datum},不是 2000 国家大地坐标系。", datum=datum, where=where)


class CrsNotUsable(UserError):
    """A coordinate system that is known, but is none of those a county delivers in."""

    code = "ZY-BAS-022"
    remedy = "请改用 CGCS2000 三度带(EPSG:4526、4527、4528 等,按所在县的带号)或 CGCS2000 经纬度(EPSG:4490)。"

    def __init__(self, name: str, *, where: str = "") -> None:
        super().__init__(f"{where or '数据'}的坐标系是“{name}”,不能采用。", name=name, where=where)


class CrsMissing(UserError):
    """No coordinate system is declared, or its text cannot be read."""

    code = "ZY-BAS-023"
    remedy = "请随数据提供坐标系说明(.prj 或 GeoPackage 的坐标系登记),采用 CGCS2000 三度带。"

    def __init__(self, text: str = "", *, where: str = "") -> None:
        shown = f",读到的是“{text[:60]}”" if text else ""
        super().__init__(f"{where or '数据'}没有可识别的坐标系说明{shown}。", where=where, text=text[:200])


class ZoneOutOfRange(UserError):
    """A zone number outside China's 3-degree zones 25 to 45."""

    code = "ZY-BAS-024"
    remedy = "三度带带号应在 25 到 45 之间;安徽为 38、39、40。"

    def __init__(self, zone: object) -> None:
        super().__init__(f"带号“{zone}”不是我国三度带的带号。", zone=str(zone))


@dataclass(frozen=True)
class Crs:
    """A usable system: `kind` degrees (zone None) or plane, with the zone and the prefix of the easting."""

    kind: Literal["degrees", "plane"]
    zone: int | None = None
    prefixed: bool = True

    @property
    def epsg(self) -> int:
        """Its EPSG code."""
        return DEGREES if self.zone is None else epsg_of_zone(self.zone, prefixed=self.prefixed)

    @property
    def title(self) -> str:
        """Its name in Chinese, for screens and reports."""
        if self.zone is None:
            return "CGCS2000 经纬度"
        prefix = "坐标含带号" if self.prefixed else "坐标不含带号"
        return f"CGCS2000 三度带第 {self.zone} 带(中央经线 {central_meridian(self.zone)}°,{prefix})"


def check_zone(zone: int) -> int:
    """`zone` itself when it is one of China's 3-degree zones; else ZoneOutOfRange."""
    if isinstance(zone, bool) or not isinstance(zone, int) or not FIRST_ZONE <= zone <= LAST_ZONE:
        raise ZoneOutOfRange(zone)
    return zone


def central_meridian(zone: int) -> int:
    """Degrees east of the middle of 3-degree zone `zone`: 39 → 117."""
    return 3 * check_zone(zone)


def zone_of_lon(longitude: float) -> int:
    """3-degree zone whose middle is nearest to `longitude` (degrees); a border belongs to the east zone."""
    return check_zone(int((longitude + 1.5) // 3))


def epsg_of_zone(zone: int, *, prefixed: bool = True) -> int:
    """EPSG code of a 3-degree zone: 39 → 4527 with the zone in the easting, 4548 without."""
    return check_zone(zone) + (_PREFIXED if prefixed else _BARE)


def of_epsg(epsg: int, *, where: str = "") -> Crs:
    """The usable system with this EPSG code; OldDatum, CrsNotUsable or CrsMissing otherwise."""
    if epsg == DEGREES:
        return Crs("degrees")
    for base, prefixed in ((_PREFIXED, True), (_BARE, False)):
        if FIRST_ZONE <= epsg - base <= LAST_ZONE:
            return Crs("plane", epsg - base, prefixed)
    return _by_definition(f"EPSG:{epsg}", where)


def identify(declared: int | str, *, where: str = "") -> Crs:
    """The usable system declared by an EPSG number, `EPSG:4527`, or WKT as in a .prj (OGC or ESRI).

    Raises OldDatum, CrsNotUsable (6-degree zones, WGS 84, Web Mercator…), CrsMissing (empty, unreadable).
    """
    text = str(declared).strip()
    number = text.upper().removeprefix("EPSG:")
    return of_epsg(int(number), where=where) if number.isdigit() else _by_definition(text, where)


@lru_cache(maxsize=256)
def _by_definition(text: str, where: str) -> Crs:
    try:
        found = pyproj.CRS.from_user_input(text) if text else None
    except pyproj.exceptions.CRSError:
        found = None
    if found is None or found.geodetic_crs is None:
        raise CrsMissing(text, where=where)
    datum = found.geodetic_crs.datum.name if found.geodetic_crs.datum else ""
    for english, chinese in _OLD_DATUMS.items():
        if english.casefold() in f"{datum} {found.name}".replace("_", " ").casefold():
            raise OldDatum(chinese, where=where)
    if datum not in ("China 2000", "D_China_2000", "China_2000"):
        raise CrsNotUsable(found.name, where=where)
    return _cgcs2000(found, where)


def _cgcs2000(found: pyproj.CRS, where: str) -> Crs:
    if found.is_geographic and len(found.axis_info) == 2:
        return Crs("degrees")
    operation = found.coordinate_operation
    values = {p.name: float(p.value) for p in operation.params} if operation else {}
    middle = values.get("Longitude of natural origin", 0.0)
    easting = values.get("False easting", -1.0)
    zone = round(middle / 3)
    plain = (
        values.get("Scale factor at natural origin") == 1 and values.get("Latitude of natural origin") == 0
    )
    metres = all(axis.unit_conversion_factor == 1 for axis in found.axis_info)
    if plain and metres and middle == 3 * zone and FIRST_ZONE <= zone <= LAST_ZONE:
        if easting == zone * METRES_PER_ZONE + FALSE_EASTING:
            return Crs("plane", zone)
        if easting == FALSE_EASTING:
            return Crs("plane", zone, prefixed=False)
    raise CrsNotUsable(found.name, where=where)


@lru_cache(maxsize=64)
def to_degrees(zone: int) -> pyproj.Transformer:
    """Transformer (east with zone prefix, north) in metres → (longitude, latitude) in degrees, EPSG:4490."""
    return pyproj.Transformer.from_crs(epsg_of_zone(zone), DEGREES, always_xy=True)


@lru_cache(maxsize=64)
def to_plane(zone: int) -> pyproj.Transformer:
    """Transformer (longitude, latitude) in degrees, EPSG:4490 → (east with zone prefix, north) in metres."""
    return pyproj.Transformer.from_crs(DEGREES, epsg_of_zone(zone), always_xy=True)
