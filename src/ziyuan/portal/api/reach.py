"""抄送、催办、督办、提醒: reaching people about a case, what waits in their inbox, and what leaves by the ports."""

from datetime import date
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Field, Query, Router, Schema

from ziyuan.kernel import service as kernel
from ziyuan.portal.api.common import actor
from ziyuan.portal.api.tables import TableIn, table
from ziyuan.workflow import service as workflow

router = Router(tags=["案件"])
supervisions_router = Router(tags=["督办"])
notices_router = Router(tags=["提醒"])
outgoing_router = Router(tags=["运行"])
PersonId = Annotated[int, Field(ge=1, le=2**63 - 1)]


class CopyIn(Schema):
    """抄送或传阅."""

    people: list[PersonId] = Field(default_factory=list, description="收件人的编号,可选的见 copy-targets")
    kind: str = Field("copy", description="copy:抄送;circulate:传阅,请收件人填写意见,不影响办理")
    note: str = Field("", description="附言,可不填")
    command: str = Field("", max_length=80, description="重发时相同,不会重复执行")


class OpinionIn(Schema):
    """传阅意见,或督办的办结意见."""

    opinion: str = Field("", description="意见,必填")
    command: str = Field("", max_length=80, description="重发时相同,不会重复执行")


class UrgeIn(Schema):
    """催办."""

    text: str = Field("", description="催办内容,必填")
    until: date | None = Field(None, description="办理期限,必填,不早于今天")
    command: str = Field("", max_length=80, description="重发时相同,不会重复执行")


class SuperviseIn(Schema):
    """督办."""

    asks: str = Field("", description="督办事项,必填")
    days: int = Field(0, description="反馈期限,工作日,不多于案卷 reach.longest_supervision")
    command: str = Field("", max_length=80, description="重发时相同,不会重复执行")


class ReportIn(Schema):
    """反馈督办."""

    report: str = Field("", description="办理情况,必填")
    command: str = Field("", max_length=80, description="重发时相同,不会重复执行")


class ItemsIn(Schema):
    """What a list of supervision is asked for."""

    state: str = Field("", description="open:待反馈;reported:已反馈;closed:已办结")
    lamp: str = Field("", description="red、yellow、green")
    q: str = Field("", description="编号、项目、督办事项、承办人")
    region: str = Field("", description="承办地区")
    level: str = Field("", description="与 region 同用:统计中按 county、city、province 汇总的那一行")
    matter: str = Field("", description="只看这个事项")
    figure: str = Field("", description="统计的一项:只看这一项所计的督办,如 closed_on_time")
    mine: bool = Field(False, description="只看本人发起的,和离任的前任留下由本人办结的")
    since: date | None = Field(None, description="督办日期自")
    until: date | None = Field(None, description="督办日期至")


class ItemFiguresIn(Schema):
    """What the figures of supervision are asked for; an item counts on the day it was opened."""

    region: str = Field("", description="只看这个承办地区")
    matter: str = Field("", description="只看这个事项")
    level: str = Field("county", description="按 county、city 或 province 汇总")
    matters: bool = Field(False, description="按事项分行")
    state: str = Field("", description="open:待反馈;reported:已反馈;closed:已办结")
    q: str = Field("", description="编号、项目、督办事项、承办人")
    mine: bool = Field(False, description="只看本人发起的,和离任的前任留下由本人办结的")
    since: date | None = Field(None, description="督办日期自;缺省为今年 1 月 1 日")
    until: date | None = Field(None, description="督办日期至;缺省为今天")


class WantedIn(Schema):
    """Whether one wants to be reached by a port."""

    wanted: bool = Field(True, description="false:不再用这种方式提醒本人")


@router.get("/{case}/copy-targets", summary="可抄送的人")
def copy_targets(request: HttpRequest, case: int, q: str = "") -> Any:
    return workflow.copy_targets(_reader(request), case, q)


@router.post("/{case}/copies", summary="抄送、传阅")
def copy_case(request: HttpRequest, case: int, body: CopyIn) -> Any:
    who = actor(request)
    workflow.copy_case(who, case, **body.dict())
    return workflow.case_record(who, case)


@router.post("/{case}/copies/{copied}/opinion", summary="传阅意见")
def answer_copy(request: HttpRequest, case: int, copied: int, body: OpinionIn) -> Any:
    who = actor(request)
    workflow.answer_copy(who, case, number=copied, **body.dict())
    return workflow.case_record(who, case)


@router.post("/{case}/urges", summary="催办")
def urge(request: HttpRequest, case: int, body: UrgeIn) -> Any:
    who = actor(request)
    workflow.urge(who, case, **body.dict())
    return workflow.case_record(who, case)


