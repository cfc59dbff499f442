"""目录: catalogue tree, metadata, duty table, due dates, bulletins, lineage and impact, search."""

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Field, Query, Router, Schema

from ziyuan.onemap import service as onemap
from ziyuan.portal.api.common import actor, attachment

router = Router(tags=["目录"])
_room = onemap.catalogue


class DueIn(Schema):
    """The last day of a delivery, with the paper that says so."""

    mandate: str
    period: str
    due: date
    source: str = Field("", max_length=200)


class NoteIn(Schema):
    """What a person writes about a layer."""

    purpose: str = Field("", max_length=2000)
    limits: str = Field("", max_length=2000)
    keywords: list[str] = Field(default_factory=list, max_length=20)


class MonthIn(Schema):
    month: str
    remark: str = Field("", max_length=4000)


class WordsIn(Schema):
    text: str = Field("", max_length=4000)


@router.get("/catalogue", summary="目录树:类、库、层")
def tree(request: HttpRequest) -> Any:
    return {"items": _room.tree(actor(request))}


@router.get("/catalogue/search", summary="查找图层、字段、代码、行政区")
def search(request: HttpRequest, q: str, kind: str | None = None, limit: int = Query(20, ge=1, le=100)) -> Any:
    return _room.search(actor(request), q, kind=kind, limit=limit)


@router.get("/catalogue/layers/{layer}", summary="图层的元数据")
def metadata(request: HttpRequest, layer: str, county: str = "") -> Any:
    return _room.metadata(actor(request), layer, county)


@router.put("/catalogue/layers/{layer}", summary="填写用途和使用限制")
def describe(request: HttpRequest, layer: str, body: NoteIn) -> Any:
    who = actor(request)
    _room.describe(who, layer, body.purpose, body.limits, body.keywords)
    return _room.metadata(who, layer)


@router.get("/catalogue/duty", summary="应汇交清单")
def duty(request: HttpRequest, state: str | None = None, within: str | None = None, period: str | None = None) -> Any:
    found = _room.owed(actor(request), within=within, state=state)
    return {"items": [each.to_json() for each in found if period in (None, each.period)]}


@router.post("/catalogue/due-dates", summary="公布汇交期限")
def announce(request: HttpRequest, body: DueIn) -> Any:
    made = _room.announce_due(actor(request), body.mandate, body.period, body.due, body.source)
    return {"mandate": made.mandate, "period": made.period, "due": made.due, "source": made.source}


@router.get("/lineage", summary="数据从哪里来")
def lineage(request: HttpRequest, of: str) -> Any:
    return _room.lineage(actor(request), of)


@router.get("/impact", summary="什么建立在它之上")
def impact(request: HttpRequest, of: str) -> Any:
    return _room.impact(actor(request), of)


@router.get("/bulletins", summary="通报列表")
def bulletins(request: HttpRequest) -> Any:
    return {"items": _room.bulletins(actor(request))}


@router.post("/bulletins", summary="编制通报")
def make(request: HttpRequest, body: MonthIn) -> Any:
    who = actor(request)
    return _room.bulletin(who, _room.make_bulletin(who, body.month, body.remark).pk)


@router.get("/bulletins/{bulletin}", summary="一份通报")
def bulletin(request: HttpRequest, bulletin: int) -> Any:
    return _room.bulletin(actor(request), bulletin)


@router.post("/bulletins/{bulletin}/actions/{action}", summary="审核、签发、发布、退回、重新编制、作废")
def act(request: HttpRequest, bulletin: int, action: str, body: WordsIn) -> Any:
    who = actor(request)
    if action == "remake":
        _room.remake_bulletin(who, bulletin, body.text)
    else:
        _room.act_on_bulletin(who, bulletin, action, body.text)
    return _room.bulletin(who, bulletin)


@router.post("/bulletins/{bulletin}/replies/{kind}", summary="签收或提出异议")
def reply(request: HttpRequest, bulletin: int, kind: str, body: WordsIn) -> Any:
    who = actor(request)
    _room.reply_to_bulletin(who, bulletin, kind, body.text)
    return _room.bulletin(who, bulletin)


@router.post("/bulletins/objections/{objection}/answer", summary="答复异议")
def answer(request: HttpRequest, objection: int, body: WordsIn) -> Any:
    made = _room.answer_objection(actor(request), objection, body.text)
    return {"id": made.pk, "answer": made.answer, "answered_by": made.answered_by}


@router.get("/bulletins/{bulletin}/rows", summary="通报中一个数字的明细")
def rows(request: HttpRequest, bulletin: int, figure: str, region: str) -> Any:
    return {"items": _room.bulletin_rows(actor(request), bulletin, figure, region)}


@router.get("/bulletins/{bulletin}/bulletin.pdf", summary="通报 PDF")
def paper(request: HttpRequest, bulletin: int) -> HttpResponse:
    body, name = _room.bulletin_pdf(actor(request), bulletin)
    return attachment(body, name, "application/pdf", inline=True)
