"""Resumable upload (断点续传) in parts by offset, with the meaning of tus: begin, ask the offset, append, terminate, expire.

A part is acknowledged after it is on disk, synced, and its offset committed; so what was acknowledged is there, once,
whatever dies in between. The row is locked while a part is written, so a second connection is refused.
"""

import io
import secrets
import shutil
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO

from django.db import transaction
from django.db.models import F, Sum

from ziyuan.base import sandbox
from ziyuan.kernel import service as kernel
from ziyuan.onemap.deliveries import acts, incoming
from ziyuan.onemap.deliveries.errors import (
    EmptyFile,
    OffsetWrong,
    PartBroken,
    UploadBusy,
    UploadOpenElsewhere,
    UploadOver,
    UploadTooLarge,
    UploadUnknown,
)
from ziyuan.onemap.deliveries.incoming import Checksum, Readable
from ziyuan.onemap.deliveries.models import Delivery, DeliveryProgress, State, Upload, UploadState
from ziyuan.onemap.deliveries.opening import note_submission, open_delivery
from ziyuan.onemap.deliveries.orders import Order, admit

Source = Path | bytes | BinaryIO
GIB = 1 << 30
_KEPT_FREE = GIB  # the database and the file store need room too


@dataclass(frozen=True)
class Allowance:
    """What the node takes, from `uploads` of its file: the largest file, what an organ may have open, how long."""

    largest: int = 64 * GIB
    quota: int = 64 * GIB
    hours: int = 72
    part: int = 8 << 20


@cache
def allowance() -> Allowance:
    told = kernel.options("uploads")
    return Allowance(
        int(float(told.get("largest_gb", 64)) * GIB), int(float(told.get("quota_gb", 64)) * GIB),
        int(told.get("hours", 72)), int(told.get("part_mb", 8)) << 20,
    )  # fmt: skip


def begin(by: kernel.Actor, order: Order, command: str = "") -> Upload:
    """Begin an upload, or give the open one of the same order and file again, with its offset.

    Raises what `admit` raises, StillOpen, UploadOpenElsewhere, UploadTooLarge, EmptyFile, sandbox WallsMissing.
    """
    sandbox.require_walls()
    with kernel.acting(by):
        kernel.require(by, "delivery.submit", region=order.county)
        acts.take_turn(order.mandate, order.county, order.period)
        before = acts.done_before(order.county, "upload", command)
        if before is not None and (known := before.uploads.order_by("created").last()):
            return known
        if order.size <= 0:
            raise EmptyFile(order.name)
        upload = prepare(by, order)
        acts.remember(upload.delivery, "upload", command)
    return upload


def prepare(by: kernel.Actor, order: Order, *, fresh: bool = False) -> Upload:
    """The upload of an order, its delivery in state *uploading*. Asked inside the turn of mandate, county, period.

    `fresh`: one that is open is not given again; whoever sends the whole file at once has nothing to go on with.
    """
    task, base = admit(by, order)
    known = _open_one(by, order)
    if known is not None:
        if fresh or not _same(known, order):
            raise UploadOpenElsewhere(known.delivery.no, known.name, known.pk)
        return known
    _demand_room(by, order)
    delivery = open_delivery(by, task, order, base)
    upload = Upload(
        id=secrets.token_hex(16), delivery=delivery, county=order.county, organ=by.organ, name=order.name[:200],
        size=order.size, sm3=order.sm3.casefold(), created=kernel.now(), expires=_expiry(), created_by=by.name, command="",
    )  # fmt: skip
    delivery.state, delivery.file_name, delivery.size = State.UPLOADING, order.name[:200], order.size
    delivery.save(update_fields=["state", "file_name", "size"])
    upload.save(force_insert=True)
    incoming.create(upload.pk)
    acts.tell(by, delivery, "uploading", State.OPEN, file=upload.name, size=upload.size, kind=delivery.kind)
    return upload


def _open_one(by: kernel.Actor, order: Order) -> Upload | None:
    found = Upload.objects.filter(
        state=UploadState.OPEN, organ=by.organ, county=order.county, delivery__mandate=order.mandate,
        delivery__period=order.period, delivery__kind=order.kind,
    ).select_related("delivery")  # fmt: skip
    same = found.filter(name=order.name[:200], size=order.size)
    return same.first() or (None if order.kind == "precursor" else found.first())


def _same(known: Upload, order: Order) -> bool:
    digests = known.sm3 and order.sm3 and known.sm3 != order.sm3.casefold()
    return known.name == order.name[:200] and known.size == order.size and not digests


def _demand_room(by: kernel.Actor, order: Order) -> None:
    told = allowance()
    if order.size > told.largest:
        raise UploadTooLarge(f"文件大小 {_gib(order.size)},超过单个文件的上限 {_gib(told.largest)}。")
    with kernel.acting(kernel.system_actor("额度核算")):  # all of the organ's, wherever they are for
        taken = Upload.objects.filter(organ=by.organ, state=UploadState.OPEN).aggregate(n=Sum("size"))["n"] or 0
        owed = Upload.objects.filter(state=UploadState.OPEN).aggregate(n=Sum(F("size") - F("offset")))["n"] or 0
    if taken + order.size > told.quota:
        raise UploadTooLarge(f"本机关正在上传的文件共 {_gib(taken)},加上这个将超过额度 {_gib(told.quota)}。")
    if order.size + owed + _KEPT_FREE > shutil.disk_usage(incoming.folder()).free:
        raise UploadTooLarge("节点的磁盘空间不足,暂不能接收这么大的文件。")


