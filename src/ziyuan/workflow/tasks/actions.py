"""What may be done now, by whom, and for what reason something may not."""

from dataclasses import replace
from typing import Any

from ziyuan.kernel import service as kernel
from ziyuan.workflow.cases.papers import missing_papers
from ziyuan.workflow.cases.runtime import Runtime
from ziyuan.workflow.cases.sight import narrowed
from ziyuan.workflow.cases.state import OPEN, TASK_OPEN
from ziyuan.workflow.engine import NotPossible, Step
from ziyuan.workflow.people import external
from ziyuan.workflow.people.policies import declared
from ziyuan.workflow.people.proxies import signers
from ziyuan.workflow.tasks import drawing, endings, gaps, jumps, next_person
from ziyuan.workflow.tasks.adding import ADDING, removable, step_offers, waits_for_added, why_not_add
from ziyuan.workflow.tasks.deciding import why_elsewhere
from ziyuan.workflow.tasks.opened import looked_at
from ziyuan.workflow.tasks.rounds import seat_of, sits_elsewhere, spoke_elsewhere
from ziyuan.workflow.tasks.seats import is_mine, others, pool_of
from ziyuan.workflow.tasks.words import Offer

ON_TASK = ("agree", "correct", "refuse", "return", "handover", *ADDING, "accept_gap", *drawing.ACTS, "jump")


def offers(by: kernel.Actor, runtime: Runtime, state: dict[str, Any], only: str = "") -> list[Offer]:
    """Every act that concerns this person on this case, in the order the screen shows them; or the `only` one asked for."""
    if not kernel.may(by, "case.act"):
        return []
    found: list[Offer] = []
    for task in state["tasks"].values():
        if task["state"] in TASK_OPEN and is_mine(task, by):
            found += _on_task(by, runtime, state, task, only)
    recall = _recallable(by, runtime, state) if only in ("", "recall") else None
    found += [recall] if recall else []
    if only in ("", "remove"):
        found += removable(by, runtime, state)
    if only in ("", *jumps.ANSWERS):
        found += jumps.answers(by, runtime, state)
    if only in ("", *endings.VERBS):
        found += endings.offers(by, runtime, state)
    if narrowed(by):
        found = [offer for offer in found if offer.id in external.ACTS]
    return [replace(offer, behalf=by.principal_name) for offer in found] if by.principal else found


def all_offers(by: kernel.Actor, runtime: Runtime, state: dict[str, Any]) -> list[Offer]:
    """What a person may do for himself and for those whose standing proxy (委托代理) he is."""
    return [offer for signer in signers(by, runtime.matter.key) for offer in offers(signer, runtime, state)]


def _on_task(
    by: kernel.Actor, runtime: Runtime, state: dict[str, Any], task: dict[str, Any], only: str
) -> list[Offer]:
    number = task["number"]
    if task["holder"] is None:
        return [Offer("claim", number, _avoidance(by, runtime, state, task) or _two_seats(by, state, task), primary=True)]
    waiting = "正在等待申请人补正" if state["case"]["status"] == "correcting" else ""
    if task.get("asked_by"):
        made = step_offers(by, runtime, state, task, only, waiting, lambda a: _why_not(by, a, runtime, state, task))
        if made is not None:
            return made
    allow = runtime.graph.nodes[task["node"]].allow
    made = []
    for action in ON_TASK:
        if action in allow and only in ("", action):
            reason = waiting or _why_not(by, action, runtime, state, task)
            notice = _twice(by, state, task) if action == "agree" else ""
            if action == drawing.DRAW and not reason:
                notice = drawing.notice(by, runtime, state, task)
            follows = WALKS_AGAIN if action == "return" and not straight_back(runtime, task) else ""
            asks = "" if reason else next_person.asked(runtime, state, task, action, by)
            primary = action in ("agree", "correct") or (action == drawing.DRAW and not reason)
            made.append(Offer(action, number, reason, primary, notice, follows, asks=asks))
    if only in ("", "release") and len(pool_of(task)) > 1:
        made.append(Offer("release", number, waiting))
    if only in ("", "avoid") and not by.principal:
        made.append(Offer("avoid", number, waiting))
    return made


def _why_not(
    by: kernel.Actor, action: str, runtime: Runtime, state: dict[str, Any], task: dict[str, Any]
) -> str:
    if action in ("agree", "refuse", "add_after"):
        avoided = _avoidance(by, runtime, state, task) or _two_voices(by, state, task)
        if avoided:
            return avoided
        elsewhere = why_elsewhere(runtime, state, task, action) if action != "add_after" else ""
        if elsewhere:
            return elsewhere
    if action in ("agree", "add_after"):
        missing = gaps.not_promised(missing_papers(runtime, state), state)
        if missing:
            return "缺少材料:" + "、".join(p["title"] for p in missing)
    if action in drawing.ACTS:
        return drawing.why_not(by, runtime, state, task, action)
    if action == "agree" and (undrawn := drawing.undrawn(runtime, state, task)):
        return undrawn
    if action == "agree":
        return gaps.why_undecided(runtime, state, task, kernel.now())
    if action in ADDING:
        return why_not_add(runtime, state, task, action)
    if action == "accept_gap":
        return gaps.why_not(runtime, state)
    if action == "jump":
        return jumps.why_not(runtime, state)
    if action == "return":
        try:
            returned(runtime, state, task)
        except NotPossible as refused:
            return str(refused).rstrip("。")
        return ""
    if action == "handover":
        return "" if others(task, state) else "本岗位没有其他人员"
    return ""


