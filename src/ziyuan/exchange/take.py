"""Take packages from the spool's `in` folder: verified, in order, once; poison aside with its reason."""

from pathlib import Path

from django.db.models import Max

from ziyuan.base.errors import ZiyuanError
from ziyuan.exchange.crossing import TAKEN, media_of
from ziyuan.exchange.errors import OutOfOrder, PackageRefused
from ziyuan.exchange.models import Incoming
from ziyuan.exchange.package import Package, open_package
from ziyuan.exchange.pack import GENESIS
from ziyuan.kernel import service as kernel

OUTWARD_GRADE = 2
INWARD_GRADE = 4


def take_waiting() -> int:
    """Take every package that is next in its stream; returns how many were taken or put aside."""
    folder = kernel.node().folder("spool", "in")
    handled = 0
    for path in sorted(folder.glob("*.zyp")):
        try:
            _take(path)
            _move(path, "done")
        except OutOfOrder:
            continue
        except PackageRefused as refused:
            _aside(path, refused)
        handled += 1
    return handled


def _take(path: Path) -> None:
    here = kernel.node()
    limit = INWARD_GRADE if here.is_inner else OUTWARD_GRADE
    private = (here.data / "keys" / "node.pem").read_bytes()
    package, head = open_package(
        path.read_bytes(), path.name, recipient=here.name, grade_limit=limit, check=_signed_by, private_key=private
    )
    with kernel.acting(kernel.system_actor("交换导入")) as by:
        stream, seq = package.header["stream"], int(package.header["seq"])
        last = Incoming.objects.filter(stream=stream).aggregate(last=Max("seq"))["last"] or 0
        if seq <= last:
            return
        if seq != last + 1:
            raise OutOfOrder(path.name, last + 1)
        _require_head(path.name, package, stream, last)
        fault = _apply(package, by)
        Incoming.objects.create(
            stream=stream, seq=seq, kind=package.header["kind"], head=head, taken=kernel.now(), fault=fault
        )
        kernel.record(by, "exchange.taken", on=("package", f"{stream}-{seq}"), head=head, fault=fault)


def _signed_by(payload: bytes, signature: bytes, sender: str) -> bool:
    return sender in kernel.node().peers and kernel.verify(payload, signature, sender)


def _require_head(name: str, package: Package, stream: str, last: int) -> None:
    known = Incoming.objects.filter(stream=stream, seq=last).values_list("head", flat=True).first() or GENESIS
    if package.header["prev_head"] != known:
        raise PackageRefused(name, "与本流前一个包不相接")


def _apply(package: Package, by: kernel.Actor) -> str:
    """Store the files, run the verb. What the verb refuses is kept as the package's fault; the stream goes on."""
    verb = TAKEN.get(package.header["kind"])
    if verb is None:
        return f"不认识的种类“{package.header['kind']}”"
    media = media_of(package.message)
    for digest, body in package.files.items():
        name, kind = media.get(digest, (digest, "application/octet-stream"))
        kernel.put_file(body, name=name, media=kind)
    try:
        with kernel.acting(by):
            verb(package.message, by)
    except ZiyuanError as refused:
        return f"{refused.code} {refused}"[:400]
    return ""


def _move(path: Path, folder: str) -> None:
    path.rename(kernel.node().folder("spool", folder) / path.name)


def _aside(path: Path, refused: PackageRefused) -> None:
    reason = kernel.node().folder("spool", "bad") / f"{path.name}.txt"
    reason.write_text(f"{kernel.now().isoformat()}\n{refused.code} {refused}\n", encoding="utf-8")
    _move(path, "bad")
