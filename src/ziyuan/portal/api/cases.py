"""案件与待办: inbox, case record, acts, papers and documents."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from ninja import Query, Router

from ziyuan.kernel import service as kernel
from ziyuan.portal.api.common import ActionIn, actor, attachment, stored
from ziyuan.workflow import service as workflow

tasks_router = Router(tags=["待办"])
router = Router(tags=["案件"])


@tasks_router.get("", summary="待办、已办、我的")
def tasks(
    request: HttpRequest,
    box: str = "todo",
    q: str = "",
    sort: str = "due",
    matter: str = "",
    after: str | None = None,
    limit: int = Query(50, ge=1, le=200),
) -> Any:
    return workflow.tasks_page(actor(request), box=box, q=q, sort=sort, matter=matter, after=after, limit=limit)


@tasks_router.get("/count", summary="待办数")
def tasks_count(request: HttpRequest) -> dict[str, int]:
    return {"todo": workflow.tasks_count(actor(request))}


@router.get("", summary="案件列表")
def cases(
    request: HttpRequest,
    status: str = "",
    q: str = "",
    region: str = "",
    after: str | None = None,
    limit: int = Query(50, ge=1, le=200),
) -> Any:
    return workflow.cases_page(_reader(request), status=status, q=q, region=region, after=after, limit=limit)


@router.get("/count", summary="案件数")
def count(request: HttpRequest, status: str = "", q: str = "", region: str = "") -> dict[str, int]:
    return {"count": workflow.cases_count(_reader(request), status=status, q=q, region=region)}


@router.get("/export.csv", summary="案件清单(表格)")
def export(request: HttpRequest, status: str = "", q: str = "", region: str = "") -> HttpResponse:
    who = actor(request)
    kernel.require(who, "case.export")
    body = workflow.export_csv(who, status=status, q=q, region=region)
    kernel.record(who, "case.exported", on=("cases", status or "all"), q=q)
    return attachment(body, f"案件清单-{kernel.today()}.csv", "text/csv; charset=utf-8")


@router.get("/{case}", summary="案卷")
def record(request: HttpRequest, case: int) -> Any:
    return workflow.case_record(_reader(request), case)


@router.post("/{case}/actions/{action}", summary="办理")
def act(request: HttpRequest, case: int, action: str, body: ActionIn) -> Any:
    who = actor(request)
    workflow.act(
        who, case, action, task=body.task, opinion=body.opinion, to=body.to, items=body.items, command=body.command
    )
    return workflow.case_record(who, case)


@router.get("/{case}/screening", summary="审查结果")
def screening(request: HttpRequest, case: int) -> Any:
    return workflow.case_record(_reader(request), case)["screening"]


@router.get("/{case}/screening.geojson", summary="审查图斑")
def pieces(request: HttpRequest, case: int) -> Any:
    return workflow.screening_pieces(_reader(request), case)


@router.get("/{case}/handover-targets", summary="可转办的人")
def handover_targets(request: HttpRequest, case: int, task: int) -> Any:
    return workflow.handover_targets(_reader(request), case, task)


@router.get("/{case}/papers/{paper}", summary="材料")
def paper(request: HttpRequest, case: int, paper: int) -> HttpResponseBase:
    file, name = workflow.paper_file(_reader(request), case, paper)
    return stored(file, name)


@router.get("/{case}/documents/{document}", summary="文书")
def document(request: HttpRequest, case: int, document: int) -> HttpResponseBase:
    file, name = workflow.document_file(_reader(request), case, document)
    return stored(file, name, inline=True)


@router.get("/{case}/summary.pdf", summary="案卷摘要")
def summary(request: HttpRequest, case: int) -> HttpResponse:
    body = workflow.summary_pdf(_reader(request), case)
    return attachment(body, f"案卷摘要-{case}.pdf", "application/pdf", inline=True)


def _reader(request: HttpRequest) -> kernel.Actor:
    who = actor(request)
    kernel.require(who, "case.read")
    return who
