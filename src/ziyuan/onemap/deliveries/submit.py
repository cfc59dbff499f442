"""Open a delivery and submit its file (提交). The file is kept before it is judged; a job does the rest."""

from pathlib import Path
from typing import BinaryIO

from ziyuan.base import sandbox
from ziyuan.kernel import service as kernel
from ziyuan.onemap.deliveries import acts
from ziyuan.onemap.deliveries.errors import CrsAnswerUnknown, EmptyFile, NotACounty, StillOpen
from ziyuan.onemap.deliveries.mandates import Mandate, mandate
from ziyuan.onemap.deliveries.models import Delivery, DeliveryProgress, State
from ziyuan.onemap.formats.encoding import canonical_name

BUSY = (State.RECEIVED, State.READING, State.CHECKING, State.REVIEW, State.ACCEPTED)
Source = Path | bytes | BinaryIO


def open_(by: kernel.Actor, county: str, period: str, *, package: str = "survey_county") -> Delivery:
    """Open the next delivery of a county and period; an open one that has no file yet is given again.

    Raises kernel.NotAllowed, NotACounty, PeriodRefused, StillOpen.
    """
    task = mandate(package)
    with kernel.acting(by):
        kernel.require(by, "delivery.submit", region=county)
        acts.take_turn(task.id, county, period)
        return _open(by, task, county, period)


def _open(by: kernel.Actor, task: Mandate, county: str, period: str) -> Delivery:
    if kernel.region(county).level != task.organ:
        raise NotACounty(county)
    task.check_period(period, kernel.today())
    others = Delivery.objects.filter(mandate=task.id, county=county, period=period)
    waiting = others.filter(state=State.OPEN).first()
    if waiting is not None:
        return waiting
    busy = others.filter(state__in=BUSY).first()
    if busy is not None:
        raise StillOpen(busy.no, busy.state_title)
    sequence = kernel.next_number(f"delivery:{task.id}:{county}", int(period))
    return Delivery.objects.create(
        no=f"{county}-{period}-{sequence}", mandate=task.id, organ=by.organ, county=county, period=period,
        sequence=sequence, state=State.OPEN, stage="city", file_sm3="", file_name="", size=0, encoding="",
        opened=kernel.now(), submitted_by="",
    )


def submit(
    by: kernel.Actor, target: Delivery | int | tuple[str, str], file: Source, name: str, command: str = "",
    *, encoding: str | None = None, crs: str | int | None = None, package: str = "survey_county",
) -> Delivery:
    """Take the file of a delivery, given by itself or by (county, period), and queue its check.

    The same `command` again gives the same delivery and does nothing. `encoding` and `crs` (EPSG)
    are the submitter's answers to what the guards asked the time before.

    Raises kernel.NotAllowed, NotACounty, PeriodRefused, StillOpen, EmptyFile, sandbox WallsMissing.
    """
    sandbox.require_walls()
    answer = _epsg(crs)
    chosen = canonical_name(encoding) if encoding else ""
    with kernel.acting(by):
        county, period, task = _where(target, package)
        kernel.require(by, "delivery.submit", region=county)
        acts.take_turn(task.id, county, period)
        before = acts.done_before(county, "submit", command)
        if before is not None:
            return before
        delivery = acts.locked(_open(by, task, county, period))
        stored = kernel.put_file(file, name=name)
        if stored.size == 0:
            raise EmptyFile(name)
        _receive(by, delivery, stored, name, chosen, answer)
        acts.remember(delivery, "submit", command)
        acts.note(by, delivery, "submit", f"提交成果包 {name}({stored.size} 字节)")
        kernel.defer("onemap.read_and_check", county=county, delivery=delivery.pk)
        acts.tell(by, delivery, "submitted", State.OPEN, file=stored.digest, size=stored.size)
    return delivery


def _where(target: Delivery | int | tuple[str, str], package: str) -> tuple[str, str, Mandate]:
    if isinstance(target, tuple):
        return target[0], target[1], mandate(package)
    found = acts.find(target)
    return found.county, found.period, mandate(found.mandate)


def _receive(by: kernel.Actor, delivery: Delivery, stored: kernel.StoredFile, name: str, encoding: str,
             crs: int | None) -> None:
    delivery.state = State.RECEIVED
    delivery.file_sm3, delivery.file_name, delivery.size = stored.digest, name[:200], stored.size
    delivery.encoding, delivery.crs = encoding, crs
    delivery.submitted, delivery.submitted_by = kernel.now(), by.name
    delivery.save()
    DeliveryProgress.objects.update_or_create(
        delivery=delivery,
        defaults={"county": delivery.county, "step": "排队等待", "done": 0, "total": 0, "at": kernel.now()},
    )


def _epsg(crs: str | int | None) -> int | None:
    if crs is None or crs == "":
        return None
    text = str(crs).strip().upper().removeprefix("EPSG:")
    if not text.isdecimal():
        raise CrsAnswerUnknown(str(crs))
    return int(text)
