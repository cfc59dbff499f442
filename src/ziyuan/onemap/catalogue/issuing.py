"""A bulletin on its way out: reviewed by another person than its maker, signed, published; sent back, or given up.

Whose turn it is the review says (`review`); a verb here and the act in the review's own page are one road, and end in
`carry_out`.
"""

from typing import Any

from ziyuan.base import canonical
from ziyuan.kernel import errors as kernel_errors
from ziyuan.kernel import service as kernel
from ziyuan.onemap.catalogue import review
from ziyuan.onemap.catalogue.digest import whole
from ziyuan.onemap.catalogue.errors import BulletinOutOfTurn, OwnDraft, WordsWanted
from ziyuan.onemap.catalogue.models import Bulletin, BulletinState

TITLES = {"review": "审核", "sign": "签发", "publish": "发布", "return": "退回修改", "discard": "作废", "remake": "重新编制"}
_WORDS = {"review": "审核通过。", "sign": "同意签发。", "publish": "发布。", "discard": "编制人作废。"}
_STEPS = ("review", "sign", "publish")
_RETURNED_FROM = ("review", "sign")
UNDECIDED = (BulletinState.DRAFT, BulletinState.RETURNED)


def act(by: kernel.Actor, bulletin: int, verb: str, remark: str = "") -> Bulletin:
    """review, sign, publish, return or discard; the reviewer is never the one who made it.

    Raises kernel.NotAllowed, NotFound, BulletinOutOfTurn, OwnDraft; of a return WordsWanted.
    """
    if verb not in (*_STEPS, "return", "discard"):
        raise kernel_errors.NotFound("动作", verb)
    with kernel.acting(by):
        if verb != "return":
            kernel.require(by, f"bulletin.{verb}")
        row = review.held(by, bulletin)
        if verb == "discard":
            return _given_up(by, row, remark.strip())
        if not row.review and row.state in UNDECIDED:  # made before bulletins had a review
            review.begin(by, row)
        _demand_turn(by, row, _step(by, row) if verb == "return" else verb, verb)
        if verb != "return" and remark.strip():
            row.remark = remark.strip()
            row.save(update_fields=["remark"])
        words = remark.strip() or _WORDS.get(verb, "")
        if not words:
            raise WordsWanted("退回的理由")
        review.act(by, row, verb, words)
        row.refresh_from_db()
    return row


def _step(by: kernel.Actor, row: Bulletin) -> str:
    """The step from which this person would send it back. Raises NotAllowed where he may do none of them."""
    mine = [step for step in _RETURNED_FROM if kernel.may(by, f"bulletin.{step}")]
    if not mine:
        raise kernel_errors.NotAllowed("bulletin.review", row.region)
    turns = review.turns(row)
    return next((step for step in mine if turns.get(step)), mine[0])


def _demand_turn(by: kernel.Actor, row: Bulletin, step: str, verb: str) -> None:
    if not review.turns(row).get(step):
        raise BulletinOutOfTurn(row.no, row.state_title, TITLES[verb])
    if _own(by, row, step):
        raise OwnDraft(row.no)


def _own(by: kernel.Actor, row: Bulletin, step: str) -> bool:
    """Whoever made it neither reviews nor signs it; publishing what others have signed he may."""
    return step in _RETURNED_FROM and row.made_by_id == by.person


def _given_up(by: kernel.Actor, row: Bulletin, words: str) -> Bulletin:
    if row.state not in UNDECIDED:
        raise BulletinOutOfTurn(row.no, row.state_title, TITLES["discard"])
    _tell(by, row, "discard", BulletinState.DISCARDED)
    review.withdraw(by, row, words or _WORDS["discard"])
    return row


