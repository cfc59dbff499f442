"""Render public pages; turn errors raised on purpose into a page that says what, where and what to do."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme

from ziyuan.base.errors import ZiyuanError
from ziyuan.kernel import errors
from ziyuan.kernel import service as kernel
from ziyuan.portal.errors import NoSuchPage

View = Callable[..., HttpResponseBase]
LARGE = "zy_large"
NOT_CARRIED = frozenset({"csrfmiddlewaretoken", "next", "user", "password"})


def page(request: HttpRequest, name: str, status: int = 200, **context: Any) -> HttpResponse:
    """A page with what every page shows: node, person, sample mark, size of letters."""
    shared = {
        "node": kernel.node(),
        "actor": getattr(request, "actor", None),
        "large": request.COOKIES.get(LARGE) == "1",
        "here": request.path,
    }
    return render(request, f"public/{name}.html", {**shared, **context}, status=status)


def told(view: View) -> View:
    """A page for every error raised on purpose."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except errors.NotFound:  # whether it exists for somebody else is not told
            return page(request, "error", status=404, error=NoSuchPage(request.path))
        except ZiyuanError as error:
            return page(request, "error", status=error.status, error=error)

    return guarded


def signed_in(view: View) -> View:
    """Only for people who have signed in; others sign in first and come back.

    Whoever was signed out while filling in a form keeps what he wrote. Nothing of these pages stays in a browser
    that others use afterwards.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if getattr(request, "actor", None) is not None:
            response = told(view)(request, *args, **kwargs)
        elif request.method == "POST":
            response = page(request, "login", status=401, next=request.path, expired=True, carried=carried(request))
        else:
            response = HttpResponseRedirect(f"/login/?next={quote(request.path)}")
        response["Cache-Control"] = "no-store"
        return response

    return guarded


def carried(request: HttpRequest) -> list[tuple[str, str]]:
    """What a form brought, to be carried over a sign-in."""
    return [(name, str(value)) for name, value in request.POST.items() if name not in NOT_CARRIED]


def within(request: HttpRequest, target: str, otherwise: str) -> str:
    """`target` when it is an address of this site, else `otherwise`: nobody is sent elsewhere."""
    safe = target.startswith("/") and url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()})
    return target if safe else otherwise
