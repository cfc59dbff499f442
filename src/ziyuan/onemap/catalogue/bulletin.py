"""The bulletin (通报): made from frozen figures, brought before its review (`issuing`), read and answered once published."""

from datetime import timedelta
from typing import Any

from django.db import connection
from django.db.models import Q
from django.utils import timezone

from ziyuan.kernel import errors as kernel_errors
from ziyuan.kernel import service as kernel
from ziyuan.onemap.catalogue import figures, issuing, review
from ziyuan.onemap.catalogue.digest import digest, whole
from ziyuan.onemap.catalogue.errors import BulletinOutOfTurn, MonthWrong, NoSuchFigure, WordsWanted
from ziyuan.onemap.catalogue.expected import owed
from ziyuan.onemap.catalogue.models import Bulletin, BulletinReply, BulletinState

REPLIES = {"receipt": "签收", "objection": "异议"}


def make(by: kernel.Actor, month: str, remark: str = "") -> Bulletin:
    """Count the month and bring the figures before their review; the month's draft or bulletin that is there stays as it is.

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
        no = f"TB-{month}-{kernel.next_number('bulletin', int(month[:4])):03d}"
        made = Bulletin(no=no, region=by.region, month=month)
        _counted(by, made, remark)
        review.begin(by, made)
        kernel.record(
            by, "bulletin.made", on=("bulletin", no), county=by.region, after={"digest": made.digest}
        )
        return made


def remake(by: kernel.Actor, bulletin: int, remark: str = "") -> Bulletin:
    """Count a bulletin that was sent back once more, as of now, and bring it before its review again.

    Raises kernel.NotAllowed, NotFound, BulletinOutOfTurn.
    """
    with kernel.acting(by):
        kernel.require(by, "bulletin.make", region=kernel.node().region)
        row = review.held(by, bulletin)
        if row.state != BulletinState.RETURNED:
            raise BulletinOutOfTurn(row.no, row.state_title, "重新编制")
        _counted(by, row, remark.strip() or row.remark)
        review.begin(by, row)
        kernel.record(
            by, "bulletin.remade", on=("bulletin", row.no), county=by.region,
            before={"state": BulletinState.RETURNED}, after={"state": row.state, "digest": row.digest},
        )  # fmt: skip
        return row


def _counted(by: kernel.Actor, row: Bulletin, remark: str) -> None:
    """The figures of its month as of now, by this person: a draft."""
    span = _span(row.month)
    told = figures.counted(figures.read(owed(by), span), span)
    told["before"] = _before(by.region, span)
    row.state, row.cut, row.figures, row.digest = BulletinState.DRAFT, kernel.now(), told, digest(row.no, row.month, told)
    row.remark, row.made_by, row.made_by_id = remark.strip(), by.name, by.person
    row.save()


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
            "whole": whole(row),
            "signed": issuing.signature_holds(row),
            "replies": replies, "actions": issuing.offers(by, row), "case": review.standing(by, row),
        }  # fmt: skip


def _seen(bulletin: int) -> Bulletin:
    row = Bulletin.objects.filter(Q(pk=bulletin)).first()
    if row is None:
        raise kernel_errors.NotFound("通报", bulletin)
    return row


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
