"""Who can be reached about a case: its holders, the heads above them, and who may be given a copy."""

from dataclasses import dataclass
from typing import Any

from ziyuan.kernel import service as kernel
from ziyuan.workflow.cases.sight import roles_of
from ziyuan.workflow.clocks.offers import APPROVE
from ziyuan.workflow.tasks.seats import pool_of, region_at

State = dict[str, Any]
READ = "case.read"
ABOVE = ("county", "city", "province")


@dataclass(frozen=True)
class Receiver:
    """A person who may be given a copy."""

    person: int
    name: str
    organ: str
    region: str


def holders_of(task: dict[str, Any]) -> list[tuple[int, str]]:
    """(person, name) of the holder of a task, or of everybody in whose pool it waits."""
    if task["holder"] is not None:
        return [(task["holder"], task["holder_name"])]
    named = kernel.active_people(task["candidates"]).values() if task.get("candidates") else None
    return [(p.pk, p.name) for p in named or pool_of(task)]


def heads_of(task: dict[str, Any]) -> list[tuple[int, str]]:
    """The heads of the organ that has the task; where one of them holds it himself, those of the organ above."""
    region = task["region"]
    for level in ABOVE:
        place = region_at(level, region)
        if kernel.contains(region, place) and place != region:
            continue
        found = _with(APPROVE, place)
        if found and all(person != task["holder"] for person, _ in found):
            return found
    return []


def _with(action: str, region: str) -> list[tuple[int, str]]:
    people = {p.pk: p.name for role in sorted(kernel.permissions()[action]) for p in kernel.people(role=role, region=region)}
    return sorted(people.items())


def receivers(state: State) -> list[Receiver]:
    """Everybody who may read the case by post and region, and so may be given a copy; province first."""
    places = {region_at(level, county) for level in ABOVE for county in state["case"]["counties"]}
    roles = kernel.permissions()[READ] & roles_of(kernel.matter(state["case"]["matter"]))
    found: dict[int, Receiver] = {}
    for place in sorted(places):
        for role in sorted(roles):
            for p in kernel.people(role=role, region=place):
                found.setdefault(p.pk, Receiver(p.pk, p.name, p.organ.name, place))
    return list(found.values())


def refused_receivers(state: State, people: list[int]) -> tuple[list[Receiver], list[str]]:
    """Those of `people` who may be given a copy, and for each other one the reason why not."""
    known = {one.person: one for one in receivers(state)}
    found = [known[person] for person in dict.fromkeys(people) if person in known]
    others = [person for person in dict.fromkeys(people) if person not in known]
    names = {p.pk: f"{p.name}({p.organ.name})" for p in kernel.Person.objects.filter(pk__in=others).select_related("organ")}
    return found, [f"{names.get(one, '没有这个人员')}:没有查看本件的权限(岗位或行政区不符),不能抄送" for one in others]
