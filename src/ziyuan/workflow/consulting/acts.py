"""征求意见: ask another organ, with papers enclosed and a day due; the clock may stand until it answers or the day passes.

An organ in the system answers itself, and sees the request and what was enclosed, never the case. The letter of an
organ outside is entered by who asked, with its scan.
"""

from datetime import date, timedelta
from typing import Any

from ziyuan.kernel import errors
from ziyuan.kernel import service as kernel
from ziyuan.workflow.cases.clock import accepted_on, due_now, resumed_bodies, stops_of
from ziyuan.workflow.cases.frame import carried_out
from ziyuan.workflow.cases.journal import Journal
from ziyuan.workflow.cases.outside import tell_note
from ziyuan.workflow.cases.runtime import Runtime
from ziyuan.workflow.clocks.clock import Stop
from ziyuan.workflow.consulting.models import Consultation
from ziyuan.workflow.consulting.offers import (
    ANSWER,
    ASK,
    ENTER,
    KIND,
    RECALL,
    TITLES,
    VERDICTS,
    answer_refused,
    askable,
    offers,
    stop_effect,
)
from ziyuan.workflow.errors import ActionRefused, FormIncomplete
from ziyuan.workflow.forms.files import media_of
from ziyuan.workflow.forms.text import clean

LONGEST, LONGEST_NAME = 2000, 100
FARTHEST = timedelta(days=366)
File = tuple[str, bytes]


def ask(
    by: kernel.Actor,
    case_id: int,
    *,
    question: str,
    due: date | None,
    to_organ: str = "",
    to_name: str = "",
    papers: list[int] | None = None,
    stop: bool = False,
    basis: str = "",
    command: str = "",
) -> None:
    """Ask an organ in the system (`to_organ`) or one outside it by name. Raises FormIncomplete by field."""
    said = {"question": clean(question), "to_name": clean(to_name), "basis": clean(basis)}

    def change(rt: Runtime, journal: Journal) -> dict[str, Any]:
        organ = _organ(by, to_organ, said["to_name"])
        _complete(said, due)
        told = {
            **organ,
            "from_organ": by.organ,
            "from_name": by.organ_name,
            "question": said["question"],
            "papers": [_paper(journal, number) for number in dict.fromkeys(papers or [])],
            "due": due.isoformat() if due else "",
            "stop": len(journal.state["stops"]) + 1 if stop else None,
        }
        journal.add("consulted", {"consultation": told})
        if stop:
            _stop(rt, journal, organ["to_name"], said["basis"])
        number = len(journal.state["consultations"])
        _announce(journal, "case.consultation_asked", number)
        return {"number": number, "to": organ["to_name"], "due": told["due"]}

    carried_out(by, ASK, case_id, command, lambda rt, state: _offered(by, state, ASK, None), change)


def enter_answer(
    by: kernel.Actor,
    case_id: int,
    number: int,
    *,
    verdict: str,
    text: str,
    letter_no: str = "",
    letter: File | None = None,
    command: str = "",
) -> None:
    """登记复函: what an organ outside wrote, with the scan of its letter."""
    told = _answer(verdict, text, letter_no)

    def change(rt: Runtime, journal: Journal) -> dict[str, Any]:
        if letter is None:
            raise FormIncomplete({"letter": "请上传来函的扫描件"})
        return _take(rt, journal, number, {**told, "letter": _kept(letter)})

    carried_out(by, ENTER, case_id, command, lambda rt, state: _offered(by, state, ENTER, number), change)


def recall(by: kernel.Actor, case_id: int, number: int, *, reason: str, command: str = "") -> None:
    """收回: the request is taken back, with a reason."""
    why = clean(reason)

    def change(rt: Runtime, journal: Journal) -> dict[str, Any]:
        if not why or len(why) > LONGEST:
            raise FormIncomplete({"reason": f"请写明理由,不超过 {LONGEST} 个字"})
        journal.add("consult_recalled", {"consultation": number, "reason": why})
        run_again(rt, journal, number)
        return {"number": number, "reason": why}

    carried_out(by, RECALL, case_id, command, lambda rt, state: _offered(by, state, RECALL, number), change)


def answer(
    by: kernel.Actor,
    consultation: int,
    *,
    verdict: str,
    text: str,
    letter_no: str = "",
    letter: File | None = None,
    command: str = "",
) -> None:
    """答复 by an officer of the organ that was asked. Raises NotFound for any other."""
    told = _answer(verdict, text, letter_no)
    with kernel.acting(by):
        kernel.require(by, ANSWER)
        row = Consultation.objects.filter(pk=consultation, to_organ=by.organ).first()
    if row is None or not by.organ:
        raise errors.NotFound("征求意见", consultation)
    number = row.number

    def offered(rt: Runtime, state: dict[str, Any]) -> None:
        reason = answer_refused(by, state["consultations"][number - 1], bool(state["case"]["closed"]))
        if reason:
            raise ActionRefused(TITLES[ANSWER], reason)

    def change(rt: Runtime, journal: Journal) -> dict[str, Any]:
        return _take(rt, journal, number, {**told, "letter": _kept(letter) if letter else None})

    carried_out(by, ANSWER, row.case_id, command, offered, change, behind=kernel.system_actor(KIND))


