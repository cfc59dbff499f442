"""Decide on a delivery: forward (转报), return (退回), accept (验收入库), withdraw (撤回)."""

from ziyuan.kernel import service as kernel
from ziyuan.onemap.deliveries import acts
from ziyuan.onemap.deliveries.errors import AlreadyForwarded, LevelTooLow, OpinionWanted
from ziyuan.onemap.deliveries.keep import kept_layers
from ziyuan.onemap.deliveries.mandates import mandate
from ziyuan.onemap.deliveries.models import Delivery, State
from ziyuan.onemap.deliveries.receipts import receipt
from ziyuan.onemap.editions.seal import seal

LEVELS = {"province": "省级", "city": "市级", "county": "县级"}
WITHDRAWABLE = (State.OPEN, State.RECEIVED, State.READING, State.CHECKING, State.RETURNED, State.REVIEW)


def forward(by: kernel.Actor, delivery: acts.Ref, opinion: str = "", command: str = "") -> Delivery:
    """The city's reviewer passes a clean delivery on to the province, with his note.

    Raises kernel.NotAllowed, WrongState, LevelTooLow, AlreadyForwarded.
    """
    with kernel.acting(by):
        row = acts.locked(delivery)
        kernel.require(by, "delivery.forward", region=row.county)
        if acts.done_before(row.county, "forward", command):
            return row
        acts.demand_state(row, "forward", State.REVIEW)
        if level_of(by) != "city":
            raise LevelTooLow("转报", LEVELS["city"])
        if row.stage == "province":
            raise AlreadyForwarded(row.no)
        row.stage = "province"
        row.save(update_fields=["stage"])
        acts.remember(row, "forward", command)
        acts.note(by, row, "forward", opinion or "同意转报省级验收。")
        acts.tell(by, row, "forwarded", State.REVIEW)
    return row


def return_(by: kernel.Actor, delivery: acts.Ref, opinion: str = "", command: str = "") -> Delivery:
    """A reviewer sends the delivery back to the county; the reason is obligatory.

    Raises kernel.NotAllowed, WrongState, OpinionWanted.
    """
    with kernel.acting(by):
        row = acts.locked(delivery)
        kernel.require(by, "delivery.return", region=row.county)
        if acts.done_before(row.county, "return", command):
            return row
        acts.demand_state(row, "return", State.REVIEW)
        if not opinion.strip():
            raise OpinionWanted
        row.state = State.RETURNED
        row.save(update_fields=["state"])
        acts.remember(row, "return", command)
        acts.note(by, row, "return", opinion.strip())
        acts.tell(by, row, "returned", State.REVIEW, reason=opinion.strip())
    return row


def withdraw(by: kernel.Actor, delivery: acts.Ref, opinion: str = "", command: str = "") -> Delivery:
    """The county takes its delivery back, at any time before it is sealed; a running check ends unheard.

    Raises kernel.NotAllowed, WrongState.
    """
    with kernel.acting(by):
        row = acts.locked(delivery)
        kernel.require(by, "delivery.withdraw", region=row.county)
        if acts.done_before(row.county, "withdraw", command):
            return row
        acts.demand_state(row, "withdraw", *WITHDRAWABLE)
        before, row.state = row.state, State.WITHDRAWN
        row.save(update_fields=["state"])
        acts.remember(row, "withdraw", command)
        acts.note(by, row, "withdraw", opinion or "县级撤回。")
        acts.tell(by, row, "withdrawn", before)
    return row


def accept(by: kernel.Actor, delivery: acts.Ref, opinion: str = "", command: str = "") -> Delivery:
    """Accept a clean delivery and seal its layers into the map, in one transaction.

    What is sealed is what was checked: the kept layers, compared with their digests first.

    Raises kernel.NotAllowed, WrongState, LevelTooLow, KeptFileBroken and the errors of editions.seal.
    """
    with kernel.acting(by):
        row = acts.locked(delivery)
        kernel.require(by, "delivery.accept", region=row.county)
        if acts.done_before(row.county, "accept", command):
            return row
        acts.demand_state(row, "accept", State.REVIEW)
        task = mandate(row.mandate)
        if level_of(by) != task.accepts:
            raise LevelTooLow("验收入库", LEVELS[task.accepts])
        layers = {task.layout.layers[name].id: table for name, table in kept_layers(row, prove=True).items()}
        sealed = seal(row.no, layers, county=row.county, reference_date=task.reference_date(row.period), by=by)
        row.editions = [{"id": e.pk, "layer": e.layer, "digest": e.hex_digest, "features": e.features}
                        for e in sealed]
        row.state = State.SEALED
        row.receipts = {**row.receipts, "accepted": receipt(row, "accepted", editions=row.editions)}
        row.save(update_fields=["editions", "state", "receipts"])
        acts.remember(row, "accept", command)
        acts.note(by, row, "accept", opinion or "验收通过,准予入库。")
        acts.tell(by, row, "accepted", State.REVIEW, editions=[e["digest"] for e in row.editions])
        kernel.announce("delivery.sealed", county=row.county, delivery=row.no, period=row.period,
                        editions=row.editions)
    return row


def level_of(by: kernel.Actor) -> str:
    """Level of the actor's region: province, city or county."""
    return kernel.region(by.region).level
