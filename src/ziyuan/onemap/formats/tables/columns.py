"""Which columns of a table are coordinates: named ones are taken, doubtful ones are asked about.

“X” and “Y” mean north and east to a surveyor and east and north to a program. They are taken only where the values
decide it: an easting with zone (8 digits) or of 6 digits beside a northing of 7, or degrees within China.
"""

import re
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from numpy.typing import NDArray

from ziyuan.onemap.formats.tables.errors import ColumnNotThere, ColumnsAmbiguous, CoordinateWrong

_WKT = {"wkt", "geometry", "geom", "the_geom", "wkt_geom", "shape", "图形", "几何", "空间坐标", "几何图形"}
_EAST = {"东坐标", "横坐标", "东", "e", "east", "easting", "东向坐标", "point_e", "geox"}
_NORTH = {"北坐标", "纵坐标", "北", "n", "north", "northing", "北向坐标", "point_n", "geoy"}
_LON = {"经度", "东经", "lon", "lng", "long", "longitude", "经度坐标", "lon_wgs84", "jd"}
_LAT = {"纬度", "北纬", "lat", "latitude", "纬度坐标", "lat_wgs84", "wd"}
_X = {"x", "x坐标", "坐标x", "point_x", "x_coord", "xcoord", "coord_x", "xzb"}
_Y = {"y", "y坐标", "坐标y", "point_y", "y_coord", "ycoord", "coord_y", "yzb"}
_UNIT = re.compile(r"[\s_]*[(\uff08\[][^)\uff09\]]*[)\uff09\]]\s*$")


@dataclass(frozen=True)
class Columns:
    """Names of the coordinate columns: one of WKT, or a pair with what it holds (degrees or metres)."""

    wkt: str = ""
    east: str = ""
    north: str = ""
    degrees: bool = False

    @property
    def used(self) -> set[str]:
        return {name for name in (self.wkt, self.east, self.north) if name}


def _plain(name: str) -> str:
    return _UNIT.sub("", name).strip().casefold()


def named(where: str, names: list[str], asked: list[str]) -> Columns:
    """The columns that the submitter named: one (WKT) or two (east, north)."""
    for name in asked:
        if name not in names:
            raise ColumnNotThere(where, name, "、".join(names))
    if len(asked) == 1:
        return Columns(wkt=asked[0])
    return Columns(east=asked[0], north=asked[1], degrees=_plain(asked[0]) in _LON)


def recognised(where: str, table: pa.Table) -> Columns | None:
    """The coordinate columns by name and value, None where there are none. Raises ColumnsAmbiguous."""
    names = [field.name for field in table.schema]
    by_role = {role: [n for n in names if _plain(n) in words] for role, words in
               {"wkt": _WKT, "east": _EAST, "north": _NORTH, "lon": _LON, "lat": _LAT, "x": _X, "y": _Y}.items()}  # fmt: skip
    by_role["wkt"] = [n for n in by_role["wkt"] if _holds_wkt(table.column(n))]
    found: list[tuple[str, ...]] = [(n,) for n in by_role["wkt"]]
    for one, other in (("east", "north"), ("lon", "lat"), ("x", "y")):
        found += [(a, b) for a in by_role[one] for b in by_role[other]]
    if len(found) > 1:
        raise ColumnsAmbiguous(where, "有几组可用:" + ";".join("、".join(pair) for pair in found))
    if not found:
        return None
    if len(found[0]) == 1:
        return Columns(wkt=found[0][0])
    a, b = found[0]
    if a in by_role["x"]:
        return _by_digits(where, table, a, b)
    return Columns(east=a, north=b, degrees=a in by_role["lon"])


def _holds_wkt(column: pa.ChunkedArray) -> bool:
    if not pa.types.is_string(column.type):
        return False
    seen = pc.match_substring_regex(column, r"^\s*(SRID=\d+;)?\s*(MULTI)?(POINT|LINESTRING|POLYGON|GEOMETRYCOLLECTION)",
                                    ignore_case=True)  # fmt: skip
    return bool(pc.any(seen).as_py())


