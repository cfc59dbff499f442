"""Act on the clock of a case: stop it, let it run again, propose an extension, answer the proposal.

One act is one transaction, as every act on a case: lock, refuse a command already carried out, is it possible,
append events, record and announce. An extension takes two persons: who handles the case and the head of his organ.
The applicant is told what happens to his limit (行政许可法 第四十二条、第四十五条).
"""

from typing import Any

from ziyuan.kernel import service as kernel
from ziyuan.workflow.cases.clock import due_now, longest_extension, resumed_bodies, stops_of
from ziyuan.workflow.cases.frame import Change, carried_out
from ziyuan.workflow.cases.journal import Journal
from ziyuan.workflow.cases.outside import tell_note
from ziyuan.workflow.cases.runtime import Runtime
from ziyuan.workflow.clocks import law
from ziyuan.workflow.clocks.clock import Stop
from ziyuan.workflow.clocks.offers import APPROVE, EXTEND, RESUME, STOP, TITLES, clock_offers, late
from ziyuan.workflow.errors import ActionRefused, FormIncomplete
from ziyuan.workflow.forms.text import clean

LONGEST_REASON = 500


def stop_clock(
    by: kernel.Actor,
    case_id: int,
    *,
    kind: str,
    reason: str,
    basis: str = "",
    paper: int | None = None,
    command: str = "",
) -> None:
    """暂停计时: from the next working day the clock stands, where matter and law exempt this type; else it is only shown.

    Raises ActionRefused with the reason the screen shows, FormIncomplete for what is missing.
    """
    told = _texts(kind=kind, basis=basis, reason=reason)

    def change(rt: Runtime, journal: Journal) -> dict[str, Any]:
        state, today = journal.state, kernel.today()
        _kind_or_refuse(state, told["kind"])
        found = law.exemption(rt.matter.told, told["kind"], today)
        basis = told["basis"] or found.basis
        _required({"reason": told["reason"], "basis": basis})
        stop = {
            "kind": found.kind,
            "basis": basis,
            "reason": told["reason"],
            "counts": found.counts,
            "why": found.why,
            "paper": _paper(journal, paper),
            "from": today.isoformat(),
        }
        stops = [*stops_of(state), Stop(found.kind, today, None, found.counts)]
        journal.add("clock_stopped", {"stop": stop, **due_now(rt, state, stops, today)})
        if found.counts:
            tell_note(journal.case, journal.state, f"停止计时:{found.kind}({basis}),所需时间不计入办理期限")
        return {"kind": found.kind, "reason": told["reason"]}

    _carried_out(by, STOP, case_id, command, change)


def resume_clock(by: kernel.Actor, case_id: int, *, stop: int, command: str = "") -> None:
    """恢复计时: end the stop of that number; the next working day counts again, unless another stop still stands."""

    def change(rt: Runtime, journal: Journal) -> dict[str, Any]:
        told = resumed_bodies(rt, journal.state, [stop - 1], kernel.today())[0]
        state = journal.add("clock_resumed", told)
        if state["stops"][stop - 1].get("counts", True):
            tell_note(journal.case, journal.state, f"恢复计时:{told['kind']}已经结束")
        return {"kind": told["kind"]}

    _carried_out(by, RESUME, case_id, command, change, stop=stop)


def propose_extension(by: kernel.Actor, case_id: int, *, days: int, reason: str, command: str = "") -> None:
    """申请延期: ask the head of one's organ for `days` working days more, once."""
    said = _texts(reason=reason)

    def change(rt: Runtime, journal: Journal) -> dict[str, Any]:
        longest = longest_extension(rt, kernel.today())
        if not 1 <= days <= longest:
            raise FormIncomplete({"days": f"延期应为 1 至 {longest} 个工作日"})
        _required(said)
        body = {"days": days, "reason": said["reason"], "region": journal.by.region}
        journal.add("extension_proposed", body)
        return {"days": days, "reason": said["reason"]}

    _carried_out(by, EXTEND, case_id, command, change)


def answer_extension(
    by: kernel.Actor, case_id: int, *, approve: bool, opinion: str, command: str = ""
) -> None:
    """答复延期申请: the head approves, and the applicant is told the reason; or he does not, and nothing changes."""
    said = _texts(opinion=opinion)

    def change(rt: Runtime, journal: Journal) -> dict[str, Any]:
        _required(said)
        state, today = journal.state, kernel.today()
        told: dict[str, Any] = {"state": "approved" if approve else "refused", **said}
        asked = state["extension"]
        if approve:
            if late(rt, state):
                raise ActionRefused("批准延期", "已过承诺的办理期限")
            told |= due_now(rt, state, stops_of(state), today, more=asked["days"])
        journal.add("extension_answered", told)
        if approve:
            tell_note(journal.case, journal.state, f"办理期限延长 {asked['days']} 个工作日,理由:{asked['reason']}")
        return {"days": asked["days"], "answer": told["state"], **said}

    _carried_out(by, APPROVE, case_id, command, change)


def _carried_out(
    by: kernel.Actor, word: str, case_id: int, command: str, change: Change, stop: int | None = None
) -> None:
    """The frame of the four acts."""
    carried_out(by, word, case_id, command, lambda rt, state: _offered(by, rt, state, word, stop), change)


def _offered(by: kernel.Actor, rt: Runtime, state: dict[str, Any], word: str, stop: int | None) -> None:
    found = [o for o in clock_offers(by, rt, state) if o.id == word and o.stop == stop]
    if not found:
        raise ActionRefused(TITLES[word], "本件不由您办理,或没有可以这样办理的计时")
    if found[0].reason:
        raise ActionRefused(TITLES[word], found[0].reason)


def _kind_or_refuse(state: dict[str, Any], kind: str) -> None:
    if kind == law.CORRECTION:
        raise FormIncomplete({"kind": "补正请用“退回补正”,系统自动停计时"})
    if kind not in law.kinds():
        raise FormIncomplete({"kind": "请在所列种类中选择"})
    if any(s["kind"] == kind and s["to"] is None for s in state["stops"]):
        raise ActionRefused(TITLES[STOP], f"“{kind}”已在停计时之中")


def _paper(journal: Journal, number: int | None) -> dict[str, Any] | None:
    """The paper of the case that the stop names, as it is now."""
    if number is None:
        return None
    found = journal.case.papers.filter(pk=number).first()
    if found is None:
        raise FormIncomplete({"paper": "所选材料不在本案卷中"})
    return {"id": found.pk, "name": found.name, "digest": found.digest}


_MISSING = {"reason": "请写明理由", "basis": "请写明依据", "opinion": "请写明意见"}


def _texts(**given: str) -> dict[str, str]:
    """What the person wrote, cleaned. Raises FormIncomplete for a text that is too long."""
    told = {name: clean(text) for name, text in given.items()}
    wrong = {name: f"不能超过 {LONGEST_REASON} 个字" for name, text in told.items() if len(text) > LONGEST_REASON}
    if wrong:
        raise FormIncomplete(wrong)
    return told


def _required(told: dict[str, str]) -> None:
    missing = {name: _MISSING[name] for name, text in told.items() if not text}
    if missing:
        raise FormIncomplete(missing)
