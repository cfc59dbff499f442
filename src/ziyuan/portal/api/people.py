"""组织机构、人员、岗位、委托代理."""

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from ninja import Field, File, Form, Query, Router, Schema
from ninja.files import UploadedFile

from ziyuan.kernel import service as kernel
from ziyuan.portal.api.common import actor, attachment, stored, uploaded
from ziyuan.workflow import service as workflow

router = Router(tags=["组织机构"])
proxies_router = Router(tags=["委托代理"])
_DAY = Query(None, description="按这一天;缺省为今天")


class UnitIn(Schema):
    """设立单位."""

    code: str = Field("", description="单位编号,设立后不变")
    name: str = ""
    kind: str = Field("division", description="organ 机关、division 处室、station 所、external 外部单位")
    parent: str = Field("", description="上级单位编号;省级机关、外部单位不填")
    region: str = Field("", description="行政区;处室和所随上级单位,不填")
    since: date | None = Field(None, description="设立日期")
    reason: str = Field("", description="理由或文号")


class NameIn(Schema):
    """单位更名."""

    name: str = ""
    since: date | None = None
    reason: str = ""


class ParentIn(Schema):
    """单位划转."""

    parent: str = ""
    since: date | None = None
    reason: str = ""


class CloseIn(Schema):
    """撤销单位."""

    until: date | None = Field(None, description="最后存续日期")
    reason: str = ""


class PersonIn(Schema):
    """登记人员."""

    user: str = ""
    name: str = ""
    unit: str = ""
    since: date | None = None
    reason: str = ""


class MoveIn(Schema):
    """调整处室,或启用账号."""

    unit: str = ""
    since: date | None = None
    reason: str = ""


class LeaveIn(Schema):
    """停用账号."""

    reason: str = ""
    hand_on: bool = Field(False, description="确认待办留给继任者")


class ReasonIn(Schema):
    """An act that gives its reason."""

    reason: str = ""


class PostIn(Schema):
    """任命岗位."""

    person: int = 0
    unit: str = ""
    role: str = ""
    title: str = Field("", description="职务,如“用途管制处处长”")
    head: bool = Field(False, description="单位负责人")
    rank: str = ""
    since: date | None = None
    until: date | None = None
    reason: str = ""


class EndIn(Schema):
    """免去岗位."""

    until: date | None = Field(None, description="最后任职日期")
    reason: str = ""
    hand_on: bool = Field(False, description="确认待办留给继任者")


class ProxyIn(Schema):
    """委托代理."""

    proxy: int = 0
    since: date | None = None
    until: date | None = None
    reason: str = ""
    matters: list[str] = Field(default_factory=list, description="事项;不填为全部")


@router.get("/organisation", summary="组织机构树")
def organisation(request: HttpRequest, day: date | None = _DAY, region: str = "", q: str = "") -> Any:
    return kernel.organisation(actor(request), day=day, place=region, q=q)


@router.get("/organisation.csv", summary="组织机构(表格)")
def organisation_csv(request: HttpRequest, day: date | None = _DAY, region: str = "") -> HttpResponse:
    body = kernel.organisation_csv(actor(request), day=day, place=region)
    return attachment(body, f"组织机构-{day or kernel.today()}.csv", "text/csv; charset=utf-8")


@router.get("/organisation/changes", summary="机构人员变更记录")
def changes(request: HttpRequest, unit: str = "", region: str = "", after: str | None = None) -> Any:
    return kernel.organ_changes(actor(request), unit=unit, place=region, after=after)


@router.post("/units", summary="设立单位")
def add_unit(request: HttpRequest, body: UnitIn) -> Any:
    who, told = actor(request), body.dict()
    made = kernel.add_organ(who, place=told.pop("region"), **told)
    return kernel.unit_record(who, made.code)


@router.get("/units/{unit}", summary="单位")
def unit(request: HttpRequest, unit: str, day: date | None = _DAY) -> Any:
    return kernel.unit_record(actor(request), unit, day=day)