def _by_digits(where: str, table: pa.Table, x: str, y: str) -> Columns:
    """Which of X and Y is the easting, from the values of all rows."""
    a, b = (_numbers(table.column(name)) for name in (x, y))
    both = np.isfinite(a) & np.isfinite(b)
    if not both.any():
        raise ColumnsAmbiguous(where, f"{x}、{y} 没有成对的数值")
    kinds = {_kind(one, other) for one, other in ((np.median(a[both]), np.median(b[both])),)}
    kind = kinds.pop()
    if kind == "east":
        return Columns(east=x, north=y)
    if kind == "north":
        return Columns(east=y, north=x)
    if kind in ("lon", "lat"):
        return Columns(east=x if kind == "lon" else y, north=y if kind == "lon" else x, degrees=True)
    raise ColumnsAmbiguous(where, f"{x}、{y} 的数值(如 {a[both][0]:.12g}、{b[both][0]:.12g})看不出哪个是东坐标")


def _kind(x: float, y: float) -> str:
    def east(value: float) -> bool:
        return 25e6 <= value < 46e6 or 1e5 <= value < 1e6

    def north(value: float) -> bool:
        return 1e6 <= value < 1e7

    if east(x) and north(y):
        return "east"
    if east(y) and north(x):
        return "north"
    if 73 <= x <= 136 and 3 <= y <= 54:
        return "lon"
    if 73 <= y <= 136 and 3 <= x <= 54:
        return "lat"
    return ""


def _numbers(column: pa.ChunkedArray) -> NDArray[np.float64]:
    if pa.types.is_string(column.type):
        text = pc.utf8_trim_whitespace(column)
        good = pc.match_substring_regex(text, r"^[+-]?\d+(\.\d*)?([eE][+-]?\d+)?$")
        column = pc.cast(pc.if_else(good, text, pa.scalar(None, pa.string())), pa.float64())
    elif not (pa.types.is_floating(column.type) or pa.types.is_integer(column.type)):
        return np.full(len(column), np.nan)
    return pc.fill_null(pc.cast(column, pa.float64()), np.nan).to_numpy()


def shapes(where: str, table: pa.Table, columns: Columns, first_row: int = 2) -> pa.Array:
    """WKB of each row, null where the coordinates are empty. Raises CoordinateWrong with the row."""
    if columns.wkt:
        return _from_wkt(where, table, columns.wkt, first_row)
    x, y = (_numbers(table.column(name)) for name in (columns.east, columns.north))
    for name, numbers in ((columns.east, x), (columns.north, y)):
        empty = _blank(table.column(name))
        wrong = np.flatnonzero(~np.isfinite(numbers) & ~empty)
        if len(wrong):
            value = str(table.column(name)[int(wrong[0])].as_py())
            raise CoordinateWrong(where, int(wrong[0]) + first_row, name, value, len(wrong) - 1)
    known = np.isfinite(x) & np.isfinite(y)
    half = np.flatnonzero(np.isfinite(x) != np.isfinite(y))
    if len(half):
        lost = columns.north if np.isfinite(x[half[0]]) else columns.east
        raise CoordinateWrong(where, int(half[0]) + first_row, lost, "", len(half) - 1)
    wkb = np.full(len(x), None, object)
    wkb[known] = shapely.to_wkb(shapely.points(x[known], y[known]))
    return pa.array(wkb, pa.binary())


def _blank(column: pa.ChunkedArray) -> NDArray[np.bool_]:
    if pa.types.is_string(column.type):
        column = pc.utf8_trim_whitespace(column)
        return pc.fill_null(pc.equal(column, ""), True).to_numpy()
    return pc.is_null(column).to_numpy()


def _from_wkt(where: str, table: pa.Table, name: str, first_row: int) -> pa.Array:
    texts = [None if v is None or not v.strip() else re.sub(r"^\s*SRID=\d+;", "", v) for v in table.column(name).to_pylist()]
    made = shapely.from_wkt(np.array(texts, object), on_invalid="ignore")
    wrong = [at for at, text in enumerate(texts) if text is not None and made[at] is None]
    if wrong:
        raise CoordinateWrong(where, wrong[0] + first_row, name, texts[wrong[0]] or "", len(wrong) - 1)
    return pa.array(shapely.to_wkb(made), pa.binary())
