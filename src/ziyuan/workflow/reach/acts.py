"""Reach people about a case: copy and circulate it, urge, supervise, report, close; and read what was sent.

One act is one transaction, as every act on a case: lock, refuse a command already carried out, is it possible, append
the event, save, record and announce; whoever is reached finds a notice in his inbox.
"""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from ziyuan.base import workdays
from ziyuan.kernel import service as kernel
from ziyuan.workflow.cases.journal import Journal
from ziyuan.workflow.cases.lock import first_time, locked_case
from ziyuan.workflow.cases.models import Case
from ziyuan.workflow.cases.runtime import Runtime
from ziyuan.workflow.cases.state import OPEN
from ziyuan.workflow.cases.versions import runtime_of
from ziyuan.workflow.clocks.calendars import calendar
from ziyuan.workflow.errors import ActionRefused, FormIncomplete
from ziyuan.workflow.forms.text import clean
from ziyuan.workflow.reach import law, offers
from ziyuan.workflow.reach.facts import CIRCULATE, COPY
from ziyuan.workflow.reach.notices import About, tell
from ziyuan.workflow.reach.people import Receiver, holders_of, refused_receivers

LONGEST_TEXT = 500
MOST_RECEIVERS = 50
Change = Callable[[Runtime, Journal], dict[str, Any]]


def copy_case(
    by: kernel.Actor, case_id: int, *, people: list[int], kind: str = COPY, note: str = "", command: str = ""
) -> None:
    """抄送, or 传阅 which asks for an opinion: read rights and a receipt, no seat.

    Nobody gets a right that he has not by post and region: such a receiver is refused by name, and nothing is sent.
    """
    def change(rt: Runtime, journal: Journal) -> dict[str, Any]:
        text = _text("note", note)
        if kind not in (COPY, CIRCULATE):
            raise FormIncomplete({"kind": "请选择抄送或传阅"})
        if not 1 <= len(people) <= MOST_RECEIVERS:
            raise FormIncomplete({"people": f"请选择 1 至 {MOST_RECEIVERS} 个收件人"})
        found = _receivers(journal.state, people)
        serial = len(journal.state.get("copies", {}))
        copies = [
            {"number": number, "person": one.person, "name": one.name, "organ": one.organ, "kind": kind, "note": text}
            for number, one in enumerate(found, start=serial + 1)
        ]
        journal.add("copied", {"copies": copies})
        word = "传阅" if kind == CIRCULATE else "抄送"
        tell([one.person for one in found], _about(journal, kind), f"{by.name}{word}:{text}".rstrip(":"), f"copy:{serial}")
        return {"kind": kind, "people": [one.name for one in found]}

    _carried_out(by, offers.COPY, case_id, command, change)


def _receivers(state: dict[str, Any], people: list[int]) -> list[Receiver]:
    found, refused = refused_receivers(state, people)
    standing = {told["person"] for told in state.get("copies", {}).values() if not told["read"]}
    again = [one.name for one in found if one.person in standing]
    if again:
        refused.append(f"{'、'.join(again)}:前一份还没有查看")
    if refused:
        raise FormIncomplete({"people": ";".join(refused)})
    return found


def answer_copy(by: kernel.Actor, case_id: int, *, number: int, opinion: str, command: str = "") -> None:
    """填写传阅意见: once; the process does not wait for it."""
    def change(rt: Runtime, journal: Journal) -> dict[str, Any]:
        text = _text("opinion", opinion, required="请写明意见")
        told = journal.state["copies"][str(number)]
        journal.add("copy_answered", {"number": number, "opinion": text})
        tell([told["by_id"]], _about(journal, "answer"), f"{by.name}:{text}", f"answer:{number}")
        return {"opinion": text}

    _carried_out(by, offers.OPINION, case_id, command, change, number)


