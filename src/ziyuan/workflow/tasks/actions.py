"""What may be done now, by whom, and for what reason something may not."""

from dataclasses import dataclass
from typing import Any

from ziyuan.kernel import service as kernel
from ziyuan.workflow.cases.papers import missing_papers
from ziyuan.workflow.cases.runtime import Runtime
from ziyuan.workflow.cases.state import OPEN
from ziyuan.workflow.tasks.seats import is_mine

TITLES = {
    "agree": "同意并提交",
    "refuse": "不予通过",
    "correct": "退回补正",
    "return": "退回上一环节",
    "handover": "转办",
    "recall": "撤回",
    "claim": "签收",
}
OUTCOMES = {"agree": "同意", "refuse": "不予通过", "return": "退回", "correct": "补正", "recall": "撤回"}
_NEEDS = {"agree": ["opinion"], "refuse": ["opinion"], "return": ["opinion"], "correct": ["items"], "handover": ["to"]}
_CONSEQUENCE = {
    "agree": "提交后转入下一环节;最后一个环节同意即作出决定并制发意见书,不能修改。",
    "refuse": "作出不予通过的决定并送达申请人,案件办结。",
    "correct": "一次性告知申请人补正,时限暂停;补正后直接回到您这里。",
    "return": "退回前一环节重新办理,之后直接送回您这里。",
    "handover": "案件交由所选人员办理,您不再办理本环节。",
    "recall": "收回您刚提交的意见,下一环节的任务取消。",
}


@dataclass(frozen=True)
class Offer:
    """One act with the reason why it cannot be done, empty when it can."""

    id: str
    task: int | None
    reason: str = ""
    primary: bool = False

    def to_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "title": TITLES[self.id],
            "enabled": not self.reason,
            "reason": self.reason,
            "needs": _NEEDS.get(self.id, []),
            "task": self.task,
            "primary": self.primary,
            "consequence": _CONSEQUENCE.get(self.id, ""),
        }


def offers(by: kernel.Actor, runtime: Runtime, state: dict[str, Any]) -> list[Offer]:
    """Every act that concerns this person on this case, in the order the screen shows them."""
    if not kernel.may(by, "case.act"):
        return []
    found: list[Offer] = []
    for task in state["tasks"].values():
        if task["state"] in ("open", "waiting") and is_mine(task, by):
            found += _on_task(runtime, state, task)
    recall = _recallable(by, runtime, state)
    return [*found, recall] if recall else found


def _on_task(runtime: Runtime, state: dict[str, Any], task: dict[str, Any]) -> list[Offer]:
    number = task["number"]
    if task["holder"] is None:
        return [Offer("claim", number, primary=True)]
    waiting = "正在等待申请人补正" if task["state"] == "waiting" else ""
    node = runtime.graph.nodes[task["node"]]
    made = []
    for action in ("agree", "correct", "refuse", "return", "handover"):
        if action in node.allow:
            reason = waiting or _why_not(action, runtime, state, task)
            made.append(Offer(action, number, reason, primary=action in ("agree", "correct")))
    return made


def _why_not(action: str, runtime: Runtime, state: dict[str, Any], task: dict[str, Any]) -> str:
    if action == "agree":
        missing = missing_papers(runtime, state)
        return "缺少材料:" + "、".join(p["title"] for p in missing) if missing else ""
    if action == "return":
        return "" if runtime.graph.may_return_to(state["engine"], task["token"]) else "这是第一个环节,没有可退回的环节"
    if action == "handover":
        others = [p for p in kernel.people(role=task["role"], region=task["region"]) if p.pk != task["holder"]]
        return "" if others else "本岗位没有其他人员"
    return ""


def _recallable(by: kernel.Actor, runtime: Runtime, state: dict[str, Any]) -> Offer | None:
    mine = [t for t in state["tasks"].values() if t["state"] == "done" and t["holder"] == by.person]
    if not mine or state["case"]["status"] not in OPEN:
        return None
    last = max(mine, key=lambda t: t["done"])
    if "recall" not in runtime.graph.nodes[last["node"]].allow and last["node"] != _first_node(state):
        return None
    later = [t for t in state["tasks"].values() if t["number"] > last["number"]]
    if not later or any(t["state"] != "open" for t in later):
        return Offer("recall", last["number"], "下一环节已经办理或正在补正,不能撤回")
    return Offer("recall", last["number"])


def _first_node(state: dict[str, Any]) -> str:
    return state["tasks"]["1"]["node"]
