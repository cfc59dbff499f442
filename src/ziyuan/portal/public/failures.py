"""Failures no view caught: unknown address, expired form, too large, database away, a fault of ours.

Under /api/ they are JSON, elsewhere a page with a heading; never a stack, never 系统错误.
"""

import sys
from html import escape

from django.db import DataError, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse

from ziyuan.base.errors import ZiyuanError
from ziyuan.kernel import service as kernel
from ziyuan.portal.errors import (
    DatabaseAway,
    ExpiredForm,
    NoSuchAddress,
    NoSuchPage,
    Unexpected,
    UnreadableRequest,
)
from ziyuan.portal.public.pages import page
from ziyuan.portal.session import problem


def absent(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404: an address nobody has."""
    known = NoSuchAddress if request.path.startswith("/api/") else NoSuchPage
    return _answer(request, known(request.path))


def unreadable(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400: broken or overfull forms; one refused at the edge says itself why."""
    return _answer(request, exception if isinstance(exception, ZiyuanError) else UnreadableRequest())


def forged(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403: a form without its mark."""
    return _answer(request, ExpiredForm())


def failed(request: HttpRequest) -> HttpResponse:
    """An exception on its way out: one raised on purpose says itself what it is."""
    return _answer(request, _told(sys.exc_info()[1]))


def _told(error: BaseException | None) -> ZiyuanError:
    if isinstance(error, ZiyuanError):
        return error
    if isinstance(error, DataError):  # a character no database keeps
        return UnreadableRequest()
    return DatabaseAway() if isinstance(error, OperationalError | InterfaceError) else Unexpected()


def _answer(request: HttpRequest, error: ZiyuanError) -> HttpResponse:
    if request.path.startswith("/api/"):
        return problem(error)
    if kernel.node().is_inner:
        return HttpResponse(_plain_page(error), status=error.status)
    if error.status >= 500:
        error.remedy = "请稍候几秒后重试;已确认的内容不会丢失。仍不成功时,请把此刻的时间告知本机关。"
    return page(request, "error", status=error.status, error=error)


def _plain_page(error: ZiyuanError) -> str:
    """A failure inside, outside the workbench's own pages: no script, no style, readable by everybody."""
    title = "没有找到" if error.status == 404 else "未能完成"
    said = f"<p>{escape(str(error))}</p><p>{escape(error.remedy)}</p><p><small>{error.code}</small></p>"
    return (
        f'<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>{title}</title></head>'
        f'<body><main><h1>{title}</h1>{said}<p><a href="/">回到工作台</a></p></main></body></html>'
    )
