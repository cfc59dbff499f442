"""The policy `same_person_twice: {take: earlier, basis: …}`: where the law lets it, an officer's earlier agreement stands.

Only a plain agreement, only between two single tasks, and never for the act that decides the case: a person does that.
"""

from typing import Any

from ziyuan.kernel import service as kernel
from ziyuan.workflow.cases.journal import Journal
from ziyuan.workflow.cases.moving import move
from ziyuan.workflow.cases.runtime import Runtime
from ziyuan.workflow.tasks.next_person import chosen_nodes

BY = "沿用前次意见"


def take_earlier(rt: Runtime, journal: Journal) -> None:
    """Finish open tasks whose holder has agreed before in this case, one after the other, as the matter's basis allows."""
    rule = rt.rule("same_person_twice")
    if not isinstance(rule, dict):
        return
    while True:
        found = next((pair for t in journal.state["tasks"].values() if (pair := _agreed(rt, journal.state, t))), None)
        if found is None or not _taken(rt, journal, *found, rule["basis"]):
            return


def _agreed(rt: Runtime, state: dict[str, Any], task: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]] | None:
    """(the open task, the earlier one of the same person) where the earlier agreement may stand."""
    if task["state"] != "open" or task["holder"] is None or task["resume_at"] or rt.graph.nodes[task["node"]].multi:
        return None
    done = [t for t in state["tasks"].values() if t["state"] == "done" and t.get("by_id") == task["holder"]]
    plain = [t for t in done if t["outcome"] == "agree" and "for_id" not in t and t["node"] != task["node"]]
    last = max(plain, key=lambda t: t["number"], default=None)
    return (task, last) if last else None


def _taken(rt: Runtime, journal: Journal, task: dict[str, Any], earlier: dict[str, Any], basis: str) -> bool:
    state, values = journal.state, {**rt.values(journal.state), "outcome": "agree"}
    step = rt.graph.complete(state["engine"], task["token"], values, now=kernel.now(), decide=rt.decide)
    if step.ended or chosen_nodes(rt.graph) & {one.node for one in step.entered}:
        return False  # the act that decides, or that chooses who goes on, is a person's own
    opinion = f"沿用本人在“{earlier['title']}”的意见({basis}):{earlier['opinion']}"
    told = {"state": "done", "outcome": "agree", "opinion": opinion, "by": earlier["by"], "organ": earlier["organ"]}
    told["by_id"] = earlier["by_id"]
    by = kernel.system_actor(BY)
    move(rt, journal, "completed", step, vars={"outcome": "agree"}, told=told, by=by, task=task["number"], taken=basis)
    return True