@router.post("/{case}/supervisions", summary="督办")
def supervise(request: HttpRequest, case: int, body: SuperviseIn) -> Any:
    who = actor(request)
    workflow.supervise(who, case, **body.dict())
    return workflow.case_record(who, case)


@router.post("/{case}/supervisions/{supervision}/reports", summary="反馈督办")
def report_supervision(request: HttpRequest, case: int, supervision: int, body: ReportIn) -> Any:
    who = actor(request)
    workflow.report_supervision(who, case, number=supervision, **body.dict())
    return workflow.case_record(who, case)


@router.post("/{case}/supervisions/{supervision}/close", summary="办结督办")
def close_supervision(request: HttpRequest, case: int, supervision: int, body: OpinionIn) -> Any:
    who = actor(request)
    workflow.close_supervision(who, case, number=supervision, **body.dict())
    return workflow.case_record(who, case)


@router.post("/{case}/read", summary="已阅", description="案卷已在眼前:提醒、待办不再是未读,抄送和催办留下回执。")
def read_case(request: HttpRequest, case: int) -> dict[str, bool]:
    return {"changed": workflow.read_case(actor(request), case)}


@supervisions_router.get("", summary="督办清单")
def supervisions(
    request: HttpRequest, asked: Query[ItemsIn], after: str | None = None, limit: int = Query(50, ge=1, le=200)
) -> Any:
    return workflow.supervisions_page(_reader(request), **asked.dict(), after=after, limit=limit)


@supervisions_router.get("/figures", summary="督办统计", description="按承办地区(和事项),全部由案件事件算出。")
def supervisions_figures(request: HttpRequest, asked: Query[ItemFiguresIn]) -> Any:
    return workflow.supervisions_figures(_reader(request), **asked.dict())


@supervisions_router.get("/figures.csv", summary="督办统计(表格)")
def supervisions_figures_csv(request: HttpRequest, asked: Query[ItemFiguresIn], form: Query[TableIn]) -> HttpResponse:
    who = actor(request)
    kernel.require(who, "case.export")
    body = workflow.supervisions_figures_csv(who, **asked.dict())
    kernel.record(who, "case.figures_exported", on=("supervisions", "figures"), region=asked.region, level=asked.level)
    return table(form, body, f"督办统计-{kernel.today()}")


@supervisions_router.get("/export.csv", summary="督办清单(表格)")
def supervisions_csv(request: HttpRequest, asked: Query[ItemsIn], form: Query[TableIn]) -> HttpResponse:
    who = actor(request)
    kernel.require(who, "case.export")
    body = workflow.supervisions_csv(who, **asked.dict())
    kernel.record(who, "case.supervisions_exported", on=("supervisions", asked.state or "all"), q=asked.q)
    return table(form, body, f"督办清单-{kernel.today()}")


@notices_router.get("", summary="提醒")
def notices(
    request: HttpRequest, unread: bool = False, after: str | None = None, limit: int = Query(50, ge=1, le=200)
) -> Any:
    return workflow.notices_page(actor(request), unread=unread, after=after, limit=limit)


@notices_router.get("/count", summary="未读提醒数")
def notices_count(request: HttpRequest) -> dict[str, int]:
    return {"unread": workflow.notices_count(actor(request))}


@notices_router.post("/read", summary="全部已读")
def read_all(request: HttpRequest) -> dict[str, int]:
    return {"read": workflow.read_notices(actor(request))}


@notices_router.post("/{notice}/read", summary="已读")
def read_notice(request: HttpRequest, notice: int) -> dict[str, int]:
    return {"read": workflow.read_notices(actor(request), notice=notice)}


@notices_router.get("/ports", summary="外发方式")
def ports(request: HttpRequest) -> Any:
    return workflow.port_choices(actor(request))


@notices_router.put("/ports/{port}", summary="选择外发方式")
def choose_port(request: HttpRequest, port: str, body: WantedIn) -> Any:
    return workflow.choose_port(actor(request), port, body.wanted)


@outgoing_router.get("", summary="外发消息")
def outgoing(
    request: HttpRequest,
    state: str = Query("", description="waiting:等待发送;sent:已发送;dead:未能送出"),
    after: str | None = None,
    limit: int = Query(50, ge=1, le=200),
) -> Any:
    return workflow.outgoing_page(actor(request), state=state, after=after, limit=limit)


@outgoing_router.post("/{message}/retry", summary="重新外发")
def retry(request: HttpRequest, message: int) -> dict[str, bool]:
    workflow.send_again(actor(request), message)
    return {"ok": True}


def _reader(request: HttpRequest) -> kernel.Actor:
    who = actor(request)
    kernel.require(who, "case.read")
    return who
