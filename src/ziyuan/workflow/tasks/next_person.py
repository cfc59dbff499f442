"""指定下一办理人: a task whose node says `zy:chosen="true"` goes to whom the one who sends the case there has chosen.

The choice is among those whom the node's own strategy or role would name. It is made with the outcome that opens the task
and stands in its event. What nobody chose stays with whom it had before (退回后直送、撤回), and with nobody to choose from
the policy `nobody_found` acts as for any other task.
"""

from dataclasses import dataclass, replace
from typing import Any

from ziyuan.base.errors import UserError
from ziyuan.kernel import service as kernel
from ziyuan.workflow.cases.runtime import Runtime
from ziyuan.workflow.engine import Graph, Step
from ziyuan.workflow.errors import ChoiceNotOffered, FormIncomplete
from ziyuan.workflow.people.lists import with_done
from ziyuan.workflow.people.policies import declared
from ziyuan.workflow.tasks.said import Said
from ziyuan.workflow.tasks.seats import eligible, free_of

State = dict[str, Any]
ATTRIBUTE = "chosen"
OUTCOMES = ("agree", "refuse")


@dataclass(frozen=True)
class Opening:
    """A task that is about to open and whose person has to be chosen: among `people`, each with why not (empty: may)."""

    position: Any
    title: str
    role: str
    region: str
    people: list[tuple[kernel.Person, str]]
    strategy: bool


def chosen_nodes(graph: Graph) -> frozenset[str]:
    """The nodes whose person is chosen by whoever sends a case there."""
    return frozenset(key for key, node in graph.nodes.items() if node.attributes.get(ATTRIBUTE) == "true")


def opening(rt: Runtime, state: State, task: dict[str, Any], action: str, by: kernel.Actor) -> Opening | None:
    """What this outcome of a task would open for a person to be chosen; None for nothing. Nothing is changed."""
    if action not in OUTCOMES or task["resume_at"] or not chosen_nodes(rt.graph):
        return None
    values = {**rt.values(state, (task["number"], by)), "outcome": action}
    try:
        step = rt.graph.complete(state["engine"], task["token"], values, now=kernel.now(), decide=rt.decide)
    except UserError:
        return None  # the act itself says why it is not possible
    return opened_by(rt, state, task["number"], by, step, values)


def opened_by(
    rt: Runtime, state: State, number: int, by: kernel.Actor, step: Step, values: dict[str, Any]
) -> Opening | None:
    """As `opening`, of a step that is at hand."""
    wanted = chosen_nodes(rt.graph)
    position = next((one for one in step.entered if one.node in wanted), None)
    if position is None or state["tasks"][str(number)]["resume_at"]:
        return None
    seen = with_done(state, number, by)
    region, found = eligible(rt, position, seen, {**values, **step.vars}, {})
    free = free_of(rt, found.people, position, seen)
    if not free:
        return None  # the policy `nobody_found` is asked
    people = [(p, "" if key in free else _why(seen, key)) for key, p in found.people.items()]
    node = rt.graph.nodes[position.node]
    people.sort(key=lambda one: one[1] != "")
    return Opening(position, node.name, node.role, region, people, bool(node.attributes.get("assign")))


def _why(state: State, person: int) -> str:
    return "已声明回避" if person in declared(state) else "本件由其提交,应当回避"


def asked(rt: Runtime, state: State, task: dict[str, Any], action: str, by: kernel.Actor) -> str:
    """The title of the node whose person has to be chosen with this outcome; empty where none has."""
    found = opening(rt, state, task, action, by)
    return found.title if found else ""


def put(
    rt: Runtime, state: State, number: int, by: kernel.Actor, step: Step, values: dict[str, Any], said: Said
) -> tuple[Step, dict[str, Any]]:
    """The step with the chosen person at the place that opens, and what the event says of it.

    Raises FormIncomplete where nobody was chosen, ChoiceNotOffered where he may not have it.
    """
    found = opened_by(rt, state, number, by, step, values)
    if found is None:
        return step, {}
    if said.to in (None, ""):
        raise FormIncomplete({"to": f"请选定“{found.title}”的办理人"})
    person, why = next(((p, why) for p, why in found.people if str(p.pk) == str(said.to)), (None, ""))
    if person is None or why:
        raise ChoiceNotOffered(f"“{found.title}”的办理人" + (f"({person.name}{why})" if person else ""))
    place = {"person": person.pk, "name": person.name, "role": found.role, "region": found.region}
    place["chosen"] = {"by": by.name, "by_id": by.acts_for}
    if found.strategy:
        place["candidates"] = sorted(p.pk for p, why in found.people if not why)
    entered = [one._replace(place=place) if one.token == found.position.token else one for one in step.entered]
    told = {"node": found.position.node, "title": found.title, "person": person.pk, "name": person.name}
    return replace(step, entered=entered), {"chosen": told}
