"""What may be done now, by whom, and for what reason something may not."""

from dataclasses import dataclass
from typing import Any

from ziyuan.kernel import service as kernel
from ziyuan.workflow.cases.papers import missing_papers
from ziyuan.workflow.cases.runtime import Runtime
from ziyuan.workflow.cases.state import OPEN, TASK_OPEN
from ziyuan.workflow.engine import NotPossible, Step
from ziyuan.workflow.tasks.seats import is_mine, others, sits_elsewhere

TITLES = {
    "agree": "同意并提交",
    "refuse": "不予通过",
    "correct": "退回补正",
    "return": "退回上一环节",
    "handover": "转办",
    "release": "放回",
    "recall": "撤回",
    "claim": "签收",
}
OUTCOMES = {
    "agree": "同意",
    "refuse": "不予通过",
    "return": "退回",
    "recall": "撤回",
    "withdrawn": "申请人撤件",
    "cancelled": "随退回撤销",
    "interrupted": "因事件中断",
    "not_needed": "不再需要",
    "terminated": "流程终止",
}
BY_NOBODY = ("cancelled", "interrupted", "not_needed", "terminated")  # the process ended the task, its holder did nothing
ON_TASK = ("agree", "correct", "refuse", "return", "handover")
_NEEDS = {
    "agree": ["opinion"],
    "refuse": ["opinion"],
    "return": ["opinion"],
    "correct": ["items"],
    "handover": ["to"],
}
_CONSEQUENCE = {
    "agree": "提交后转入下一环节;最后一个环节同意即作出决定并制发文书,不能修改。",
    "refuse": "作出不予通过的决定并送达申请人,案件办结。",
    "correct": "一次性告知申请人补正,时限暂停;补正后直接回到您这里。",
    "return": "退回前面的环节重新办理,之后直接送回您这里。",
    "handover": "案件交由所选人员办理,您不再办理本环节。",
    "release": "放回本岗位的待签收任务,其他人员可以签收。",
    "recall": "收回您刚提交的意见,下一环节的任务取消。",
    "claim": "签收后由您办理,其他人员不再看到。",
}


@dataclass(frozen=True)
class Offer:
    """One act with the reason why it cannot be done, empty when it can."""

    id: str
    task: int | None
    reason: str = ""
    primary: bool = False
    notice: str = ""

    def to_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "title": TITLES[self.id],
            "enabled": not self.reason,
            "reason": self.reason,
            "needs": _NEEDS.get(self.id, []),
            "task": self.task,
            "primary": self.primary,
            "consequence": self.notice + _CONSEQUENCE[self.id],
        }


def offers(by: kernel.Actor, runtime: Runtime, state: dict[str, Any], only: str = "") -> list[Offer]:
    """Every act that concerns this person on this case, in the order the screen shows them; or the `only` one asked for."""
    if not kernel.may(by, "case.act"):
        return []
    found: list[Offer] = []
    for task in state["tasks"].values():
        if task["state"] in TASK_OPEN and is_mine(task, by):
            found += _on_task(by, runtime, state, task, only)
    recall = _recallable(by, runtime, state) if only in ("", "recall") else None
    return [*found, recall] if recall else found


def _on_task(
    by: kernel.Actor, runtime: Runtime, state: dict[str, Any], task: dict[str, Any], only: str
) -> list[Offer]:
    number = task["number"]
    if task["holder"] is None:
        return [Offer("claim", number, _avoidance(by, runtime, state) or _two_seats(by, state, task), primary=True)]
    waiting = "正在等待申请人补正" if state["case"]["status"] == "correcting" else ""
    allow = runtime.graph.nodes[task["node"]].allow
    made = []
    for action in ON_TASK:
        if action in allow and only in ("", action):
            reason = waiting or _why_not(by, action, runtime, state, task)
            notice = _twice(by, state, task) if action == "agree" else ""
            made.append(Offer(action, number, reason, action in ("agree", "correct"), notice))
    if only in ("", "release") and len(kernel.people(role=task["role"], region=task["region"])) > 1:
        made.append(Offer("release", number, waiting))
    return made


