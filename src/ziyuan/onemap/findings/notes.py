"""Acts on exceptions and disputes: each once for a command, each with a note the node signed."""

from typing import Any

from ziyuan.base import canonical
from ziyuan.kernel import service as kernel
from ziyuan.onemap.findings.errors import CommandOfAnother
from ziyuan.onemap.findings.models import Dispute, FindingCommand, FindingException, FindingNote

ACT_TITLES = {"request": "申请例外", "approve": "批准", "refuse": "不予批准", "return": "退回补充",
              "supplement": "补充后重新提交", "withdraw": "撤销",
              "dispute": "提出异议", "uphold": "维持问题", "false_alarm": "确认误报"}  # fmt: skip
Subject = FindingException | Dispute


def done_before(county: str, act: str, command: str) -> Subject | None:
    """What this very command led to before; CommandOfAnother when it was another act."""
    if not command:
        return None
    found = FindingCommand.objects.filter(county=county, command=command).select_related("exception", "dispute").first()
    if found is None:
        return None
    if found.act != act:
        raise CommandOfAnother(command)
    return found.exception or found.dispute


def remember(on: Subject, act: str, command: str) -> None:
    """Keep that this command has been carried out."""
    if command:
        FindingCommand.objects.create(county=on.county, command=command, act=act, **_on(on))


def _on(on: Subject) -> dict[str, Any]:
    return {"exception": on} if isinstance(on, FindingException) else {"dispute": on}


def note(by: kernel.Actor, on: Subject, act: str, text: str) -> FindingNote:
    """Add a note, signed by the node over its canonical bytes."""
    at = kernel.now()
    body = {"no": on.no, "act": act, "at": at, "person": by.name, "organ": by.organ_name, "region": by.region,
            "text": text, "proof": on.proof_sm3, "state": on.state}  # fmt: skip
    payload = canonical.encode("finding-note", body)
    return FindingNote.objects.create(
        **_on(on), county=on.county, at=at, person=by.name, organ_name=by.organ_name, act=act, text=text,
        payload=payload, signature=kernel.sign(payload),
    )  # fmt: skip


def tell_exception(by: kernel.Actor, on: FindingException, event: str, before: str | None, **facts: Any) -> None:
    """Audit row and event of a change of an exception's state, in the transaction of the act."""
    kernel.announce(f"exception.{event}", county=on.county, no=on.no, delivery=on.delivery.no, **facts)
    _record(by, on, "exception", event, before, facts)


def tell_dispute(by: kernel.Actor, on: Dispute, event: str, before: str | None, **facts: Any) -> None:
    """Audit row and event of a change of a dispute's state, in the transaction of the act."""
    kernel.announce(f"dispute.{event}", county=on.county, no=on.no, delivery=on.delivery.no, **facts)
    _record(by, on, "dispute", event, before, facts)


def _record(by: kernel.Actor, on: Subject, kind: str, event: str, before: str | None, facts: dict[str, Any]) -> None:
    kernel.record(by, f"{kind}.{event}", on=(kind, on.no), county=on.county,
                  before=None if before is None else {"no": on.no, "state": before},
                  after={"no": on.no, "state": on.state}, **facts)  # fmt: skip


def notes_of(on: Subject) -> list[dict[str, Any]]:
    """The notes as the API gives them out."""
    return [
        {"at": n.at, "person": n.person, "organ_name": n.organ_name, "act": n.act,
         "act_title": ACT_TITLES.get(n.act, n.act), "text": n.text,
         "signed": kernel.verify(bytes(n.payload), bytes(n.signature))}
        for n in on.notes.order_by("pk")
    ]  # fmt: skip