def _avoidance(by: kernel.Actor, runtime: Runtime, state: dict[str, Any], task: dict[str, Any]) -> str:
    """Nobody decides his own submission unless the matter says so, nor who declared it; of a proxy both persons count.

    Nor does an organ decide what it asked for. At a node of the asker's own he works himself.
    """
    if by.persons & declared(state):
        return "您或您代理的人已声明回避"
    if runtime.graph.nodes[task["node"]].own:
        return ""
    if by.organ and by.organ == (state["case"].get("subject") or {}).get("organ"):
        return "本件由本机关提出,须由其他机关的人员办理"
    own = state["case"].get("submitter") in by.persons and runtime.policy("own_application") == "forbid"
    return ("本件由您或您代理的人提交,应当回避" if by.principal else "本件由您提交,应当回避,请转办") if own else ""


def _two_seats(by: kernel.Actor, state: dict[str, Any], task: dict[str, Any]) -> str:
    """One person, one seat in a joint review."""
    taken = sits_elsewhere(task["node"], seat_of(task), task.get("review", 0), state)
    return "您已在本会签中占有一席" if by.persons & taken else _two_voices(by, state, task)


def _two_voices(by: kernel.Actor, state: dict[str, Any], task: dict[str, Any]) -> str:
    """Who has a seat of his own, or has spoken in another one for his principal, does not speak again here."""
    if by.person in spoke_elsewhere(task, state):
        return "您已在本会签中表态,一人只能表态一次"
    own = by.principal and by.person in sits_elsewhere(task["node"], seat_of(task), task.get("review", 0), state)
    return "您在本会签中已有自己的一席,不能再代他人表态" if own else ""


def _twice(by: kernel.Actor, state: dict[str, Any], task: dict[str, Any]) -> str:
    """The policy `same_person_twice: ask`: an earlier opinion of the same person never counts twice; he is asked again."""
    done = [t for t in state["tasks"].values() if t["state"] == "done" and by.persons & {t.get("by_id"), t.get("for_id")}]
    earlier = [t for t in done if t["node"] != task["node"]]
    return f"您已办理过“{earlier[-1]['title']}”,请就本环节再次审核。" if earlier else ""


def _recallable(by: kernel.Actor, runtime: Runtime, state: dict[str, Any]) -> Offer | None:
    """The last thing this person sent on, where its node allows recall (撤回)."""
    mine = [t for t in state["tasks"].values() if t["state"] == "done" and by.acts_for == (t.get("for_id") or t.get("by_id"))]
    if not mine or state["case"]["status"] not in OPEN:
        return None
    last = max(mine, key=lambda t: (t["done"], t["number"]))
    node = runtime.graph.nodes.get(last["node"])  # None: the version the case has moved to has it no more
    if node is None or "recall" not in node.allow:
        return None
    if last.get("asked_by") and last["added"] != "seat":
        return Offer("recall", last["number"], "加签、委派的意见不能撤回,可请本环节办理人退回或再次加签")
    if waits_for_added(state, last):
        return Offer("recall", last["number"], "后加签的人员还没有办理,请用“减签”收回")
    if any(t["state"] == "waiting" for t in state["tasks"].values()):
        return Offer("recall", last["number"], "下一环节正在等待申请人补正")
    if looked_at(runtime, state, last, by):
        return Offer("recall", last["number"], "下一环节已经查看,可请其退回")
    try:
        recalled(runtime, state, last)
    except NotPossible as refused:
        return Offer("recall", last["number"], str(refused))
    return Offer("recall", last["number"])


WALKS_AGAIN = "退回前面的环节重新办理,之后逐级重新办理,再到您这里。"


def straight_back(runtime: Runtime, task: dict[str, Any]) -> bool:
    """Whether what this task's node returns comes straight back to it (直送), or walks its way again: `zy:return`."""
    return runtime.graph.nodes[task["node"]].attributes.get("return") != "again"


def returned(runtime: Runtime, state: dict[str, Any], task: dict[str, Any], to: str = "") -> Step:
    """The return of a task to `to`, else to the nearest task it can go to. Raises NotPossible with the reason.

    It comes straight back afterwards (直送) where the node says nothing else, except from a joint review, which many
    people have to do again.
    """
    graph, engine, token = runtime.graph, state["engine"], task["token"]
    earlier = graph.may_return_to(engine, token)
    if not earlier:
        raise NotPossible("这是第一个环节,没有可退回的环节")
    if to and to not in earlier:
        raise NotPossible("只能退回到本件经过的环节")
    values, refused = runtime.values(state), None
    for target in [to] if to else earlier:
        direct = straight_back(runtime, task) and graph.nodes[target].multi is None
        try:
            return graph.back_to(engine, token, target, direct=direct, vars=values, now=kernel.now())
        except NotPossible as reason:
            refused = refused or reason
    raise refused or NotPossible("没有可退回的环节")


def return_targets(runtime: Runtime, state: dict[str, Any], task: dict[str, Any]) -> dict[str, str]:
    """Where a task can be returned to, nearest first, with what is said of it beside its name."""
    found = {}
    earlier = runtime.graph.may_return_to(state["engine"], task["token"])
    for target in earlier:
        try:
            returned(runtime, state, task, target)
        except NotPossible:
            continue
        many = runtime.graph.nodes[target].multi is not None
        begun = target == earlier[-1] and len(earlier) > 1
        found[target] = "、".join(filter(None, ("起始环节" if begun else "", "全体重办" if many else "")))
    return found


def recalled(runtime: Runtime, state: dict[str, Any], task: dict[str, Any]) -> Step:
    """What taking back a finished task would do; of a joint review its own seat. Raises NotPossible."""
    values = runtime.values(state)
    return runtime.graph.recall(state["engine"], task["node"], seat=task.get("seat"), vars=values, now=kernel.now())
