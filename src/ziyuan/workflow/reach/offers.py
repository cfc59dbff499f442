"""抄送、传阅、催办、督办: who may, and for what reason one may not now."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from ziyuan.kernel import service as kernel
from ziyuan.workflow.cases.runtime import Runtime
from ziyuan.workflow.cases.state import OPEN
from ziyuan.workflow.clocks import law as clock_law
from ziyuan.workflow.clocks.calendars import calendar
from ziyuan.workflow.clocks.clock import lamp
from ziyuan.workflow.clocks.offers import APPROVE, handles
from ziyuan.workflow.people.external import is_external
from ziyuan.workflow.reach import law
from ziyuan.workflow.reach.facts import CIRCULATE
from ziyuan.workflow.reach.succession import day_of, in_place_of, successors
from ziyuan.workflow.tasks.seats import is_mine, open_tasks

State = dict[str, Any]
Task = dict[str, Any]
COPY, OPINION, URGE = "case.copy", "case.give_opinion", "case.urge"
SUPERVISE, REPORT, CLOSE = "case.supervise", "case.report_supervision", "case.close_supervision"
TITLES = {
    COPY: "抄送、传阅",
    OPINION: "填写传阅意见",
    URGE: "催办",
    SUPERVISE: "督办",
    REPORT: "反馈督办",
    CLOSE: "办结督办",
}
_CONSEQUENCE = {
    COPY: "收件人可在“抄送”中查看本件,查看即有回执;不占环节,不影响办理。",
    OPINION: "意见记入案卷,提交后不能修改;不影响办理。",
    URGE: "催办及其期限送到现在办理的人,查看即有回执。",
    SUPERVISE: "督办另有期限和灯,由您办结;现在办理的人须在期限内反馈。",
    REPORT: "反馈送到督办人;首次反馈的日期就是督办的办理日期。",
    CLOSE: "督办办结后不再计时,不能再反馈。",
}


@dataclass(frozen=True)
class ReachOffer:
    """One act; `number` is that of the copy or the supervision it is about."""

    id: str
    reason: str = ""
    number: int | None = None

    def to_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "title": TITLES[self.id],
            "enabled": not self.reason,
            "reason": self.reason,
            "number": self.number,
            "consequence": _CONSEQUENCE[self.id],
        }


def reach_offers(by: kernel.Actor, rt: Runtime, state: State) -> list[ReachOffer]:
    """Every act that concerns this person on this case, in the order the screen shows them."""
    found = [ReachOffer(OPINION, "", number) for number in opinions_of(by, state) if kernel.may(by, OPINION)]
    running = state["case"]["status"] in OPEN
    if running and kernel.may(by, URGE) and urgeable(by, state):
        found.append(ReachOffer(URGE, _no_urge(by, state)))
    if kernel.may(by, COPY) and concerned(by, state):
        found.append(ReachOffer(COPY))
    if running and kernel.may(by, SUPERVISE) and supervisable(by, state):
        found.append(ReachOffer(SUPERVISE, _twice_supervised(by, state)))
    for told in _open_items(state):
        if kernel.may(by, REPORT) and reports(by, state, told):
            found.append(ReachOffer(REPORT, "", told["number"]))
        if kernel.may(by, CLOSE) and closes(by, told):
            found.append(ReachOffer(CLOSE, "" if told["reports"] or not running else "还没有反馈", told["number"]))
    return found


# -- copies ------------------------------------------------------------------------------------------------


def concerned(by: kernel.Actor, state: State) -> bool:
    """Who handles the case, has acted in it, or supervises it."""
    acted = any(task.get("by_id") == by.person for task in state["tasks"].values())
    supervises = any(told["by_id"] == by.person for told in state.get("supervisions", {}).values())
    return by.person is not None and (handles(by, state) or acted or supervises)


def opinions_of(by: kernel.Actor, state: State) -> list[int]:
    """Circulated copies of this person that wait for his opinion."""
    mine = [told for told in state.get("copies", {}).values() if told["person"] == by.person]
    return [told["number"] for told in mine if told["kind"] == CIRCULATE and not told["answered"]]


# -- urging ------------------------------------------------------------------------------------------------


def urgeable(by: kernel.Actor, state: State) -> dict[str, str]:
    """Numbers of the open tasks this person may urge, with his standing: starter, organ of the applicant, higher level."""
    if by.person is None:
        return {}
    of_starter = _of_starter(by, state)
    found = {}
    for number, task in open_tasks(state).items():
        standing = of_starter or ("superior" if above(by, task) else "")
        if standing and not is_mine(task, by):
            found[number] = standing
    return found


def _of_starter(by: kernel.Actor, state: State) -> str:
    submitter = state["case"].get("submitter")
    if submitter is None:
        return ""
    if submitter == by.person:
        return "starter"
    organ = kernel.Person.objects.filter(pk=submitter).values_list("organ_id", flat=True).first()
    return "organ" if organ == by.organ else ""


def above(by: kernel.Actor, task: Task) -> bool:
    """A level above the organ that has the task, or the head of that organ."""
    if by.region == task["region"]:
        return kernel.may(by, APPROVE)
    return kernel.contains(by.region, task["region"])


def due_for_urging(by: kernel.Actor, state: State, today: date) -> dict[str, str]:
    """Of those, the tasks that wait for a person of ours and were not urged within the last days (a setting)."""
    rest, last = law.figure("urge_days", today), _last_urged(state)
    found = {}
    for number, standing in urgeable(by, state).items():
        before = last.get(int(number))
        early = before is not None and calendar().between(before, today).days < rest
        if state["tasks"][number]["state"] == "open" and not early:
            found[number] = standing
    return found


def _last_urged(state: State) -> dict[int, date]:
    last: dict[int, date] = {}
    for told in state.get("urges", {}).values():
        for number in told["tasks"]:
            last[number] = datetime.fromisoformat(told["at"]).date()
    return last


def _no_urge(by: kernel.Actor, state: State) -> str:
    if state["case"]["status"] == "correcting":
        return "正在等待申请人补正"
    today = kernel.today()
    if due_for_urging(by, state, today):
        return ""
    return f"已经催办过,同一待办 {law.figure('urge_days', today)} 个工作日内只能催办一次"


# -- supervision -------------------------------------------------------------------------------------------


def supervisable(by: kernel.Actor, state: State) -> dict[str, Task]:
    """Open tasks below this person: of a lower level, or of his own organ and not his; an external unit is below nobody."""
    below = {n: t for n, t in open_tasks(state).items() if not is_external(t)}
    return {n: t for n, t in below.items() if above(by, t) and not is_mine(t, by)}


def _open_items(state: State) -> list[dict[str, Any]]:
    return [told for told in state.get("supervisions", {}).values() if not told["closed"]]


def _twice_supervised(by: kernel.Actor, state: State) -> str:
    return "您对本件的督办还没有办结" if any(closes(by, told) for told in _open_items(state)) else ""


def closes(by: kernel.Actor, told: dict[str, Any]) -> bool:
    """Who opened it, or since he has left, his successor in post."""
    if by.person is None:
        return False
    return told["by_id"] == by.person or by.person in successors(told["by_id"], CLOSE, day_of(told))


def reports(by: kernel.Actor, state: State, told: dict[str, Any]) -> bool:
    """Who was asked, his successor in post where he has left, or who handles the case now; never who supervises."""
    if by.person is None or closes(by, told):
        return False
    return by.person in asked_now(told) or any(one["person"] == by.person for one in told["to"]) or handles(by, state)


def asked_now(told: dict[str, Any]) -> dict[int, str]:
    """Who has to report: the people asked, each one's successors in post where he has left."""
    return in_place_of([(one["person"], one["name"]) for one in told["to"]], REPORT, day_of(told))


