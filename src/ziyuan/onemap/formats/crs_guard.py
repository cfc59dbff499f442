"""CRS guard (坐标系判定): declared system, digits of the easting and the county must agree.

A conflict is an error with what was seen; nothing is guessed. Longitude and latitude are looked at
only to say where on the map the data falls under the declared system, and which other reading
would put it into the county.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NoReturn

import numpy as np
import pyarrow as pa
import shapely

from ziyuan.base import crs
from ziyuan.base.errors import UserError
from ziyuan.onemap.formats.errors import (
    AxesSwapped,
    CountyUnknownForDegrees,
    CrsAsked,
    CrsDigitsConflict,
    CrsNameConflict,
    CrsNotThisCounty,
    OutsideCounty,
)
from ziyuan.onemap.formats.layer_table import County
from ziyuan.onemap.formats.layout import Layout

_ZONE_IN_NAME = re.compile(r"(?<!\d)(2[5-9]|3\d|4[0-5])(?:号)?带|zone[_ -]?(2[5-9]|3\d|4[0-5])(?!\d)", re.IGNORECASE)
_SAMPLE = 2000
_ROUND_THE_COUNTY = 0.1  # degrees, about 10 km: sample outlines are coarse


@dataclass(frozen=True)
class Seen:
    """What the coordinates themselves say: `kind` is degrees, prefixed, bare, swapped or unknown."""

    kind: str
    zone: int | None
    x: float
    y: float

    @property
    def words(self) -> str:
        return {
            "degrees": "经纬度数值",
            "prefixed": f"带第 {self.zone} 带带号的平面坐标",
            "bare": "不含带号的平面坐标",
            "swapped": f"北、东颠倒的第 {self.zone} 带坐标",
        }.get(self.kind, f"无法判断的数值({self.x:.12g}, {self.y:.12g})")


def look(geometry: pa.ChunkedArray | pa.Array) -> Seen | None:
    """Judge the coordinates of up to 2,000 features spread over the layer; None without any."""
    step = max(1, len(geometry) // _SAMPLE)
    sample = geometry.take(pa.array(range(0, len(geometry), step), pa.int64()))
    shapes = shapely.from_wkb(np.array(sample.to_pylist(), dtype=object), on_invalid="ignore")
    bounds = shapely.bounds(shapes)
    bounds = bounds[np.isfinite(bounds).all(axis=1)]
    if not len(bounds):
        return None
    x, y = (float(v) for v in np.median((bounds[:, :2] + bounds[:, 2:]) / 2, axis=0))
    kind, zone = _kind(x, y)
    return Seen(kind, zone, x, y)


def _kind(x: float, y: float) -> tuple[str, int | None]:
    if abs(x) <= 180 and abs(y) <= 90:
        return "degrees", None
    if crs.FIRST_ZONE <= x // 1e6 <= crs.LAST_ZONE and y < 1e7:
        return "prefixed", int(x // 1e6)
    if crs.FIRST_ZONE <= y // 1e6 <= crs.LAST_ZONE and x < 1e7:
        return "swapped", int(y // 1e6)
    if 1e5 <= x < 1e6 and 1e6 <= y < 1e7:
        return "bare", None
    return "unknown", None


@dataclass(frozen=True)
class Judged:
    """`system` None: the layer is not used. `asked` True: the submitter's own answer was taken."""

    system: crs.Crs | None
    faults: tuple[UserError, ...]
    asked: bool = False


def judge(
    layer: str, declared: str | None, seen: Seen | None, *, layout: Layout, county: County | None,
    chosen: int | None = None, file: str = "",
) -> Judged:  # fmt: skip
    """The system of a layer, or the faults that forbid to use it. `chosen`: EPSG named by the submitter."""
    try:
        if chosen is not None:
            system = crs.of_epsg(chosen, where=f"提交时指明的图层 {layer} ")
        elif declared:
            system = crs.identify(declared, where=f"图层 {layer} ")
        else:
            ask(layer, seen)
        _compare(layer, system, seen, layout, county)
        compare_names(layer, system, (file,))
    except UserError as fault:
        return Judged(None, (fault,))
    return Judged(system, (), asked=chosen is not None)


def _hint(seen: Seen | None) -> str:
    return f",从数值看是{seen.words}" if seen else ""


def _compare(layer: str, system: crs.Crs, seen: Seen | None, layout: Layout, county: County | None) -> None:
    if seen is not None:
        compare_digits(layer, system, seen)
    if system.kind == "degrees" and county is None:
        raise CountyUnknownForDegrees(layer)
    if county is None:
        return
    expected = layout.crs.get(county.zone, crs.epsg_of_zone(county.zone))
    if system.kind == "plane" and system.epsg != expected:
        raise CrsNotThisCounty(layer, system.epsg, county.name, expected)
    if seen is not None and county.bounds is not None:
        _compare_place(layer, system, seen, county)


def ask(layer: str, seen: Seen | None) -> NoReturn:
    """No system is declared: say what the values look like, and ask."""
    raise CrsAsked(layer, _hint(seen))


def compare_names(layer: str, system: crs.Crs, names: Sequence[str]) -> None:
    """A zone written in the name of the file or layer (`39带`, `第39带`, `zone39`) must be the system's."""
    for name in names:
        found = _ZONE_IN_NAME.search(name)
        zone = int(found[1] or found[2]) if found else None
        if zone is not None and system.zone is not None and zone != system.zone:
            raise CrsNameConflict(layer, name, zone, system.title)


def compare_digits(layer: str, system: crs.Crs, seen: Seen) -> None:
    if seen.kind == "swapped":
        raise AxesSwapped(layer)
    declared = "degrees" if system.kind == "degrees" else "prefixed" if system.prefixed else "bare"
    same_zone = seen.kind != "prefixed" or seen.zone == system.zone
    if seen.kind != declared or not same_zone:
        raise CrsDigitsConflict(layer, system.title, seen.words)


def _compare_place(layer: str, system: crs.Crs, seen: Seen, county: County) -> None:
    lon, lat = _degrees(system.zone, seen, system.prefixed)
    if _inside(lon, lat, county):
        return
    others = [z for z in range(county.zone - 1, county.zone + 2) if z != system.zone]
    fitting = [z for z in others if _inside(*_degrees(z, seen, True), county)] if system.zone else []
    hint = f";如按第 {fitting[0]} 带换算则落在县内" if fitting else ""
    raise OutsideCounty(layer, lon, lat, county.name, hint)


def _degrees(zone: int | None, seen: Seen, prefixed: bool) -> tuple[float, float]:
    if zone is None:
        return seen.x, seen.y
    east = zone * crs.METRES_PER_ZONE + seen.x % crs.METRES_PER_ZONE if prefixed else seen.x + zone * 1e6
    lon, lat = crs.to_degrees(zone).transform(east, seen.y)
    return float(lon), float(lat)


def _inside(lon: float, lat: float, county: County) -> bool:
    if county.bounds is None:
        return True
    west, south, east, north = county.bounds
    room = _ROUND_THE_COUNTY
    return west - room <= lon <= east + room and south - room <= lat <= north + room
