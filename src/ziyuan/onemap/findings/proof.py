"""Prove exceptions and disputes whole (例外与异议核验): every signed note, and what its row says."""

import unicodedata
from collections.abc import Iterator

from ziyuan.kernel import service as kernel
from ziyuan.onemap.findings.models import ExceptionState, FindingException, FindingNote


@kernel.verifies("例外与异议")
def verify_findings() -> Iterator[kernel.Break]:
    """Every note and exception this session may see."""
    for note in FindingNote.objects.order_by("pk").select_related("exception", "dispute").iterator(200):
        on = note.exception or note.dispute
        if not _holds(note):
            yield kernel.Break("例外与异议", f"{on.no if on else note.pk} 意见 {note.act}", "意见与签名不符")
    for row in FindingException.objects.filter(state=ExceptionState.APPROVED).order_by("pk").iterator(200):
        signed = FindingNote.objects.filter(exception=row, act="approve", person=row.decided_by)
        if not signed.exists():
            yield kernel.Break("例外与异议", row.no, "已批准的例外没有批准人的签名意见")


def _holds(note: FindingNote) -> bool:
    """The payload is what was signed, and says what the row says."""
    payload = bytes(note.payload)
    told = (unicodedata.normalize("NFC", text).encode() for text in (note.act, note.person, note.organ_name, note.text))
    signed = kernel.verify(payload, bytes(note.signature), signer=kernel.node().name)
    return signed and all(text in payload for text in told)


def decision_fault(by: kernel.Actor, no: str, state: str) -> str:
    """What is wrong with an exception that was decided so; empty when it stands so and its notes hold."""
    with kernel.acting(by):
        row = FindingException.objects.filter(no=no).first()
        if row is None:
            return f"没有例外 {no}"
        if row.state != state:
            return f"例外 {no} 当前为“{ExceptionState(row.state).label}”,不是“{ExceptionState(state).label}”"
        broken = [note.act for note in FindingNote.objects.filter(exception=row).order_by("pk") if not _holds(note)]
        return f"例外 {no} 的意见与签名不符:{'、'.join(broken)}" if broken else ""
