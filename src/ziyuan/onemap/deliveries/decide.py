"""Decide on a delivery: forward (转报), return (退回), accept (验收入库), withdraw (撤回)."""

from typing import Any

from ziyuan.kernel import service as kernel
from ziyuan.onemap.deliveries import acts, bases, chained, filings, increments, relief, review
from ziyuan.onemap.deliveries.errors import OpinionWanted
from ziyuan.onemap.deliveries.keep import kept_layers
from ziyuan.onemap.deliveries.mandates import LEVELS, mandate
from ziyuan.onemap.deliveries.models import Delivery, Kind, State, UploadState
from ziyuan.onemap.deliveries.receipts import receipt
from ziyuan.onemap.editions.seal import seal

WITHDRAWABLE = (
    State.OPEN, State.UPLOADING, State.RECEIVED, State.READING, State.CHECKING, State.RETURNED, State.REVIEW,
)  # fmt: skip


def forward(by: kernel.Actor, delivery: acts.Ref, opinion: str = "", command: str = "") -> Delivery:
    """A level passes a clean delivery on to the next, with its note.

    Raises kernel.NotAllowed, WrongState, LevelTooLow, AlreadyForwarded, TurnNotYet.
    """
    return _reviewed(by, delivery, "forward", opinion, command)


def return_(by: kernel.Actor, delivery: acts.Ref, opinion: str = "", command: str = "") -> Delivery:
    """A reviewer whose turn has not passed sends the delivery back to the county; the reason is obligatory.

    Raises kernel.NotAllowed, WrongState, LevelTooLow, AlreadyForwarded, OpinionWanted.
    """
    return _reviewed(by, delivery, "return", opinion, command)


def accept(by: kernel.Actor, delivery: acts.Ref, opinion: str = "", command: str = "") -> Delivery:
    """Accept a clean delivery and seal its layers into the map, in one transaction.

    What is sealed is what was checked: the kept layers, compared with their digests first.

    Raises kernel.NotAllowed, WrongState, LevelTooLow, TurnNotYet, ErrorsStandOpen, BaseMovedOn, KeptFileBroken, StageBroken
    and the errors of editions.seal.
    """
    return _reviewed(by, delivery, "accept", opinion, command)


def _reviewed(by: kernel.Actor, delivery: acts.Ref, verb: str, opinion: str, command: str) -> Delivery:
    """A level's word: through the review, which calls `carry_out` back in this transaction."""
    with kernel.acting(by):
        row = acts.held(delivery)
        kernel.require(by, f"delivery.{verb}", region=row.county)
        if acts.done_before(row.county, verb, command):
            return row
        acts.demand_state(row, verb, State.REVIEW)
        if wrong := review.why_not(by, row, verb):
            raise wrong
        words = opinion.strip() or _words(row, verb)
        if not words:
            raise OpinionWanted
        review.act(by, row, verb, words)
        row.refresh_from_db()
        acts.remember(row, verb, command)
    return row


def _words(row: Delivery, verb: str) -> str:
    """What a level says that says nothing; a return has no such words."""
    if verb == "forward":
        steps = review.levels(mandate(row.mandate))[1:]
        above = steps[min(next(at for at, s in enumerate(steps) if s.verb == "forward") + 1, len(steps) - 1)]
        return f"同意转报{LEVELS[above.level]}。"
    return "验收通过,准予入库。" if verb == "accept" else ""


def carry_out(by: kernel.Actor, no: str, verb: str, words: str) -> None:
    """What a level's word does to the delivery; called by its review, in the transaction in which the word was given.

    Raises kernel.NotAllowed, WrongState, and for accept what `accept` raises of the data.
    """
    row = acts.locked(no)
    kernel.require(by, f"delivery.{verb}", region=row.county)
    acts.demand_state(row, verb, State.REVIEW)
    if verb == "accept":
        settle(by, row, words)
    elif verb == "return":
        row.state = State.RETURNED
        row.save(update_fields=["state"])
        acts.note(by, row, "return", words)
        acts.tell(by, row, "returned", State.REVIEW, reason=words)
    else:
        row.stage = review.turn_of(row)
        row.save(update_fields=["stage"])
        acts.note(by, row, "forward", words)
        acts.tell(by, row, "forwarded", State.REVIEW)


def withdraw(by: kernel.Actor, delivery: acts.Ref, opinion: str = "", command: str = "") -> Delivery:
    """The county takes its delivery back, at any time before it is sealed; a running check is broken off.

    Raises kernel.NotAllowed, WrongState.
    """
    with kernel.acting(by):
        row = acts.held(delivery)
        kernel.require(by, "delivery.withdraw", region=row.county)
        if acts.done_before(row.county, "withdraw", command):
            return row
        acts.demand_state(row, "withdraw", *WITHDRAWABLE)
        before, row.state = row.state, State.WITHDRAWN
        row.save(update_fields=["state"])
        row.uploads.filter(state=UploadState.OPEN).update(state=UploadState.TERMINATED)
        review.withdraw(by, row, opinion or "县级撤回。")
        acts.remember(row, "withdraw", command)
        acts.note(by, row, "withdraw", opinion or "县级撤回。")
        acts.tell(by, row, "withdrawn", before)
    return row


def settle(by: kernel.Actor, row: Delivery, words: str) -> None:
    """A locked delivery in review takes effect: sealed, or written as a record. Part of the caller's transaction."""
    relief.demand_clean(row)
    row.editions = _effect(by, row)
    row.state = State.SEALED
    row.receipts = {**row.receipts, "accepted": receipt(row, "accepted", editions=row.editions)}
    row.save(update_fields=["editions", "state", "receipts", "facts"])
    acts.note(by, row, "accept", words)
    for old in _replaced(row):
        old.state = State.SUPERSEDED
        old.save(update_fields=["state"])
        acts.note(by, old, "supersede", f"由 {row.no} 取代。")
        acts.tell(by, old, "superseded", State.SEALED, by_delivery=row.no)
    acts.tell(by, row, "accepted", State.REVIEW, editions=[e["digest"] for e in row.editions])
    kernel.announce("delivery.sealed", county=row.county, delivery=row.no, period=row.period, editions=row.editions)


def _effect(by: kernel.Actor, row: Delivery) -> list[dict[str, Any]]:
    """What the map has from it: editions by layer; nothing for a single record, whose row carries its number."""
    if row.kind == Kind.FILING:
        filings.write(by, row)
        return []
    task = mandate(row.mandate)
    if row.kind in bases.BUILDING:
        bases.demand_current(row, task)
    kept = kept_layers(row, prove=True)
    chained.demand_unbroken(row, task, kept)
    if row.kind == Kind.CHANGES and increments.packed(row):
        return _editions(increments.apply(by, row))
    layers = {task.layout.layers[name].id: table for name, table in kept.items()}
    sealed = seal(row.no, layers, county=row.county, reference_date=task.reference_date(row.period), by=by)
    return _editions(sealed)


def _editions(sealed: list[Any]) -> list[dict[str, Any]]:
    return [{"id": e.pk, "layer": e.layer, "digest": e.hex_digest, "features": e.features} for e in sealed]


def _replaced(row: Delivery) -> list[Delivery]:
    """Sealed deliveries of the same mandate, county and period of which every layer has now been stated anew."""
    if row.kind == Kind.FILING:
        return []
    layers = {e["layer"] for e in row.editions}
    before = Delivery.objects.select_for_update().filter(
        mandate=row.mandate, county=row.county, period=row.period, state=State.SEALED
    )
    return [d for d in before.exclude(pk=row.pk).exclude(kind=Kind.FILING)
            if {e["layer"] for e in d.editions} <= layers]
