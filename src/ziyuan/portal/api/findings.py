"""问题: findings of a delivery and their reports, exceptions, disputes, chains of business."""

from typing import Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from ninja import File, Form, Query, Router
from ninja.files import UploadedFile

from ziyuan.kernel import errors
from ziyuan.onemap import service as onemap
from ziyuan.portal.api.common import ActionIn, actor, attachment, stored, uploaded

router = Router(tags=["问题"])
_FORMS = {
    "findings.gpkg": ("gpkg", "application/geopackage+sqlite3"),
    "findings.csv": ("csv", "text/csv; charset=utf-8"),
    "report.html": ("html", "text/html; charset=utf-8"),
    "report.pdf": ("pdf", "application/pdf"),
}
_INLINE = {"report.html", "report.pdf"}


@router.get("/deliveries/{delivery}/findings", summary="问题清单")
def listing(
    request: HttpRequest,
    delivery: int,
    rule: str | None = None,
    severity: str | None = None,
    family: str | None = None,
    state: str | None = None,
    standing: str | None = None,
    layer: str | None = None,
    village: str | None = None,
    q: str | None = None,
    after: str | None = None,
    limit: int = Query(100, ge=1, le=1000),
) -> Any:
    return onemap.findings.listing(
        actor(request), delivery, rule=rule, severity=severity, family=family, state=state, standing=standing,
        layer=layer, village=village, q=q, after=after, limit=limit,
    )  # fmt: skip


@router.get("/deliveries/{delivery}/findings/counts", summary="问题统计与得分")
def counts(request: HttpRequest, delivery: int) -> Any:
    return onemap.findings.counts(actor(request), delivery)


@router.get("/deliveries/{delivery}/findings.geojson", summary="问题图层")
def geojson(request: HttpRequest, delivery: int) -> Any:
    return onemap.findings.on_map(actor(request), delivery)


def _download(request: HttpRequest, delivery: int, form: str) -> HttpResponse:
    suffix, media = _FORMS[form]
    body, name = onemap.deliveries.report_file(actor(request), delivery, suffix)
    return attachment(body, name, media, inline=form in _INLINE)


@router.get("/deliveries/{delivery}/findings.gpkg", summary="错误图层 GeoPackage")
def gpkg(request: HttpRequest, delivery: int) -> HttpResponse:
    return _download(request, delivery, "findings.gpkg")


@router.get("/deliveries/{delivery}/findings.csv", summary="问题表 CSV")
def csv(request: HttpRequest, delivery: int) -> HttpResponse:
    return _download(request, delivery, "findings.csv")


@router.get("/deliveries/{delivery}/report.html", summary="质检报告网页")
def html(request: HttpRequest, delivery: int) -> HttpResponse:
    response = _download(request, delivery, "report.html")
    response["Content-Disposition"] = response["Content-Disposition"].replace("inline", "attachment")
    return response


@router.get("/deliveries/{delivery}/report.pdf", summary="质检报告 PDF")
def pdf(request: HttpRequest, delivery: int) -> HttpResponse:
    return _download(request, delivery, "report.pdf")


@router.post("/deliveries/{delivery}/exceptions", summary="申请例外")
def ask(
    request: HttpRequest,
    delivery: int,
    proof: File[UploadedFile],
    findings: Form[str],
    reason: Form[str],
    until: Form[str],
    scope: str = Form("features"),
    region: str = Form(""),
    command: str = Form("", max_length=80),
) -> Any:
    who = actor(request)
    made = onemap.findings.request(
        who, delivery, _numbers(findings), reason=reason, until=until, proof=(uploaded(proof), proof.name or "证明材料"),
        scope=scope, region=region, command=command,
    )  # fmt: skip
    return onemap.findings.one_exception(who, made.pk)


def _numbers(text: str) -> list[int]:
    parts = [part.strip() for part in text.replace("、", ",").split(",") if part.strip()]
    if not all(part.isdecimal() and len(part) < 19 for part in parts):
        raise errors.NotFound("问题", text[:40])
    return [int(part) for part in parts]


@router.get("/exceptions", summary="例外列表")
def exceptions(
    request: HttpRequest,
    state: str | None = None,
    delivery: int | None = None,
    county: str | None = None,
    after: str | None = None,
    limit: int = Query(50, ge=1, le=200),
) -> Any:
    return onemap.findings.exceptions(
        actor(request), state=state, delivery=delivery, county=county, after=after, limit=limit
    )


