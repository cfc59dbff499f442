"""Take packages from the spool's `in` folder: verified, in order, once; poison aside with its reason."""

import logging
from pathlib import Path
from typing import Any

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Max

from ziyuan.base.errors import ZiyuanError
from ziyuan.exchange.crossing import INWARD_GRADE, OUTWARD_GRADE, TAKEN, media_of
from ziyuan.exchange.errors import NotKept, OutOfOrder, PackageRefused
from ziyuan.exchange.lock import take_turn
from ziyuan.exchange.models import Incoming
from ziyuan.exchange.pack import GENESIS, file_name
from ziyuan.exchange.package import Package, read_header, unseal, verified
from ziyuan.kernel import service as kernel

WINDOW = 1000
_log = logging.getLogger("ziyuan.exchange")


def take_waiting() -> int:
    """Take every package that is next in its stream; returns how many were taken or put aside."""
    folder = kernel.node().folder("spool", "in")
    handled = 0
    for path in sorted(folder.glob("*.zyp")):
        try:
            _take(path)
            _move(path, "done")
        except (OutOfOrder, FileNotFoundError):
            continue
        except PackageRefused as refused:
            _aside(path, refused)
        handled += 1
    return handled


def _take(path: Path) -> None:
    """One transaction: the receipt by (stream, number), the rows of the verb, the audit."""
    data = path.read_bytes()
    with kernel.acting(kernel.system_actor("交换导入")) as by:
        take_turn("take")
        claimed, _, _ = read_header(data, path.name)
        last = _last(claimed["stream"])
        if last + 1 < claimed["seq"] <= last + WINDOW:
            raise OutOfOrder(path.name, last + 1)
        header, body, head = _verified(data, path.name)
        stream, seq = header["stream"], header["seq"]
        if seq <= last:
            _require_same(path.name, stream, seq, head)
            return
        if seq > last + 1:
            raise PackageRefused(path.name, f"序号 {seq} 超出等待窗口(正在等第 {last + 1} 号)")
        _require_head(path.name, header["prev_head"], stream, last)
        package = unseal(header, body, path.name, _private())
        fault = apply(package, by)
        Incoming.objects.create(
            stream=stream, seq=seq, kind=header["kind"], head=head, taken=kernel.now(), fault=fault
        )
        kernel.record(by, "exchange.taken", on=("package", f"{stream}-{seq}"), head=head, fault=fault)


def _last(stream: str) -> int:
    return Incoming.objects.filter(stream=stream).aggregate(last=Max("seq"))["last"] or 0


def _verified(data: bytes, name: str) -> tuple[dict[str, Any], bytes, str]:
    here = kernel.node()
    limit = INWARD_GRADE if here.is_inner else OUTWARD_GRADE
    return verified(data, name, recipient=here.name, grade_limit=limit, check=_signed_by)


def _private() -> bytes:
    return (kernel.node().data / "keys" / "node.pem").read_bytes()


def _signed_by(payload: bytes, signature: bytes, sender: str) -> bool:
    return sender in kernel.node().peers and kernel.verify(payload, signature, sender)


def _require_same(name: str, stream: str, seq: int, head: str) -> None:
    """A package met again is the one that was taken; another one under its number is a forgery."""
    if not Incoming.objects.filter(stream=stream, seq=seq, head=head).exists():
        raise PackageRefused(name, "同一序号已收过另一个包")


def _require_head(name: str, told: str, stream: str, last: int) -> None:
    known = Incoming.objects.filter(stream=stream, seq=last).values_list("head", flat=True).first() or GENESIS
    if told != known:
        raise PackageRefused(name, "与本流前一个包不相接")


def apply(package: Package, by: kernel.Actor) -> str:
    """Store the files, run the verb; returns its fault, empty when it was carried out.

    What a verb refuses or stumbles over is kept as the package's fault and the stream goes on (`retry` runs it again).
    A database that is away is no fault of the package: the whole taking is tried again later.
    """
    verb = TAKEN.get(package.header["kind"])
    if verb is None:
        return f"不认识的种类“{package.header['kind']}”"
    try:
        with transaction.atomic(), kernel.acting(by):
            media = media_of(package.message)
            for digest, body in package.files.items():
                name, kind = media.get(digest, (digest, "application/octet-stream"))
                kernel.put_file(body, name=name, media=kind)
            verb(package.message, by)
    except ZiyuanError as refused:
        return f"{refused.code} {refused}"[:400]
    except (OperationalError, InterfaceError, OSError):
        raise
    except Exception as error:
        _log.exception("交换包 %s-%s 的内容不能执行", package.header["stream"], package.header["seq"])
        return f"内容不能执行:{type(error).__name__} {error}"[:400]
    return ""


def retry(stream: str, seq: int) -> str:
    """Run the verb of a taken package with a fault again; returns what is still wrong. Raises NotKept."""
    path = kernel.node().folder("spool", "done") / file_name(stream, seq)
    if not path.is_file():
        raise NotKept(path.name)
    with kernel.acting(kernel.system_actor("交换导入")) as by:
        take_turn("take")
        row = Incoming.objects.filter(stream=stream, seq=seq).first()
        if row is None:
            raise NotKept(path.name)
        if row.fault:
            header, body, _ = _verified(path.read_bytes(), path.name)
            row.fault = apply(unseal(header, body, path.name, _private()), by)
            row.save(update_fields=["fault"])
            kernel.record(by, "exchange.retried", on=("package", f"{stream}-{seq}"), fault=row.fault)
        return row.fault


def _move(path: Path, folder: str) -> None:
    path.rename(kernel.node().folder("spool", folder) / path.name)


def _aside(path: Path, refused: PackageRefused) -> None:
    reason = kernel.node().folder("spool", "bad") / f"{path.name}.txt"
    reason.write_text(f"{kernel.now().isoformat()}\n{refused.code} {refused}\n", encoding="utf-8")
    _move(path, "bad")
