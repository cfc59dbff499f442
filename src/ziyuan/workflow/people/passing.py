"""A held task goes on to somebody else because its holder left his post (离任) or has to be avoided (回避)."""

from collections.abc import Iterable
from typing import Any

from ziyuan.kernel import service as kernel
from ziyuan.workflow.cases.journal import Journal
from ziyuan.workflow.tasks.seats import others

State = dict[str, Any]


def passed_on(
    state: State, task: dict[str, Any], first: Iterable[kernel.Person] = (), *, pool: bool = False
) -> dict[str, Any]:
    """Who has the task next: the one of `first` (successors in post), else the one of its post; several find it in the pool.

    With `pool` it waits there in any case; with nobody it waits and says so.
    """
    fit = {p.pk: p for p in others(task, state)}
    near = [p for p in first if p.pk in fit] or list(fit.values())
    only = near[0] if len(near) == 1 and not pool else None
    return {
        "task": task["number"],
        "holder": only.pk if only else None,
        "holder_name": only.name if only else "",
        "nobody": not fit,
    }


def alarm(journal: Journal, moved: list[dict[str, Any]]) -> None:
    """An alarm for each task that nobody may take now."""
    for told in moved:
        if told["nobody"]:
            task = journal.state["tasks"][str(told["task"])]
            county = journal.state["case"]["county"]
            kernel.announce("case.nobody_found", county=county, role=task["role"], region=task["region"])
