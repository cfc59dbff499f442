"""终止、重启: a case is stopped with a reason and a type that its matter names, and may be started again.

Both are the right of the level that decides. A terminated case keeps its events, numbers, papers and opinions; a
restart begins a new process on it. The clock does not count the days between, and goes on where it stood.
"""

from collections.abc import Callable
from datetime import date
from typing import Any

from ziyuan.kernel import service as kernel
from ziyuan.workflow.cases.clock import accepted_on, due_now, stops_of
from ziyuan.workflow.cases.deltas import change
from ziyuan.workflow.cases.journal import Journal
from ziyuan.workflow.cases.moving import by_itself
from ziyuan.workflow.cases.outside import tell_outside
from ziyuan.workflow.cases.runtime import Runtime
from ziyuan.workflow.cases.state import OPEN
from ziyuan.workflow.clocks.clock import Stop
from ziyuan.workflow.effects.closing import file_case
from ziyuan.workflow.effects.on_way import undo_effects
from ziyuan.workflow.errors import ChoiceNotOffered
from ziyuan.workflow.tasks.said import Said
from ziyuan.workflow.tasks.seats import open_tasks, region_at
from ziyuan.workflow.tasks.words import Offer

State = dict[str, Any]
END = "case.terminate"
STOPPED = "终止"


def offers(by: kernel.Actor, rt: Runtime, state: State) -> list[Offer]:
    """终止 of a running case whose node allows it, 重启 of a terminated one, to the level that decides."""
    status = state["case"]["status"]
    if not kernel.may(by, END):
        return []
    if status == "terminated":
        mine = by.region == state["termination"]["region"]
        return [Offer("restart", None, "" if mine else "由作出终止的机关重启")]
    standing = list(open_tasks(state).values())
    if status not in OPEN or not any("terminate" in rt.graph.nodes[t["node"]].allow for t in standing):
        return []
    return [Offer("terminate", None, _no_end(by, rt, state))]


def _no_end(by: kernel.Actor, rt: Runtime, state: State) -> str:
    region = deciding(state)
    if by.region != region:
        return f"由有权决定的机关终止({kernel.region(region).name})"
    own = state["case"].get("submitter") == by.person
    return "本件由您提交,应当回避" if own and rt.policy("own_application") == "forbid" else ""


def deciding(state: State) -> str:
    """The region of the level that decides: where the case was routed, else the highest that has it now."""
    county = state["case"]["county"]
    if state["route"]:
        return region_at(state["route"]["level"], county)
    regions = [task["region"] for task in open_tasks(state).values()]
    return min(regions, key=lambda code: len(code.rstrip("0")))


def types(rt: Runtime) -> dict[str, str]:
    """The types of termination that the matter names."""
    return {name: told["title"] for name, told in rt.matter.told.get("terminations", {}).items()}


def _terminate(rt: Runtime, journal: Journal, number: int, said: Said) -> None:
    reason, state, by = said.required_opinion(), journal.state, journal.by
    told = rt.matter.told.get("terminations", {}).get(said.to)
    if told is None:
        raise ChoiceNotOffered("终止的种类")
    step = rt.graph.terminate(state["engine"])
    left = {"state": "terminated", "outcome": "terminated", "opinion": "", "by": "", "organ": "", "by_id": None}
    rows = {number: dict(left) for number in open_tasks(state)}
    ending = {
        "type": said.to,
        "title": told["title"],
        "basis": told["basis"],
        "reason": reason,
        "region": by.region,
        "organ": by.organ_name,
        "by": by.name,
        "day": kernel.today().isoformat(),
    }
    moved = change(state["engine"], step.state)
    journal.add("terminated", {"engine": moved, "closed": rows, "termination": ending, "reason": reason})
    undo_effects(journal)
    file_case(rt, journal, "terminated", told)
    note = f"办理终止:{told['title']}({told['basis']})。{reason}"
    tell_outside(journal.case, journal.state, "已终止", note=note)


def _restart(rt: Runtime, journal: Journal, number: int, said: Said) -> None:
    reason = said.required_opinion()
    undo_effects(journal)  # the archive order of the termination
    state = journal.state
    step = rt.graph.start(rt.values(state), now=kernel.now(), decide=rt.decide, number=state["engine"]["next"])
    by_itself(rt, journal, "restarted", step, opinion=reason, **_gap_in_clock(rt, journal))
    tell_outside(journal.case, journal.state, "办理中", note=f"重新办理:{reason}")


def _gap_in_clock(rt: Runtime, journal: Journal) -> dict[str, Any]:
    """The days between termination and restart as a stop that counts; nothing before acceptance."""
    state, today = journal.state, kernel.today()
    if accepted_on(state) is None:
        return {}
    ending = state["termination"]
    stop = {
        "kind": STOPPED,
        "basis": ending["basis"],
        "reason": ending["reason"],
        "counts": True,
        "by": ending["by"],
        "organ": ending["organ"],
        "from": ending["day"],
        "to": today.isoformat(),
        "ended_by": journal.by.name,
    }
    stops = [*stops_of(state), Stop(STOPPED, date.fromisoformat(ending["day"]), today)]
    return {"stop": stop, **due_now(rt, state, stops, today)}


VERBS: dict[str, Callable[[Runtime, Journal, int, Said], None]] = {"terminate": _terminate, "restart": _restart}
