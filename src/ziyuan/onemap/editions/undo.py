"""Undoing without deleting (回退、撤回): old content becomes a new edition, or an edition's statements end in record time.

A rollback states, with a reason, that from a day on the content of an earlier edition is true again. A withdrawal takes
an edition out of what is known: from now on the map answers as if it had never been sealed, and still answers as before
for any record moment before now. What stands on the edition is asked first (`impact_of`); the withdrawal carries the
mark of the list that was seen.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from ziyuan.base.canonical import digest
from ziyuan.kernel import service as kernel
from ziyuan.onemap.editions import paint, register, rows
from ziyuan.onemap.editions.errors import AlreadyWithdrawn, ImpactNotSeen, ReasonMissing
from ziyuan.onemap.editions.layers import Layer, layer
from ziyuan.onemap.editions.lock import changed, take_turn
from ziyuan.onemap.editions.models import Edition
from ziyuan.onemap.editions.moment import Moment


@dataclass(frozen=True)
class Dependent:
    """Something that stands on an edition: `kind` in Chinese, `reference` to find it by, `title` for a person."""

    kind: str
    reference: str
    title: str


Asker = Callable[[Edition], Iterable[Dependent]]
_askers: list[Asker] = []


def tells_impact(asker: Asker) -> Asker:
    """Register a function that knows what stands on an edition (catalogue, services, cases). Decorator."""
    _askers.append(asker)
    return asker


@dataclass(frozen=True)
class Impact:
    """What stands on an edition; `mark` names this very list."""

    edition: int
    standing: tuple[Dependent, ...]
    mark: str


def impact_of(edition: Edition | int, *, by: kernel.Actor) -> Impact:
    """Everything known to stand on an edition. Raises NoEdition."""
    with kernel.acting(by):
        found = register.get(edition)
        told = [_next(e) for e in Edition.objects.filter(base=found, withdrawn=None).order_by("pk")]
        for asker in _askers:
            told += asker(found)
    standing = tuple(sorted(told, key=lambda d: (d.kind, d.reference)))
    listed = [[d.kind, d.reference] for d in standing]
    return Impact(found.pk, standing, digest("onemap.impact", {"edition": found.pk, "standing": listed}).hex()[:16])


def _next(edition: Edition) -> Dependent:
    return Dependent("后续版本", str(edition.pk), f"{edition.county} {edition.reference_date} {edition.delivery_no}")


def rollback(to: Edition | int, *, reason: str, by: kernel.Actor, on: date | None = None) -> Edition:
    """A new edition with the content of an old one, true from `on` (default: the last reference date).

    Repeating it while its result is in force writes nothing. Raises kernel.NotAllowed, NoEdition, ReasonMissing.
    """
    with kernel.acting(by):
        old = register.get(to)
        kernel.require(by, "edition.rollback", region=old.county)
        if not reason.strip():
            raise ReasonMissing("回退")
        kind = layer(old.layer)
        known = take_turn(kind.id, old.county)
        present = register.latest(kind.id, old.county, date.max)
        day = on or (present.reference_date if present else old.reference_date)
        held = register.latest(kind.id, old.county, day)
        if held and held.kind == "rollback" and held.digest == old.digest and held.reference_date == day:
            return held
        span = paint.Span(day, register.day_after(kind.id, old.county, day))
        number = f"HT-{old.pk}-{Edition.objects.filter(layer=kind.id, county=old.county).count() + 1}"
        plan = _plan(kind, old, span)
        edition = register.enter(
            kind, old.county, day, how="rollback", reason=reason.strip(), delivery_no=number, digest=old.digest,
            features=old.features, area_m2=old.area_m2, inserted=plan.inserted, updated=plan.updated,
            deleted=plan.deleted, unchanged=plan.unchanged, lake=old.lake, file_sm3=old.file_sm3, sealed=known,
            sealed_by=by.name,
        )  # fmt: skip
        paint.restore(kind, old.county, _content(kind, old), span, known, edition=edition.pk)
        changed(kind.id, old.county, known)
        register.announce_sealed(edition, by)
    return edition


def withdraw(edition: Edition | int, *, reason: str, seen: str, by: kernel.Actor) -> Edition:
    """Take an edition out of what is known from now on; `seen` is the mark of the impact that was looked at.

    Raises kernel.NotAllowed, NoEdition, ReasonMissing, AlreadyWithdrawn, ImpactNotSeen.
    """
    with kernel.acting(by):
        found = register.get(edition)
        kernel.require(by, "edition.withdraw", region=found.county)
        if not reason.strip():
            raise ReasonMissing("撤回")
        kind = layer(found.layer)
        known = take_turn(kind.id, found.county)
        found.refresh_from_db()
        if found.withdrawn:
            raise AlreadyWithdrawn(found.pk)
        impact = impact_of(found, by=by)
        if seen != impact.mark:
            raise ImpactNotSeen(found.pk, len(impact.standing))
        ruled = register.latest(kind.id, found.county, found.reference_date)
        found.withdrawn, found.withdrawn_by, found.withdrawn_reason = known, by.name, reason.strip()
        found.save(update_fields=["withdrawn", "withdrawn_by", "withdrawn_reason"])
        if found.kind != "cut" and ruled and ruled.pk == found.pk:
            _unsay(kind, found, known)
        changed(kind.id, found.county, known)
        _tell(found, impact, by)
    return found


def _unsay(kind: Layer, gone: Edition, known: Any) -> None:
    """Paint what was in force before over the days for which the edition spoke."""
    before = register.latest(kind.id, gone.county, gone.reference_date)
    span = paint.Span(gone.reference_date, register.day_after(kind.id, gone.county, gone.reference_date))
    content = _content(kind, before) if before else rows.Standing.empty()
    paint.restore(kind, gone.county, content, span, known, edition=None)


def _content(kind: Layer, edition: Edition) -> rows.Standing:
    return rows.standing(kind, edition.county, Moment(edition.reference_date, edition.sealed))


def _plan(kind: Layer, old: Edition, span: paint.Span) -> paint.Plan:
    content = _content(kind, old)
    return paint.plan(rows.overlapping(kind, old.county, span.start, span.end), span, content.keys, content.digests)


def _tell(edition: Edition, impact: Impact, by: kernel.Actor) -> None:
    facts: dict[str, Any] = {
        "layer": edition.layer, "county": edition.county, "edition": edition.pk, "digest": edition.hex_digest,
        "reference_date": edition.reference_date,
    }  # fmt: skip
    kernel.record(
        by, "edition.withdrawn", on=("edition", edition.pk), county=edition.county, before=facts,
        reason=edition.withdrawn_reason, standing=len(impact.standing),
    )  # fmt: skip
    kernel.announce("edition.withdrawn", **facts, reason=edition.withdrawn_reason)
