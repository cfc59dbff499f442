"""From an admitted order to the row of a delivery, and from a whole file to a queued check."""

from typing import Any

from django.db import transaction

from ziyuan.kernel import service as kernel
from ziyuan.onemap.deliveries import acts, incoming, review
from ziyuan.onemap.deliveries.decisions import answers
from ziyuan.onemap.deliveries.errors import StillOpen
from ziyuan.onemap.deliveries.mandates import Mandate
from ziyuan.onemap.deliveries.models import Delivery, DeliveryProgress, Kind, State, Upload, UploadState
from ziyuan.onemap.deliveries.orders import Order
from ziyuan.onemap.deliveries.turns import wake

BUSY = (State.RECEIVED, State.READING, State.CHECKING, State.REVIEW, State.ACCEPTED)


def open_delivery(by: kernel.Actor, task: Mandate, order: Order, base: dict[str, Any]) -> Delivery:
    """The row of an admitted order, in state *open*. Asked inside the turn of mandate, county and period."""
    others = Delivery.objects.filter(mandate=task.id, organ=by.organ, county=order.county, period=order.period)
    waiting = others.filter(state=State.OPEN).first()
    if waiting is None:
        _demand_free(others, order.kind)
        waiting = _new(by, task, order)
    waiting.kind, waiting.comment, waiting.base = order.kind, order.comment.strip(), base
    waiting.named = {"layers": list(order.layers), "villages": list(order.villages)} if order.kind == Kind.PARTIAL else {}
    waiting.encoding, waiting.crs = order.chosen_encoding, order.epsg
    waiting.decisions = answers(by, order)
    waiting.save()
    return waiting


def _demand_free(others: Any, kind: str) -> None:
    """One delivery with effect at a time; trial runs hinder nobody, and single records do not wait for one another."""
    if kind in (Kind.PRECURSOR, Kind.FILING):
        return
    busy = others.filter(state__in=BUSY).exclude(kind__in=(Kind.PRECURSOR, Kind.FILING)).first()
    if busy is not None:
        raise StillOpen(busy.no, busy.state_title)


def _new(by: kernel.Actor, task: Mandate, order: Order) -> Delivery:
    series = f"delivery:{task.id}:{order.county}" + (f":{order.period}" if task.cadence != "yearly" else "")
    sequence = kernel.next_number(series, int(order.period[:4]))
    return Delivery(
        no=f"{order.county}-{order.period}-{task.mark}{sequence}", mandate=task.id, organ=by.organ, county=order.county,
        period=order.period, sequence=sequence, state=State.OPEN, stage=review.first_stage(task), file_sm3="", file_name="",
        size=0, opened=kernel.now(), submitted_by="",
    )  # fmt: skip


def note_submission(by: kernel.Actor, upload: Upload, command: str = "") -> None:
    """The signed note of the person who sent the file; the command led here."""
    acts.remember(upload.delivery, "submit", command)
    acts.note(by, upload.delivery, "submit", f"提交成果包 {upload.name}({upload.size} 字节)"
              + (f":{upload.delivery.comment}" if upload.delivery.comment else ""))


def receive(by: kernel.Actor, upload: Upload, digest: str) -> None:
    """The whole file is here: keep it read-only under its SM3 and queue the check."""
    delivery = acts.locked(upload.delivery)
    stored = kernel.adopt_file(incoming.path_of(upload.pk), digest=digest, name=upload.name)
    upload.state = UploadState.COMPLETE
    upload.save(update_fields=["state"])
    take(by, delivery, stored, upload.name, upload.created_by)
    uploads_done(upload.pk)
    upload.delivery = delivery


def take(by: kernel.Actor, delivery: Delivery, stored: kernel.StoredFile, name: str, person: str,
         *, queued: bool = True) -> None:
    """A stored file becomes the delivery's, and the check is queued."""
    before, delivery.state = delivery.state, State.RECEIVED
    delivery.file_sm3, delivery.file_name, delivery.size = stored.digest, name[:200], stored.size
    delivery.submitted, delivery.submitted_by = kernel.now(), person
    delivery.save()
    DeliveryProgress.objects.update_or_create(
        delivery=delivery,
        defaults={"county": delivery.county, "step": "排队等待", "done": 0, "total": 0, "at": kernel.now()},
    )
    if queued:
        wake()
    acts.tell(by, delivery, "submitted", before, file=stored.digest, size=stored.size, kind=delivery.kind)


def uploads_done(upload: str) -> None:
    """Take the upload's own name of the bytes away once all of this has committed."""
    transaction.on_commit(lambda: incoming.remove(upload))
