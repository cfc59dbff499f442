"""What the migration of one case would do: whether it goes along, its rows, its dates, what its form lacks."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ziyuan.base.errors import ZiyuanError
from ziyuan.kernel import service as kernel
from ziyuan.workflow.cases.clock import due_now, stops_of
from ziyuan.workflow.cases.papers import missing_papers
from ziyuan.workflow.cases.runtime import Runtime
from ziyuan.workflow.engine import Ready, Step, migrated
from ziyuan.workflow.errors import EndWithoutPerson
from ziyuan.workflow.forms.validate import faults as form_faults
from ziyuan.workflow.migrating.lines import line_for
from ziyuan.workflow.tasks.seats import open_tasks, seats

State = dict[str, Any]
MOVE, STAY, REFUSE = "move", "stay", "refuse"
VERDICTS = {MOVE: "升级", STAY: "按旧版本办完", REFUSE: "不能升级"}
_POST = ("role", "region", "holder", "holder_name", "nobody")


@dataclass(frozen=True)
class Look:
    """The verdict on one case; `step` and `change` (what the event says beside the step) only where it moves."""

    verdict: str
    reason: str = ""
    rows: list[str] = field(default_factory=list)
    due: tuple[str | None, str | None] = (None, None)
    missing: list[str] = field(default_factory=list)
    step: Step | None = None
    change: dict[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """What the dry run shows and the order is signed for."""
        told = {"verdict": self.verdict, "reason": self.reason, "rows": self.rows, "missing": self.missing}
        return {**told, "due": list(self.due)}


def look(old: Runtime, new: Runtime, state: State) -> Look:
    """What would become of a case in this state. Nothing is written; nothing is raised: a refusal is a verdict."""
    line = line_for(new.matter.told, old.version)
    here = {t["node"]: old.graph.nodes[t["node"]].title for t in state["engine"]["tokens"]}
    stays = [title for node, title in here.items() if node in line.finish_by_old]
    if stays:
        return Look(STAY, f"环节“{'、'.join(stays)}”按旧版本办完")
    try:
        return _moved(old, new, state, line.nodes)
    except ZiyuanError as refused:
        return Look(REFUSE, str(refused).rstrip("。"), due=(state["case"].get("due"), None))


def _moved(old: Runtime, new: Runtime, state: State, nodes: dict[str, str]) -> Look:
    values = new.values(state)
    step = migrated(old.graph, new.graph, state["engine"], nodes, values, now=kernel.now(), decide=new.decide)
    if step.ended:
        raise EndWithoutPerson(state["case"]["no"], step.end or "")
    rows = _rows(old, new, state, step, values)
    change = {"from": old.version, "to": new.version, "nodes": _used(state, nodes), "rows": rows, **_due(new, state)}
    return Look(
        MOVE,
        rows=[*_told_rows(state, rows), *_told_step(old, new, step)],
        due=(state["case"].get("due"), change["due"]),
        missing=_missing(old, new, state),
        step=step,
        change=change,
    )


def _used(state: State, nodes: Mapping[str, str]) -> dict[str, str]:
    """The part of the map that a row of the case needs."""
    seen = {task["node"] for task in state["tasks"].values()}
    return {old: new for old, new in nodes.items() if old in seen}


def _due(new: Runtime, state: State) -> dict[str, Any]:
    """The last day by the new version's limits, as of the day of acceptance."""
    return due_now(new, state, stops_of(state), kernel.today())


def _rows(old: Runtime, new: Runtime, state: State, step: Step, values: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """What changes of each open row: its title; its post where the new version gives the work to another."""
    found: dict[str, dict[str, Any]] = {}
    ready = {one.token: one for one in step.ready}
    gone = {left.token for left in step.left}
    for number, task in open_tasks(state).items():
        if task["token"] not in gone:
            fresh = _row(old, new, state, task, ready[task["token"]], values)
            changed = {name: value for name, value in fresh.items() if task.get(name) != value}
            if changed:
                found[number] = changed
    return found


def _row(
    old: Runtime, new: Runtime, state: State, task: dict[str, Any], at: Ready, values: dict[str, Any]
) -> dict[str, Any]:
    was, node = old.graph.nodes[task["node"]], new.graph.nodes[at.node]
    told: dict[str, Any] = {"title": node.name} if node.name != was.name else {}
    if (was.role, was.level) != (node.role, node.level):
        others = {n: {**t, "node": at.node} if t["node"] == task["node"] else t for n, t in state["tasks"].items()}
        fresh = seats(new, [at], {**state, "tasks": others}, values)[0]
        told |= {name: fresh[name] for name in (*_POST, *({"unit"} & fresh.keys()))}
    return told


# -- in words ----------------------------------------------------------------------------------------------


def _told_rows(state: State, rows: dict[str, dict[str, Any]]) -> Iterator[str]:
    for number, changed in rows.items():
        task = state["tasks"][number]
        name = f"“{task['title']}”" + (f"第 {task['seat']} 席" if task.get("seat") else "")
        if "title" in changed:
            yield f"{name}改称“{changed['title']}”"
        if "role" in changed:
            yield f"{name}由{_post(task['role'])}改由{_post(changed['role'])}办理"
        if "region" in changed:
            yield f"{name}改由{kernel.region(changed['region']).name}办理"
        if "holder" in changed:
            yield f"{name}转到{changed.get('holder_name') or '岗位待签收'}"


def _post(role: str) -> str:
    return kernel.TITLES.get(role, role)


def _told_step(old: Runtime, new: Runtime, step: Step) -> Iterator[str]:
    """What the new version does at once: a message that came early is taken, a timer begins."""
    for left in step.left:
        yield f"“{new.graph.nodes[left.node].title}”关闭"
    for entered in step.entered:
        yield f"新开“{new.graph.nodes[entered.node].title}”"
    for timer in step.timers_opened:
        yield f"“{new.graph.nodes[timer.node].title}”开始计时,{timer.due[:16].replace('T', ' ')} 到期"
    for effect in step.effects:
        yield f"经过动作“{new.graph.nodes[effect.node].title}”"


def _missing(old: Runtime, new: Runtime, state: State) -> list[str]:
    """Fields and papers that the new version asks for and the case has not."""
    before = form_faults(old.form, state["form"])
    titles = {name: told["title"] for name, told in new.form["data"]["properties"].items()}
    found = [
        f"{titles.get(name, name)}:{text}" for name, text in form_faults(new.form, state["form"]).items() if name not in before
    ]
    had = {paper["id"] for paper in missing_papers(old, state)}
    return found + [f"材料:{p['title']}" for p in missing_papers(new, state) if p["id"] not in had]
