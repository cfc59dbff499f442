"""一张图: layers, features, identify, statistics, changes, tiles, export."""

from datetime import date, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from ziyuan.kernel import service as kernel
from ziyuan.onemap import service as onemap
from ziyuan.portal.api.common import actor, attachment, temporary

router = Router(tags=["一张图"])


@router.get("/layers", summary="图层目录")
def layers(request: HttpRequest) -> Any:
    return onemap.layers(_reader(request))


@router.get("/outlines.geojson", summary="示例行政区轮廓")
def outlines(request: HttpRequest) -> Any:
    return onemap.outlines(actor(request))


@router.get("/layers/{layer}/features", summary="要素分页")
def features(
    request: HttpRequest,
    layer: str,
    county: str | None = None,
    bbox: str | None = None,
    asof: date | None = None,
    known: str | None = None,
    where: str | None = None,
    q: str | None = None,
    after: str | None = None,
    limit: int = Query(100, ge=1, le=2000),
) -> Any:
    return onemap.features(
        _reader(request), layer, county=county, bbox=bbox, asof=asof, known=_known(known), where=where, q=q, after=after,
        limit=limit,
    )  # fmt: skip


@router.get("/layers/{layer}/features/{county}/{key}", summary="一个要素及其历史")
def feature(
    request: HttpRequest, layer: str, county: str, key: str, asof: date | None = None, known: str | None = None
) -> Any:
    return onemap.feature(_reader(request), layer, county, key, asof=asof, known=_known(known))


@router.get("/layers/{layer}/identify", summary="点查")
def identify(
    request: HttpRequest, layer: str, lon: float, lat: float, asof: date | None = None, known: str | None = None
) -> Any:
    return onemap.identify(_reader(request), layer, lon, lat, asof=asof, known=_known(known))


@router.get("/layers/{layer}/count", summary="要素数")
def count(
    request: HttpRequest, layer: str, county: str | None = None, asof: date | None = None, known: str | None = None
) -> Any:
    return onemap.count(_reader(request), layer, county=county, asof=asof, known=_known(known))


@router.get("/layers/{layer}/statistics", summary="分类面积")
def statistics(
    request: HttpRequest,
    layer: str,
    county: str | None = None,
    asof: date | None = None,
    by: str = "class",
    known: str | None = None,
) -> Any:
    return onemap.statistics(_reader(request), layer, county=county, asof=asof, group=by, known=_known(known))


@router.get("/layers/{layer}/statistics.csv", summary="分类面积(表格)")
def statistics_csv(
    request: HttpRequest,
    layer: str,
    county: str | None = None,
    asof: date | None = None,
    by: str = "class",
    known: str | None = None,
) -> HttpResponse:
    body = onemap.statistics_csv(_reader(request), layer, county=county, asof=asof, group=by, known=_known(known))
    return attachment(body, f"分类面积-{county or '全部'}-{asof or kernel.today()}.csv", "text/csv; charset=utf-8")


@router.get("/layers/{layer}/changes", summary="两时点之间的变化")
def changes(
    request: HttpRequest,
    layer: str,
    county: str,
    start: str = Query(..., alias="from"),
    end: str = Query(..., alias="to"),
    after: str | None = None,
    limit: int = Query(100, ge=1, le=2000),
    known: str | None = None,
) -> Any:
    return onemap.changes(_reader(request), layer, county, start, end, after=after, limit=limit, known=_known(known))


@router.get("/layers/{layer}/flow", summary="地类流量矩阵")
def flow(
    request: HttpRequest,
    layer: str,
    start: str = Query(..., alias="from"),
    end: str = Query(..., alias="to"),
    county: str | None = None,
    region: str | None = None,
    level: str = "class",
    known: str | None = None,
) -> Any:
    seen = _known(known)
    return onemap.flow_table(_reader(request), layer, county, start, end, region=region, level=level, known=seen)


@router.get("/layers/{layer}/flow.csv", summary="地类流量矩阵(表格)")
def flow_csv(
    request: HttpRequest,
    layer: str,
    start: str = Query(..., alias="from"),
    end: str = Query(..., alias="to"),
    county: str | None = None,
    region: str | None = None,
    level: str = "class",
    known: str | None = None,
) -> HttpResponse:
    seen = _known(known)
    told = onemap.flow_table(_reader(request), layer, county, start, end, region=region, level=level, known=seen)
    name = f"地类流量-{county or region or '全部'}-{start}-{end}.csv"
    return attachment(onemap.flow_csv(told), name, "text/csv; charset=utf-8")


@router.get("/layers/{layer}/tiles/{z}/{x}/{y}.mvt", summary="矢量瓦片(EPSG:4490)")
def tile(
    request: HttpRequest, layer: str, z: int, x: int, y: int, asof: date | None = None, known: str | None = None
) -> HttpResponse:
    made = onemap.tile(_reader(request), layer, z, x, y, asof=asof, known=_known(known))
    if request.headers.get("If-None-Match") == f'"{made.etag}"':
        return HttpResponse(status=304)
    response = HttpResponse(made.body, content_type="application/vnd.mapbox-vector-tile")
    response["ETag"] = f'"{made.etag}"'
    response["Cache-Control"] = "private, max-age=0, must-revalidate"
    return response


@router.get("/layers/{layer}/export", summary="导出")
def export(
    request: HttpRequest,
    layer: str,
    county: str,
    asof: date | None = None,
    format: str = "gpkg",
    known: str | None = None,
) -> HttpResponse:
    who = actor(request)
    kernel.require(who, "map.export", county)
    made = onemap.export(who, layer, county, asof=asof, format=format, known=_known(known))
    kernel.record(who, "map.exported", on=("layer", layer), county=county, asof=asof, known=known, format=format)
    return temporary(made.path, made.name, made.media)


def _known(text: str | None) -> datetime | None:
    """A record moment, or a day for its end. Raises BadMoment."""
    return onemap.edition_pages.known_moment(text)


def _reader(request: HttpRequest) -> kernel.Actor:
    who = actor(request)
    kernel.require(who, "map.read")
    return who
