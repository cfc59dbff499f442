"""Exceptions (例外): asked for by the submitter with proof, decided in a review, ended by date or withdrawal.

An exception covers a problem without mending it: the problem stays in every report, with the exception's number. Who
decides is asked of the review; a verb here and the act in the review's own page are one road, and end in `carry_out`.
"""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO

from ziyuan.kernel import errors as kernel_errors
from ziyuan.kernel import service as kernel
from ziyuan.onemap.findings import cover, notes, review
from ziyuan.onemap.findings.errors import (
    NothingChosen,
    NotListedOneByOne,
    NotToBeExcepted,
    ProofWanted,
    ReasonWanted,
    ScopeRefused,
    StateRefused,
    day_of,
)
from ziyuan.onemap.findings.eyes import demand_level, demand_other_eyes
from ziyuan.onemap.findings.models import ExceptionState, FindingException, State, StoredFinding
from ziyuan.onemap.findings.read import delivery_of, last_run

Source = Path | bytes | BinaryIO
_WORDS = {"approve": "同意。"}
WITHDRAWABLE = (ExceptionState.REQUESTED, ExceptionState.RETURNED, ExceptionState.APPROVED)
_WITHOUT_REASON = {"refuse": "不予批准", "return": "退回例外申请"}


def request(
    by: kernel.Actor, delivery: Any, findings: Sequence[int], *, reason: str, until: str | date,
    proof: tuple[Source, str] | None, scope: str = "features", region: str = "", command: str = "",
) -> FindingException:  # fmt: skip
    """Ask for an exception on findings of the latest attempt; `proof` is a file and its name.

    `scope` *features* covers these rules on these features; *region* these rules in a village, town or the county.
    Raises kernel.NotAllowed, NothingChosen, NotToBeExcepted, ReasonWanted, ProofWanted, DayRefused, ScopeRefused.
    """
    with kernel.acting(by):
        row = delivery_of(delivery)
        kernel.require(by, "finding.except", region=row.county)
        before = notes.done_before(row.county, "request", command)
        if isinstance(before, FindingException):
            return before
        if not reason.strip():
            raise ReasonWanted("申请例外")
        day = day_of(until, kernel.today())
        chosen = _chosen(row, findings)
        where = _where(row, chosen, scope, region.strip())
        stored = _proof(proof)
        made = FindingException.objects.create(
            no=_number(row.county), delivery=row, county=row.county, mandate=row.mandate,
            rules=sorted({f.rule for f in chosen}), scope=scope, region=where,
            items=[cover.item_of(f) for f in chosen], reason=reason.strip(), until=day, proof_sm3=stored.digest,
            proof_name=stored.name[:200], proof_size=stored.size, state=ExceptionState.REQUESTED,
            requested_at=kernel.now(), requested_by=by.name, requested_id=by.person or 0,
            requested_unit=by.organ, requested_organ=by.organ_name,
        )  # fmt: skip
        review.begin(by, made)
        notes.note(by, made, "request", f"{reason.strip()}(有效期至 {day.isoformat()})")
        notes.remember(made, "request", command)
        notes.tell_exception(by, made, "requested", None, rules=made.rules, scope=scope, region=where, until=day.isoformat(),
                   findings=[f.pk for f in chosen], proof=stored.digest)  # fmt: skip
    return made


def _number(county: str) -> str:
    year = kernel.today().year
    return f"LW-{county}-{year}-{kernel.next_number(f'exception:{county}', year)}"


def _chosen(row: Any, findings: Sequence[int]) -> list[StoredFinding]:
    wanted = list(dict.fromkeys(findings))
    if not wanted:
        raise NothingChosen
    chosen = list(cover.with_effect(StoredFinding.objects.filter(delivery=row, pk__in=wanted)).order_by("ordinal"))
    if len(chosen) < len(wanted):
        raise NothingChosen("所选问题中有的不在这次汇交里")
    for f in chosen:
        if f.severity == "note":
            raise NotToBeExcepted(f.pk, "只是提示")
        if f.followed:
            raise NotToBeExcepted(f.pk, "不在最近一次汇交中")
        if f.effect != State.OPEN:
            raise NotToBeExcepted(f.pk, f"当前为“{State(f.effect).label}”")
    return [*chosen]


