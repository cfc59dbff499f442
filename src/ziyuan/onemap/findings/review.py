"""The review of exceptions: asked at the port of `reviewing`; who decides, and whose turn it is, is the matter's business.

What a word does to the exception is done by `excepting.carry_out`, which the review calls back in the same transaction.
"""

from typing import Any

from ziyuan.kernel import service as kernel
from ziyuan.onemap.findings.models import FindingException
from ziyuan.onemap.findings.scope import scope_text
from ziyuan.onemap.reviewing import port as reviewing
from ziyuan.onemap.reviewing.port import Review, Subject

KIND = "exception"
APPROVE = "approve"


def _port() -> Review:
    return reviewing.port(KIND)


def begin(by: kernel.Actor, row: FindingException) -> None:
    """An exception asked for, or asked for again, comes before whoever decides."""
    row.review = _port().begin(by, _subject(row), row.review)
    row.save(update_fields=["review"])


def hold(row: FindingException) -> None:
    """Lock the review of an exception: before the exception itself is locked."""
    if row.review:
        _port().hold(row.review)


def turns(row: FindingException) -> dict[str, bool]:
    """Level → may it decide now. A level that is not there never decides."""
    return {turn.level: turn.open for turn in _port().turns(_subject(row)) if turn.verb == APPROVE}


def act(by: kernel.Actor, row: FindingException, verb: str, opinion: str) -> None:
    """Carry a level's word on."""
    _port().act(by, _subject(row), verb, opinion)


def withdraw(by: kernel.Actor, row: FindingException, opinion: str) -> None:
    """An exception taken back leaves its review, and the decision on it is undone."""
    if row.review:
        _port().withdraw(by, _subject(row), opinion)


def standing(by: kernel.Actor, row: FindingException) -> dict[str, Any] | None:
    """Where the review stands, for the screen."""
    return _port().standing(by, row.review) if row.review else None


def _subject(row: FindingException) -> Subject:
    facts = {
        "exception": row.no, "delivery": row.delivery.no, "county_name": kernel.region(row.county).name,
        "scope_text": scope_text(row), "findings": len(row.items), "reason": row.reason, "until": row.until.isoformat(),
        "proof_name": row.proof_name, "proof_sm3": row.proof_sm3, "organ_name": row.requested_organ,
        "submitted_by": row.requested_by,
    }  # fmt: skip
    return Subject(row.no, row.pk, row.county, row.review, facts, person=row.requested_id or None, organ=row.requested_unit,
                   words=row.reason)  # fmt: skip