def _why_not(
    by: kernel.Actor, action: str, runtime: Runtime, state: dict[str, Any], task: dict[str, Any]
) -> str:
    if action in ("agree", "refuse"):
        avoided = _avoidance(by, runtime, state)
        if avoided:
            return avoided
    if action == "agree":
        missing = missing_papers(runtime, state)
        return "缺少材料:" + "、".join(p["title"] for p in missing) if missing else ""
    if action == "return":
        try:
            returned(runtime, state, task)
        except NotPossible as refused:
            return str(refused).rstrip("。")
        return ""
    if action == "handover":
        return "" if others(task, state) else "本岗位没有其他人员"
    return ""


def _avoidance(by: kernel.Actor, runtime: Runtime, state: dict[str, Any]) -> str:
    """Nobody decides his own submission unless the matter says so."""
    own = by.person is not None and state["case"].get("submitter") == by.person
    return "本件由您提交,应当回避,请转办" if own and runtime.policy("own_application") == "forbid" else ""


def _two_seats(by: kernel.Actor, state: dict[str, Any], task: dict[str, Any]) -> str:
    """One person, one seat in a joint review."""
    return "您已在本会签中占有一席" if by.person in sits_elsewhere(task["node"], task.get("seat"), state) else ""


def _twice(by: kernel.Actor, state: dict[str, Any], task: dict[str, Any]) -> str:
    """The policy `same_person_twice: ask`: an earlier opinion of the same person never counts twice; he is asked again."""
    done = [t for t in state["tasks"].values() if t["state"] == "done" and t.get("by_id") == by.person]
    earlier = [t for t in done if t["node"] != task["node"]]
    return f"您已办理过“{earlier[-1]['title']}”,请就本环节再次审核。" if earlier else ""


def _recallable(by: kernel.Actor, runtime: Runtime, state: dict[str, Any]) -> Offer | None:
    """The last thing this person sent on, where its node allows recall (撤回)."""
    mine = [t for t in state["tasks"].values() if t["state"] == "done" and t.get("by_id") == by.person]
    if not mine or state["case"]["status"] not in OPEN:
        return None
    last = max(mine, key=lambda t: (t["done"], t["number"]))
    node = runtime.graph.nodes.get(last["node"])  # None: the version the case has moved to has it no more
    if node is None or "recall" not in node.allow:
        return None
    if any(t["state"] == "waiting" for t in state["tasks"].values()):
        return Offer("recall", last["number"], "下一环节正在等待申请人补正")
    try:
        recalled(runtime, state, last)
    except NotPossible as refused:
        return Offer("recall", last["number"], str(refused))
    return Offer("recall", last["number"])


def returned(runtime: Runtime, state: dict[str, Any], task: dict[str, Any], to: str = "") -> Step:
    """The return of a task to `to`, else to the nearest task it can go to. Raises NotPossible with the reason.

    It comes straight back afterwards (直送), except from a joint review, which many people have to do again.
    """
    graph, engine, token = runtime.graph, state["engine"], task["token"]
    earlier = graph.may_return_to(engine, token)
    if not earlier:
        raise NotPossible("这是第一个环节,没有可退回的环节")
    if to and to not in earlier:
        raise NotPossible("只能退回到本件经过的环节")
    values, refused = runtime.values(state), None
    for target in [to] if to else earlier:
        direct = graph.nodes[target].multi is None
        try:
            return graph.back_to(engine, token, target, direct=direct, vars=values, now=kernel.now())
        except NotPossible as reason:
            refused = refused or reason
    raise refused or NotPossible("没有可退回的环节")


def recalled(runtime: Runtime, state: dict[str, Any], task: dict[str, Any]) -> Step:
    """What taking back a finished task would do; of a joint review its own seat. Raises NotPossible."""
    values = runtime.values(state)
    return runtime.graph.recall(state["engine"], task["node"], seat=task.get("seat"), vars=values, now=kernel.now())
