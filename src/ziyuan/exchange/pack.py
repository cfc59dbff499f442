"""Pack what has to cross into numbered, signed, sealed files in the spool's `out` folder.

A package is written to `ready`, then its head commits, then it is moved to `out`: the ferry never carries a package
whose head this node could forget. Killed anywhere, the next run goes on from there.
"""

import os
from datetime import UTC
from pathlib import Path

from django.db.models import Max

from ziyuan.exchange.crossing import CARRIED, GRADES, OUTWARD_GRADE, digests
from ziyuan.exchange.errors import NotKept, PackageRefused
from ziyuan.exchange.lock import take_turn
from ziyuan.exchange.models import Outgoing
from ziyuan.exchange.package import VERSION, build, stream_of
from ziyuan.kernel import service as kernel

GENESIS = "0" * 64


def pack_waiting() -> int:
    """Number new events, then write every numbered package that is not on disk yet; returns how many were written."""
    with kernel.acting(kernel.system_actor("交换打包")):
        take_turn("pack")
        _number_new()
    _publish()
    written = 0
    for key in Outgoing.objects.filter(written=None).order_by("seq").values_list("pk", flat=True):
        _write(key)
        _publish()
        written += 1
    return written


def _publish() -> None:
    """Move every package whose head is committed from `ready` to `out`; a copy (hard link) stays in `sent`."""
    ready, out, sent = (kernel.node().folder("spool", name) for name in ("ready", "out", "sent"))
    for path in sorted(ready.glob("*.zyp")):
        stream, seq = path.stem.rsplit("-", 1)
        if Outgoing.objects.filter(stream=stream, seq=int(seq)).exclude(written=None).exists():
            if not (sent / path.name).exists():
                os.link(path, sent / path.name)
                sync_folder(sent)
            path.rename(out / path.name)
            sync_folder(out)


def resend(stream: str, seq: int) -> None:
    """Lay a package that was sent before into `out` again, byte for byte. Raises NotKept."""
    name = file_name(stream, seq)
    kept = kernel.node().folder("spool", "sent") / name
    if not kept.is_file():
        raise NotKept(name)
    put_whole(kernel.node().folder("spool", "out"), name, kept.read_bytes())


def file_name(stream: str, seq: int) -> str:
    """Names sort in the order of the stream."""
    return f"{stream}-{seq:012d}.zyp"


def _peer() -> str:
    return next(iter(kernel.node().peers), "")


def _number_new() -> None:
    peer = _peer()
    stream = stream_of(kernel.node().name, peer)
    taken = Outgoing.objects.values("event")
    waiting = kernel.Event.objects.filter(name__in=CARRIED).exclude(pk__in=taken).order_by("pk")
    last = Outgoing.objects.filter(stream=stream).aggregate(last=Max("seq"))["last"] or 0
    rows = [
        Outgoing(stream=stream, seq=last + n, event=event.pk, kind=event.name, created=kernel.now())
        for n, event in enumerate(waiting if peer else (), start=1)
    ]
    Outgoing.objects.bulk_create(rows)


def _write(key: int) -> None:
    """One transaction: the file is on disk and synced before its head commits; a crash before that writes it again."""
    with kernel.acting(kernel.system_actor("交换打包")) as by:
        row = Outgoing.objects.select_for_update().get(pk=key)
        if row.written:
            return
        before = (
            Outgoing.objects.filter(stream=row.stream, seq=row.seq - 1).values_list("head", flat=True).first()
        )
        event = kernel.Event.objects.get(pk=row.event)
        message = CARRIED[event.name](event.facts)
        files = {digest: kernel.file_path(digest).read_bytes() for digest in digests(message)}
        body, row.head = build(
            _header(row, before or GENESIS), message, files, kernel.public_key(_peer()), kernel.sign
        )
        put_whole(kernel.node().folder("spool", "ready"), file_name(row.stream, row.seq), body)
        row.written, row.size = kernel.now(), len(body)
        row.save(update_fields=["written", "head", "size"])
        kernel.record(
            by,
            "exchange.packed",
            on=("package", f"{row.stream}-{row.seq}"),
            county=event.county or None,
            head=row.head,
        )


def _header(row: Outgoing, before: str) -> dict[str, object]:
    return {
        "version": VERSION,
        "stream": row.stream,
        "seq": row.seq,
        "prev_head": before,
        "created": row.created.astimezone(UTC).isoformat(),
        "sender": kernel.node().name,
        "recipient": _peer(),
        "grade": _grade(row),
        "kind": row.kind,
    }


def _grade(row: Outgoing) -> int:
    """The grade of the kind; what may not go outward is not even written."""
    grade = GRADES[row.kind]
    if kernel.node().is_inner and grade > OUTWARD_GRADE:
        raise PackageRefused(file_name(row.stream, row.seq), f"数据级别 {grade} 不得传往外网")
    return grade


def put_whole(folder: Path, name: str, body: bytes) -> None:
    """Write a file so that a reader sees all of it or nothing, also after a power cut."""
    partial = folder / f".{name}.part"
    with partial.open("wb") as out:
        out.write(body)
        out.flush()
        os.fsync(out.fileno())
    partial.rename(folder / name)
    sync_folder(folder)


def sync_folder(folder: Path) -> None:
    """Make renames in a folder survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
