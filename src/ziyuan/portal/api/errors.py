"""Every failure of a request becomes one shape: code, message, remedy, facts."""

import logging
from typing import Any

import psycopg
from django.db import DataError, InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import ValidationError

from ziyuan.base.errors import ZiyuanError
from ziyuan.portal.errors import BadRequest, DatabaseAway, NoSuchAddress, Unexpected
from ziyuan.portal.session import problem

_log = logging.getLogger("ziyuan.web")


def install(api: NinjaAPI) -> None:
    """Register the handlers on an API."""

    @api.exception_handler(ZiyuanError)
    def told(request: HttpRequest, error: ZiyuanError) -> HttpResponse:
        return problem(error)

    @api.exception_handler(ValidationError)
    def invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
        return problem(BadRequest(_fields(error.errors)))

    @api.exception_handler(Http404)
    def absent(request: HttpRequest, error: Http404) -> HttpResponse:
        return problem(NoSuchAddress(request.path))

    @api.exception_handler(DataError)
    @api.exception_handler(psycopg.DataError)  # of statements that go past Django's own cursors
    def unstorable(request: HttpRequest, error: Exception) -> HttpResponse:
        return problem(BadRequest({"内容": "含有不能使用的字符(如空字符)或超出范围的数"}))

    @api.exception_handler(OperationalError)
    @api.exception_handler(InterfaceError)
    def away(request: HttpRequest, error: Exception) -> HttpResponse:
        _log.warning("数据库暂不可用:%s", error)
        return problem(DatabaseAway())

    @api.exception_handler(Exception)
    def unexpected(request: HttpRequest, error: Exception) -> HttpResponse:
        _log.exception("请求 %s %s 失败", request.method, request.path)
        return problem(Unexpected())


def _fields(errors: list[dict[str, Any]]) -> dict[str, str]:
    """Where each mistake is and what it is; the framework's English is not shown."""
    named = {"missing": "必填", "int_parsing": "应为整数", "string_type": "应为文本", "date_parsing": "应为日期,如 2025-12-31"}
    return {".".join(str(p) for p in e["loc"][1:]): named.get(e["type"], "格式不正确") for e in errors}