@router.get("/exceptions/{exception}", summary="一个例外")
def one_exception(request: HttpRequest, exception: int) -> Any:
    return onemap.findings.one_exception(actor(request), exception)


@router.get("/exceptions/{exception}/proof", summary="例外的证明材料")
def exception_proof(request: HttpRequest, exception: int) -> StreamingHttpResponse:
    return stored(onemap.findings.proof_file(actor(request), "exception", exception))


@router.post("/exceptions/{exception}/supplement", summary="补充后重新提交例外申请")
def supplement(
    request: HttpRequest,
    exception: int,
    reason: Form[str],
    until: Form[str],
    proof: File[UploadedFile] = None,  # type: ignore[assignment]  # the framework's way to say optional
    command: str = Form("", max_length=80),
) -> Any:
    who = actor(request)
    given = (uploaded(proof), proof.name or "证明材料") if proof else None
    onemap.findings.supplement(who, exception, reason=reason, until=until, proof=given, command=command)
    return onemap.findings.one_exception(who, exception)


@router.post("/exceptions/{exception}/actions/{action}", summary="批准、不予批准、退回补充、撤销例外")
def decide(request: HttpRequest, exception: int, action: str, body: ActionIn) -> Any:
    who = actor(request)
    room = onemap.findings
    verbs = {"approve": room.approve, "refuse": room.refuse, "return": room.return_, "withdraw": room.withdraw}
    if action not in verbs:
        raise errors.NotFound("动作", action)
    verbs[action](who, exception, body.opinion, body.command)
    return onemap.findings.one_exception(who, exception)


@router.post("/findings/{finding}/disputes", summary="对问题提出异议")
def raise_dispute(
    request: HttpRequest,
    finding: int,
    reason: Form[str],
    proof: File[UploadedFile] = None,  # type: ignore[assignment]  # the framework's way to say optional
    command: str = Form("", max_length=80),
) -> Any:
    who = actor(request)
    given = (uploaded(proof), proof.name or "证明材料") if proof else None
    made = onemap.findings.dispute(who, finding, reason=reason, proof=given, command=command)
    return onemap.findings.one_dispute(who, made.pk)


@router.get("/disputes", summary="异议列表")
def disputes(
    request: HttpRequest,
    state: str | None = None,
    delivery: int | None = None,
    county: str | None = None,
    after: str | None = None,
    limit: int = Query(50, ge=1, le=200),
) -> Any:
    return onemap.findings.disputes(
        actor(request), state=state, delivery=delivery, county=county, after=after, limit=limit
    )


@router.get("/disputes/{dispute}", summary="一个异议")
def one_dispute(request: HttpRequest, dispute: int) -> Any:
    return onemap.findings.one_dispute(actor(request), dispute)


@router.get("/disputes/{dispute}/proof", summary="异议的证明材料")
def dispute_proof(request: HttpRequest, dispute: int) -> StreamingHttpResponse:
    return stored(onemap.findings.proof_file(actor(request), "dispute", dispute))


@router.get("/disputes/{dispute}/fixture", summary="误报的规则样例")
def fixture(request: HttpRequest, dispute: int) -> HttpResponse:
    text, name = onemap.findings.fixture(actor(request), dispute)
    return attachment(text.encode("utf-8"), name, "application/yaml")


@router.post("/disputes/{dispute}/actions/{action}", summary="答复、撤回异议")
def answer(request: HttpRequest, dispute: int, action: str, body: ActionIn) -> Any:
    who = actor(request)
    if action == "withdraw":
        onemap.findings.take_back(who, dispute, body.opinion, body.command)
    elif action in ("uphold", "false_alarm"):
        onemap.deliveries.answer_dispute(who, dispute, action, body.opinion, body.command)
    else:
        raise errors.NotFound("动作", action)
    return onemap.findings.one_dispute(who, dispute)


@router.get("/chains", summary="业务链条")
def chains(request: HttpRequest) -> Any:
    return onemap.findings.chains_told(actor(request))


@router.get("/chains/{chain}/report", summary="前后环节检查")
def stages(request: HttpRequest, chain: str, county: str | None = None) -> Any:
    return onemap.findings.stage_report(actor(request), chain, county=county)