@router.get("/units/{unit}/staff", summary="机关的人员")
def staff(request: HttpRequest, unit: str, q: str = "") -> Any:
    return {"items": kernel.staff_of(actor(request), organ=unit, q=q)}


@router.post("/units/{unit}/name", summary="单位更名")
def rename_unit(request: HttpRequest, unit: str, body: NameIn) -> Any:
    who = actor(request)
    kernel.rename_organ(who, unit, **body.dict())
    return kernel.unit_record(who, unit)


@router.post("/units/{unit}/parent", summary="单位划转")
def move_unit(request: HttpRequest, unit: str, body: ParentIn) -> Any:
    who = actor(request)
    kernel.move_organ(who, unit, **body.dict())
    return kernel.unit_record(who, unit)


@router.post("/units/{unit}/close", summary="撤销单位")
def close_unit(request: HttpRequest, unit: str, body: CloseIn) -> Any:
    who = actor(request)
    kernel.close_organ(who, unit, **body.dict())
    return kernel.unit_record(who, unit)


@router.post("/people", summary="登记人员")
def enter_person(request: HttpRequest, body: PersonIn) -> Any:
    made, password = kernel.enter_person(actor(request), **body.dict())
    return {"id": made.pk, "user": made.user, "name": made.name, "password": password}


@router.post("/people/{person}/unit", summary="调整处室")
def move_person(request: HttpRequest, person: int, body: MoveIn) -> Any:
    kernel.move_person(actor(request), person, **body.dict())
    return {"ok": True}


@router.post("/people/{person}/deactivate", summary="停用账号")
def deactivate_person(request: HttpRequest, person: int, body: LeaveIn) -> Any:
    kernel.deactivate_person(actor(request), person, **body.dict())
    return {"ok": True}


@router.post("/people/{person}/reactivate", summary="启用账号")
def reactivate_person(request: HttpRequest, person: int, body: MoveIn) -> Any:
    kernel.reactivate_person(actor(request), person, unit=body.unit, reason=body.reason)
    return {"ok": True}


@router.post("/people/{person}/password", summary="重置口令")
def reset_password(request: HttpRequest, person: int, body: ReasonIn) -> Any:
    return {"password": kernel.reset_password(actor(request), person, reason=body.reason)}


@router.post("/posts", summary="任命岗位")
def appoint(request: HttpRequest, body: PostIn) -> Any:
    who = actor(request)
    made = kernel.appoint(who, **body.dict())
    return kernel.unit_record(who, made.unit_id)


@router.post("/posts/{post}/end", summary="免去岗位")
def end_post(request: HttpRequest, post: int, body: EndIn) -> Any:
    kernel.end_post(actor(request), post, **body.dict())
    return {"ok": True}


@proxies_router.get("", summary="我的委托")
def proxies(request: HttpRequest) -> Any:
    return {"items": workflow.proxies_of(actor(request))}


@proxies_router.get("/eligible", summary="可委托的人")
def eligible(request: HttpRequest) -> Any:
    who = actor(request)
    return {"items": workflow.eligible(who), "matters": [{"id": m.key, "title": m.title} for m in kernel.matters()]}


@proxies_router.post("", summary="委托代理")
def give_proxy(request: HttpRequest, body: Form[ProxyIn], letter: File[UploadedFile | None] = None) -> Any:
    who = actor(request)
    name = (letter.name or "") if letter else ""
    workflow.give_proxy(who, **body.dict(), letter=uploaded(letter) if letter else None, letter_name=name)
    return {"items": workflow.proxies_of(who)}


@proxies_router.post("/{proxy}/end", summary="终止委托")
def end_proxy(request: HttpRequest, proxy: int, body: ReasonIn) -> Any:
    who = actor(request)
    workflow.end_proxy(who, proxy, reason=body.reason)
    return {"items": workflow.proxies_of(who)}


@proxies_router.get("/{proxy}/letter", summary="委托书")
def letter(request: HttpRequest, proxy: int) -> HttpResponseBase:
    file, name = workflow.proxy_letter(actor(request), proxy)
    return stored(file, name)
