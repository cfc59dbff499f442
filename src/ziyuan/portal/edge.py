"""What every answer of a node carries, and what no request may bring: security headers, and the size of an upload."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.urls import get_resolver

from ziyuan.kernel import service as kernel
from ziyuan.portal.errors import TooLarge

Respond = Callable[[HttpRequest], HttpResponse]

UPLOAD_LIMIT_MB = 50
_ROOM = 1 << 20  # fields and boundaries around the file
_PATIENCE = 256 << 20  # a larger body is not even read to its end; its sender sees the connection close

_SHARED = "default-src 'none'; script-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
_CLOSED = "form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'"
OUTER_POLICY = f"{_SHARED}style-src 'self'; {_CLOSED}"
# The workbench's components place popups and columns by style attributes; scripts stay as strict as outside.
INNER_POLICY = f"{_SHARED}style-src 'self' 'unsafe-inline'; {_CLOSED}"
PAPER_POLICY = "frame-ancestors 'none'"  # a browser shows a PDF by a viewer of its own, which the others would stop
ALWAYS = {
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class SecurityHeaders:
    """Content-Security-Policy of the node's zone and the headers Django does not set; outermost, so nothing is left out."""

    def __init__(self, respond: Respond) -> None:
        self.respond = respond
        self.headers = {"Content-Security-Policy": INNER_POLICY if kernel.node().is_inner else OUTER_POLICY, **ALWAYS}

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.respond(request)
        if response.get("Content-Type", "").startswith("application/pdf"):
            response.headers.setdefault("Content-Security-Policy", PAPER_POLICY)
        for name, value in self.headers.items():
            response.headers.setdefault(name, value)
        return response


class UploadLimit:
    """Refuse, on the outer node, a body larger than any paper may be, before a byte of it is kept.

    Deliveries inside are as large as a county; their reader has limits of its own.
    """

    def __init__(self, respond: Respond) -> None:
        self.respond = respond

    def __call__(self, request: HttpRequest) -> HttpResponse:
        told = request.META.get("CONTENT_LENGTH") or "0"
        size = int(told) if told.isdecimal() else 0
        if not kernel.node().is_inner and size > (UPLOAD_LIMIT_MB << 20) + _ROOM:
            if size <= _PATIENCE:
                _let_pass(request, size)
            refuse = get_resolver().resolve_error_handler(400)
            return refuse(request, TooLarge("上传的文件", UPLOAD_LIMIT_MB))  # type: ignore[call-arg]
        return self.respond(request)


def _let_pass(request: HttpRequest, size: int) -> None:
    """Read the body away: a browser shows an answer only after it has sent everything."""
    while size > 0 and (chunk := request.read(min(size, 1 << 16))):
        size -= len(chunk)
