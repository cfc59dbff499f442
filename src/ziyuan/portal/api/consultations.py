"""送达与征求意见: record a service, ask another organ, answer it, read what was asked of us and by us."""

from datetime import date, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from ninja import Field, File, Form, Query, Router, Schema
from ninja.files import UploadedFile

from ziyuan.kernel import service as kernel
from ziyuan.portal.api.common import actor, stored
from ziyuan.portal.api.tables import TableIn, table
from ziyuan.workflow import service as workflow

cases_router = Router(tags=["案件"])
router = Router(tags=["征求意见"])


class ServiceIn(Schema):
    """登记送达."""

    of: str = Field("", description="送达的是什么,见案卷 serving.items 的 of")
    way: str = Field("", description="方式,见案卷 serving.ways")
    at: datetime | None = Field(None, description="送达(或者没有送到)的时间")
    served: bool = Field(True, description="false:没有送到")
    receiver: str = Field("", description="签收人、见证人或者接收账号")
    note: str = Field("", description="说明;没有送到的写明原因")
    command: str = Field("", max_length=80, description="重发时相同,不会重复执行")


class AskIn(Schema):
    """征求意见."""

    to_organ: str = Field("", description="机关代码,见 /api/consultations/organs")
    to_name: str = Field("", description="不在系统内的机关的名称")
    question: str = Field("", description="所征求的问题,必填")
    papers: list[int] = Field(default_factory=list, description="所附案卷材料的编号")
    due: date | None = Field(None, description="答复期限")
    stop: bool = Field(False, description="从明天起停止计时,到答复或者期限届满为止")
    basis: str = Field("", description="停止计时的依据;法律或事项已写明的可以不填")
    command: str = Field("", max_length=80, description="重发时相同,不会重复执行")


class OpinionIn(Schema):
    """答复或者登记复函."""

    verdict: str = Field("", description="agree 同意、object 不同意、remarks 有修改意见")
    text: str = Field("", description="意见,必填")
    letter_no: str = Field("", description="复函文号")
    command: str = Field("", max_length=80, description="重发时相同,不会重复执行")


class RecallIn(Schema):
    """收回."""

    reason: str = Field("", description="理由,必填")
    command: str = Field("", max_length=80, description="重发时相同,不会重复执行")


class Asked(Schema):
    """Which requests a list shows."""

    box: str = Field("in", description="in:征求本机关意见的;out:本机关征求意见的")
    state: str = Field("", description="asked、answered、recalled、lapsed,或者 overdue(逾期未答复)")
    q: str = Field("", description="编号、项目、机关、问题")


@cases_router.post("/{case}/services", summary="登记送达")
def serve(
    request: HttpRequest,
    case: int,
    body: Form[ServiceIn],
    proof: File[UploadedFile] = None,  # type: ignore[assignment]  # the framework's way to say optional
) -> Any:
    who = actor(request)
    kernel.require(who, "case.serve")
    workflow.serve(who, case, **body.dict(), proof=_file(proof))
    return workflow.case_record(who, case)


@cases_router.post("/{case}/consultations", summary="征求意见")
def ask(request: HttpRequest, case: int, body: AskIn) -> Any:
    who = actor(request)
    workflow.consult(who, case, **body.dict())
    return workflow.case_record(who, case)


@cases_router.post("/{case}/consultations/{number}/answer", summary="登记复函")
def enter(
    request: HttpRequest,
    case: int,
    number: int,
    body: Form[OpinionIn],
    letter: File[UploadedFile] = None,  # type: ignore[assignment]  # the framework's way to say optional
) -> Any:
    who = actor(request)
    workflow.enter_consultation(who, case, number, **body.dict(), letter=_file(letter))
    return workflow.case_record(who, case)


@cases_router.post("/{case}/consultations/{number}/recall", summary="收回征求意见")
def recall(request: HttpRequest, case: int, number: int, body: RecallIn) -> Any:
    who = actor(request)
    workflow.recall_consultation(who, case, number, **body.dict())
    return workflow.case_record(who, case)


@cases_router.get("/{case}/files/{key}", summary="送达凭证、复函")
def file(request: HttpRequest, case: int, key: str) -> HttpResponseBase:
    found, name = workflow.case_file(actor(request), case, key)
    return stored(found, name)


@router.get("", summary="征求意见清单")
def listing(
    request: HttpRequest, asked: Query[Asked], after: str | None = None, limit: int = Query(50, ge=1, le=200)
) -> Any:
    return workflow.consultations_page(actor(request), **asked.dict(), after=after, limit=limit)


@router.get("/export.csv", summary="征求意见清单(表格)")
def export(request: HttpRequest, asked: Query[Asked], form: Query[TableIn]) -> HttpResponse:
    who = actor(request)
    body = workflow.consultations_csv(who, **asked.dict())
    kernel.record(who, "consultation.exported", on=("consultations", asked.box), q=asked.q)
    return table(form, body, f"征求意见-{kernel.today()}")


@router.get("/organs", summary="可以征求意见的机关")
def organs(request: HttpRequest, q: str = "") -> Any:
    return workflow.organs(actor(request), q)


@router.get("/{consultation}", summary="一件征求意见")
def one(request: HttpRequest, consultation: int) -> Any:
    return workflow.consultation(actor(request), consultation)


@router.get("/{consultation}/papers/{place}", summary="所附材料")
def paper(request: HttpRequest, consultation: int, place: int) -> HttpResponseBase:
    found, name = workflow.enclosed_file(actor(request), consultation, place)
    return stored(found, name)


@router.post("/{consultation}/answer", summary="答复征求意见")
def answer(
    request: HttpRequest,
    consultation: int,
    body: Form[OpinionIn],
    letter: File[UploadedFile] = None,  # type: ignore[assignment]  # the framework's way to say optional
) -> Any:
    who = actor(request)
    workflow.answer_consultation(who, consultation, **body.dict(), letter=_file(letter))
    return workflow.consultation(who, consultation)


def _file(uploaded: UploadedFile | None) -> tuple[str, bytes] | None:
    return (uploaded.name or "附件", uploaded.read()) if uploaded else None
