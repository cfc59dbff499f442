"""抽取专家、更换专家: acts of the node that names a panel (`zy:draw`); without its panel nobody agrees there."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from ziyuan.base import feel
from ziyuan.kernel import service as kernel
from ziyuan.workflow.cases import facts
from ziyuan.workflow.cases.journal import Journal
from ziyuan.workflow.cases.runtime import Runtime
from ziyuan.workflow.errors import ActionRefused, ChoiceNotOffered
from ziyuan.workflow.people import panels
from ziyuan.workflow.people.lists import open_tasks_of
from ziyuan.workflow.people.strategies import Question, asking, assigned
from ziyuan.workflow.tasks.said import Said
from ziyuan.workflow.tasks.words import TITLES

State = dict[str, Any]
DRAW, REPLACE = "draw", "replace_drawn"
ACTS = (DRAW, REPLACE)


def panel_of(rt: Runtime, task: dict[str, Any]) -> str:
    """The panel that is drawn at the node of a task; empty for none."""
    return str(rt.graph.nodes[task["node"]].attributes.get(panels.ATTRIBUTE, ""))


def undrawn(rt: Runtime, state: State, task: dict[str, Any]) -> str:
    """Why nobody agrees at a node whose panel is not drawn yet."""
    panel = panel_of(rt, task)
    if not panel or panel in state.get("panels", {}):
        return ""
    return f"还没有抽取“{rt.matter.told['panels'][panel]['title']}”"


def why_not(by: kernel.Actor, rt: Runtime, state: State, task: dict[str, Any], action: str) -> str:
    """Why a panel cannot be drawn, or none of its members replaced, now."""
    panel = panel_of(rt, task)
    told = state.get("panels", {}).get(panel)
    if action == REPLACE:
        if told is None:
            return "还没有抽取"
        return "" if panels.next_of(told, set(panels.reasons(state, by))) else "名单中没有可以递补的人"
    if told:
        return "已经抽取;有人不能参加的,请用“更换专家”递补"
    pool = pool_of(by, rt, state, panel)
    if pool.size < 1:
        return "应抽人数没有算出,请核对事项的 panels"
    return "" if len(pool.people) >= pool.size else f"可抽取的只有 {len(pool.people)} 人,应抽 {pool.size} 人"


def notice(by: kernel.Actor, rt: Runtime, state: State, task: dict[str, Any]) -> str:
    """How many are drawn of how many, and who of the list is left out, before anybody draws."""
    pool = pool_of(by, rt, state, panel_of(rt, task))
    out = "、".join(f"{one['name']}({one['reason']})" for one in pool.avoided)
    return f"从 {len(pool.people)} 人中抽取 {pool.size} 人。" + (f"不参加抽取:{out}。" if out else "")


def pool_of(by: kernel.Actor, rt: Runtime, state: State, panel: str) -> panels.Pool:
    """Who may be drawn for a panel of the matter, and how many are wanted."""
    told, scope = rt.matter.told["panels"][panel], {**facts.read(state), **rt.values(state)}
    with asking(Question(state, open_tasks_of)):
        found = assigned(told["from"], scope, kernel.now()).people
    size = feel.evaluate(str(told["size"]), scope)
    return panels.parted(found, state, by, int(size) if isinstance(size, Decimal | int) else 0)


def choices(rt: Runtime, state: State, task: dict[str, Any] | None) -> list[dict[str, Any]]:
    """The members one of whom may be replaced."""
    panel = panel_of(rt, task) if task else ""
    sitting = [one for told in panels.shown(state) if told["panel"] == panel for one in told["members"]]
    return [{"id": one["id"], "name": one["name"], "organ_name": one["organ"]} for one in sitting]


def _draw(rt: Runtime, journal: Journal, number: int, said: Said) -> None:
    panel = panel_of(rt, journal.state["tasks"][str(number)])
    pool = pool_of(journal.by, rt, journal.state, panel)
    told = {"panel": panel, "title": rt.matter.told["panels"][panel]["title"], "size": pool.size, **panels.drawn(pool)}
    journal.add("panel_drawn", {"task": number, "draw": told, "opinion": said.opinion})


def _replace(rt: Runtime, journal: Journal, number: int, said: Said) -> None:
    reason, state = said.required_opinion(), journal.state
    panel = panel_of(rt, state["tasks"][str(number)])
    told = state["panels"][panel]
    out = next((one for one in told["members"] if str(one) == str(said.to)), None)
    if out is None:
        raise ChoiceNotOffered("所选专家")
    after = panels.next_of(told, set(panels.reasons(state, journal.by)))
    if after is None:
        raise ActionRefused(TITLES[REPLACE], "名单中没有可以递补的人")
    change = {"panel": panel, "title": told["title"], "out": out, "in": after, "reason": reason}
    names = {"out_name": panels.name_in(told, out), "in_name": panels.name_in(told, after)}
    journal.add("panel_replaced", {"task": number, "replaced": {**change, **names}, "opinion": reason})


VERBS: dict[str, Callable[[Runtime, Journal, int, Said], None]] = {DRAW: _draw, REPLACE: _replace}
