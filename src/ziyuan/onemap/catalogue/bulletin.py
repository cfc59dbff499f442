"""The bulletin (通报): made from frozen figures, reviewed by another person, signed, published, answered."""

from datetime import timedelta
from typing import Any

from django.db import connection
from django.db.models import Q
from django.utils import timezone

from ziyuan.base import canonical
from ziyuan.kernel import errors as kernel_errors
from ziyuan.kernel import service as kernel
from ziyuan.onemap.catalogue import figures
from ziyuan.onemap.catalogue.errors import BulletinOutOfTurn, MonthWrong, NoSuchFigure, OwnDraft, WordsWanted
from ziyuan.onemap.catalogue.expected import owed
from ziyuan.onemap.catalogue.models import Bulletin, BulletinReply, BulletinState

_NEXT = {
    "review": (BulletinState.DRAFT, BulletinState.REVIEWED, "审核"),
    "sign": (BulletinState.REVIEWED, BulletinState.SIGNED, "签发"),
    "publish": (BulletinState.SIGNED, BulletinState.PUBLISHED, "发布"),
    "discard": (BulletinState.DRAFT, BulletinState.DISCARDED, "作废"),
}
REPLIES = {"receipt": "签收", "objection": "异议"}


def make(by: kernel.Actor, month: str, remark: str = "") -> Bulletin:
    """Count the month and keep the figures as a draft; the month's draft or bulletin that is there stays as it is.

    Raises kernel.NotAllowed, MonthWrong.
    """
    with kernel.acting(by):
        kernel.require(by, "bulletin.make", region=kernel.node().region)
        span, now = _span(month), kernel.now()
        if span.start > now:
            raise MonthWrong(month)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_advisory_xact_lock(hashtextextended(%s, 7))", [f"bulletin:{by.region}:{month}"]
            )
        standing = (
            Bulletin.objects.filter(region=by.region, month=month)
            .exclude(state=BulletinState.DISCARDED)
            .first()
        )
        if standing is not None:
            return standing
        told = figures.counted(figures.read(owed(by), span), span)
        told["before"] = _before(by.region, span)
        no = f"TB-{month}-{kernel.next_number('bulletin', int(month[:4])):03d}"
        made = Bulletin.objects.create(
            no=no, region=by.region, month=month, state=BulletinState.DRAFT, cut=now, figures=told,
            digest=_digest(no, month, told), remark=remark.strip(), made_by=by.name, made_by_id=by.person,
        )  # fmt: skip
        kernel.record(
            by, "bulletin.made", on=("bulletin", no), county=by.region, after={"digest": made.digest}
        )
        return made


def _span(month: str) -> figures.Span:
    try:
        return figures.month_span(month)
    except (ValueError, IndexError) as wrong:
        raise MonthWrong(month) from wrong


def _before(region: str, span: figures.Span) -> dict[str, Any] | None:
    """The totals of the month before, from its own bulletin: what was said then, not what would be counted now."""
    last = (span.start - timedelta(days=1)).strftime("%Y-%m")
    row = Bulletin.objects.filter(region=region, month=last, state=BulletinState.PUBLISHED).first()
    return {"no": row.no, "total": row.figures["total"], "cities": row.figures["cities"]} if row else None


def _digest(no: str, month: str, told: dict[str, Any]) -> str:
    return canonical.digest("bulletin", {"no": no, "month": month, "figures": _plain(told)}).hex()


def _plain(value: Any) -> Any:
    """Figures as the canonical encoding takes them: a rate becomes text, so that no binary fraction is digested."""
    if isinstance(value, dict):
        return {key: _plain(v) for key, v in value.items()}
    if isinstance(value, list):
        return [_plain(v) for v in value]
    return str(value) if isinstance(value, float) else value


