"""The review of bulletins: asked at the port of `reviewing`; by which steps one is issued is the matter's business."""

from typing import Any

from ziyuan.kernel import errors as kernel_errors
from ziyuan.kernel import service as kernel
from ziyuan.onemap.catalogue.models import Bulletin
from ziyuan.onemap.reviewing import port as reviewing
from ziyuan.onemap.reviewing.port import Review, Subject

KIND = "bulletin"
_FIGURES = ("owed", "late", "delivered", "accepted", "returned", "errors")


def _port() -> Review:
    return reviewing.port(KIND)


def begin(by: kernel.Actor, row: Bulletin) -> None:
    """A draft comes before its review."""
    row.review = _port().begin(by, _subject(row), row.review)
    row.save(update_fields=["review"])


def held(by: kernel.Actor, bulletin: int) -> Bulletin:
    """A bulletin of the actor's region, locked, its review before it: the order in which the review locks. Raises NotFound."""
    found = Bulletin.objects.filter(pk=bulletin, region=by.region).first()
    if found is None:
        raise kernel_errors.NotFound("通报", bulletin)
    if found.review:
        _port().hold(found.review)
    return Bulletin.objects.select_for_update().get(pk=found.pk)


def turns(row: Bulletin) -> dict[str, bool]:
    """Verb → may it be done now; of one that is not there, it has not come to it yet."""
    return {turn.verb: turn.open for turn in _port().turns(_subject(row))} if row.review else {}


def act(by: kernel.Actor, row: Bulletin, verb: str, opinion: str) -> None:
    """Carry a word on."""
    _port().act(by, _subject(row), verb, opinion)


def withdraw(by: kernel.Actor, row: Bulletin, opinion: str) -> None:
    """A draft that is given up leaves its review."""
    if row.review:
        _port().withdraw(by, _subject(row), opinion)


def standing(by: kernel.Actor, row: Bulletin) -> dict[str, Any] | None:
    """Where the review stands, for the screen."""
    return _port().standing(by, row.review) if row.review else None


def _subject(row: Bulletin) -> Subject:
    total = row.figures["total"]
    facts = {
        "bulletin": row.no, "month": row.month, "region_name": kernel.region(row.region).name,
        "cut": row.cut.astimezone(kernel.now().tzinfo).strftime("%Y-%m-%d %H:%M"),
        **{name: int(total[name]) for name in _FIGURES},
        "first_pass_rate": "—" if total["first_pass_rate"] is None else f"{total['first_pass_rate']}%",
        "digest": row.digest, "remark": row.remark, "submitted_by": row.made_by,
    }  # fmt: skip
    return Subject(row.no, row.pk, row.region, row.review, facts, person=row.made_by_id, words=f"编制 {row.month} 通报")
