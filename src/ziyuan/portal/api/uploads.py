"""断点续传: uploads in parts by offset, with the meaning of tus (create, HEAD, PATCH, DELETE)."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Field, Router, Schema, Status

from ziyuan.onemap import service as onemap
from ziyuan.portal.api.common import actor
from ziyuan.portal.errors import BadRequest

router = Router(tags=["断点续传"])
VERSION = "1.0.0"


class OrderIn(Schema):
    """What is delivered: mandate, county, period, kind, the file's name and size, and answers to the guards."""

    mandate: str = "survey_county"
    county: str
    period: str
    kind: str = "full"
    name: str = Field(max_length=200)
    size: int = Field(ge=0, le=1 << 50)
    sm3: str = Field("", pattern="^([0-9a-fA-F]{64})?$")
    comment: str = Field("", max_length=2000)
    against: str = Field("", max_length=60)
    layers: list[str] = Field(default_factory=list, max_length=100)
    villages: list[str] = Field(default_factory=list, max_length=2000)
    encoding: str = Field("", max_length=20)
    crs: str | int | None = None
    members: dict[str, str] = Field(default_factory=dict)
    columns: dict[str, dict[str, str]] = Field(default_factory=dict)
    command: str = Field("", max_length=80)


@router.post("", response={201: Any}, summary="开始上传")
def begin(request: HttpRequest, body: OrderIn, response: HttpResponse) -> Any:
    told = body.dict()
    command = told.pop("command")
    for name in ("layers", "villages"):
        told[name] = tuple(told[name])
    upload = onemap.deliveries.uploads.begin(actor(request), onemap.deliveries.Order(**told), command)
    _mark(response, upload)
    response["Location"] = f"/api/uploads/{upload.pk}"
    return Status(201, onemap.deliveries.uploads.told(upload))


@router.get("", summary="未传完的上传")
def listing(request: HttpRequest, county: str = "") -> Any:
    found = onemap.deliveries.uploads.listing(actor(request), county)
    return {"items": [onemap.deliveries.uploads.told(u) for u in found]}


@router.api_operation(["GET", "HEAD"], "/{upload}", summary="已接收到哪里")
def where(request: HttpRequest, upload: str, response: HttpResponse) -> Any:
    found = onemap.deliveries.uploads.find(actor(request), upload)
    _mark(response, found)
    response["Cache-Control"] = "no-store"
    return onemap.deliveries.uploads.told(found)


@router.patch("/{upload}", response={204: None}, summary="接着上传一段")
def append(request: HttpRequest, upload: str, response: HttpResponse) -> Any:
    offset, length = (_number(request, name) for name in ("Upload-Offset", "Content-Length"))
    if offset is None:
        raise BadRequest({"Upload-Offset": "必填,非负整数"})
    checksum = request.headers.get("Upload-Checksum", "")
    found = onemap.deliveries.uploads.append(actor(request), upload, offset, request, checksum, length)
    _mark(response, found)
    return Status(204, None)


@router.delete("/{upload}", response={204: None}, summary="取消上传")
def terminate(request: HttpRequest, upload: str, response: HttpResponse) -> Any:
    onemap.deliveries.uploads.terminate(actor(request), upload)
    response["Tus-Resumable"] = VERSION
    return Status(204, None)


def _mark(response: HttpResponse, upload: Any) -> None:
    response["Tus-Resumable"] = VERSION
    response["Upload-Offset"] = str(upload.offset)
    response["Upload-Length"] = str(upload.size)
    response["Upload-Expires"] = f"{upload.expires:%Y-%m-%dT%H:%M:%S%z}"


def _number(request: HttpRequest, name: str) -> int | None:
    text = request.headers.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 18 else None
