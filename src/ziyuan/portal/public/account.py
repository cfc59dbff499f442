"""Sign in to the public site. Works without script."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme

from ziyuan.base.errors import UserError
from ziyuan.kernel import service as kernel
from ziyuan.portal.public.pages import page, told
from ziyuan.portal.session import COOKIE


@told
def sign_in(request: HttpRequest) -> HttpResponse:
    """Ask for user and password, then go where the person wanted to."""
    target = request.POST.get("next") or request.GET.get("next") or "/my/"
    if request.method != "POST":
        return page(request, "login", next=target)
    try:
        token, _ = kernel.sign_in(request.POST.get("user", ""), request.POST.get("password", ""))
    except UserError as error:
        return page(request, "login", status=error.status, next=target, error=error, user=request.POST.get("user", ""))
    safe = url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()})
    response = HttpResponseRedirect(target if safe else "/my/")
    response.set_cookie(COOKIE, token, httponly=True, samesite="Lax", secure=request.is_secure())
    return response


@told
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
    if request.method == "POST":
        kernel.sign_out(getattr(request, "token", ""))
    response = HttpResponseRedirect("/")
    response.delete_cookie(COOKIE)
    return response
