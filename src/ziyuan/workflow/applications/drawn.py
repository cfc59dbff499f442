"""A site drawn on a map: brought to the county's zone, written as boundary-point text, and read like any other text.

One road for both: what is drawn passes the same reader, the same checks and the same confirmation as a file.
"""

import json
import re
from typing import Any

import shapely
from shapely.errors import ShapelyError
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from ziyuan.base import crs
from ziyuan.base.errors import UserError
from ziyuan.base.geometry import PlaneShape
from ziyuan.kernel import errors
from ziyuan.kernel import service as kernel
from ziyuan.onemap import service as onemap
from ziyuan.workflow.applications.draft import read_site
from ziyuan.workflow.cases.models import Application
from ziyuan.workflow.errors import DrawingUnreadable, SiteUnreadable

MOST_BYTES = 500_000
MOST_POINTS = 5_000
NAME = "图上绘制"
_LINES = re.compile(r"第 [0-9]+ 行:|\(第 [0-9]+ 行\)")  # a drawing has no lines to look up


def read_drawn_site(by: kernel.Actor, number: int, drawn: str) -> dict[str, Any]:
    """Read a GeoJSON polygon in EPSG:4490 (longitude, latitude); nothing is taken before `confirm_site`.

    Vertices are kept to the millimetre, as in the text that is offered for download. Raises DrawingUnreadable.
    """
    with kernel.acting(by):
        kernel.require(by, "application.make")
        text = _text(_in_its_zone(_geometry(drawn), by), "用地范围")
        try:
            return read_site(by, number, text, NAME)
        except SiteUnreadable as refused:
            told = [f"{p['message']}{p['remedy']}" for p in refused.facts["problems"]]  # type: ignore[attr-defined]
            raise DrawingUnreadable(_LINES.sub("", "".join(told))) from refused


def _geometry(drawn: str) -> BaseGeometry:
    if len(drawn) > MOST_BYTES:
        raise DrawingUnreadable(f"图形超过 {MOST_POINTS} 个顶点")
    try:
        geometry = shape(json.loads(drawn))
    except (ValueError, TypeError, KeyError, AttributeError, IndexError, RecursionError, ShapelyError) as wrong:
        raise DrawingUnreadable("没有读到完整的图形") from wrong
    if geometry.geom_type not in ("Polygon", "MultiPolygon") or geometry.is_empty:
        raise DrawingUnreadable("用地范围应是闭合的面")
    points = shapely.get_num_coordinates(geometry)
    if points > MOST_POINTS:
        raise DrawingUnreadable(f"图形有 {points} 个顶点,最多 {MOST_POINTS} 个")
    west, south, east, north = geometry.bounds
    if not (73 < west <= east < 136 and 3 < south <= north < 54):
        raise DrawingUnreadable("坐标不在中国范围内")
    return geometry


def _in_its_zone(geometry: BaseGeometry, by: kernel.Actor) -> PlaneShape:
    """The shape in the zone its county keeps; the county with the largest share decides."""
    try:
        near = PlaneShape.from_4490(geometry, crs.zone_of_lon(geometry.centroid.x))
        counties = onemap.counties_of(near, on=kernel.today(), by=by)
    except UserError as wrong:
        raise DrawingUnreadable(str(wrong)) from wrong
    if not counties:
        raise DrawingUnreadable("图形不在安徽省任何县(市、区)内")
    zone = kernel.region(counties[0].code).zone or near.zone
    return near if zone == near.zone else PlaneShape.from_4490(geometry, zone)


def _text(site: PlaneShape, name: str) -> bytes:
    parcel = onemap.Parcel(no="DK1", name=name, shape=site, area_m2=site.area_official())
    return onemap.write_boundary([parcel], made=kernel.today())


def application_boundary(by: kernel.Actor, number: int) -> bytes:
    """The site that waits for confirmation, else the confirmed one, as boundary-point text. Raises NotFound."""
    with kernel.acting(by):
        row = Application.objects.filter(pk=number, applicant=by.person or 0).first()
        known = row and (row.pending["site"] if row.pending else row.site)
        if row is None or not known:
            raise errors.NotFound("申报的用地范围", number)
        return _text(PlaneShape.from_json(known), str(row.form.get("project_name") or "用地范围"))


def site_geojson(site: dict[str, Any] | None) -> dict[str, Any] | None:
    """A site as a GeoJSON geometry in EPSG:4490, for the drawing map to begin with."""
    return shapely.geometry.mapping(PlaneShape.from_json(site).to_4490()) if site else None