def _where(row: Any, chosen: Sequence[StoredFinding], scope: str, region: str) -> str:
    """The region code of the scope, empty for features."""
    if scope == "features":
        _all_listed(row, {f.rule for f in chosen})
        return ""
    if scope != "region":
        raise ScopeRefused("只能是 features 或 region")
    if region == row.county:
        return region
    if not region.isdecimal() or len(region) not in (9, 12) or not region.startswith(row.county):
        raise ScopeRefused(f"“{region[:20]}”不是本县、乡、村的代码", "region")
    outside = [f for f in chosen if not (f.village or "").startswith(region)]
    if outside:
        raise ScopeRefused(f"问题 {outside[0].pk} 不在该区域内", "region")
    return region


def _all_listed(row: Any, rules: set[str]) -> None:
    run = last_run(row)
    for count in run.counts if run else ():
        if count["rule"] in rules and count["count"] > count["listed"]:
            raise NotListedOneByOne(count["rule"], count["count"] - count["listed"])


def _proof(proof: tuple[Source, str] | None) -> kernel.StoredFile:
    if proof is None or not proof[1]:
        raise ProofWanted
    stored = kernel.put_file(proof[0], name=proof[1])
    if stored.size == 0:
        raise ProofWanted
    return stored


def supplement(
    by: kernel.Actor, exception: int, *, reason: str, until: str | date, proof: tuple[Source, str] | None = None,
    command: str = "",
) -> FindingException:  # fmt: skip
    """Ask again for what was sent back, with a better reason, another day or a new proof (else the old one stands).

    Raises kernel.NotAllowed, StateRefused, ReasonWanted, DayRefused, ProofWanted.
    """
    with kernel.acting(by):
        row = held(exception)
        kernel.require(by, "finding.except", region=row.county)
        if notes.done_before(row.county, "supplement", command) is not None:
            return row
        if row.state != ExceptionState.RETURNED:
            raise StateRefused(row.no, ExceptionState(row.state).label, notes.ACT_TITLES["supplement"])
        if not reason.strip():
            raise ReasonWanted("申请例外")
        row.reason, row.until = reason.strip(), day_of(until, kernel.today())
        if proof is not None:
            stored = _proof(proof)
            row.proof_sm3, row.proof_name, row.proof_size = stored.digest, stored.name[:200], stored.size
        row.state = ExceptionState.REQUESTED
        row.save(update_fields=["reason", "until", "proof_sm3", "proof_name", "proof_size", "state"])
        review.begin(by, row)
        notes.note(by, row, "supplement", f"{row.reason}(有效期至 {row.until.isoformat()})")
        notes.remember(row, "supplement", command)
        notes.tell_exception(by, row, "supplemented", ExceptionState.RETURNED, until=row.until.isoformat(), proof=row.proof_sm3)
    return row


def approve(by: kernel.Actor, exception: int, opinion: str = "", command: str = "") -> FindingException:
    """Approve: its findings no longer return a delivery, until its last day.

    Raises kernel.NotAllowed, LevelAbove, OwnRequest, StateRefused, DayRefused (ended while it waited).
    """
    return _said(by, exception, "approve", opinion, command)


def refuse(by: kernel.Actor, exception: int, opinion: str = "", command: str = "") -> FindingException:
    """Refuse, with a reason. Raises as `approve`, and ReasonWanted."""
    return _said(by, exception, "refuse", opinion, command)


def return_(by: kernel.Actor, exception: int, opinion: str = "", command: str = "") -> FindingException:
    """Send the request back to be supplemented, with a reason. Raises as `refuse`."""
    return _said(by, exception, "return", opinion, command)


def _said(by: kernel.Actor, exception: int, verb: str, opinion: str, command: str) -> FindingException:
    """A level's word: through the review, which calls `carry_out` back in this transaction. Four eyes are demanded here."""
    with kernel.acting(by):
        row = held(exception)
        kernel.require(by, "finding.decide", region=row.county)
        if notes.done_before(row.county, verb, command) is not None:
            return row
        if not row.review and row.state == ExceptionState.REQUESTED:  # asked for before exceptions had a review
            review.begin(by, row)
        if row.review:
            demand_level(by, row.no, review.turns(row).keys())
        _demand_undecided(by, row, verb)
        words = opinion.strip() or _WORDS.get(verb, "")
        if not words:
            raise ReasonWanted(_WITHOUT_REASON[verb])
        review.act(by, row, verb, words)
        row.refresh_from_db()
        notes.remember(row, verb, command)
    return row


