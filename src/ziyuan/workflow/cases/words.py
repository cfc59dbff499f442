"""The words of a case's acts and states: those of a permit, or the matter's own where it is about something else."""

from typing import Any

from ziyuan.workflow.cases.runtime import Runtime


def status_title(state: dict[str, Any], usual: str) -> str:
    """The state of a case in the `usual` word; one about something inside ends in the words of its result."""
    if not state["case"].get("subject"):
        return usual
    if state["decision"]:
        return str(state["decision"]["title"])
    return "已撤回" if state["case"]["status"] == "withdrawn" else usual


def of_act(rt: Runtime, node: str, action: str) -> dict[str, str]:
    """`title`, `done` and `consequence` of an act at a node, where the matter has words of its own (`words`)."""
    found: dict[str, str] = rt.matter.told.get("words", {}).get(node, {}).get(action, {})
    return found


def offered(rt: Runtime, state: dict[str, Any], offer: dict[str, Any]) -> dict[str, Any]:
    """An offer in the matter's words."""
    task = state["tasks"].get(str(offer["task"]))
    own = of_act(rt, task["node"], offer["id"]) if task else {}
    return {**offer, **{key: own[key] for key in ("title", "consequence") if key in own}}
