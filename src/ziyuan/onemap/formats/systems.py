"""The coordinate system of a layer in a conversion: ours (CGCS2000) or any other that has a definition."""

from dataclasses import dataclass

import pyproj

from ziyuan.base import crs


@dataclass(frozen=True)
class System:
    """`text` is what writers take (`EPSG:n` or WKT); `ours` is set for the systems of the trade."""

    text: str
    title: str
    epsg: int | None
    geographic: bool
    ours: crs.Crs | None = None


def system_of(declared: str, *, where: str = "") -> System:
    """The system declared by `EPSG:n`, WKT or PROJJSON.

    Raises OldDatum for Xian 1980 and Beijing 1954 (no parameter set, no use), CrsMissing for unreadable text.
    """
    try:
        ours = crs.identify(declared, where=where)
        return System(f"EPSG:{ours.epsg}", ours.title, ours.epsg, ours.zone is None, ours)
    except crs.CrsNotUsable:
        found = pyproj.CRS.from_user_input(declared)
    epsg = found.to_epsg()
    return System(f"EPSG:{epsg}" if epsg else found.to_wkt(), found.name, epsg, found.is_geographic)