def urge(by: kernel.Actor, case_id: int, *, text: str, until: date | None, command: str = "") -> None:
    """催办: a message with a limit to whoever has the open tasks now; not more often than the setting says."""
    def change(rt: Runtime, journal: Journal) -> dict[str, Any]:
        said = _text("text", text, required="请写明催办内容")
        today = kernel.today()
        if until is None or until < today:
            raise FormIncomplete({"until": "请写明办理期限,不早于今天"})
        standing = offers.due_for_urging(by, journal.state, today)
        numbers, state = sorted(map(int, standing)), journal.state
        to: list[dict[str, Any]] = [
            {"task": n, "person": p, "name": name} for n in numbers for p, name in holders_of(state["tasks"][str(n)])
        ]
        if not to:
            raise ActionRefused(offers.TITLES[offers.URGE], "现在没有人办理,请先设置岗位")
        told = {"number": len(state.get("urges", {})) + 1, "tasks": numbers, "to": to, "text": said}
        told |= {"until": until.isoformat(), "as": standing[str(numbers[0])]}
        journal.add("urged", {"urge": told})
        for number in numbers:
            people = [one["person"] for one in to if one["task"] == number]
            about = _about(journal, "urge", state["tasks"][str(number)]["title"], until)
            tell(people, about, f"{by.name}:{said}", f"urge:{told['number']}:{number}")
        return {"until": until, "text": said}

    _carried_out(by, offers.URGE, case_id, command, change)


def supervise(by: kernel.Actor, case_id: int, *, asks: str, days: int, command: str = "") -> None:
    """督办: what is to be done in the case within `days` working days, by whoever has it now."""
    def change(rt: Runtime, journal: Journal) -> dict[str, Any]:
        said = _text("asks", asks, required="请写明督办事项")
        today = kernel.today()
        longest = law.figure("supervision_days", today)
        if not 1 <= days <= longest:
            raise FormIncomplete({"days": f"反馈期限应为 1 至 {longest} 个工作日"})
        tasks = offers.supervisable(by, journal.state)
        to = {p: name for task in tasks.values() for p, name in holders_of(task)}
        if not to:
            raise ActionRefused(offers.TITLES[offers.SUPERVISE], "现在没有人办理,请先设置岗位")
        due = workdays.after(today, days)
        told = {"number": len(journal.state.get("supervisions", {})) + 1, "asks": said, "days": days}
        told |= {"due": due.isoformat(), "region": min(task["region"] for task in tasks.values())}
        told["to"] = [{"person": person, "name": name} for person, name in to.items()]
        told["marks"] = law.item_marks(due, calendar(), today)
        journal.add("supervised", {"supervision": told})
        tell(list(to), _about(journal, "supervise", day=due), f"{by.name}:{said}", f"supervise:{told['number']}")
        return {"asks": said, "due": due}

    _carried_out(by, offers.SUPERVISE, case_id, command, change)


def report_supervision(by: kernel.Actor, case_id: int, *, number: int, report: str, command: str = "") -> None:
    """反馈督办: what was done; the first report stops its clock."""
    def change(rt: Runtime, journal: Journal) -> dict[str, Any]:
        text = _text("report", report, required="请写明办理情况")
        told = journal.state["supervisions"][str(number)]
        journal.add("supervision_reported", {"number": number, "report": text, "on": kernel.today().isoformat()})
        serial = len(told["reports"]) + 1
        tell(offers.keepers(told), _about(journal, "report"), f"{by.name}:{text}", f"report:{number}:{serial}")
        return {"report": text}

    _carried_out(by, offers.REPORT, case_id, command, change, number)


def close_supervision(by: kernel.Actor, case_id: int, *, number: int, opinion: str, command: str = "") -> None:
    """办结督办: by who opened it, or his successor in post, after a report."""
    def change(rt: Runtime, journal: Journal) -> dict[str, Any]:
        text = _text("opinion", opinion, required="请写明办结意见")
        told = journal.state["supervisions"][str(number)]
        journal.add("supervision_closed", {"number": number, "opinion": text})
        people = {*offers.asked_now(told)} | {one["by_id"] for one in told["reports"]}
        tell(sorted(people), _about(journal, "closed"), f"{by.name}:{text}", f"closed:{number}")
        return {"opinion": text}

    _carried_out(by, offers.CLOSE, case_id, command, change, number)


