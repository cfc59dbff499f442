"""Who may ask another organ for its opinion, take a request back, enter a letter, answer; and why one may not now."""

from typing import Any

from django.db.models import QuerySet

from ziyuan.kernel import service as kernel
from ziyuan.workflow.cases.runtime import Runtime
from ziyuan.workflow.cases.state import OPEN
from ziyuan.workflow.clocks import law
from ziyuan.workflow.clocks.offers import handles

State = dict[str, Any]
KIND = "征求意见"
ASK, ANSWER, RECALL, ENTER = "consultation.ask", "consultation.answer", "consultation.recall", "consultation.enter"
TITLES = {ASK: "征求意见", ANSWER: "答复", RECALL: "收回", ENTER: "登记复函"}
VERDICTS = {"agree": "同意", "object": "不同意", "remarks": "有修改意见"}
STATES = {"asked": "待答复", "answered": "已答复", "recalled": "已收回", "lapsed": "案件已办结"}
_CONSEQUENCE = {
    ASK: "对方只看到所问的问题和所附的材料;答复或者到期以后,为此停下的计时自动恢复。",
    ANSWER: "答复记入案卷,不能修改。",
    RECALL: "收回以后对方不能再答复;为此停下的计时自动恢复。",
    ENTER: "把来函内容和扫描件记入案卷,不能修改。",
}


def askable(by: kernel.Actor) -> "QuerySet[kernel.Organ]":
    """Whom one may ask: every organ but one's own; no external unit, whose people answer no requests, and no applicant."""
    return kernel.Organ.objects.exclude(code=by.organ).exclude(kind__in=(kernel.EXTERNAL, "outside"))


def offer(word: str, reason: str = "", number: int | None = None) -> dict[str, Any]:
    """One act as the screen shows it."""
    return {
        "id": word,
        "title": TITLES[word],
        "enabled": not reason,
        "reason": reason,
        "number": number,
        "consequence": _CONSEQUENCE[word],
    }


def offers(by: kernel.Actor, state: State) -> list[dict[str, Any]]:
    """The acts of who asks: a new request, and for each that waits, to take it back or to enter the letter."""
    if by.person is None or state["case"]["status"] not in OPEN or not kernel.may(by, ASK):
        return []
    made = [offer(ASK)] if handles(by, state) else []
    for number, told in enumerate(state.get("consultations", []), start=1):
        if told["state"] == "asked" and told["from_organ"] == by.organ:
            made += [] if told["to_organ"] else [offer(ENTER, number=number)]
            made.append(offer(RECALL, number=number))
    return made


def answer_refused(by: kernel.Actor, told: dict[str, Any], closed: bool) -> str:
    """Why an officer of the organ that was asked cannot answer; empty where he can."""
    if not kernel.may(by, ANSWER):
        return "您的岗位不办理征求意见的答复"
    stands = "lapsed" if closed and told["state"] == "asked" else told["state"]
    return "" if stands == "asked" else STATES[stands]


def stop_effect(rt: Runtime) -> dict[str, Any]:
    """What stopping the clock for an opinion would do in this matter today."""
    told = law.exemption(rt.matter.told, KIND, kernel.today())
    return {"counts": told.counts, "basis": told.basis, "why": told.why}


def consulting(by: kernel.Actor, rt: Runtime, state: State) -> dict[str, Any]:
    """The requests of the case page with what this person may do."""
    closed = bool(state["case"]["closed"])
    items = [
        {**told, "number": number, "state_title": STATES["lapsed" if closed and told["state"] == "asked" else told["state"]]}
        for number, told in enumerate(state.get("consultations", []), start=1)
    ]
    return {"items": items, "acts": offers(by, state), "stop": stop_effect(rt), "verdicts": VERDICTS}
