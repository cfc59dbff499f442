"""Render public pages; turn errors raised on purpose into a page that says what, where and what to do."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render

from ziyuan.base.errors import ZiyuanError
from ziyuan.kernel import service as kernel

View = Callable[..., HttpResponseBase]


def page(request: HttpRequest, name: str, status: int = 200, **context: Any) -> HttpResponse:
    """A page with what every page shows: node, person, sample mark."""
    shared = {"node": kernel.node(), "actor": getattr(request, "actor", None)}
    return render(request, f"public/{name}.html", {**shared, **context}, status=status)


def told(view: View) -> View:
    """A page for every error raised on purpose."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except ZiyuanError as error:
            return page(request, "error", status=error.status, error=error)

    return guarded


def signed_in(view: View) -> View:
    """Only for people who have signed in; others sign in first and come back."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if getattr(request, "actor", None) is None:
            return HttpResponseRedirect(f"/login/?next={quote(request.path)}")
        return told(view)(request, *args, **kwargs)

    return guarded
