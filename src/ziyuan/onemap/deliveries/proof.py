"""Prove deliveries whole (汇交核验): each signed receipt and note, and the row against what was signed."""

import unicodedata
from collections.abc import Iterator

from ziyuan.kernel import service as kernel
from ziyuan.onemap.deliveries.models import Delivery, DeliveryNote, State
from ziyuan.onemap.deliveries.receipts import receipt_holds


@kernel.verifies("汇交")
def verify_deliveries() -> Iterator[kernel.Break]:
    """Every delivery this session may see."""
    for row in Delivery.objects.order_by("pk").prefetch_related("notes").iterator(200):
        for kind, told in row.receipts.items():
            if not receipt_holds(told):
                yield kernel.Break("汇交", f"{row.no} 回执 {kind}", "回执签名不符")
        yield from _row(row)
        for note in row.notes.all():
            if not _note_holds(note):
                yield kernel.Break("汇交", f"{row.no} 意见 {note.act} {note.at:%Y-%m-%d %H:%M:%S}", "意见与签名不符")


def acceptance_fault(by: kernel.Actor, no: str) -> str:
    """What is wrong with a delivery said to be accepted; empty when it was, and its receipt holds."""
    row = Delivery.objects.filter(no=no).first()
    if row is None or row.state not in (State.SEALED, State.SUPERSEDED):
        return f"汇交 {no} 没有入库"
    told = row.receipts.get("accepted")
    return "" if told and receipt_holds(told) else f"汇交 {no} 的验收回执不符"


def _note_holds(note: DeliveryNote) -> bool:
    """The payload is what was signed, and says what the row says."""
    payload = bytes(note.payload)
    told = (unicodedata.normalize("NFC", text).encode() for text in (note.act, note.person, note.organ_name, note.text))
    signed = kernel.verify(payload, bytes(note.signature), signer=kernel.node().name)
    return signed and all(text in payload for text in told)


def _row(row: Delivery) -> Iterator[kernel.Break]:
    told = row.receipts.get("received")
    if told and told["file"] != {"name": row.file_name, "size": row.size, "sm3": row.file_sm3}:
        yield kernel.Break("汇交", f"{row.no} 成果包", "汇交行与收件回执不符")
