"""Whose turn a delivery is (逐级审核): the mandate's ordered levels, walked one by one."""

from typing import Any

from ziyuan.kernel import service as kernel
from ziyuan.onemap.deliveries.errors import AlreadyForwarded, LevelTooLow, TurnNotYet
from ziyuan.onemap.deliveries.mandates import LEVELS, VERBS, Level, Mandate
from ziyuan.onemap.deliveries.models import Delivery, DeliveryNote, State

_DONE = (State.SEALED, State.SUPERSEDED)


def level_of(by: kernel.Actor) -> str:
    """Level of the actor's region: province, city or county."""
    return kernel.region(by.region).level


def why_not(by: kernel.Actor, row: Delivery, task: Mandate, verb: str) -> Exception | None:
    """What stands against this verb by this actor now; None when it is his turn (or a turn he may take at once)."""
    steps, level = task.reviewers, level_of(by)
    at = next((i for i, s in enumerate(steps) if s.verb == verb and s.level == level), None)
    if at is None:
        titles = "、".join(LEVELS[s.level] for s in steps if s.verb == verb)
        return LevelTooLow(VERBS[verb], titles or "无人")
    current = _current(steps, row)
    if at < current:
        return AlreadyForwarded(row.no, LEVELS[steps[current].level])
    waiting = [s for s in steps[current:at] if not s.optional]
    return TurnNotYet(row.no, LEVELS[waiting[0].level], VERBS[waiting[0].verb]) if waiting else None


def may_return(by: kernel.Actor, row: Delivery, task: Mandate) -> Exception | None:
    """What stands against a return: whoever has passed a delivery on has it no more."""
    steps, level = task.reviewers, level_of(by)
    at = next((i for i, s in enumerate(steps) if s.level == level), None)
    if at is None:
        return LevelTooLow("退回", "、".join(LEVELS[s.level] for s in steps))
    current = _current(steps, row)
    return AlreadyForwarded(row.no, LEVELS[steps[current].level]) if at < current else None


def next_stage(by: kernel.Actor, task: Mandate) -> str:
    """Level whose turn it is after the actor's."""
    steps, level = task.reviewers, level_of(by)
    at = next(i for i, s in enumerate(steps) if s.level == level)
    return steps[min(at + 1, len(steps) - 1)].level


def _current(steps: tuple[Level, ...], row: Delivery) -> int:
    return next((i for i, s in enumerate(steps) if s.level == row.stage), 0)


def road(row: Delivery, task: Mandate, notes: list[DeliveryNote]) -> list[dict[str, Any]]:
    """The levels as the screen shows them: done, now, to come, passed over; with who acted."""
    current, sealed = _current(task.reviewers, row), row.state in _DONE
    found = []
    for at, step in enumerate(task.levels):
        note = next((n for n in reversed(notes) if n.act == step.verb), None)
        place = at - 1
        state = "todo"
        if at == 0:
            state = "now" if row.state in (State.OPEN, State.UPLOADING, State.RETURNED, State.WITHDRAWN) else "done"
        elif sealed or place < current:
            state = "done" if note or step.verb == "accept" else "skipped"
        elif place == current and row.state == State.REVIEW:
            state = "now"
        found.append({
            "level": step.level, "title": LEVELS[step.level], "verb": step.verb, "verb_title": VERBS[step.verb],
            "optional": step.optional, "state": state, "at": note.at if note and state == "done" else None,
            "person": note.person if note and state == "done" else None,
        })  # fmt: skip
    return found