def _about(journal: Journal, kind: str, step: str = "", day: date | None = None) -> About:
    return About(kind, journal.case.pk, journal.state["case"]["no"], step, day)


def _carried_out(
    by: kernel.Actor, word: str, case_id: int, command: str, change: Change, number: int | None = None
) -> None:
    """The frame of the six acts."""
    with kernel.acting(by):
        kernel.require(by, word)
        case = locked_case(case_id)
        if not first_time(command and f"{word}:{command}", "case", case_id):
            return
        rt, journal = runtime_of(case), Journal(case, by)
        _offered(by, rt, journal.state, word, number)
        detail = change(rt, journal)
        journal.save()
        kernel.record(by, word, on=("case", case.no), county=case.county, after=journal.state, **detail)
        kernel.announce("case.changed", county=case.county, case=case.pk, action=word)


def _offered(by: kernel.Actor, rt: Runtime, state: dict[str, Any], word: str, number: int | None) -> None:
    found = [o for o in offers.reach_offers(by, rt, state) if o.id == word and o.number == number]
    if not found:
        raise ActionRefused(offers.TITLES[word], _not_offered(word, state))
    if found[0].reason:
        raise ActionRefused(offers.TITLES[word], found[0].reason)


_WHO = {
    offers.COPY: "只有办理过本件或督办本件的人可以抄送",
    offers.OPINION: "没有等您填写意见的传阅",
    offers.URGE: "只有申请人所在机关、上级和本机关负责人可以催办他人办理的环节",
    offers.SUPERVISE: "只有上级和本机关负责人可以督办他人办理的环节",
    offers.REPORT: "没有等您反馈的督办",
    offers.CLOSE: "督办由发起人办结(离任的由其继任者)",
}


def _not_offered(word: str, state: dict[str, Any]) -> str:
    ended = word in (offers.URGE, offers.SUPERVISE) and state["case"]["status"] not in OPEN
    return "本件已经办结" if ended else _WHO[word]


def _text(name: str, given: str, required: str = "") -> str:
    """What the person wrote, cleaned. Raises FormIncomplete where it is missing or too long."""
    text = clean(given)
    if len(text) > LONGEST_TEXT:
        raise FormIncomplete({name: f"不能超过 {LONGEST_TEXT} 个字"})
    if required and not text:
        raise FormIncomplete({name: required})
    return text


# -- receipts ----------------------------------------------------------------------------------------------


def unread_copies(by: kernel.Actor, state: dict[str, Any]) -> list[int]:
    return [t["number"] for t in state.get("copies", {}).values() if t["person"] == by.person and not t["read"]]


def unread_urges(by: kernel.Actor, state: dict[str, Any]) -> list[int]:
    found: Iterable[dict[str, Any]] = state.get("urges", {}).values()
    return [t["number"] for t in found if any(o["person"] == by.person and not o["read"] for o in t["to"])]


def take_receipts(by: kernel.Actor, case_id: int) -> bool:
    """The person has the case before him: receipts of his copies and urges, once; True where one was taken."""
    seen = Case.objects.filter(pk=case_id).values_list("state", flat=True).first() or {}
    if not (unread_copies(by, seen) or unread_urges(by, seen)):
        return False
    case = locked_case(case_id)
    journal = Journal(case, by)
    copies, urges = unread_copies(by, journal.state), unread_urges(by, journal.state)
    if copies:
        journal.add("copy_read", {"numbers": copies})
    if urges:
        journal.add("urge_read", {"numbers": urges})
    if copies or urges:
        journal.save()
        kernel.record(by, "case.read_receipt", on=("case", case.no), county=case.county, copies=copies, urges=urges)
    return bool(copies or urges)
