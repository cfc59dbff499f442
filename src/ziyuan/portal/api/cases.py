"""案件与待办: inbox, case record, acts, the clock, papers and documents."""

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from ninja import Field, File, Form, Query, Router, Schema
from ninja.files import UploadedFile

from ziyuan.kernel import service as kernel
from ziyuan.portal.api.common import ActionIn, actor, attachment, stored
from ziyuan.portal.api.tables import TableIn, table
from ziyuan.workflow import service as workflow

tasks_router = Router(tags=["待办"])
router = Router(tags=["案件"])


class StopIn(Schema):
    """暂停计时."""

    kind: str = Field("", description="种类,如“专家评审”;可选的见案卷 clock.kinds")
    reason: str = Field("", description="理由,必填")
    basis: str = Field("", description="依据;法律或事项已写明的可以不填")
    paper: int | None = Field(None, description="案卷材料的编号,可不填")
    command: str = Field("", max_length=80, description="重发时相同,不会重复执行")


class CommandIn(Schema):
    """An act that needs nothing more."""

    command: str = Field("", max_length=80, description="重发时相同,不会重复执行")


class ExtensionIn(Schema):
    """申请延期."""

    days: int = Field(0, description="延长的工作日数,不多于案卷 clock.longest_extension")
    reason: str = Field("", description="理由,批准后告知申请人")
    command: str = Field("", max_length=80, description="重发时相同,不会重复执行")


class AnswerIn(Schema):
    """答复延期申请."""

    approve: bool = Field(False, description="true 批准,false 不批准")
    opinion: str = Field("", description="意见,必填")
    command: str = Field("", max_length=80, description="重发时相同,不会重复执行")


class FiguresIn(Schema):
    """What the figures are asked for."""

    region: str = Field("", description="只看这个行政区")
    matter: str = Field("", description="只看这个事项")
    level: str = Field("county", description="按 county、city 或 province 汇总")
    since: date | None = Field(None, description="办结日自;缺省为今年 1 月 1 日")
    until: date | None = Field(None, description="办结日至;缺省为今天")


class SupervisionIn(FiguresIn):
    """What the figures of supervision are asked for: events by their day, running cases as of today."""

    months: bool = Field(False, description="按月分行")
    since: date | None = Field(None, description="自;缺省为今年 1 月 1 日")
    until: date | None = Field(None, description="至;缺省为今天")


class QualityIn(Schema):
    """What the figures of submissions are asked for."""

    group: str = Field("matter", description="按 matter 事项、applicant 申请人、agent 申报经办人、month 收件月份")
    region: str = Field("", description="只看这个行政区")
    matter: str = Field("", description="只看这个事项")
    since: date | None = Field(None, description="收件日自;缺省为今年 1 月 1 日")
    until: date | None = Field(None, description="收件日至;缺省为今天")


class PoliciesIn(Schema):
    """What the list of policies that acted is asked for."""

    policy: str = Field(
        "", description="只看:nobody_found 无人可办、own_application 本人提交、avoidance 回避、"
        "same_person_twice 同一人再办、holder_leaves 离任"
    )  # fmt: skip
    region: str = Field("", description="只看这个行政区")
    since: date | None = Field(None, description="日期自")
    until: date | None = Field(None, description="日期至")


class InboxIn(Schema):
    """What the inbox is asked for."""

    box: str = Field("todo", description="todo:待办;done:已办;mine:我的;copied:抄送")
    q: str = Field("", description="编号、项目、申请人")
    sort: str = Field("due", description="due:剩余时间少的在前;opened:新收的在前。已办、抄送总是新的在前")
    matter: str = Field("", description="只看这个事项")
    lamp: str = Field("", description="只看这个灯:red、yellow、green,或 none(不计时)")
    region: str = Field("", description="只看这个行政区")
    since: date | None = Field(None, description="收到日期自(已办为办结日期)")
    until: date | None = Field(None, description="收到日期至")


@tasks_router.get("", summary="待办、已办、我的、抄送", description="四个箱的含义见 docs/inbox.md。")
def tasks(
    request: HttpRequest, asked: Query[InboxIn], after: str | None = None, limit: int = Query(50, ge=1, le=200)
) -> Any:
    return workflow.tasks_page(actor(request), **asked.dict(), after=after, limit=limit)


@tasks_router.get("/counts", summary="四个箱的件数")
def inbox_counts(request: HttpRequest) -> dict[str, int]:
    return workflow.inbox_counts(actor(request))


