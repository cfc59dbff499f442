"""汇交: deliveries, findings, reports, control areas."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Field, File, Form, Query, Router, Schema
from ninja.files import UploadedFile

from ziyuan.kernel import errors
from ziyuan.kernel import service as kernel
from ziyuan.onemap import service as onemap
from ziyuan.portal.api.common import ActionIn, actor, attachment, stored, uploaded

router = Router(tags=["汇交"])
control_router = Router(tags=["控制面积"])
_ACTS = {"accept": "accept", "return": "return_", "withdraw": "withdraw", "forward": "forward"}


class ChosenIn(Schema):
    """What the list is narrowed to."""

    state: str = ""
    county: str = ""
    period: str = ""
    mandate: str = ""
    kind: str = ""
    q: str = ""


@router.get("", summary="汇交列表")
def listing(
    request: HttpRequest, chosen: Query[ChosenIn], after: str = "", limit: int = Query(50, ge=1, le=200)
) -> Any:
    return onemap.deliveries.listing(actor(request), onemap.deliveries.Chosen(**chosen.dict()), after=after, limit=limit)


@router.get("/export.csv", summary="汇交清单(表格)")
def export(request: HttpRequest, chosen: Query[ChosenIn]) -> HttpResponse:
    body = onemap.deliveries.export_csv(actor(request), onemap.deliveries.Chosen(**chosen.dict()))
    return attachment(body, f"汇交清单-{kernel.today()}.csv", "text/csv; charset=utf-8")


@router.get("/queue", summary="质检队列")
def queue(request: HttpRequest) -> Any:
    return onemap.deliveries.queue(actor(request))


class DeliverIn(Schema):
    """A package sent whole; see `POST /api/uploads` for large ones."""

    county: str
    period: str
    mandate: str = "survey_county"
    kind: str = "full"
    comment: str = Field("", max_length=2000)
    against: str = Field("", max_length=60)
    layers: str = ""
    villages: str = ""
    sm3: str = Field("", pattern="^([0-9a-fA-F]{64})?$")
    encoding: str = ""
    crs: str = ""
    command: str = Field("", max_length=80)


@router.post("", summary="汇交一个数据包")
def deliver(request: HttpRequest, file: File[UploadedFile], body: Form[DeliverIn]) -> Any:
    """The one-part form of an upload: begun, filled and received in one request."""
    who, told = actor(request), body.dict()
    command = told.pop("command")
    for name in ("layers", "villages"):
        told[name] = tuple(part for part in told[name].split(",") if part)
    order = onemap.deliveries.Order(**told)
    name = file.name or "未命名"
    made = onemap.deliveries.submit(who, (order.county, order.period), uploaded(file), name, command, order=order)
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


@router.get("/{delivery}/receipts/{kind}.json", summary="签名回执")
def receipt(request: HttpRequest, delivery: int, kind: str) -> HttpResponse:
    body, name = onemap.deliveries.receipt_file(actor(request), delivery, kind)
    return attachment(body, name, "application/json")


@router.get("/{delivery}/file", summary="原始成果包")
def raw_file(request: HttpRequest, delivery: int) -> Any:
    return stored(onemap.deliveries.raw_file(actor(request), delivery))


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