def _gib(size: int) -> str:
    return f"{size / GIB:.2f} GB"


def _expiry() -> datetime:
    return kernel.now() + timedelta(hours=allowance().hours)


def find(by: kernel.Actor, upload: str) -> Upload:
    """The upload by its id. Raises kernel.NotAllowed, UploadUnknown (also for another region's)."""
    with kernel.acting(by):
        kernel.require(by, "delivery.submit")
        found = Upload.objects.filter(pk=upload).select_related("delivery").first()
        if found is None:
            raise UploadUnknown(upload)
        return found


def listing(by: kernel.Actor, county: str = "") -> list[Upload]:
    """Open uploads of the actor's region, the newest first."""
    with kernel.acting(by):
        kernel.require(by, "delivery.submit")
        found = Upload.objects.filter(state=UploadState.OPEN).select_related("delivery").order_by("-created")
        return list(found.filter(county=county) if county else found)


def append(by: kernel.Actor, upload: str, offset: int, source: Readable, checksum: str = "", length: int | None = None) -> Upload:
    """Write one part at `offset`, which must be where the upload stands; the last byte sends the delivery on its way.

    `length`: bytes the part should have; fewer, with a checksum, count as none.
    Raises UploadUnknown, UploadOver, UploadBusy, OffsetWrong, PartBroken, UploadLost.
    """
    with kernel.acting(by):
        known = find(by, upload)
        if known.state == UploadState.COMPLETE:  # a sender who never heard that his last part had arrived
            demand_offset(known, offset)
            return known
        row = _for_writing(by, upload)
        demand_offset(row, offset)
        told = Checksum.of(checksum)
        if length is not None and length > row.size - row.offset:
            raise PartBroken("超出了声明的文件大小")
        row.offset += incoming.append(row.pk, row.delivery.no, row.offset, source, row.size - row.offset, told)
        row.expires = _expiry()
        row.save(update_fields=["offset", "expires"])
        if row.offset == row.size:
            _hand_over(by, row)
    return row


def _for_writing(by: kernel.Actor, upload: str) -> Upload:
    """The row, locked until the part is acknowledged; who finds it locked does not wait."""
    row = find(by, upload)
    kernel.require(by, "delivery.submit", region=row.county)
    if row.state != UploadState.OPEN:
        raise UploadOver(row.get_state_display())
    locked = Upload.objects.select_for_update(skip_locked=True).filter(pk=row.pk).first()
    if locked is None:
        raise UploadBusy
    if locked.state != UploadState.OPEN:
        raise UploadOver(locked.get_state_display())
    return locked


def demand_offset(row: Upload, offset: int) -> None:
    """Raise OffsetWrong unless the part begins where the upload stands: a repeated part is not written twice."""
    if offset != row.offset:
        raise OffsetWrong(offset, row.offset)


def fill(upload: Upload, file: Source) -> None:
    """The whole file as one part."""
    stream: Any = io.BytesIO(file) if isinstance(file, bytes) else file.open("rb") if isinstance(file, Path) else file
    try:
        written = incoming.append(upload.pk, upload.delivery.no, 0, stream, upload.size)
    finally:
        if stream is not file:
            stream.close()
    if written != upload.size:
        raise PartBroken("不完整")
    upload.offset = written
    upload.save(update_fields=["offset"])


def _hand_over(by: kernel.Actor, row: Upload) -> None:
    """All bytes are here: the sender's note is signed; a job reads the whole once for its SM3 and receives it."""
    if not row.delivery.notes.filter(act="submit").exists():
        note_submission(by, row)
        DeliveryProgress.objects.update_or_create(
            delivery=row.delivery,
            defaults={"county": row.county, "step": "核对文件摘要", "done": 0, "total": 0, "at": kernel.now()},
        )
    kernel.defer("onemap.receive", upload=row.pk)


def terminate(by: kernel.Actor, upload: str) -> None:
    """The sender gives up: the bytes go, the delivery is withdrawn. Raises UploadUnknown, UploadOver, UploadBusy."""
    with kernel.acting(by):
        row = _for_writing(by, upload)
        end(by, row, UploadState.TERMINATED, "取消上传。")


def end(by: kernel.Actor, row: Upload, state: UploadState, words: str) -> None:
    """Close an open upload without a file; its delivery is withdrawn with a note."""
    row.state = state
    row.save(update_fields=["state"])
    delivery: Delivery = acts.locked(row.delivery)
    if delivery.state == State.UPLOADING:
        before, delivery.state = delivery.state, State.WITHDRAWN
        delivery.save(update_fields=["state"])
        acts.note(by, delivery, "withdraw", words)
        acts.tell(by, delivery, "withdrawn", before)
    transaction.on_commit(lambda: incoming.remove(row.pk))


def told(row: Upload) -> dict[str, Any]:
    """An upload as the interface gives it out."""
    delivery = row.delivery
    return {
        "id": row.pk, "delivery": delivery.pk, "no": delivery.no, "county": row.county,
        "county_name": kernel.region(row.county).name, "period": delivery.period, "mandate": delivery.mandate,
        "kind": delivery.kind, "name": row.name, "size": row.size, "offset": row.offset,
        "percent": int(100 * row.offset / row.size), "state": row.state, "state_title": row.get_state_display(),
        "part_bytes": allowance().part, "expires": row.expires, "created_by": row.created_by,
    }  # fmt: skip
