"""Open a delivery and take its file (提交). The file is kept before it is judged; the queue does the rest."""

from dataclasses import replace
from pathlib import Path

from ziyuan.base import sandbox
from ziyuan.kernel import service as kernel
from ziyuan.onemap.deliveries import acts, incoming, uploads
from ziyuan.onemap.deliveries.errors import DigestContradicts, EmptyFile
from ziyuan.onemap.deliveries.models import Delivery, Upload
from ziyuan.onemap.deliveries.opening import note_submission, open_delivery, receive
from ziyuan.onemap.deliveries.orders import Order, admit
from ziyuan.onemap.deliveries.uploads import Source


def open_(by: kernel.Actor, county: str, period: str, *, package: str = "survey_county") -> Delivery:
    """Open the next delivery of a county and period; an open one that has no file yet is given again.

    Raises what `admit` raises, and StillOpen.
    """
    order = Order(county, period, package)
    with kernel.acting(by):
        acts.take_turn(package, county, period)
        task, base = admit(by, order)
        return open_delivery(by, task, order, base)


def submit(
    by: kernel.Actor, target: Delivery | int | tuple[str, str], file: Source, name: str, command: str = "",
    *, encoding: str | None = None, crs: str | int | None = None, package: str = "survey_county",
    order: Order | None = None,
) -> Delivery:
    """Take a file in one part: the upload of `uploads`, begun, filled and received in one act.

    `target`: a delivery, or (county, period); `order` says more than these. The same `command` again gives the same
    delivery and does nothing.
    Raises what `admit` raises, StillOpen, UploadOpenElsewhere, EmptyFile, DigestContradicts, sandbox WallsMissing.
    """
    sandbox.require_walls()
    with kernel.acting(by):
        asked = order or _order(target, package, encoding, crs)
        kernel.require(by, "delivery.submit", region=asked.county)
        acts.take_turn(asked.mandate, asked.county, asked.period)
        before = acts.done_before(asked.county, "submit", command)
        if before is not None:
            return before
        size = _size(file)
        if size == 0:
            raise EmptyFile(name)
        upload = uploads.prepare(by, replace(asked, name=name, size=size), fresh=True)
        try:
            _receive_whole(by, upload, file, command)
        except BaseException:
            incoming.remove(upload.pk)
            raise
        return upload.delivery


def _receive_whole(by: kernel.Actor, upload: Upload, file: Source, command: str) -> None:
    uploads.fill(upload, file)
    digest = incoming.sm3_of(upload.pk)
    if upload.sm3 and digest != upload.sm3:
        raise DigestContradicts(upload.name, upload.sm3, digest)
    note_submission(by, upload, command)
    receive(by, upload, digest)


def _order(target: Delivery | int | tuple[str, str], package: str, encoding: str | None, crs: str | int | None) -> Order:
    if isinstance(target, tuple):
        return Order(*target, mandate=package, encoding=encoding or "", crs=crs)
    found = acts.find(target)
    return Order(found.county, found.period, found.mandate, found.kind, encoding=encoding or "", crs=crs)


def _size(file: Source) -> int:
    if isinstance(file, bytes):
        return len(file)
    if isinstance(file, Path):
        return file.stat().st_size
    size = file.seek(0, 2)
    file.seek(0)
    return size