def _demand_undecided(by: kernel.Actor, row: FindingException, verb: str) -> None:
    demand_other_eyes(by, row.no, row.requested_id, row.requested_unit)
    if row.state != ExceptionState.REQUESTED:
        raise StateRefused(row.no, ExceptionState(row.state).label, notes.ACT_TITLES[verb])


def carry_out(by: kernel.Actor, no: str, verb: str, words: str) -> None:
    """What a level's word does to the exception; called by its review, in the transaction in which the word was given.

    Raises kernel.NotAllowed, OwnRequest, StateRefused, and DayRefused where it ended while it waited.
    """
    row = FindingException.objects.select_for_update().get(no=no)
    kernel.require(by, "finding.decide", region=row.county)
    _demand_undecided(by, row, verb)
    if verb == "approve":
        day_of(row.until, kernel.today())
        _decided(by, row, ExceptionState.APPROVED, words)
        linked = link(row)
        notes.note(by, row, verb, words)
        notes.tell_exception(by, row, "approved", ExceptionState.REQUESTED, covers=linked)
    elif verb == "refuse":
        _decided(by, row, ExceptionState.REFUSED, words)
        notes.note(by, row, verb, words)
        notes.tell_exception(by, row, "refused", ExceptionState.REQUESTED)
    else:
        row.state = ExceptionState.RETURNED
        row.save(update_fields=["state"])
        notes.note(by, row, verb, words)
        notes.tell_exception(by, row, "returned", ExceptionState.REQUESTED, reason=words)


def _decided(by: kernel.Actor, row: FindingException, state: ExceptionState, opinion: str) -> None:
    row.state, row.opinion, row.decided_at = state, opinion, kernel.now()
    row.decided_by, row.decided_id, row.decided_organ = by.name, by.person, by.organ_name
    row.save(update_fields=["state", "opinion", "decided_at", "decided_by", "decided_id", "decided_organ"])


def link(row: FindingException) -> int:
    """Link the findings that stand now and are covered; how many. Waits for a check that is just ending."""
    cover.take_turn(row.county, row.mandate)
    standing = cover.current(row.county, row.mandate).filter(rule__in=row.rules, exception__isnull=True)
    ended = cover.current(row.county, row.mandate).filter(rule__in=row.rules, exception__isnull=False).exclude(cover.holds())
    covered = [f.pk for f in (*standing, *ended) if cover.covers(row, f)]
    return StoredFinding.objects.filter(pk__in=covered).update(exception=row)


def withdraw(by: kernel.Actor, exception: int, opinion: str = "", command: str = "") -> FindingException:
    """Take back: the submitter his request or his exception, the level above what it approved (with a reason).

    From now on the findings count again. Raises kernel.NotAllowed, StateRefused, ReasonWanted.
    """
    with kernel.acting(by):
        row = held(exception)
        mine = kernel.may(by, "finding.except", region=row.county)
        if not mine:
            kernel.require(by, "finding.decide", region=row.county)
        if notes.done_before(row.county, "withdraw", command) is not None:
            return row
        if row.state not in (WITHDRAWABLE if mine else (ExceptionState.APPROVED,)):
            raise StateRefused(row.no, ExceptionState(row.state).label, "撤销")
        if not mine and not opinion.strip():
            raise ReasonWanted("撤销已批准的例外")
        words = opinion.strip() or "汇交单位撤回。"
        _take_back(by, row, words)
        review.withdraw(by, row, words)
        notes.remember(row, "withdraw", command)
    return row


def undo(by: kernel.Actor, no: str) -> None:
    """Take an approval back with the decision that made it; nothing where it has been taken back before."""
    row = FindingException.objects.select_for_update().get(no=no)
    if row.state == ExceptionState.APPROVED:
        _take_back(by, row, "批准它的决定已撤销。")


def _take_back(by: kernel.Actor, row: FindingException, words: str) -> None:
    before, row.state = row.state, ExceptionState.WITHDRAWN
    row.save(update_fields=["state"])
    for other in cover.active(row.county, row.mandate, kernel.today()):
        link(other)
    notes.note(by, row, "withdraw", words)
    notes.tell_exception(by, row, "withdrawn", before)


def held(exception: int) -> FindingException:
    """The exception, locked until the end of the transaction, its review before it: the order in which the review itself
    locks. NotFound also for one of another region."""
    found = FindingException.objects.filter(pk=exception).first()
    if found is None:
        raise kernel_errors.NotFound("例外", exception)
    review.hold(found)
    return FindingException.objects.select_for_update().get(pk=found.pk)