def act(by: kernel.Actor, bulletin: int, verb: str, remark: str = "") -> Bulletin:
    """review, sign, publish or discard; the reviewer is never the one who made it.

    Raises kernel.NotAllowed, NotFound, BulletinOutOfTurn, OwnDraft.
    """
    if verb not in _NEXT:
        raise kernel_errors.NotFound("动作", verb)
    wanted, following, title = _NEXT[verb]
    with kernel.acting(by):
        kernel.require(by, f"bulletin.{verb}")
        row = Bulletin.objects.select_for_update().filter(pk=bulletin, region=by.region).first()
        if row is None:
            raise kernel_errors.NotFound("通报", bulletin)
        if row.state != wanted:
            raise BulletinOutOfTurn(row.no, row.state_title, title)
        if verb == "review" and row.made_by_id == by.person:
            raise OwnDraft(row.no)
        before, row.state = row.state, following
        _mark(row, by, verb)
        row.remark = remark.strip() or row.remark
        row.save()
        kernel.record(
            by, f"bulletin.{verb}", on=("bulletin", row.no), county=row.region,
            before={"state": before}, after={"state": row.state, "digest": row.digest},
        )  # fmt: skip
        if verb == "publish":
            kernel.announce("bulletin.published", county=row.region, bulletin=row.no, month=row.month)
        return row


def _mark(row: Bulletin, by: kernel.Actor, verb: str) -> None:
    if verb == "review":
        row.reviewed_by = by.name
    elif verb == "sign":
        row.signed_by = by.name
        row.signature = kernel.sign(_payload(row))
    elif verb == "publish":
        row.published = kernel.now()


def _payload(row: Bulletin) -> bytes:
    return canonical.encode(
        "bulletin-signature", {"no": row.no, "digest": row.digest, "signed_by": row.signed_by}
    )


def reply(by: kernel.Actor, bulletin: int, kind: str, text: str = "") -> BulletinReply:
    """A city or county confirms receipt (once), or objects with its reason. Raises NotFound, WordsWanted, NotAllowed."""
    with kernel.acting(by):
        kernel.require(by, "bulletin.reply", region=by.region)
        if kind not in REPLIES:
            raise kernel_errors.NotFound("回复", kind)
        row = Bulletin.objects.filter(pk=bulletin, state=BulletinState.PUBLISHED).first()
        if row is None:
            raise kernel_errors.NotFound("通报", bulletin)
        if kind == "objection" and not text.strip():
            raise WordsWanted("异议的理由")
        said = {"text": text.strip(), "at": kernel.now(), "person": by.name}
        if kind == "receipt":
            made, new = BulletinReply.objects.get_or_create(
                bulletin=row, region=by.region, kind=kind, defaults=said
            )
            if not new:
                return made
        else:
            made = BulletinReply.objects.create(bulletin=row, region=by.region, kind=kind, **said)
        kernel.record(
            by, f"bulletin.{kind}", on=("bulletin", row.no), county=by.region, after={"text": made.text}
        )  # fmt: skip
        return made


def answer(by: kernel.Actor, objection: int, text: str) -> BulletinReply:
    """The province answers an objection, once. Raises NotFound, WordsWanted, NotAllowed."""
    with kernel.acting(by):
        kernel.require(by, "bulletin.answer", region=kernel.node().region)
        row = BulletinReply.objects.select_for_update().filter(pk=objection, kind="objection").first()
        if row is None:
            raise kernel_errors.NotFound("异议", objection)
        if not text.strip():
            raise WordsWanted("答复")
        if row.answered is not None:
            raise BulletinOutOfTurn(row.bulletin.no, "异议已答复", "再次答复")
        row.answer, row.answered, row.answered_by = text.strip(), kernel.now(), by.name
        row.save(update_fields=["answer", "answered", "answered_by"])
        kernel.record(
            by,
            "bulletin.answered",
            on=("bulletin", row.bulletin.no),
            county=row.region,
            after={"answer": row.answer},
        )
        return row


def listing(by: kernel.Actor) -> list[dict[str, Any]]:
    """Bulletins the actor may see, the newest month first: his own region's in any state, others when published."""
    with kernel.acting(by):
        kernel.require(by, "catalogue.read")
        return [_line(row) for row in Bulletin.objects.order_by("-month", "-pk")]


