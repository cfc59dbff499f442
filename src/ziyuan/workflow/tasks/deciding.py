"""Whether an act would decide the case, and that the organ of the node is the one that decides."""

from datetime import datetime
from typing import Any

from ziyuan.base.errors import UserError
from ziyuan.kernel import service as kernel
from ziyuan.workflow.cases.runtime import Runtime

State = dict[str, Any]


def decides(rt: Runtime, state: State, task: dict[str, Any], outcome: str, now: datetime) -> bool:
    """Whether this outcome of the task would end the process; nothing is changed."""
    values = {**rt.values(state), "outcome": outcome}
    try:
        return rt.graph.complete(state["engine"], task["token"], values, now=now, decide=rt.decide).ended
    except UserError:
        return False


def home(state: State, node: str) -> str:
    """The region whose organ works at a node, not counting who was added to it."""
    return next(t["region"] for t in state["tasks"].values() if t["node"] == node and not t.get("asked_by"))


def why_elsewhere(rt: Runtime, state: State, task: dict[str, Any], action: str) -> str:
    """Why one who was added from another organ cannot give the outcome that decides."""
    if not task.get("asked_by") or task["added"] in ("before", "delegate"):
        return ""
    place = home(state, task["node"])
    if task["region"] == place or not decides(rt, state, task, action, kernel.now()):
        return ""
    return f"决定须由{kernel.region(place).name}的人员作出,请其最后办理或减签"
