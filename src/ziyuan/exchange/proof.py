"""Prove the crossing: every kept package still gives the head that was recorded, link by link."""

from collections.abc import Iterator

from ziyuan.exchange.errors import PackageRefused
from ziyuan.exchange.models import Incoming, Outgoing
from ziyuan.exchange.pack import GENESIS, file_name
from ziyuan.exchange.package import verified
from ziyuan.kernel import service as kernel


@kernel.verifies("交换包")
def verify_packages() -> Iterator[kernel.Break]:
    """Sent and taken packages: no hole in a stream, each file as it was signed, each head as recorded."""
    here = kernel.node().name
    for sent in Outgoing.objects.exclude(written=None).order_by("stream", "seq").iterator(500):
        recipient = sent.stream.removeprefix(f"{here}-")
        yield from _file(sent.stream, sent.seq, sent.head, "sent", recipient)
    expected: dict[str, int] = {}
    for row in Incoming.objects.order_by("stream", "seq").iterator(500):
        expected[row.stream] = expected.get(row.stream, 0) + 1
        if row.seq != expected[row.stream]:
            yield kernel.Break("交换包", f"{row.stream} 第 {expected[row.stream]} 号", "接收记录不连续")
            expected[row.stream] = row.seq
        yield from _file(row.stream, row.seq, row.head, "done", here)


def _file(stream: str, seq: int, head: str, folder: str, recipient: str) -> Iterator[kernel.Break]:
    """A package whose file is no longer kept is proved by its recorded head alone."""
    path = kernel.node().data / "spool" / folder / file_name(stream, seq)
    place = f"{stream} 第 {seq} 号"
    if not path.is_file():
        return
    try:
        header, _, found = verified(
            path.read_bytes(), path.name, recipient=recipient, grade_limit=4, check=kernel.verify
        )
    except PackageRefused as refused:
        yield kernel.Break("交换包", place, refused.reason)
        return
    if found != head:
        yield kernel.Break("交换包", place, "文件与记录的链首不符")
    before = _recorded(folder, stream, seq - 1)
    if before is not None and header["prev_head"] != before:
        yield kernel.Break("交换包", place, "与本流前一个包不相接")


def _recorded(folder: str, stream: str, seq: int) -> str | None:
    if seq == 0:
        return GENESIS
    rows = Outgoing.objects if folder == "sent" else Incoming.objects
    return rows.filter(stream=stream, seq=seq).values_list("head", flat=True).first()
