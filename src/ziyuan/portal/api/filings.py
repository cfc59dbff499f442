"""任务书、直报备案、接口接入、回执核验."""

from datetime import date
from functools import partial
from typing import Any

from django.http import HttpRequest
from ninja import Field, File, Form, Router, Schema
from ninja.files import UploadedFile

from ziyuan.kernel import service as kernel
from ziyuan.onemap import errors
from ziyuan.onemap import service as onemap
from ziyuan.portal.api.common import actor
from ziyuan.portal.errors import TooLarge
from ziyuan.portal.session import note_afterwards

mandates_router = Router(tags=["任务书"])
filings_router = Router(tags=["直报备案"])
feeds_router = Router(tags=["接口接入"])
receipts_router = Router(tags=["回执"])
_TEXT_MB = 5


class FilingIn(Schema):
    """One record: the fields of its layer, its shape (none for a table), and the day since when it is true."""

    mandate: str
    county: str
    layer: str
    attributes: dict[str, Any]
    geometry: dict[str, Any] | None = None
    valid_from: date
    period: str = ""
    comment: str = Field("", max_length=2000)
    command: str = Field("", max_length=80)


class FeedIn(Schema):
    """Where a mandate's data of a county comes from, each `every` hours."""

    mandate: str
    county: str
    location: str = Field(max_length=400)
    every: int = Field(24, ge=1, le=8784)
    active: bool = True


class ReceiptIn(Schema):
    """A receipt as its holder shows it."""

    receipt: dict[str, Any]


@mandates_router.get("", summary="任务书")
def mandates(request: HttpRequest) -> Any:
    return {"items": onemap.deliveries.mandates_told(actor(request))}


@mandates_router.get("/{mandate}/start", summary="下一次汇交从何开始")
def start(request: HttpRequest, mandate: str, county: str) -> Any:
    return onemap.deliveries.start(actor(request), mandate, county)


@mandates_router.get("/{mandate}/form", summary="备案表单")
def form(request: HttpRequest, mandate: str, layer: str) -> Any:
    return onemap.deliveries.form(actor(request), mandate, layer)


@filings_router.post("", summary="备案一条记录")
def file_record(request: HttpRequest, body: FilingIn) -> Any:
    who = actor(request)
    period = body.period or str(body.valid_from.year)
    order = onemap.deliveries.Order(body.county, period, body.mandate, "filing", comment=body.comment)
    made = onemap.deliveries.file_record(
        who, order, body.layer, body.attributes, body.geometry, body.valid_from, body.command
    )
    return onemap.deliveries.detail(who, made.pk)


@filings_router.post("/outline", summary="读取备案范围的界址点")
def outline(request: HttpRequest, file: File[UploadedFile], county: Form[str]) -> Any:
    """What a boundary text holds, with its problems; nothing is stored."""
    who = actor(request)
    kernel.require(who, "delivery.submit")
    if (file.size or 0) > _TEXT_MB << 20:
        raise TooLarge("界址点坐标文件", _TEXT_MB)
    return onemap.deliveries.read_record_outline(who, county, file.read())


@feeds_router.get("", summary="接入清单")
def feeds(request: HttpRequest) -> Any:
    return {"items": onemap.deliveries.feeds(actor(request))}


@feeds_router.post("", summary="登记接入")
def register(request: HttpRequest, body: FeedIn) -> Any:
    who = actor(request)
    kernel.require(who, "feed.register")
    made = onemap.deliveries.register_feed(who, body.mandate, body.county, body.location, body.every, active=body.active)
    return next(f for f in onemap.deliveries.feeds(who) if f["id"] == made.pk)


@feeds_router.post("/{feed}/fetch", summary="立即取数")
def fetch(request: HttpRequest, feed: int) -> Any:
    who = actor(request)
    kernel.require(who, "feed.register")
    try:
        made = onemap.deliveries.fetch_now(who, feed)
    except (errors.FeedFailed, errors.FeedPlaceRefused) as wrong:
        note_afterwards(request, partial(onemap.deliveries.note_feed_fault, feed, wrong))
        raise
    return {"unchanged": True} if made is None else onemap.deliveries.detail(who, made.pk)


@receipts_router.post("/verify", summary="核验回执")
def verify(request: HttpRequest, body: ReceiptIn) -> dict[str, Any]:
    return onemap.deliveries.verdict_on(actor(request), body.receipt)