def _line(row: Bulletin) -> dict[str, Any]:
    return {
        "id": row.pk, "no": row.no, "region": row.region, "month": row.month, "state": row.state,
        "state_title": row.state_title,
        "cut": timezone.localtime(row.cut).isoformat(), "published": row.published.isoformat() if row.published else None,
        "total": row.figures["total"], "made_by": row.made_by, "reviewed_by": row.reviewed_by,
        "signed_by": row.signed_by,
    }  # fmt: skip


def detail(by: kernel.Actor, bulletin: int) -> dict[str, Any]:
    """One bulletin: figures of all cities and of the counties the actor may see, replies, what he may do."""
    with kernel.acting(by):
        kernel.require(by, "catalogue.read")
        row = _seen(bulletin)
        told = row.figures
        counties = [
            {"county": c, "name": kernel.region(c).name, "city": f"{c[:4]}00", **values}
            for c, values in told["counties"].items() if kernel.contains(by.region, c)
        ]  # fmt: skip
        cities = [{"city": c, "name": kernel.region(c).name, **v} for c, v in told["cities"].items()]
        replies = [
            {"id": r.pk, "region": r.region, "name": kernel.region(r.region).name, "kind": r.kind,
             "kind_title": REPLIES[r.kind], "text": r.text, "at": r.at.isoformat(), "person": r.person,
             "answer": r.answer, "answered_by": r.answered_by}
            for r in row.replies.order_by("pk")
        ]  # fmt: skip
        return {
            **_line(row), "titles": figures.TITLES, "counties": counties, "cities": cities,
            "families": told["families"], "before": told["before"], "remark": row.remark, "digest": row.digest,
            "whole": _digest(row.no, row.month, told) == row.digest,
            "signed": row.signature is not None and kernel.verify(_payload(row), bytes(row.signature)),
            "replies": replies, "actions": _actions(by, row),
        }  # fmt: skip


def _seen(bulletin: int) -> Bulletin:
    row = Bulletin.objects.filter(Q(pk=bulletin)).first()
    if row is None:
        raise kernel_errors.NotFound("通报", bulletin)
    return row


def _actions(by: kernel.Actor, row: Bulletin) -> list[dict[str, Any]]:
    """Acts of the actor's role; one that is not possible now says why."""
    found = []
    for verb, (wanted, _, title) in _NEXT.items():
        if by.region == row.region and kernel.may(by, f"bulletin.{verb}", region=row.region):
            why = "" if row.state == wanted else f"当前为“{row.state_title}”"
            if verb == "review" and not why and row.made_by_id == by.person:
                why = "由您编制,须由另一人审核"
            found.append({"id": verb, "title": title, "enabled": not why, "reason": why})
    if by.region != row.region and kernel.may(by, "bulletin.reply", region=by.region):
        had = row.replies.filter(region=by.region, kind="receipt").exists()
        found.append(
            {"id": "receipt", "title": "签收", "enabled": not had, "reason": "已签收" if had else ""}
        )
        found.append({"id": "objection", "title": "提出异议", "enabled": True, "reason": ""})
    return found


def rows(by: kernel.Actor, bulletin: int, figure: str, region: str) -> list[dict[str, Any]]:
    """What a figure of a county, city or the province counts. Raises NoSuchFigure, NotFound."""
    with kernel.acting(by):
        kernel.require(by, "catalogue.read")
        row = _seen(bulletin)
        if figure not in figures.TITLES:
            raise NoSuchFigure(figure, figures.TITLES)
        told = row.figures["rows"]
        wanted = [c for c in told if kernel.contains(region, c) and kernel.contains(by.region, c)]
        return [
            {"county": c, "name": kernel.region(c).name, "what": what, "amount": amount}
            for c in wanted for name in _parts(figure) for what, amount in told[c].get(name, [])
        ]  # fmt: skip


def _parts(figure: str) -> tuple[str, ...]:
    return ("first",) if figure == "first_pass_rate" else (figure,)
