"""Who is behind a request: session cookie for browsers, bearer token for scripts; one transaction, one region."""

import logging
import secrets
from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction
from django.http import HttpRequest, HttpResponse, JsonResponse

from ziyuan.base.errors import ZiyuanError
from ziyuan.kernel import errors
from ziyuan.kernel import service as kernel
from ziyuan.portal.errors import DatabaseAway

COOKIE = "zy_session"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_log = logging.getLogger("ziyuan.web")
Respond = Callable[[HttpRequest], HttpResponse]


class ActorMiddleware:
    """Put `request.actor` on the request and run the whole view as that actor.

    An answer of 400 and above rolls its transaction back: nothing is half done. Where failures are counted
    (sign-in, query codes) no transaction surrounds the view, else whoever is signed in could guess unhindered.
    """

    def __init__(self, respond: Respond) -> None:
        self.respond = respond

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            return self._answer(request)
        except (OperationalError, InterfaceError) as error:  # also of the commit itself: what was done is not known
            _log.warning("数据库暂不可用:%s", error)
            if request.path.startswith("/api/"):
                return problem(DatabaseAway())
            raise DatabaseAway from error

    def _answer(self, request: HttpRequest) -> HttpResponse:
        request.actor = None  # type: ignore[attr-defined]
        if request.path == "/api/login" and not _same_origin(request):  # nobody is signed in by another site's form
            return problem(errors.ForgedRequest())
        try:
            token, by_cookie = _token_of(request)
            if token:
                self._identify(request, token, by_cookie)
        except ZiyuanError as error:
            if request.path.startswith("/api/") and request.path not in _OPEN:
                return problem(error)
        actor = request.actor  # type: ignore[attr-defined]
        if actor is None or request.path in _COUNTED:
            return self.respond(request)
        with kernel.acting(actor):
            response = self.respond(request)
            if response.status_code >= 400:
                transaction.set_rollback(True)
        for note in getattr(request, "notes", ()):
            note()
        return response

    def _identify(self, request: HttpRequest, token: str, by_cookie: bool) -> None:
        actor = kernel.actor_for(token)
        if by_cookie and request.path.startswith("/api/") and request.method not in SAFE:
            _check_origin(request, token)
        request.actor = actor  # type: ignore[attr-defined]
        request.token = token  # type: ignore[attr-defined]


def note_afterwards(request: HttpRequest, note: Callable[[], None]) -> None:
    """Have `note` called when the request's transaction is over: what must be told of a refusal that left nothing else."""
    request.notes = [*getattr(request, "notes", ()), note]  # type: ignore[attr-defined]


_OPEN = frozenset({"/api/login", "/api/openapi.json", "/api/health"})
_COUNTED = frozenset({"/api/login", "/login/", "/api/query", "/query/"})


def _token_of(request: HttpRequest) -> tuple[str, bool]:
    header = request.headers.get("Authorization", "")
    if header.startswith("Bearer "):
        return header.removeprefix("Bearer ").strip(), False
    return request.COOKIES.get(COOKIE, ""), True


def _same_origin(request: HttpRequest) -> bool:
    origin = request.headers.get("Origin")
    return origin is None or urlsplit(origin).netloc == request.get_host()


def _check_origin(request: HttpRequest, token: str) -> None:
    told = request.headers.get("X-CSRFToken", "")
    if not _same_origin(request) or not secrets.compare_digest(told.encode(), kernel.csrf_of(token).encode()):
        raise errors.ForgedRequest


def problem(error: ZiyuanError) -> JsonResponse:
    """An error as every caller sees it: code, what and where, what to do."""
    body = {"code": error.code, "message": str(error), "remedy": error.remedy, "facts": kernel_plain(error.facts)}
    return JsonResponse(body, status=error.status, json_dumps_params={"ensure_ascii": False})


def kernel_plain(facts: dict[str, object]) -> dict[str, object]:
    """Facts as JSON: what is not a plain value is shown as text."""
    return {k: v if isinstance(v, str | int | bool | dict | list | type(None)) else str(v) for k, v in facts.items()}


def keep(response: HttpResponse, token: str) -> None:
    """Set the session cookie: never readable by script, never sent from other sites' forms, by TLS only where there is TLS."""
    response.set_cookie(COOKIE, token, httponly=True, samesite="Lax", secure=settings.SESSION_BY_TLS_ONLY)