def _take(rt: Runtime, journal: Journal, number: int, told: dict[str, Any]) -> dict[str, Any]:
    """The answer goes into the case, and the clock that stood for it runs again."""
    wrong = {name: "请填写" for name in ("text",) if not told[name]}
    if told["verdict"] not in VERDICTS:
        wrong["verdict"] = "请选择意见:" + "、".join(VERDICTS.values())
    if wrong:
        raise FormIncomplete(wrong)
    journal.add("consult_answered", {"consultation": number, "answer": told})
    run_again(rt, journal, number)
    _announce(journal, "case.consultation_answered", number)
    return {"number": number, "verdict": told["verdict"]}


def run_again(rt: Runtime, journal: Journal, number: int) -> None:
    """End the stop that was begun for a request, where nobody has ended it."""
    stop = journal.state["consultations"][number - 1]["stop"]
    if stop is None or journal.state["stops"][stop - 1]["to"] is not None:
        return
    told = resumed_bodies(rt, journal.state, [stop - 1], kernel.today())[0]
    state = journal.add("clock_resumed", told)
    if state["stops"][stop - 1].get("counts", True):
        tell_note(journal.case, state, f"恢复计时:{KIND}已经结束")


def _stop(rt: Runtime, journal: Journal, organ: str, basis: str) -> None:
    state, today, effect = journal.state, kernel.today(), stop_effect(rt)
    if accepted_on(state) is None:
        raise FormIncomplete({"stop": "尚未受理,还没有开始计时"})
    law = basis or effect["basis"]
    if not law:
        raise FormIncomplete({"basis": "请写明停止计时的依据"})
    told = {"kind": KIND, "basis": law, "reason": f"征求{organ}意见", "paper": None, "from": today.isoformat()}
    stops = [*stops_of(state), Stop(KIND, today, None, effect["counts"])]
    stop = {**told, "counts": effect["counts"], "why": effect["why"]}
    journal.add("clock_stopped", {"stop": stop, **due_now(rt, state, stops, today)})
    if effect["counts"]:
        tell_note(journal.case, journal.state, f"停止计时:{KIND}({law}),所需时间不计入办理期限")


def _announce(journal: Journal, name: str, number: int) -> None:
    told = journal.state["consultations"][number - 1]
    facts = {key: told[key] for key in ("from_organ", "to_organ", "to_name", "due")}
    kernel.announce(name, county=journal.state["case"]["county"], no=journal.state["case"]["no"], number=number, **facts)


def _offered(by: kernel.Actor, state: dict[str, Any], word: str, number: int | None) -> None:
    if not any(o["id"] == word and o["number"] == number for o in offers(by, state)):
        raise ActionRefused(TITLES[word], "本件不由您办理,或没有这样一件等待答复的征求意见")


def _organ(by: kernel.Actor, code: str, name: str) -> dict[str, str]:
    """Whom the request goes to. Raises FormIncomplete for nobody, for oneself, or for an organ unknown."""
    if not code:
        if not name or len(name) > LONGEST_NAME:
            raise FormIncomplete({"to_name": f"请选择机关,或者填写其他机关的名称(不超过 {LONGEST_NAME} 个字)"})
        return {"to_organ": "", "to_region": "", "to_name": name}
    found = askable(by).filter(code=clean(code)).first()
    if found is None:
        raise FormIncomplete({"to_organ": "请在所列机关中选择,不能是本机关"})
    return {"to_organ": found.code, "to_region": found.region_id, "to_name": found.name}


def _complete(said: dict[str, str], due: date | None) -> None:
    wrong, today = {}, kernel.today()
    if not said["question"] or len(said["question"]) > LONGEST:
        wrong["question"] = f"请写明所征求的问题,不超过 {LONGEST} 个字"
    if due is None or not today < due <= today + FARTHEST:
        wrong["due"] = "请选择答复期限,在明天以后、一年以内"
    if wrong:
        raise FormIncomplete(wrong)


def _paper(journal: Journal, number: int) -> dict[str, Any]:
    """A paper of the case that is enclosed, as it is now."""
    found = journal.case.papers.filter(pk=number).first()
    if found is None:
        raise FormIncomplete({"papers": "所附材料不在本案卷中"})
    return {name: getattr(found, name) for name in ("kind", "name", "digest", "size", "media")}


def _answer(verdict: str, text: str, letter_no: str) -> dict[str, Any]:
    told = {"verdict": verdict, "text": clean(text), "letter_no": clean(letter_no)}
    if len(told["text"]) > LONGEST or len(told["letter_no"]) > LONGEST_NAME:
        raise FormIncomplete({"text": f"意见不能超过 {LONGEST} 个字,文号不能超过 {LONGEST_NAME} 个字"})
    return told


def _kept(letter: File) -> dict[str, Any]:
    name = clean(letter[0])[-200:] or "复函"
    media = media_of("复函", name, letter[1], "letter")
    stored = kernel.put_file(letter[1], name=name, media=media)
    return {"name": name, "digest": stored.digest, "size": stored.size, "media": media}
