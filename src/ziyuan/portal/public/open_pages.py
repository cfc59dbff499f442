"""Pages anyone may read: home, guide, progress by query code, verification."""

import secrets

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from ziyuan.base.errors import UserError
from ziyuan.kernel import errors
from ziyuan.portal import guessing
from ziyuan.portal.api.common import stored
from ziyuan.portal.public.pages import page, told
from ziyuan.workflow import service as workflow


@told
def home(request: HttpRequest) -> HttpResponse:
    """What can I do here."""
    return page(request, "home", matters=workflow.matters())


@told
def guide(request: HttpRequest, pack: str, name: str) -> HttpResponse:
    """One matter: basis, limits, papers, how to begin."""
    key = f"{pack}/{name}"
    found = next((m for m in workflow.matters() if m["id"] == key), None)
    if found is None:
        raise errors.NotFound("事项", key)
    return page(request, "guide", matter=found, command=secrets.token_hex(8))


@told
def query(request: HttpRequest) -> HttpResponse:
    """Progress by number and query code. The code is posted, so that it stays out of addresses, histories and logs."""
    if request.method != "POST":
        return page(request, "query", no=request.GET.get("no", "").strip())
    no, code = request.POST.get("no", "").strip(), request.POST.get("code", "").strip()
    try:
        return page(request, "query", no=no, found=guessing.query(no, code))
    except UserError as error:
        return page(request, "query", status=error.status, no=no, error=error)


@told
def verify_form(request: HttpRequest) -> HttpResponseBase:
    """Type a verification code."""
    code = request.GET.get("code", "").strip()
    return verify(request, code) if code else page(request, "verify")


@told
def verify(request: HttpRequest, code: str) -> HttpResponse:
    """Is this document ours, unchanged, in force?"""
    found = workflow.verify_document(code)
    return page(request, "verify", status=200 if found else 404, code=code, found=found, asked=True)


@told
def verified_file(request: HttpRequest, code: str) -> HttpResponseBase:
    """The verified paper itself, for whoever holds its code."""
    found = workflow.verify_document(code)
    if not (found and found["valid"]):  # changed bytes are not handed out as an original
        raise errors.NotFound("文书", code)
    file, name = workflow.verified_file(code)
    return stored(file, name, inline=True)
