"""流程升级: the dry run of a matter's open cases, the signed order, its run and what came of it."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Field, Query, Router, Schema

from ziyuan.kernel import service as kernel
from ziyuan.portal.api.common import actor, attachment
from ziyuan.workflow import service as workflow

router = Router(tags=["流程升级"])
CSV = "text/csv; charset=utf-8"


class OrderIn(Schema):
    """编制升级单."""

    matter: str = Field("", description="事项,如 use_control/site_review")
    reason: str = Field("", description="为什么升级,必填")
    command: str = Field("", max_length=80, description="重发时相同,不会重复执行")


class SignIn(Schema):
    """签发升级单."""

    opinion: str = Field("", description="意见,必填")
    command: str = Field("", max_length=80, description="重发时相同,不会重复执行")


class RunIn(Schema):
    """开始升级."""

    command: str = Field("", max_length=80, description="重发时相同,不会重复执行")


@router.get("", summary="各事项的旧版本在办案件和升级单")
def overview(request: HttpRequest) -> Any:
    who = _reader(request)
    return {"matters": workflow.migration_matters(who), "orders": workflow.migration_orders(who)}


@router.get("/plan", summary="试算", description="逐件列出变化,什么都不写;items 至多 500 件,全部见表格。")
def plan(request: HttpRequest, matter: str) -> Any:
    return workflow.migration_plan(_reader(request), matter)


@router.get("/plan.csv", summary="试算(表格)")
def plan_csv(request: HttpRequest, matter: str) -> HttpResponse:
    who = _reader(request)
    body = workflow.migration_plan_csv(who, matter)
    kernel.record(who, "migration.plan_exported", on=("matter", matter))
    return attachment(body, f"升级试算-{kernel.today()}.csv", CSV)


@router.post("", summary="编制升级单")
def make(request: HttpRequest, body: OrderIn) -> Any:
    who = actor(request)
    number = workflow.make_order(who, body.matter, body.reason, body.command)
    return workflow.migration_order(who, number)


@router.get("/{order}", summary="一份升级单", description="outcome:waiting、moved、stayed、refused、over;after:上一页的 next。")
def order(request: HttpRequest, order: int, outcome: str = "", after: int = Query(0, ge=0, le=2**63 - 1)) -> Any:
    return workflow.migration_order(_reader(request), order, outcome, after)


@router.get("/{order}/lines.csv", summary="一份升级单(表格)")
def order_csv(request: HttpRequest, order: int) -> HttpResponse:
    who = _reader(request)
    body = workflow.migration_order_csv(who, order)
    kernel.record(who, "migration.plan_exported", on=("migration", order))
    return attachment(body, f"升级单-{order}.csv", CSV)


@router.post("/{order}/sign", summary="签发升级单")
def sign(request: HttpRequest, order: int, body: SignIn) -> Any:
    who = actor(request)
    workflow.sign_order(who, order, body.opinion, body.command)
    return workflow.migration_order(who, order)


@router.post("/{order}/run", summary="开始升级")
def run(request: HttpRequest, order: int, body: RunIn) -> Any:
    who = actor(request)
    workflow.start_order(who, order, body.command)
    return workflow.migration_order(who, order)


def _reader(request: HttpRequest) -> kernel.Actor:
    who = actor(request)
    kernel.require(who, "migration.read")
    return who
