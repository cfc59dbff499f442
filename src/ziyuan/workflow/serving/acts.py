"""送达: record that a document reached whom it is meant for, or that it did not. Nothing recorded is ever changed."""

from datetime import datetime
from typing import Any

from ziyuan.kernel import service as kernel
from ziyuan.workflow.cases.frame import carried_out
from ziyuan.workflow.cases.journal import Journal
from ziyuan.workflow.cases.outside import tell_note
from ziyuan.workflow.cases.runtime import Runtime
from ziyuan.workflow.errors import ActionRefused, FormIncomplete
from ziyuan.workflow.forms.files import media_of
from ziyuan.workflow.forms.text import clean
from ziyuan.workflow.serving import law
from ziyuan.workflow.serving.view import SERVE, offers, things

LONGEST = 200
File = tuple[str, bytes]


def serve(
    by: kernel.Actor,
    case_id: int,
    *,
    of: str,
    way: str,
    at: datetime | None,
    served: bool = True,
    receiver: str = "",
    note: str = "",
    proof: File | None = None,
    command: str = "",
) -> None:
    """Record one attempt. `of` is the thing as the record names it, `at` the moment of the act itself.

    Raises ActionRefused where it is not this person's to record or is served already, FormIncomplete for what is
    missing: of a success who received it and the proof, of a failure the reason.
    """
    said = {"receiver": clean(receiver), "note": clean(note)}

    def change(rt: Runtime, journal: Journal) -> dict[str, Any]:
        thing = next(one for one in things(journal.state) if one["of"] == of)
        moment = _moment(at)
        _complete(thing, way, moment, served, said, proof)
        told = {
            "of": of,
            "title": thing["title"],
            "no": thing["no"],
            "way": way,
            "at": moment.isoformat(timespec="minutes") if moment else "",
            "served": served,
            **said,
            "proof": _kept(proof),
            "effective": law.effective(way, moment.date()).isoformat() if served and moment else None,
        }
        journal.add("served" if served else "service_failed", {"service": told})
        if served:
            tell_note(journal.case, journal.state, _notice(told))
        return {"of": of, "way": way, "served": served}

    carried_out(by, SERVE, case_id, command, lambda rt, state: _offered(by, state, of), change)


def _offered(by: kernel.Actor, state: dict[str, Any], of: str) -> None:
    found = [offer for offer in offers(by, state) if offer["of"] == of]
    if not found:
        raise ActionRefused("登记送达", "没有这份要送达的文书,或本件不由您所在机关办理")
    if found[0]["reason"]:
        raise ActionRefused("登记送达", found[0]["reason"])


def _moment(at: datetime | None) -> datetime | None:
    if at is None or at.tzinfo is not None:
        return at.astimezone(kernel.now().tzinfo) if at else None
    return at.replace(tzinfo=kernel.now().tzinfo)


def _complete(
    thing: dict[str, Any], way: str, at: datetime | None, served: bool, said: dict[str, str], proof: File | None
) -> None:
    """Raise FormIncomplete naming every field that is missing or wrong."""
    wrong = {name: f"不能超过 {LONGEST} 个字" for name, text in said.items() if len(text) > LONGEST}
    known = law.WAYS.get(way)
    if known is None:
        wrong["way"] = "请在所列方式中选择"
    if at is None or at > kernel.now() or at.date().isoformat() < thing["day"]:
        wrong["at"] = f"请填写送达时间,不早于 {thing['day']},不晚于现在"
    if served and known and known.receiver and not said["receiver"]:
        wrong["receiver"] = f"请填写{known.receiver}"
    if served and known and proof is None:
        wrong["proof"] = f"请上传{known.proof}"
    if not served and not said["note"]:
        wrong["note"] = "请写明没有送到的原因"
    if wrong:
        raise FormIncomplete(wrong)


def _kept(proof: File | None) -> dict[str, Any] | None:
    if proof is None:
        return None
    name = clean(proof[0])[-LONGEST:] or "送达凭证"
    media = media_of("送达凭证", name, proof[1], "proof")
    stored = kernel.put_file(proof[1], name=name, media=media)
    return {"name": name, "digest": stored.digest, "size": stored.size, "media": media}


def _notice(told: dict[str, Any]) -> str:
    """What the applicant reads; who signed for it is not carried out."""
    what = f"{told['title']}{told['no']}"
    if told["way"] == law.NOTICE:
        return f"{what}已公告送达,{told['effective']} 视为送达"
    return f"{what}已于 {told['at'][:10]} {told['way']}"