@tasks_router.get("/export.csv", summary="待办清单(表格)")
def tasks_csv(request: HttpRequest, asked: Query[InboxIn], form: Query[TableIn]) -> HttpResponse:
    who = actor(request)
    kernel.require(who, "case.export")
    body = workflow.tasks_csv(who, **asked.dict())
    kernel.record(who, "case.tasks_exported", on=("tasks", asked.box), q=asked.q)
    return table(form, body, f"待办清单-{kernel.today()}")


@tasks_router.get("/count", summary="待办数")
def tasks_count(request: HttpRequest) -> dict[str, int]:
    return {"todo": workflow.tasks_count(actor(request))}


@router.get("", summary="案件列表")
def cases(
    request: HttpRequest,
    status: str = "",
    q: str = "",
    region: str = "",
    asks: str = Query("", description="extension:只看等待答复延期申请的;service:只看决定还没有送达的"),
    sort: str = Query("opened", description="opened:新收的在前;due:只列在办的,剩余时间少的在前,停计时和未受理的在后"),
    after: str | None = None,
    limit: int = Query(50, ge=1, le=200),
) -> Any:
    asked = {"status": status, "q": q, "region": region, "asks": asks}
    return workflow.cases_page(_reader(request), **asked, sort=sort, after=after, limit=limit)


@router.get("/count", summary="案件数")
def count(
    request: HttpRequest, status: str = "", q: str = "", region: str = "", asks: str = ""
) -> dict[str, int]:
    return {"count": workflow.cases_count(_reader(request), status=status, q=q, region=region, asks=asks)}


@router.get("/clock/figures", summary="时限统计", description="按行政区和事项,全部由案件事件算出;含义见 docs/cases.md。")
def clock_figures(request: HttpRequest, asked: Query[FiguresIn]) -> Any:
    return workflow.clock_figures(_reader(request), **asked.dict())


@router.get("/clock/figures.csv", summary="时限统计(表格)")
def clock_figures_csv(request: HttpRequest, asked: Query[FiguresIn], form: Query[TableIn]) -> HttpResponse:
    who = actor(request)
    kernel.require(who, "case.export")
    body = workflow.clock_figures_csv(who, **asked.dict())
    kernel.record(who, "case.figures_exported", on=("cases", "clock"), region=asked.region, level=asked.level)
    return table(form, body, f"时限统计-{kernel.today()}")


@router.get("/supervision/figures", summary="办件统计", description="按行政区(和月份),全部由案件事件算出;含义见 docs/cases.md。")
def supervision_figures(request: HttpRequest, asked: Query[SupervisionIn]) -> Any:
    return workflow.supervision_figures(_reader(request), **asked.dict())


@router.get("/supervision/figures.csv", summary="办件统计(表格)")
def supervision_figures_csv(request: HttpRequest, asked: Query[SupervisionIn], form: Query[TableIn]) -> HttpResponse:
    who = actor(request)
    kernel.require(who, "case.export")
    body = workflow.supervision_figures_csv(who, **asked.dict())
    kernel.record(who, "case.figures_exported", on=("cases", "supervision"), region=asked.region, level=asked.level)
    return table(form, body, f"办件统计-{kernel.today()}")


@router.get("/quality/figures", summary="申报质量统计", description="按事项、申请人、申报经办人或收件月份,全部由案件事件算出。")
def quality_figures(request: HttpRequest, asked: Query[QualityIn]) -> Any:
    return workflow.quality_figures(_reader(request), **asked.dict())


@router.get("/quality/figures.csv", summary="申报质量统计(表格)")
def quality_figures_csv(request: HttpRequest, asked: Query[QualityIn], form: Query[TableIn]) -> HttpResponse:
    who = actor(request)
    kernel.require(who, "case.export")
    body = workflow.quality_figures_csv(who, **asked.dict())
    kernel.record(who, "case.figures_exported", on=("cases", "quality"), region=asked.region, group=asked.group)
    return table(form, body, f"申报质量统计-{kernel.today()}")


@router.get("/export.csv", summary="案件清单(表格)")
def export(
    request: HttpRequest, form: Query[TableIn], status: str = "", q: str = "", region: str = "", asks: str = ""
) -> HttpResponse:
    who = actor(request)
    kernel.require(who, "case.export")
    body = workflow.export_csv(who, status=status, q=q, region=region, asks=asks)
    kernel.record(who, "case.exported", on=("cases", status or "all"), q=q)
    return table(form, body, f"案件清单-{kernel.today()}")


@router.get("/policies", summary="策略动用", description="人员策略起作用的每一次,全部由案件事件算出;含义见 docs/people.md。")
def policies(
    request: HttpRequest, asked: Query[PoliciesIn], after: str | None = None, limit: int = Query(50, ge=1, le=200)
) -> Any:
    return workflow.policies_page(_reader(request), **asked.dict(), after=after, limit=limit)


