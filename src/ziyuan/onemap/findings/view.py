"""Exceptions and disputes as people read them: lists, one of each with its notes and what the asker may do."""

from typing import Any

from django.db.models import Q, QuerySet

from ziyuan.kernel import errors as kernel_errors
from ziyuan.kernel import service as kernel
from ziyuan.onemap.findings import cover, notes, review
from ziyuan.onemap.findings.errors import FilterUnknown, NoFixture
from ziyuan.onemap.findings.excepting import WITHDRAWABLE
from ziyuan.onemap.findings.eyes import own
from ziyuan.onemap.findings.models import (
    Dispute,
    DisputeState,
    ExceptionState,
    FindingException,
    StoredFinding,
)
from ziyuan.onemap.findings.read import delivery_of, items_of
from ziyuan.onemap.findings.scope import scope_text

Page = dict[str, Any]


def exceptions(
    by: kernel.Actor, *, state: str | None = None, delivery: int | None = None, county: str | None = None,
    after: str | None = None, limit: int = 50,
) -> Page:  # fmt: skip
    """A page of exceptions of the asker's region, the newest first; *ended* are approved ones whose day has passed."""
    with kernel.acting(by):
        kernel.require(by, "delivery.read")
        rows = _exceptions_in(state)
        return _page(by, rows, delivery, county, after, limit, _exception)


def _exceptions_in(state: str | None) -> QuerySet[FindingException]:
    rows = FindingException.objects.select_related("delivery")
    if not state:
        return rows
    if state not in ExceptionState.values:
        raise FilterUnknown("state", state, ExceptionState.values)
    passed = Q(state=ExceptionState.APPROVED, until__lt=kernel.today())
    if state == ExceptionState.ENDED:
        return rows.filter(passed)
    return rows.filter(state=state).exclude(passed)


def disputes(
    by: kernel.Actor, *, state: str | None = None, delivery: int | None = None, county: str | None = None,
    after: str | None = None, limit: int = 50,
) -> Page:  # fmt: skip
    """A page of disputes of the asker's region, the newest first."""
    with kernel.acting(by):
        kernel.require(by, "delivery.read")
        if state and state not in DisputeState.values:
            raise FilterUnknown("state", state, DisputeState.values)
        rows = Dispute.objects.select_related("delivery", "finding__exception", "finding__run", "finding__fixed_in")
        return _page(by, rows.filter(state=state) if state else rows, delivery, county, after, limit, _dispute)


def _page(by: kernel.Actor, rows: Any, delivery: int | None, county: str | None, after: str | None, limit: int,
          told: Any) -> Page:  # fmt: skip
    if delivery:
        rows = rows.filter(delivery=delivery_of(delivery))
    if county:
        rows = rows.filter(county=county)
    if after and after.isdecimal():
        rows = rows.filter(pk__lt=int(after))
    page = list(rows.order_by("-pk")[: limit + 1])
    return {"items": [told(by, row) for row in page[:limit]],
            "next": str(page[limit - 1].pk) if len(page) > limit else None}  # fmt: skip


def exception(by: kernel.Actor, number: int) -> dict[str, Any]:
    """One exception."""
    with kernel.acting(by):
        kernel.require(by, "delivery.read")
        return _exception(by, _found(FindingException, "例外", number))


def dispute(by: kernel.Actor, number: int) -> dict[str, Any]:
    """One dispute, with its finding."""
    with kernel.acting(by):
        kernel.require(by, "delivery.read")
        return _dispute(by, _found(Dispute, "异议", number))


def proof(by: kernel.Actor, kind: str, number: int) -> kernel.StoredFile:
    """The proof file of an exception or a dispute; NotFound where there is none."""
    with kernel.acting(by):
        kernel.require(by, "delivery.read")
        row = _found(FindingException, "例外", number) if kind == "exception" else _found(Dispute, "异议", number)
        found = kernel.StoredFile.objects.filter(digest=row.proof_sm3).first() if row.proof_sm3 else None
        if found is None:
            raise kernel_errors.NotFound("证明材料", row.no)
        return found


def fixture(by: kernel.Actor, number: int) -> tuple[str, str]:
    """The skeleton of a fixture and its file name. Raises NoFixture."""
    with kernel.acting(by):
        kernel.require(by, "delivery.read")
        row = _found(Dispute, "异议", number)
        if not row.fixture:
            raise NoFixture(row.no)
        return row.fixture, f"{row.finding.rule}-{row.no}.yaml"


def _found(model: Any, what: str, number: int) -> Any:
    row = model.objects.select_related("delivery").filter(pk=number).first()
    if row is None:
        raise kernel_errors.NotFound(what, number)
    return row


def state_of(row: FindingException) -> str:
    """State as of today: approved ones end by themselves."""
    ended = row.state == ExceptionState.APPROVED and row.until < kernel.today()
    return ExceptionState.ENDED if ended else row.state


