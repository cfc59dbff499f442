"""Acts on the clock of a case (暂停计时、恢复计时、延期): who may, and for what reason one may not now."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from ziyuan.kernel import service as kernel
from ziyuan.workflow.cases.clock import accepted_on, extended, longest_extension, open_stops, read_case
from ziyuan.workflow.cases.runtime import Runtime
from ziyuan.workflow.cases.sight import narrowed
from ziyuan.workflow.cases.state import OPEN
from ziyuan.workflow.clocks import law
from ziyuan.workflow.clocks.clock import Reading
from ziyuan.workflow.tasks.seats import is_mine, open_tasks

State = dict[str, Any]
STOP, RESUME, EXTEND = "case.stop_clock", "case.resume_clock", "case.extend"
APPROVE = "case.approve_extension"
TITLES = {STOP: "暂停计时", RESUME: "恢复计时", EXTEND: "申请延期", APPROVE: "答复延期申请"}
_CONSEQUENCE = {
    STOP: "记明种类、依据和理由;法律规定扣除的,从明天起的工作日不计入办理期限。",
    RESUME: "今天仍在停计时之内,从下一个工作日起继续计时。",
    EXTEND: "报本机关负责人批准,只能延期一次;批准后理由告知申请人。",
    APPROVE: "批准的,办理期限顺延并将理由告知申请人;不批准的,期限不变。",
}


@dataclass(frozen=True)
class ClockOffer:
    """One act on the clock; `stop` is the number of the stop it would end."""

    id: str
    reason: str = ""
    stop: int | None = None

    def to_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "title": TITLES[self.id],
            "enabled": not self.reason,
            "reason": self.reason,
            "stop": self.stop,
            "consequence": _CONSEQUENCE[self.id],
        }


def clock_offers(by: kernel.Actor, runtime: Runtime, state: State) -> list[ClockOffer]:
    """Every act on the clock that concerns this person on this case, in the order the screen shows them."""
    if state["case"]["status"] not in OPEN:
        return []
    found: list[ClockOffer] = []
    if handles(by, state):
        early = "" if accepted_on(state) else "尚未受理,还没有开始计时"
        found += [ClockOffer(STOP, early)] if kernel.may(by, STOP) else []
        found += _resumable(by, state)
        found += [ClockOffer(EXTEND, early or _no_extension(by, runtime, state))] if kernel.may(by, EXTEND) else []
    if _asked_here(by, state):
        found.append(ClockOffer(APPROVE, _no_approval(by, runtime, state)))
    return found


def handles(by: kernel.Actor, state: State) -> bool:
    """Who holds an open task of the case, or worked on it in the organ that has it now; nobody who sees only his own task."""
    if by.person is None or narrowed(by):
        return False
    if any(t["holder"] is not None and is_mine(t, by) for t in open_tasks(state).values()):
        return True
    worked = any(t.get("by_id") == by.person for t in state["tasks"].values())
    return worked and by.region in _organs(state)


def _organs(state: State) -> set[str]:
    """Regions of the organs that have the case now."""
    return {t["region"] for t in open_tasks(state).values()}


def _resumable(by: kernel.Actor, state: State) -> list[ClockOffer]:
    """One offer for each open stop; that of a correction ends with the applicant's answer."""
    if not kernel.may(by, RESUME):
        return []
    waits = "申请人答复补正后自动恢复计时"
    return [
        ClockOffer(RESUME, waits if state["stops"][place]["kind"] == law.CORRECTION else "", place + 1)
        for place in open_stops(state)
    ]


def _no_extension(by: kernel.Actor, runtime: Runtime, state: State) -> str:
    if extended(state):
        return "已经延期一次,不能再次延期"
    if _pending(state):
        return "延期申请正在等待负责人答复"
    if late(runtime, state):
        return "已过承诺的办理期限,不能延期"
    return "" if _heads(by) else "本机关没有其他负责人可以批准"


def _heads(by: kernel.Actor) -> bool:
    """Somebody else at the head of the person's own organ."""
    roles = kernel.permissions()[APPROVE]
    return any(p.pk != by.person for role in sorted(roles) for p in kernel.people(role=role, region=by.region))


def _asked_here(by: kernel.Actor, state: State) -> bool:
    told = _pending(state)
    return bool(told and told["region"] == by.region and by.person) and kernel.may(by, APPROVE)


def _pending(state: State) -> dict[str, Any] | None:
    """The proposal that waits for an answer; it lapses when the case leaves the organ that made it."""
    told: dict[str, Any] | None = state.get("extension")
    return told if told and told["state"] == "proposed" and told["region"] in _organs(state) else None


def _no_approval(by: kernel.Actor, runtime: Runtime, state: State) -> str:
    if state["extension"]["by_id"] == by.person:
        return "延期由您提出,须由其他负责人答复"
    own = state["case"].get("submitter") == by.person
    return "本件由您提交,应当回避" if own and runtime.policy("own_application") == "forbid" else ""


def late(runtime: Runtime, state: State) -> bool:
    """True after the promised last day. While the clock stands on that day none passes."""
    read = read_case(state)
    return read is not None and past(runtime, state, read, kernel.today())


def past(runtime: Runtime, state: State, read: Reading, today: date) -> bool:
    """The same of a reading on a day."""
    days = runtime.limits(read.accepted)[1] + extended(state)
    limit = read.against(days, law.yellow_share(today))
    return limit.left < 0 or (not read.standing and today > limit.due)


def stop_kinds(runtime: Runtime, day: date) -> list[dict[str, Any]]:
    """What each type of stop would do to this case, the allowed ones first; a correction has its own act."""
    told = [law.exemption(runtime.matter.told, kind, day) for kind in law.kinds() if kind != law.CORRECTION]
    mine = law.allowed(runtime.matter.told)
    told.sort(key=lambda e: (not e.counts, e.kind not in mine))
    return [{"kind": e.kind, "counts": e.counts, "basis": e.basis, "why": e.why} for e in told]


def told_with(by: kernel.Actor, runtime: Runtime, state: State, clock: dict[str, Any]) -> dict[str, Any]:
    """The clock of the case page: the reading, what this person may do with it, and what he may choose."""
    day, offered = kernel.today(), clock_offers(by, runtime, state)
    names = {offer.id for offer in offered}
    return {
        **clock,
        "acts": [offer.to_json() for offer in offered],
        "kinds": stop_kinds(runtime, day) if STOP in names else [],
        "longest_extension": longest_extension(runtime, day) if EXTEND in names else None,
    }
