"""跳转: one proposes, another with the right approves; what stood open closes as such, nothing is deleted.

The process marks the nodes that a case may be made to go on at (`zy:jump`), and those that may be left so (`zy:allow`).
The proposal lapses when the task it was made on is no longer open.
"""

from collections.abc import Callable
from typing import Any

from ziyuan.kernel import service as kernel
from ziyuan.workflow.cases.journal import Journal
from ziyuan.workflow.cases.moving import move
from ziyuan.workflow.cases.runtime import Runtime
from ziyuan.workflow.cases.state import OPEN
from ziyuan.workflow.engine import NotPossible
from ziyuan.workflow.errors import ActionRefused, ChoiceNotOffered
from ziyuan.workflow.tasks.said import Said
from ziyuan.workflow.tasks.seats import open_tasks
from ziyuan.workflow.tasks.words import TITLES, Offer

State = dict[str, Any]
APPROVE = "case.approve_jump"
ANSWERS = ("approve_jump", "refuse_jump")


def why_not(rt: Runtime, state: State) -> str:
    """Why a jump cannot be proposed now."""
    if pending(state):
        return "跳转申请正在等待批准"
    return "" if targets(rt, state) else "没有可以跳到的环节"


def targets(rt: Runtime, state: State) -> dict[str, str]:
    """Nodes that the process marks and the process can soundly go on at, with their names."""
    standing = {token["node"] for token in state["engine"]["tokens"]}
    allowed = [node for node in rt.graph.nodes.values() if node.attributes.get("jump") == "true"]
    return {n.id: n.title for n in allowed if n.id not in standing and not rt.graph.why_no_jump(n.id)}


def pending(state: State) -> dict[str, Any] | None:
    """The proposal that waits for an answer."""
    told: dict[str, Any] | None = state.get("jump")
    waits = told is not None and told["state"] == "proposed" and str(told["task"]) in open_tasks(state)
    return told if waits else None


def answers(by: kernel.Actor, rt: Runtime, state: State) -> list[Offer]:
    """The answer of whoever has the right where the proposal was made, or above."""
    told = pending(state)
    if told is None or state["case"]["status"] not in OPEN or not kernel.may(by, APPROVE, told["region"]):
        return []
    reason = _no_answer(by, rt, state, told)
    notice = f"{told['by']}申请跳到“{told['to_name']}”,理由:{told['reason'].rstrip('。')}。"
    return [
        Offer("approve_jump", told["task"], reason or _no_jump(rt, state, told), notice=notice),
        Offer("refuse_jump", told["task"], reason, notice=notice),
    ]


def _no_answer(by: kernel.Actor, rt: Runtime, state: State, told: dict[str, Any]) -> str:
    if {told["by_id"], told.get("for_id")} & by.persons:
        return "跳转由您或您代理的人提出,须由他人批准" if by.principal else "跳转由您提出,须由他人批准"
    own = state["case"].get("submitter") == by.person
    return "本件由您提交,应当回避" if own and rt.policy("own_application") == "forbid" else ""


def _no_jump(rt: Runtime, state: State, told: dict[str, Any]) -> str:
    if state["case"]["status"] == "correcting":
        return "正在等待申请人补正"
    return "" if told["to"] in targets(rt, state) else "本件现在不能跳到该环节"


def _propose(rt: Runtime, journal: Journal, number: int, said: Said) -> None:
    reason, named = said.required_opinion(), targets(rt, journal.state)
    if said.to not in named:
        raise ChoiceNotOffered("所选环节")
    told: dict[str, Any] = {"to": said.to, "to_name": named[str(said.to)], "reason": reason, "region": journal.by.region}
    if journal.by.principal:
        told["for_id"] = journal.by.principal
    journal.add("jump_proposed", {"task": number, **told})


def _approve(rt: Runtime, journal: Journal, number: int, said: Said) -> None:
    opinion, state = said.required_opinion(), journal.state
    told = state["jump"]
    left = sorted({task["node"] for task in open_tasks(state).values()})
    try:
        step = rt.graph.jump(state["engine"], told["to"], vars=rt.values(state), now=kernel.now())
    except NotPossible as refused:
        raise ActionRefused(TITLES["approve_jump"], str(refused).rstrip("。")) from refused
    facts = {"left": left, "to": told["to"], "to_name": told["to_name"], "opinion": opinion, "reason": told["reason"]}
    move(rt, journal, "jumped", step, **facts)
    kernel.announce(
        "case.jumped",
        county=journal.case.county,
        case=journal.case.pk,
        no=journal.case.no,
        left=left,
        to=told["to"],
        reason=told["reason"],
        proposed_by=told["by"],
        approved_by=journal.by.name,
    )


def _refuse(rt: Runtime, journal: Journal, number: int, said: Said) -> None:
    journal.add("jump_refused", {"opinion": said.required_opinion(), "to_name": journal.state["jump"]["to_name"]})


VERBS: dict[str, Callable[[Runtime, Journal, int, Said], None]] = {
    "jump": _propose,
    "approve_jump": _approve,
    "refuse_jump": _refuse,
}
