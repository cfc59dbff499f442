"""What a step of the process does to a case: rows closed and opened one for each token, and what is sent out.

The engine says which tokens went and how, and which came; nothing else opens or closes a row.
"""

from typing import Any

from ziyuan.kernel import service as kernel
from ziyuan.workflow.cases.deltas import change
from ziyuan.workflow.cases.journal import Journal
from ziyuan.workflow.cases.runtime import Runtime
from ziyuan.workflow.cases.state import TASK_OPEN
from ziyuan.workflow.effects.on_way import carry_out
from ziyuan.workflow.engine import Step
from ziyuan.workflow.engine.play import kept
from ziyuan.workflow.errors import EndWithoutPerson, RowsApart
from ziyuan.workflow.reach.copying import copy_done
from ziyuan.workflow.tasks.places import placed
from ziyuan.workflow.tasks.seats import seats

_OUTCOMES = {"withdrawn": "cancelled"}  # the applicant's own withdrawal keeps its name


def move(
    rt: Runtime,
    journal: Journal,
    kind: str,
    step: Step,
    *,
    vars: dict[str, Any] | None = None,
    told: dict[str, Any] | None = None,
    by: kernel.Actor | None = None,
    **more: Any,
) -> None:
    """Add the event of one step. `told` is how the actor's own row (`task`) ended; `vars` what the act itself set."""
    state, given = journal.state, vars or {}
    closed, opened = closing(state, step, told, more.get("task")), []
    if step.entered:
        seen = _with_closed(state, closed)
        opened = placed(step.entered, seats(rt, step.entered, seen, {**rt.values(state), **given, **step.vars}))
    body = {**more, **consequences(state, step, closed, opened)}
    values = {**given, **step.vars}
    if values:
        body["vars"] = {name: kept(value) for name, value in values.items()}
    for made in step.decisions:
        if made.decision == "route":
            body["route"] = {"level": made.value, "trace": made.trace}
    journal.add(kind, body, by)
    _together(journal.state, step)
    if step.effects:
        carry_out(rt, journal, step.effects, by or journal.by)
    if kind == "completed":
        copy_done(rt, journal, more["task"], by or journal.by)
    _tell_nobody(journal, opened)
    _send(journal, step)


def by_itself(rt: Runtime, journal: Journal, kind: str, step: Step, **more: Any) -> None:
    """A step that nobody acted in (start, timer, message): it never decides a case."""
    if step.ended:
        raise EndWithoutPerson(journal.state["case"]["no"], step.end or "")
    move(rt, journal, kind, step, **more)


def closing(
    state: dict[str, Any], step: Step, told: dict[str, Any] | None = None, acted: int | None = None
) -> dict[str, dict[str, Any]]:
    """By number, how each row whose token went is closed."""
    left = {one.token: one.how for one in step.left}
    return {
        number: _closed(task, left[task["token"]], told, acted)
        for number, task in state["tasks"].items()
        if task["token"] in left and task["state"] in TASK_OPEN
    }


def consequences(
    state: dict[str, Any], step: Step, closed: dict[str, dict[str, Any]], opened: list[dict[str, Any]]
) -> dict[str, Any]:
    """What any event of a step carries: what moved in the engine, the rows that close, the rows that open."""
    if opened:
        following = [task["number"] for task in opened]
        closed = {number: {**ending, "next": following} for number, ending in closed.items()}
    return {"engine": change(state["engine"], step.state), "closed": closed, "opened": opened}


def _with_closed(state: dict[str, Any], closed: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """The case as whoever is sought next sees it: what this step closes is over."""
    done = kernel.now().isoformat(timespec="microseconds")
    ended = {number: {**state["tasks"][number], **ending, "done": done} for number, ending in closed.items()}
    return {**state, "tasks": {**state["tasks"], **ended}}


def _closed(
    task: dict[str, Any], how: str, told: dict[str, Any] | None, acted: int | None
) -> dict[str, Any]:
    """The actor's own row ends as he said, and so does all that he recalls; any other as the process says, by nobody."""
    if told and (how == told["state"] == "recalled" or (how != "recalled" and task["number"] == acted)):
        return told
    outcome = _OUTCOMES.get(how, how)
    return {"state": how, "outcome": outcome, "opinion": "", "by": "", "organ": "", "by_id": None}


def _together(state: dict[str, Any], step: Step) -> None:
    """No open row without a token, no person's token without an open row. Raises RowsApart; nothing is written then."""
    rows = sorted(task["token"] for task in state["tasks"].values() if task["state"] in TASK_OPEN)
    tokens = sorted(step.waiting) if not step.ended else []
    if rows != tokens:
        raise RowsApart(state["case"]["no"], rows, tokens)


def _tell_nobody(journal: Journal, opened: list[dict[str, Any]]) -> None:
    """The policy `nobody_found: stop`: the task waits and an alarm goes up; nothing passes by itself."""
    for task in opened:
        if task["nobody"]:
            kernel.announce(
                "case.nobody_found",
                county=journal.state["case"]["county"],
                role=task["role"],
                region=task["region"],
            )


def _send(journal: Journal, step: Step) -> None:
    """Messages that the process sends go out with the act; who listens to `case.message` carries them on."""
    for thrown in step.thrown:
        if thrown.kind == "message":
            told = journal.state["case"]
            facts = {"no": told["no"], "outer_no": told["outer_no"], "matter": told["matter"], "seq": journal.case.seq}
            kernel.announce("case.message", county=told["county"], message=thrown.name, node=thrown.node, **facts)
