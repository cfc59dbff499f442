"""Which value is north, and in which 3-degree zone: judged for the file as a whole, never guessed."""

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from ziyuan.base import crs
from ziyuan.onemap.formats.boundary_txt.text import PointLine, TextFile
from ziyuan.onemap.formats.layer_table import County

_UNIT = Decimal("0.000001")
_EIGHT, _SEVEN, _SIX = 10**7, 10**6, 10**5


@dataclass(frozen=True)
class Placing:
    """`swapped`: the file writes east before north. `bare`: its eastings carry no zone."""

    zone: int
    reason: str
    swapped: bool
    bare: bool

    @property
    def axes(self) -> str:
        order = "先东(Y)后北(X),已交换" if self.swapped else "先北(X)后东(Y)"
        return order + (",东坐标不含带号" if self.bare else ",东坐标含带号")

    def units(self, point: PointLine) -> tuple[int, int]:
        """(east with zone, north) in integers of 0.0001 m."""
        east, north = (point.first, point.second) if self.swapped else (point.second, point.first)
        if self.bare:
            east += self.zone * crs.METRES_PER_ZONE
        return _to_units(east), _to_units(north)


def _to_units(metres: Decimal) -> int:
    exact = metres.quantize(_UNIT, ROUND_HALF_UP)
    return int((exact * 10_000).quantize(Decimal(1), ROUND_HALF_UP))


def place(file: TextFile, county: County | None) -> Placing | None:
    """The placing of the file, or None with the reasons among its problems."""
    _check_header(file)
    points = [point for parcel in file.parcels for point in parcel.points]
    if not points:
        return None
    kinds = [(_order(p.first, p.second), p) for p in points]
    if not _orders_agree(file, kinds):
        return None
    order = kinds[0][0]
    swapped, bare = order in ("east-north", "bare-swapped"), order in ("bare", "bare-swapped")
    stated, stated_line = _stated_zone(file)
    if swapped:
        file.say("ZY-TXT-040", points[0].line)
    if bare:
        return _bare(file, points[0], stated, swapped, county)
    return _prefixed(file, points, stated, stated_line, swapped, county)


def _order(first: Decimal, second: Decimal) -> str:
    a, b = abs(first), abs(second)
    if b >= _EIGHT > a >= _SIX:
        return "north-east"
    if a >= _EIGHT > b >= _SIX:
        return "east-north"
    if a >= _SEVEN > b >= _SIX and a < _EIGHT:
        return "bare"
    if b >= _SEVEN > a >= _SIX and b < _EIGHT:
        return "bare-swapped"
    if a <= 180 and b <= 180:
        return "degrees"
    return "unknown"


def _orders_agree(file: TextFile, kinds: list[tuple[str, PointLine]]) -> bool:
    bad = [(kind, p) for kind, p in kinds if kind in ("degrees", "unknown")]
    for kind, point in bad[:5]:
        code = "ZY-TXT-044" if kind == "degrees" else "ZY-TXT-045"
        file.say(code, point.line, x=point.first, y=point.second)
    if bad:
        return False
    for kind, point in kinds:
        if kind != kinds[0][0]:
            file.say("ZY-TXT-041", point.line)
            return False
    return True


def _stated_zone(file: TextFile) -> tuple[int | None, int | None]:
    text = file.header.get("带号", "").removesuffix("带").removeprefix("第").strip()
    line = file.header_lines.get("带号")
    if not text:
        return None, line
    if not text.isdecimal() or not crs.FIRST_ZONE <= int(text) <= crs.LAST_ZONE:
        file.say("ZY-TXT-036", line, value=text)
        return None, line
    return int(text), line


def _bare(file: TextFile, point: PointLine, stated: int | None, swapped: bool,
          county: County | None) -> Placing | None:
    if stated is None:
        file.say_once("ZY-TXT-043", point.line)
        return None
    _compare_county(file, stated, county)
    return Placing(stated, "文件头的带号(东坐标不含带号)", swapped, True)


def _prefixed(file: TextFile, points: list[PointLine], stated: int | None, stated_line: int | None,
              swapped: bool, county: County | None) -> Placing | None:
    found = [(int((p.first if swapped else p.second) // crs.METRES_PER_ZONE), p) for p in points]
    zone = found[0][0]
    for other, point in found:
        if other != zone:
            file.say("ZY-TXT-046", point.line, found=other, stated=zone)
            return None
    if not crs.FIRST_ZONE <= zone <= crs.LAST_ZONE:
        code = "ZY-TXT-047" if 13 <= zone <= 23 else "ZY-TXT-036"
        file.say(code, points[0].line, found=zone, value=zone)
        return None
    if stated is not None and stated != zone:
        file.say("ZY-TXT-042", points[0].line, found=zone, stated=stated)
        return None
    _compare_county(file, zone, county)
    reason = "东坐标前两位与文件头带号一致" if stated else "东坐标前两位(文件头没有写带号)"
    return Placing(zone, reason, swapped, False)


def _compare_county(file: TextFile, zone: int, county: County | None) -> None:
    if county is not None and county.zone != zone:
        line = file.header_lines.get("带号")
        file.say("ZY-TXT-048", line, found=zone, county=county.name, stated=county.zone)


def _check_header(file: TextFile) -> None:
    head, lines = file.header, file.header_lines
    datum = head.get("坐标系", "")
    if not datum:
        file.say("ZY-TXT-031")
    elif "2000" not in datum and "CGCS" not in datum.upper():
        file.say("ZY-TXT-030", lines["坐标系"], value=datum)
    degrees = re.sub("[度分带]", "", head.get("几度分带", "")).strip()
    if degrees and degrees not in ("3", "三", "3.0"):
        file.say("ZY-TXT-032", lines["几度分带"], value=degrees)
    unit = re.split("[(\uff08]", head.get("计量单位", ""))[0].strip()
    if unit and unit not in ("米", "m", "M", "公尺"):
        file.say("ZY-TXT-033", lines["计量单位"], value=unit)
    projection = head.get("投影类型", "")
    if projection and "高斯" not in projection and "gauss" not in projection.casefold():
        file.say("ZY-TXT-034", lines["投影类型"], value=projection)
    shifts = head.get("转换参数", "")
    if any(c in "123456789" for c in shifts):
        file.say("ZY-TXT-035", lines["转换参数"], value=shifts)
