"""版本: lists, proofs, rollback and withdrawal, kinship, changeset packages."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import File, Form, Query, Router, Schema
from ninja.files import UploadedFile

from ziyuan.kernel import service as kernel
from ziyuan.onemap import service as onemap
from ziyuan.portal.api.common import actor, attachment, uploaded

router = Router(tags=["版本"])
_CHUNK = 1 << 20
_ROWS = 500  # changes of a package listed and drawn one by one; the rest is counted


class UndoIn(Schema):
    """Why, what was seen of the impact, and (rollback) from which day on."""

    reason: str = ""
    seen: str = ""
    on: date | None = None


@router.get("/layers/{layer}/editions", summary="版本目录")
def editions(request: HttpRequest, layer: str, county: str | None = None) -> Any:
    return onemap.edition_pages.edition_list(_reader(request), layer, county)


@router.get("/editions/{number}", summary="一个版本")
def edition(request: HttpRequest, number: int) -> Any:
    return onemap.edition_pages.edition(_reader(request), number)


@router.get("/editions/{number}/verify", summary="核验版本")
def verify(request: HttpRequest, number: int) -> Any:
    return onemap.edition_pages.edition_verified(_reader(request), number)


@router.get("/editions/{number}/impact", summary="以此版本为依据的内容")
def impact(request: HttpRequest, number: int) -> Any:
    return onemap.edition_pages.edition_impact(_reader(request), number)


@router.get("/editions/{number}/proof/{key}", summary="要素属于版本的证明")
def proof(request: HttpRequest, number: int, key: str) -> Any:
    return onemap.edition_pages.edition_proof(_reader(request), number, key)


@router.post("/editions/{number}/actions/{act}", summary="撤回或回退")
def undo(request: HttpRequest, number: int, act: str, body: UndoIn) -> Any:
    return onemap.edition_pages.edition_act(actor(request), number, act, reason=body.reason, seen=body.seen, on=body.on)


@router.get("/layers/{layer}/features/{county}/{key}/kinship", summary="图斑沿革")
def kinship(request: HttpRequest, layer: str, county: str, key: str) -> Any:
    return onemap.edition_pages.kinship_of(_reader(request), layer, county, key)


@router.get("/layers/{layer}/changeset", summary="下载增量包")
def changeset(
    request: HttpRequest, layer: str, county: str, start: str = Query("", alias="from"), end: str = Query(..., alias="to")
) -> HttpResponse:
    made = onemap.edition_pages.changeset_file(actor(request), layer, county, start, end)
    return attachment(made.body, made.name, "application/zip")


@router.post("/changesets/inspect", summary="查看增量包")
def inspect(request: HttpRequest, file: File[UploadedFile]) -> Any:
    with _held(file) as path:
        return onemap.edition_pages.inspected(_reader(request), path, _ROWS)


@router.post("/changesets", summary="应用增量包")
def apply(request: HttpRequest, file: File[UploadedFile], delivery_no: str = Form("", max_length=60)) -> Any:
    who = actor(request)
    kernel.require(who, "edition.seal")
    with _held(file) as path:
        return onemap.edition_pages.changeset_applied(who, path, delivery_no)


@contextmanager
def _held(file: UploadedFile) -> Iterator[Path]:
    """The uploaded package as a file of its own, gone afterwards."""
    with tempfile.NamedTemporaryFile(prefix="ziyuan-changeset-", suffix=".zyc") as held:
        stream = uploaded(file)
        while chunk := stream.read(_CHUNK):
            held.write(chunk)
        held.flush()
        yield Path(held.name)


def _reader(request: HttpRequest) -> kernel.Actor:
    who = actor(request)
    kernel.require(who, "map.read")
    return who