@router.get("/policies/figures", summary="策略动用统计")
def policies_figures(request: HttpRequest, asked: Query[PoliciesIn]) -> Any:
    return workflow.policies_figures(_reader(request), **asked.dict())


@router.get("/policies/export.csv", summary="策略动用清单(表格)")
def policies_csv(request: HttpRequest, asked: Query[PoliciesIn], form: Query[TableIn]) -> HttpResponse:
    who = actor(request)
    kernel.require(who, "case.export")
    body = workflow.policies_csv(who, **asked.dict())
    kernel.record(who, "case.figures_exported", on=("cases", "policies"), region=asked.region, policy=asked.policy)
    return table(form, body, f"策略动用-{kernel.today()}")


@router.get("/{case}", summary="案卷")
def record(request: HttpRequest, case: int) -> Any:
    return workflow.case_record(_own_reader(request), case)


@router.post("/{case}/actions/{action}", summary="办理")
def act(request: HttpRequest, case: int, action: str, body: ActionIn) -> Any:
    who = actor(request)
    workflow.act(
        who, case, action, task=body.task, opinion=body.opinion, to=body.to, items=body.items, command=body.command
    )
    return workflow.record_after(who, case)


@router.post("/{case}/clock/stops", summary="暂停计时")
def stop_clock(request: HttpRequest, case: int, body: StopIn) -> Any:
    who = actor(request)
    workflow.stop_clock(who, case, **body.dict())
    return workflow.case_record(who, case)


@router.post("/{case}/clock/stops/{stop}/end", summary="恢复计时")
def resume_clock(request: HttpRequest, case: int, stop: int, body: CommandIn) -> Any:
    who = actor(request)
    workflow.resume_clock(who, case, stop=stop, command=body.command)
    return workflow.case_record(who, case)


@router.post("/{case}/clock/extension", summary="申请延期")
def propose_extension(request: HttpRequest, case: int, body: ExtensionIn) -> Any:
    who = actor(request)
    workflow.propose_extension(who, case, **body.dict())
    return workflow.case_record(who, case)


@router.post("/{case}/clock/extension/answer", summary="答复延期申请")
def answer_extension(request: HttpRequest, case: int, body: AnswerIn) -> Any:
    who = actor(request)
    workflow.answer_extension(who, case, **body.dict())
    return workflow.case_record(who, case)


@router.get("/{case}/screening", summary="审查结果")
def screening(request: HttpRequest, case: int) -> Any:
    return workflow.case_record(_own_reader(request), case)["screening"]


@router.get("/{case}/screening.geojson", summary="审查图斑")
def pieces(request: HttpRequest, case: int) -> Any:
    return workflow.screening_pieces(_own_reader(request), case)


@router.get("/{case}/handover-targets", summary="可转办的人")
def handover_targets(request: HttpRequest, case: int, task: int) -> Any:
    return workflow.handover_targets(_own_reader(request), case, task)


@router.get("/{case}/choices", summary="可选的人、环节、席位、种类", description="动作的 `to` 可填什么;没有可选的为空。")
def choices(request: HttpRequest, case: int, action: str = "", task: int = 0) -> Any:
    return workflow.choices(_own_reader(request), case, action, task)


@router.post("/{case}/gaps/{kind}", summary="补交容缺材料")
def supply(
    request: HttpRequest, case: int, kind: str, file: File[UploadedFile], command: Form[str] = ""
) -> Any:
    who = actor(request)
    workflow.supply_paper(who, case, kind, file.name or "材料", file.read(), command)
    return workflow.case_record(who, case)


@router.get("/{case}/papers/{paper}", summary="材料")
def paper(request: HttpRequest, case: int, paper: int) -> HttpResponseBase:
    file, name = workflow.paper_file(_own_reader(request), case, paper)
    return stored(file, name)


@router.get("/{case}/documents/{document}", summary="文书")
def document(request: HttpRequest, case: int, document: int) -> HttpResponseBase:
    file, name = workflow.document_file(_reader(request), case, document)
    return stored(file, name, inline=True)


@router.get("/{case}/summary.pdf", summary="案卷摘要")
def summary(request: HttpRequest, case: int) -> HttpResponse:
    body = workflow.summary_pdf(_reader(request), case)
    return attachment(body, f"案卷摘要-{case}.pdf", "application/pdf", inline=True)


def _reader(request: HttpRequest) -> kernel.Actor:
    who = actor(request)
    kernel.require(who, "case.read")
    return who


def _own_reader(request: HttpRequest) -> kernel.Actor:
    """Who reads cases, or sees those he works on."""
    who = actor(request)
    workflow.require_sight(who)
    return who
