"""工作日历: the working days of a region, and loading a new notice or order."""

from typing import Any

from django.http import HttpRequest
from ninja import File, Query, Router
from ninja.files import UploadedFile

from ziyuan.portal.api.common import actor
from ziyuan.workflow import service as workflow

router = Router(tags=["工作日历"])


@router.get("", summary="一个行政区一年的放假和调休")
def calendar(
    request: HttpRequest,
    region: str = Query("", description="缺省为本行政区"),
    year: int | None = Query(None, ge=1, le=9999, description="缺省为今年"),
) -> Any:
    return workflow.working_calendar(actor(request), region, year)


@router.post("/notices", summary="装入放假通知或地方的安排", description="JSON:region(空为全国)、year、source、days。")
def load(request: HttpRequest, file: File[UploadedFile]) -> Any:
    return workflow.load_notice(actor(request), file.read())
