"""The outline of a record to be filed, read from boundary points (界址点 TXT): shown first, taken when it is filed."""

from typing import Any

from ziyuan.kernel import service as kernel
from ziyuan.onemap.deliveries.job import county_of
from ziyuan.onemap.formats import read_boundary
from ziyuan.onemap.services.outlines import outline


def read_record_outline(by: kernel.Actor, county: str, data: bytes) -> dict[str, Any]:
    """What a boundary text says, for the filing form; bad text is told in `problems`, nothing is stored.

    `geometry` is the shape in plane integers of the text's own zone, as `file_record` takes it exactly; `geojson` is the
    same in degrees (EPSG:4490) for the map. Both are None while there is an error.
    Raises kernel.NotAllowed.
    """
    kernel.require(by, "delivery.submit", region=county)
    read = read_boundary(data, county=county_of(county), county_outline=outline(county))
    shape = read.shape
    return {
        "geometry": shape.to_json() if shape else None,
        "geojson": shape.to_4490().__geo_interface__ if shape else None,
        "shown": read.shown,
        "problems": [
            {"severity": p.severity, "line": p.line, "code": p.code, "message": p.message, "remedy": p.remedy}
            for p in read.problems
        ],
    }
