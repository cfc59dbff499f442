"""An application step by step: form, papers, submission; afterwards progress, correction, withdrawal, rating."""

import secrets
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase

from ziyuan.base.errors import UserError
from ziyuan.portal.api.common import actor, stored
from ziyuan.portal.edge import UPLOAD_LIMIT_MB
from ziyuan.portal.public.pages import page, signed_in
from ziyuan.portal.public.site import picture
from ziyuan.portal.public.uploads import received
from ziyuan.workflow import service as workflow

LEVELS = ((5, "非常满意"), (4, "满意"), (3, "基本满意"), (2, "不满意"), (1, "非常不满意"))
DECIDED = frozenset({"granted", "refused"})
CLOSED = frozenset({"withdrawn", "terminated"})


def _to(number: int, step: str = "") -> HttpResponseRedirect:
    return HttpResponseRedirect(f"/my/{number}/{step}")


@signed_in
def mine(request: HttpRequest) -> HttpResponse:
    """The applicant's own applications."""
    return page(request, "mine", items=workflow.applications(actor(request))["items"])


@signed_in
def begin(request: HttpRequest, pack: str, name: str) -> HttpResponse:
    """Open a draft (POST), so that a reload opens no second one."""
    if request.method != "POST":
        return HttpResponseRedirect(f"/matters/{pack}/{name}/")
    made = workflow.open_application(actor(request), f"{pack}/{name}", request.POST.get("command", ""))
    return _to(made["id"], "form/")


@signed_in
def show(request: HttpRequest, number: int) -> HttpResponse:
    """Where it stands, what to do next, what was issued."""
    told = workflow.application(actor(request), number)
    if told["state"] == "draft":
        return _to(number, "form/")
    decided = told["state"] in DECIDED
    levels = dict(LEVELS)
    rated = levels.get(told["rating"]["level"], "") if told["rating"] else ""
    return page(
        request,
        "application",
        application=told,
        svg=picture(told["site_raw"]),
        levels=LEVELS,
        decided=decided,
        rated=rated,
        may_withdraw=not decided and told["state"] not in CLOSED,
    )


@signed_in
def form(request: HttpRequest, number: int) -> HttpResponse:
    """The form; what is wrong stands beside its field, everything filled in is kept."""
    who = actor(request)
    faults: dict[str, str] = {}
    if request.method == "POST":
        told = workflow.save_form(who, number, request.POST.dict())
        faults = told["faults"]
        if not faults:
            return _to(number, "site/")
    told = workflow.application(who, number)
    if not told["editable"]:
        return _to(number)
    groups = workflow.form_fields(told["matter"], told["form"], faults)
    order = [f["name"] for g in groups for f in g["fields"] if f["name"] in faults]
    listed = {name: faults[name] for name in dict.fromkeys([*order, *faults])}
    return page(request, "form", application=told, groups=groups, faults=listed)


@signed_in
def papers(request: HttpRequest, number: int) -> HttpResponse:
    """Hand in papers, one kind at a time."""
    who = actor(request)
    error: UserError | None = None
    if request.method == "POST":
        try:
            name, data = received(request, "材料文件", UPLOAD_LIMIT_MB)
            workflow.add_paper(who, number, request.POST.get("kind", ""), name, data)
            return _to(number, "papers/")
        except UserError as refused:
            error = refused
    told = workflow.application(who, number)
    kinds = workflow.paper_kinds(told["matter"], told["papers"], told["correction"])
    return page(
        request,
        "papers",
        application=told,
        kinds=kinds,
        error=error,
        wrong=request.POST.get("kind", "") if error else "",
        limit_mb=UPLOAD_LIMIT_MB,
        status=422 if error else 200,
    )


@signed_in
def submit(request: HttpRequest, number: int) -> HttpResponse:
    """Check everything once more; POST submits or answers a correction."""
    who = actor(request)
    told = workflow.application(who, number)
    shown: dict[str, Any] = {"application": told, "svg": picture(told["site_raw"])}
    if request.method != "POST":
        return page(request, "submit", **shown, command=secrets.token_hex(8)) if told["editable"] else _to(number)
    command = request.POST.get("command", "")
    try:
        if told["state"] == "correcting":
            workflow.answer_correction(who, number, command)
            return _to(number)
        made = workflow.submit_application(who, number, command)
    except UserError as refused:
        return page(request, "submit", status=refused.status, **shown, error=refused, command=command)
    return page(request, "submitted", application=told, made=made)


@signed_in
def withdraw(request: HttpRequest, number: int) -> HttpResponse:
    """撤件: the consequence is named and asked once."""
    if request.method == "POST":
        workflow.withdraw_application(actor(request), number, request.POST.get("command", ""))
        return _to(number)
    told = workflow.application(actor(request), number)
    if told["state"] in DECIDED | CLOSED:
        return _to(number)
    return page(request, "withdraw", application=told, command=secrets.token_hex(8))


@signed_in
def rating(request: HttpRequest, number: int) -> HttpResponse:
    """好差评."""
    if request.method == "POST":
        level = request.POST.get("level", "")
        text = request.POST.get("text", "").strip()
        workflow.rate(actor(request), number, int(level) if level.isdecimal() else 0, text)
    return _to(number)


@signed_in
def document(request: HttpRequest, number: int, document: int) -> HttpResponseBase:
    """Download an issued paper."""
    file, name = workflow.application_document(actor(request), number, document)
    return stored(file, name)
