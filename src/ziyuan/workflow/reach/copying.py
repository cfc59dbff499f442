"""Copies that the process itself sends (按流程抄送): a user task may say in `zy:copy` who is shown the case when it is done.

The text is FEEL, as that of `zy:assign`. The copies are facts of the case like those that a person sends: read right and
receipt, no seat. They never keep a step from being done: whoever may not be shown the case is left out, and the event
says why.
"""

from typing import Any

from ziyuan.base.feel import FeelError
from ziyuan.kernel import service as kernel
from ziyuan.workflow.cases import facts
from ziyuan.workflow.cases.journal import Journal
from ziyuan.workflow.cases.runtime import Runtime
from ziyuan.workflow.people.strategies import Found, Question, asking, assigned
from ziyuan.workflow.reach.facts import COPY
from ziyuan.workflow.reach.notices import About, tell
from ziyuan.workflow.reach.people import refused_receivers
from ziyuan.workflow.tasks.seats import open_tasks, open_tasks_of
from ziyuan.workflow.tasks.words import OUTCOMES

ATTRIBUTE = "copy"
State = dict[str, Any]


def copy_done(rt: Runtime, journal: Journal, number: int, by: kernel.Actor) -> None:
    """The task is done: where its node is over with it, its copies go out, in the same transaction.

    In a joint review, a loop or with an opinion aside the node is over with its last task. Whoever acted, and whoever has
    not read his last copy yet, gets none.
    """
    state = journal.state
    task = state["tasks"][str(number)]
    text = rt.graph.nodes[task["node"]].attributes.get(ATTRIBUTE)
    if not text or any(other["node"] == task["node"] for other in open_tasks(state).values()):
        return
    found = _named(rt, state, text)
    have = {told["person"] for told in state.get("copies", {}).values() if not told["read"]}
    people = [key for key in found.people if key not in have | {by.person, by.acts_for}]
    fit, refused = refused_receivers(state, people) if people else ([], [])
    left_out = [*refused, *([found.why] if not found.people else [])]
    serial = len(state.get("copies", {}))
    told = {"kind": COPY, "note": "", "node": task["node"], "step": task["title"]}
    copies = [
        {"number": place, "person": one.person, "name": one.name, "organ": one.organ, **told}
        for place, one in enumerate(fit, start=serial + 1)
    ]
    if not copies and not left_out:
        return
    journal.add("copied", {"copies": copies, **({"left_out": left_out} if left_out else {})}, by)
    done = f"“{task['title']}”已办:{OUTCOMES.get(task['outcome'], task['outcome'])},按流程抄送。"
    about = About(COPY, journal.case.pk, state["case"]["no"], task["title"])
    tell([one.person for one in fit], about, done, f"copy:{serial}")


def _named(rt: Runtime, state: State, text: str) -> Found:
    """Whom the text names; a text that fails names nobody and says why."""
    scope = {**facts.read(state), **rt.values(state)}
    try:
        with asking(Question(state, open_tasks_of)):
            return assigned(text, scope, kernel.now())
    except FeelError as failed:
        return Found({}, str(failed))