def keepers(told: dict[str, Any]) -> dict[int, str]:
    """Who is told of it: whoever opened it, his successors in post where he has left."""
    return in_place_of([(told["by_id"], told["by"])], CLOSE, day_of(told))


def clock_of(due: date, days: int, reported: date | None, closed: date | None, today: date) -> dict[str, Any]:
    """The lamp of one item: working days left up to its first report, or its closing, and whether that came in time."""
    until = reported or closed or today
    left = calendar().between(until, due).days
    share = clock_law.yellow_share(today)
    shown = "none" if reported or closed else lamp(left, days, share)
    return {"due": due.isoformat(), "days": days, "left": left, "lamp": shown, "on_time": left >= 0}


def told_of(by: kernel.Actor, rt: Runtime, state: State) -> dict[str, Any]:
    """What the case page shows of it."""
    today = kernel.today()
    items = []
    for told in state.get("supervisions", {}).values():
        reported = date.fromisoformat(told["reports"][0]["on"]) if told["reports"] else None
        closed = date.fromisoformat(told["closed"][:10]) if told["closed"] else None
        clock = clock_of(date.fromisoformat(told["due"]), told["days"], reported, closed, today)
        items.append({**told, "clock": clock})
    return {
        "copies": list(state.get("copies", {}).values()),
        "urges": list(state.get("urges", {}).values()),
        "supervisions": items,
        "acts": [offer.to_json() for offer in reach_offers(by, rt, state)],
        "longest_supervision": law.figure("supervision_days", today),
    }
