"""申报 (outer node): an applicant's draft, site, papers, submission, correction, rating."""

from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from ninja import Body, Field, File, Form, Router, Schema
from ninja.files import UploadedFile

from ziyuan.portal import guessing
from ziyuan.portal.api.common import actor, stored
from ziyuan.workflow import service as workflow

router = Router(tags=["申报"])
open_router = Router(tags=["公众"])


class MatterIn(Schema):
    matter: str
    command: str = Field("", max_length=80)


class ConfirmIn(Schema):
    confirm: str


class CommandIn(Schema):
    command: str = Field("", max_length=80)


class RatingIn(Schema):
    level: int
    text: str = ""
    command: str = Field("", max_length=80)


@open_router.get("/matters", auth=None, summary="可申报的事项")
def matters(request: HttpRequest) -> Any:
    return workflow.matters()


@open_router.get("/query", auth=None, summary="凭编号和查询码查进度")
def query(request: HttpRequest, no: str, code: str) -> Any:
    return guessing.query(no, code)


@router.get("", summary="我的申报")
def applications(request: HttpRequest) -> Any:
    return workflow.applications(actor(request))


@router.post("", summary="新建申报")
def begin(request: HttpRequest, body: MatterIn) -> Any:
    return workflow.open_application(actor(request), body.matter, body.command)


@router.get("/{application}", summary="一件申报")
def one(request: HttpRequest, application: int) -> Any:
    return workflow.application(actor(request), application)


@router.put("/{application}/form", summary="保存表单")
def form(request: HttpRequest, application: int, body: Body[dict[str, Any]]) -> Any:
    return workflow.save_form(actor(request), application, body)


@router.post("/{application}/site", summary="上传界址点文件")
def site(request: HttpRequest, application: int, file: File[UploadedFile]) -> Any:
    return workflow.read_site(actor(request), application, file.read(), file.name or "界址点.txt")


@router.post("/{application}/site/confirm", summary="确认用地范围")
def confirm(request: HttpRequest, application: int, body: ConfirmIn) -> Any:
    return workflow.confirm_site(actor(request), application, body.confirm)


@router.post("/{application}/papers", summary="上传材料")
def papers(request: HttpRequest, application: int, kind: Form[str], file: File[UploadedFile]) -> Any:
    return workflow.add_paper(actor(request), application, kind, file.name or "材料", file.read())


@router.post("/{application}/submit", summary="提交申报")
def submit(request: HttpRequest, application: int, body: CommandIn) -> Any:
    return workflow.submit_application(actor(request), application, body.command)


@router.post("/{application}/answer", summary="提交补正")
def answer(request: HttpRequest, application: int, body: CommandIn) -> Any:
    return workflow.answer_correction(actor(request), application, body.command)


@router.post("/{application}/withdraw", summary="撤件")
def withdraw(request: HttpRequest, application: int, body: CommandIn) -> Any:
    return workflow.withdraw_application(actor(request), application, body.command)


@router.post("/{application}/rating", summary="评价服务")
def rating(request: HttpRequest, application: int, body: RatingIn) -> Any:
    return workflow.rate(actor(request), application, body.level, body.text, body.command)


@router.get("/{application}/documents/{document}", summary="下载文书")
def document(request: HttpRequest, application: int, document: int) -> HttpResponseBase:
    file, name = workflow.application_document(actor(request), application, document)
    return stored(file, name)