def _exception(by: kernel.Actor, row: FindingException) -> dict[str, Any]:
    state = state_of(row)
    linked = list(StoredFinding.objects.filter(exception=row, followed=False).order_by("pk").values_list("pk", flat=True)[:1000])
    return {
        "id": row.pk, "no": row.no, **_where(row), "rules": row.rules, "scope": row.scope, "scope_text": scope_text(row),
        "features": len(row.items) if row.scope == "features" else 0, "region": row.region,
        "reason": row.reason, "until": row.until, "days_left": (row.until - kernel.today()).days,
        "proof": {"name": row.proof_name, "size": row.proof_size, "sm3": row.proof_sm3}, "state": state,
        "state_title": ExceptionState(state).label, "requested_at": row.requested_at, "requested_by": row.requested_by,
        "requested_organ": row.requested_organ, "decided_at": row.decided_at, "decided_by": row.decided_by,
        "decided_organ": row.decided_organ, "opinion": row.opinion, "covers": len(linked), "findings": linked,
        "asked_for": _asked_for(row), "notes": notes.notes_of(row), "actions": _exception_actions(by, row, state),
        "case": review.standing(by, row),
    }  # fmt: skip


def _asked_for(row: FindingException) -> list[int]:
    """Ids of the findings named in the request, as they stand in the delivery it was made on."""
    prints = [i["fingerprint"] for i in row.items]
    named = StoredFinding.objects.filter(delivery=row.delivery_id, fingerprint__in=prints)
    return list(named.order_by("ordinal").values_list("pk", flat=True))


def _where(row: FindingException | Dispute) -> dict[str, Any]:
    return {"delivery": {"id": row.delivery_id, "no": row.delivery.no}, "county": row.county,
            "county_name": kernel.region(row.county).name}  # fmt: skip


def _exception_actions(by: kernel.Actor, row: FindingException, state: str) -> list[dict[str, Any]]:
    mine = kernel.may(by, "finding.except", region=row.county)
    able = kernel.may(by, "finding.decide", region=row.county)
    waiting = "" if state == ExceptionState.REQUESTED else f"当前为“{ExceptionState(state).label}”"
    why = waiting or _not_for(by, row) if able else ""
    held = "" if state in (WITHDRAWABLE if mine else (ExceptionState.APPROVED,)) else waiting or "尚未批准"
    offered = [
        (able, "approve", "批准", why, [], True, "批准后,所列问题在有效期内不再退回汇交。"),
        (able, "refuse", "不予批准", why, ["opinion"], False, "不予批准后,所列问题仍须改正。"),
        (able, "return", "退回补充", why, ["opinion"], False, "退回后由申请单位补充理由或证明材料,再次提交。"),
        (mine and state == ExceptionState.RETURNED, "supplement", "补充后重新提交", "", [], True,
         "重新提交后,由上级决定。"),
        (mine or able, "withdraw", "撤销", held, [] if mine else ["opinion"], False, "撤销后,所列问题重新计为错误。"),
    ]  # fmt: skip
    return [_action(name, title, why, needs, primary, then) for may, name, title, why, needs, primary, then in offered if may]


def _not_for(by: kernel.Actor, row: FindingException) -> str:
    """Why a request that waits does not wait for this person."""
    if own(by, row.requested_id, row.requested_unit):
        return "由您本人或本机关提出"
    levels = review.turns(row) if row.review else {}
    return "由上级(市级或省级)决定" if levels and kernel.region(by.region).level not in levels else ""


def _action(name: str, title: str, why: str, needs: list[str], primary: bool, consequence: str) -> dict[str, Any]:
    return {"id": name, "title": title, "enabled": not why, "reason": why, "needs": needs, "primary": primary,
            "consequence": consequence}  # fmt: skip


def _dispute(by: kernel.Actor, row: Dispute) -> dict[str, Any]:
    answerable = row.state == DisputeState.RAISED
    why = "" if answerable else f"当前为“{DisputeState(row.state).label}”"
    level = "" if kernel.region(by.region).level == "province" else "由省级答复"
    offered = [
        (kernel.may(by, "finding.answer", region=row.county), "uphold", "维持问题", why or level, ["opinion"], True,
         "答复后,该问题仍须改正。"),
        (kernel.may(by, "finding.answer", region=row.county), "false_alarm", "确认误报", why or level, ["opinion"], False,
         "确认后,该问题不再计为错误,并导出规则样例。"),
        (kernel.may(by, "finding.dispute", region=row.county), "withdraw", "撤回异议", why, [], False, "撤回后,该问题仍须改正。"),
    ]  # fmt: skip
    return {
        "id": row.pk, "no": row.no, **_where(row), "finding": items_of(by, [row.finding])[0], "reason": row.reason,
        "proof": {"name": row.proof_name, "size": row.proof_size, "sm3": row.proof_sm3} if row.proof_sm3 else None,
        "state": row.state, "state_title": DisputeState(row.state).label, "raised_at": row.raised_at,
        "raised_by": row.raised_by, "raised_organ": row.raised_organ, "answered_at": row.answered_at,
        "answered_by": row.answered_by, "answered_organ": row.answered_organ, "answer": row.answer,
        "notes": notes.notes_of(row),
        "actions": [_action(i, t, no, needs, main, then) for may, i, t, no, needs, main, then in offered if may],
        "fixture_url": f"/api/disputes/{row.pk}/fixture" if row.fixture else None,
    }  # fmt: skip


def printed(row: Any) -> list[FindingException]:
    """Exceptions that concern a delivery's report: linked to its findings, or holding for its county and mandate."""
    linked = Q(pk__in=StoredFinding.objects.filter(delivery=row, exception__isnull=False).values("exception"))
    holding = Q(county=row.county, mandate=row.mandate) & cover.holds("")
    return list(FindingException.objects.filter(linked | holding | Q(delivery=row)).order_by("pk"))
