"""An application step by step: form, site, papers, submission; afterwards progress, correction, rating."""

import secrets
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase

from ziyuan.base.errors import UserError
from ziyuan.base.geometry import PlaneShape
from ziyuan.onemap import service as onemap
from ziyuan.portal.api.common import actor, stored
from ziyuan.portal.public.pages import page, signed_in
from ziyuan.workflow import service as workflow

LEVELS = ((5, "非常满意"), (4, "满意"), (3, "基本满意"), (2, "不满意"), (1, "非常不满意"))


def _to(number: int, step: str = "") -> HttpResponseRedirect:
    return HttpResponseRedirect(f"/my/{number}/{step}")


def _file(request: HttpRequest) -> UploadedFile | None:
    """The file of an upload form; None when there is none."""
    found = request.FILES.get("file") if request.method == "POST" else None
    return found if isinstance(found, UploadedFile) else None


@signed_in
def mine(request: HttpRequest) -> HttpResponse:
    """The applicant's own applications."""
    return page(request, "mine", items=workflow.applications(actor(request))["items"])


@signed_in
def begin(request: HttpRequest, pack: str, name: str) -> HttpResponse:
    """Open a draft (POST), so that a reload opens no second one."""
    if request.method != "POST":
        return HttpResponseRedirect(f"/matters/{pack}/{name}/")
    made = workflow.open_application(actor(request), f"{pack}/{name}")
    return _to(made["id"], "form/")


@signed_in
def show(request: HttpRequest, number: int) -> HttpResponse:
    """Where it stands, what to do next, what was issued."""
    told = workflow.application(actor(request), number)
    svg, command = _svg(told["site_raw"]), secrets.token_hex(8)
    return page(request, "application", application=told, svg=svg, command=command, levels=LEVELS)


@signed_in
def form(request: HttpRequest, number: int) -> HttpResponse:
    """The form; what is wrong stands beside its field, what is right is kept."""
    who = actor(request)
    faults: dict[str, str] = {}
    if request.method == "POST":
        told = workflow.save_form(who, number, request.POST.dict())
        faults = told["faults"]
        if not faults:
            return _to(number, "site/")
    told = workflow.application(who, number)
    fields = workflow.form_fields(told["matter"], told["form"], faults)
    return page(request, "form", application=told, groups=fields, faults=faults, status=422 if faults else 200)


@signed_in
def site(request: HttpRequest, number: int) -> HttpResponse:
    """Upload boundary points; see zone, place and area on a map drawn by the server; confirm."""
    who = actor(request)
    error: UserError | None = None
    pending: dict[str, Any] | None = None
    file = _file(request)
    if file is not None:
        try:
            pending = workflow.read_site(who, number, file.read(), file.name or "界址点.txt")
        except UserError as refused:
            error = refused
    told = workflow.application(who, number)
    svg = _svg(pending["site"] if pending else told["site_raw"])
    status = 422 if error else 200
    return page(request, "site", application=told, pending=pending, error=error, svg=svg, status=status)


def _svg(site: dict[str, Any] | None) -> str:
    """The site in its county, drawn by the server."""
    return onemap.draw_map(PlaneShape.from_json(site), size=(720, 420)) if site else ""


@signed_in
def confirm(request: HttpRequest, number: int) -> HttpResponse:
    """Take exactly what was shown."""
    workflow.confirm_site(actor(request), number, request.POST.get("confirm", ""))
    return _to(number, "papers/")


@signed_in
def papers(request: HttpRequest, number: int) -> HttpResponse:
    """Hand in papers, one kind at a time."""
    who = actor(request)
    error: UserError | None = None
    file = _file(request)
    if file is not None:
        try:
            workflow.add_paper(who, number, request.POST.get("kind", ""), file.name or "材料", file.read())
            return _to(number, "papers/")
        except UserError as refused:
            error = refused
    told = workflow.application(who, number)
    kinds = workflow.paper_kinds(told["matter"], told["papers"], told["correction"])
    return page(request, "papers", application=told, kinds=kinds, error=error, status=422 if error else 200)


@signed_in
def submit(request: HttpRequest, number: int) -> HttpResponse:
    """Check everything once more; POST submits or answers a correction."""
    who = actor(request)
    told = workflow.application(who, number)
    if request.method != "POST":
        return page(request, "submit", application=told, svg=_svg(told["site_raw"]), command=secrets.token_hex(8))
    command = request.POST.get("command", "")
    try:
        if told["state"] == "correcting":
            workflow.answer_correction(who, number, command)
            return _to(number)
        made = workflow.submit_application(who, number, command)
    except UserError as refused:
        svg = _svg(told["site_raw"])
        return page(request, "submit", status=refused.status, application=told, error=refused, command=command, svg=svg)
    return page(request, "submitted", application=told, made=made)


@signed_in
def withdraw(request: HttpRequest, number: int) -> HttpResponse:
    """撤件."""
    if request.method == "POST":
        workflow.withdraw_application(actor(request), number, request.POST.get("command", ""))
    return _to(number)


@signed_in
def rating(request: HttpRequest, number: int) -> HttpResponse:
    """好差评."""
    if request.method == "POST":
        level = request.POST.get("level", "")
        workflow.rate(actor(request), number, int(level) if level.isdigit() else 0, request.POST.get("text", ""))
    return _to(number)


@signed_in
def document(request: HttpRequest, number: int, document: int) -> HttpResponseBase:
    """Download an issued paper."""
    file, name = workflow.application_document(actor(request), number, document)
    return stored(file, name)
