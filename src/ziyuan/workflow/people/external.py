"""登记的外部单位: another department, an institute, a review body that gets a task of a case and sees nothing but its own.

Its people are no officers of a region: what they get is asked for by the name of their unit, never by their role, and a
task of theirs carries the unit (`unit`), in whose pool it waits. Without one it waits as "nobody" and no one sees it.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from ziyuan.kernel import service as kernel
from ziyuan.workflow.people.strategies import Found

ROLE = kernel.EXTERNAL_HANDLER
# What a node of an external unit may allow: to give its opinion, to ask back, to pass the task on inside the unit. All
# else reaches further than its own task: it would open other people's work, name our officers, stop the clock, speak
# to the applicant in our name, or end the case.
ALLOWED = frozenset({"agree", "refuse", "return", "recall", "handover"})
ACTS = ALLOWED | {"claim", "release", "avoid"}  # with what is offered at every task

Task = dict[str, Any]


def is_external(task: Task) -> bool:
    """Whether a task is an external unit's."""
    return bool(task["role"] == ROLE)


def people_of(task: Task) -> list[kernel.Person]:
    """Who may have an external task today: the handlers of its unit; nobody where it names none."""
    return kernel.holders_of(task["unit"], ROLE) if task.get("unit") else []


def in_unit(task: Task, by: kernel.Actor) -> bool:
    """Whether an external task is of the unit of this person."""
    return bool(task.get("unit")) and task["unit"] == by.organ and ROLE in by.roles


def kept_to(role: str, found: Found, named: Iterable[str]) -> Found:
    """Whom a strategy named, kept to the kind of people who may have a task of this role.

    A task of ours never goes to an external person, one of an external unit only to people of the unit that `external`
    named; of several units to nobody, for a task belongs to one.
    """
    units = set(named)
    if role != ROLE:
        ours = {key: p for key, p in found.people.items() if p.organ.kind != kernel.EXTERNAL}
        return found if len(ours) == len(found.people) else replace(found, people=ours, why=found.why or _NOT_OURS)
    people = {key: p for key, p in found.people.items() if p.organ.kind == kernel.EXTERNAL and p.organ_id in units}
    units = {p.organ_id for p in people.values()} or units
    if len(units) > 1:
        return Found({}, "分派到几个外部单位,一个环节只能交给一个")
    unit = next(iter(units), "")
    why = found.why or ("" if people else "所指的不是外部单位的经办人")
    return Found(people, why if unit else _NO_UNIT, unit)


_NOT_OURS = "所指的是外部单位的人员,本环节须由本部门办理"
_NO_UNIT = "本行政区没有登记这个外部单位"
