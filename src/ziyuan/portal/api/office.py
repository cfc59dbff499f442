"""审计、运行状态、行政区、核验."""

from typing import Any

from django.http import HttpRequest
from ninja import Query, Router

from ziyuan.exchange import service as exchange
from ziyuan.kernel import errors
from ziyuan.kernel import service as kernel
from ziyuan.portal.api.common import actor
from ziyuan.workflow import service as workflow

router = Router(tags=["运行"])


@router.get("/regions", summary="行政区")
def regions(request: HttpRequest) -> Any:
    found = kernel.regions(within=actor(request).region)
    return {"items": [{"code": r.code, "name": r.name, "level": r.level, "parent": r.parent} for r in found]}


@router.get("/audit", summary="审计记录")
def audit(
    request: HttpRequest, county: str = "", q: str = "", after: str | None = None, limit: int = Query(100, ge=1, le=500)
) -> Any:
    who = actor(request)
    kernel.require(who, "audit.read", county or None)
    return kernel.audit_page(who, county=county, q=q, after=after, limit=limit)


@router.get("/audit/heads", summary="审计链链首")
def heads(request: HttpRequest) -> Any:
    who = actor(request)
    kernel.require(who, "audit.read")
    return kernel.audit_heads(who)


@router.get("/health", auth=None, summary="节点健康")
def health(request: HttpRequest) -> Any:
    return {**kernel.health(), "exchange": exchange.counters()}


@router.get("/exchange", summary="交换流水")
def streams(request: HttpRequest) -> Any:
    kernel.require(actor(request), "node.read")
    return exchange.streams()


@router.get("/verify/{code}", auth=None, summary="核验意见书")
def verify(request: HttpRequest, code: str) -> Any:
    found = workflow.verify_document(code)
    if found is None:
        raise errors.NotFound("核验码", code)
    return found
