"""回避: an officer who is related to the case declares it; his tasks in it go to others and he gets none again."""

from typing import Any

from ziyuan.workflow.cases.journal import Journal
from ziyuan.workflow.cases.state import TASK_OPEN
from ziyuan.workflow.people.passing import alarm, passed_on


def avoid(journal: Journal, reason: str) -> None:
    """Add the declaration of the journal's actor, with where his open tasks go. Never taken back: his impartiality is gone."""
    by, state = journal.by, journal.state
    mine = [t for t in state["tasks"].values() if t["state"] in TASK_OPEN and t["holder"] == by.person]
    moved: list[dict[str, Any]] = [passed_on(state, task) for task in mine]
    told = {"person": by.person, "name": by.name, "reason": reason, "moved": moved}
    journal.add("avoided", told)
    alarm(journal, moved)