def carry_out(by: kernel.Actor, no: str, step: str, outcome: str) -> None:
    """What a word does to the bulletin: a step agreed to or refused, or returned from; called by its review, in the
    transaction in which the word was given.

    Raises kernel.NotAllowed, OwnDraft.
    """
    row = Bulletin.objects.select_for_update().get(no=no)
    kernel.require(by, f"bulletin.{step}")
    if _own(by, row, step):
        raise OwnDraft(no)
    if outcome == "refuse":
        _tell(by, row, "discard", BulletinState.DISCARDED)
    elif outcome == "return":
        row.reviewed_by = ""
        again = review.turns(row).get("resubmit")
        _tell(by, row, "returned", BulletinState.RETURNED if again else BulletinState.DRAFT)
    elif step == "review":
        row.reviewed_by = by.name
        _tell(by, row, step, BulletinState.REVIEWED)
    elif step == "sign":
        row.signed_by = by.name
        row.signature = kernel.sign(_payload(row))
        _tell(by, row, step, BulletinState.SIGNED)
    else:
        row.published = kernel.now()
        _tell(by, row, step, BulletinState.PUBLISHED)
        kernel.announce("bulletin.published", county=row.region, bulletin=row.no, month=row.month)


def _tell(by: kernel.Actor, row: Bulletin, act: str, state: BulletinState) -> None:
    """Keep the new state, and the audit row of it."""
    before, row.state = row.state, state
    row.save()
    kernel.record(
        by, f"bulletin.{act}", on=("bulletin", row.no), county=row.region,
        before={"state": before}, after={"state": row.state, "digest": row.digest},
    )  # fmt: skip


def _payload(row: Bulletin) -> bytes:
    return canonical.encode("bulletin-signature", {"no": row.no, "digest": row.digest, "signed_by": row.signed_by})


def signature_holds(row: Bulletin) -> bool:
    """Does the signature hold over number, digest and signer?"""
    return row.signature is not None and kernel.verify(_payload(row), bytes(row.signature))


def fault(by: kernel.Actor, no: str, state: str) -> str:
    """What is wrong with a bulletin that ended so; empty when it stands so, and a published one proves itself."""
    with kernel.acting(by):
        row = Bulletin.objects.filter(no=no).first()
        if row is None:
            return f"没有通报 {no}"
        if row.state != state:
            return f"通报 {no} 当前为“{row.state_title}”,不是“{BulletinState(state).label}”"
        if state == BulletinState.PUBLISHED and not whole(row):
            return f"通报 {no} 的数字与摘要不符"
        return f"通报 {no} 的签名不符" if state == BulletinState.PUBLISHED and not signature_holds(row) else ""


def offers(by: kernel.Actor, row: Bulletin) -> list[dict[str, Any]]:
    """Acts of the actor's role; one that is not possible now says why."""
    found = _steps(by, row) if by.region == row.region else []
    if by.region != row.region and kernel.may(by, "bulletin.reply", region=by.region):
        had = row.replies.filter(region=by.region, kind="receipt").exists()
        found.append(_offer("receipt", "签收", "已签收" if had else ""))
        found.append(_offer("objection", "提出异议", ""))
    return found


def _steps(by: kernel.Actor, row: Bulletin) -> list[dict[str, Any]]:
    turns = review.turns(row) if row.review else {"review": row.state == BulletinState.DRAFT}
    now = f"当前为“{row.state_title}”"
    found = []
    for step in (s for s in _STEPS if kernel.may(by, f"bulletin.{s}", region=row.region)):
        own = "由您编制,须由另一人审核、签发" if _own(by, row, step) else ""
        found.append(_offer(step, TITLES[step], own if turns.get(step) else now))
        if step in _RETURNED_FROM and turns.get(step):
            found.append(_offer("return", TITLES["return"], own))
    if kernel.may(by, "bulletin.discard", region=row.region):
        found.append(_offer("discard", TITLES["discard"], "" if row.state in UNDECIDED else now))
    if row.state == BulletinState.RETURNED and kernel.may(by, "bulletin.make", region=row.region):
        found.append(_offer("remake", TITLES["remake"], ""))
    return found


def _offer(name: str, title: str, why: str) -> dict[str, Any]:
    return {"id": name, "title": title, "enabled": not why, "reason": why}
