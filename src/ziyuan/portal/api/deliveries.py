"""汇交: deliveries, findings, reports, control areas."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import File, Form, Query, Router
from ninja.files import UploadedFile

from ziyuan.kernel import errors
from ziyuan.kernel import service as kernel
from ziyuan.onemap import service as onemap
from ziyuan.portal.api.common import ActionIn, actor, attachment, uploaded

router = Router(tags=["汇交"])
control_router = Router(tags=["控制面积"])
_ACTS = {"accept": "accept", "return": "return_", "withdraw": "withdraw", "forward": "forward"}


@router.get("", summary="汇交列表")
def listing(
    request: HttpRequest,
    state: str | None = None,
    q: str | None = None,
    county: str | None = None,
    period: str | None = None,
    after: str | None = None,
    limit: int = Query(50, ge=1, le=200),
) -> Any:
    return onemap.deliveries.listing(
        actor(request), state=state, q=q, county=county, period=period, after=after, limit=limit
    )


@router.get("/expected", summary="应汇交清单")
def expected(request: HttpRequest) -> Any:
    return onemap.deliveries.expected(actor(request))


@router.post("", summary="汇交一个数据包")
def deliver(
    request: HttpRequest,
    file: File[UploadedFile],
    county: Form[str],
    period: Form[str],
    command: str = Form("", max_length=80),
    encoding: Form[str] = "",
    crs: Form[str] = "",
) -> Any:
    who = actor(request)
    made = onemap.deliveries.submit(
        who, (county, period), uploaded(file), file.name or "未命名", command, encoding=encoding or None, crs=crs or None
    )
    return onemap.deliveries.detail(who, made.pk)


@router.get("/{delivery}", summary="一次汇交")
def detail(request: HttpRequest, delivery: int) -> Any:
    return onemap.deliveries.detail(actor(request), delivery)


@router.post("/{delivery}/actions/{action}", summary="接收、退回、撤回、转报")
def act(request: HttpRequest, delivery: int, action: str, body: ActionIn) -> Any:
    who = actor(request)
    verb = _ACTS.get(action)
    if verb is None:
        raise errors.NotFound("动作", action)
    getattr(onemap.deliveries, verb)(who, delivery, body.opinion, body.command)
    return onemap.deliveries.detail(who, delivery)


@router.get("/{delivery}/findings", summary="问题清单")
def findings(
    request: HttpRequest,
    delivery: int,
    rule: str | None = None,
    severity: str | None = None,
    layer: str | None = None,
    q: str | None = None,
    after: str | None = None,
    limit: int = Query(100, ge=1, le=1000),
) -> Any:
    return onemap.deliveries.findings(
        actor(request), delivery, rule=rule, severity=severity, layer=layer, q=q, after=after, limit=limit
    )


@router.get("/{delivery}/findings.geojson", summary="问题图层")
def findings_geojson(request: HttpRequest, delivery: int) -> Any:
    return onemap.deliveries.findings_geojson(actor(request), delivery)


@router.get("/{delivery}/findings.gpkg", summary="错误图层 GeoPackage")
def findings_gpkg(request: HttpRequest, delivery: int) -> HttpResponse:
    body, name = onemap.deliveries.error_layer(actor(request), delivery)
    return attachment(body, name, "application/geopackage+sqlite3")


@router.get("/{delivery}/report.pdf", summary="质检报告")
def report(request: HttpRequest, delivery: int) -> HttpResponse:
    body, name = onemap.deliveries.report_pdf(actor(request), delivery)
    return attachment(body, name, "application/pdf", inline=True)


@router.get("/{delivery}/preview.geojson", summary="汇交要素预览")
def preview(request: HttpRequest, delivery: int, layer: str, bbox: str) -> Any:
    return onemap.deliveries.preview(actor(request), delivery, layer, bbox)


@control_router.get("", summary="控制面积")
def control_areas(request: HttpRequest, county: str | None = None, edition: str | None = None) -> Any:
    who = actor(request)
    kernel.require(who, "control_area.read")
    return onemap.deliveries.control_areas(who, county=county, edition=edition)


@control_router.post("", summary="登记控制面积")
def register(request: HttpRequest, file: File[UploadedFile]) -> dict[str, int]:
    who = actor(request)
    kernel.require(who, "control_area.register")
    return {"registered": onemap.deliveries.register_control_areas(file.read(), who)}
