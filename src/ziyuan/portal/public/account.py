"""Sign in and out, and the size of letters. Works without script."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from ziyuan.base.errors import UserError
from ziyuan.kernel import service as kernel
from ziyuan.portal.public.pages import LARGE, carried, page, told, within
from ziyuan.portal.session import COOKIE, keep

YEAR = 365 * 24 * 3600


@told
def sign_in(request: HttpRequest) -> HttpResponse:
    """Ask for user and password, then go where the person wanted to, with what he had filled in."""
    target = within(request, request.POST.get("next") or request.GET.get("next") or "", "/my/")
    if request.method != "POST":
        return page(request, "login", next=target)
    kept = carried(request)
    user = request.POST.get("user", "").strip()
    try:
        token, request.actor = kernel.sign_in(user, request.POST.get("password", ""))  # type: ignore[attr-defined]
    except UserError as error:
        return page(request, "login", status=error.status, next=target, error=error, user=user, carried=kept)
    kernel.sign_out(request.COOKIES.get(COOKIE, ""))  # whoever signs in anew leaves no session behind in this browser
    response = page(request, "carried", next=target, carried=kept) if kept else HttpResponseRedirect(target)
    keep(response, token)
    return response


@told
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
    if request.method == "POST":
        kernel.sign_out(getattr(request, "token", ""))
    response = HttpResponseRedirect("/")
    response.delete_cookie(COOKIE)
    return response


def letters(request: HttpRequest) -> HttpResponse:
    """大字 mode on and off; kept in a cookie of this site, no script needed."""
    response = HttpResponseRedirect(within(request, request.POST.get("next", ""), "/"))
    if request.method == "POST" and request.POST.get("large") == "1":
        secure = settings.SESSION_BY_TLS_ONLY
        response.set_cookie(LARGE, "1", max_age=YEAR, httponly=True, samesite="Lax", secure=secure)
    elif request.method == "POST":
        response.delete_cookie(LARGE)
    return response
