"""The holder leaves (离任): his open tasks go to the successor in post, by the policy `holder_leaves`, on the day he goes."""

import logging

from django.db.models import Q

from ziyuan.base.errors import ZiyuanError
from ziyuan.kernel import service as kernel
from ziyuan.workflow.cases.journal import Journal
from ziyuan.workflow.cases.models import Case, Task
from ziyuan.workflow.cases.state import OPEN, TASK_OPEN
from ziyuan.workflow.cases.versions import runtime_of
from ziyuan.workflow.people import external
from ziyuan.workflow.people.passing import alarm, passed_on

CLOCK = "离任转交"
_log = logging.getLogger("ziyuan.workflow")


@kernel.counts_work
def open_tasks_of_role(person: int, role: str, region: str) -> int:
    """Open tasks a person holds in a role."""
    held = Task.objects.filter(holder=person, role=role, state__in=TASK_OPEN)
    return (held if role == external.ROLE else held.filter(region=region)).count()


def hand_on(by: kernel.Actor, person: int | None = None) -> int:
    """Hand on the open tasks of all (or of one) who no longer hold the post; how many cases changed. Repeating does nothing."""
    with kernel.acting(by):
        held = Task.objects.filter(state__in=TASK_OPEN, holder__isnull=False, case__status__in=OPEN)
        if person is not None:
            held = held.filter(holder=person)
        places = sorted({(h or 0, r, g) for h, r, g in held.values_list("holder", "role", "region")})
        gone = [Q(holder=p, role=r, region=g) for p, r, g in places if not _holds(p, r, g)]
        todo = sorted({(c, h or 0) for place in gone for c, h in held.filter(place).values_list("case_id", "holder")})
    changed = 0
    for case, holder in todo:
        try:
            changed += hand_on_case(by, case, holder)
        except ZiyuanError:
            _log.exception("案件 %s 的离任转交没有办成,明日再试", case)
    return changed


def _holds(person: int, role: str, region: str) -> bool:
    if role == external.ROLE:  # his only post, in whatever region asks his unit
        return person in kernel.active_people([person])
    return any(p.pk == person for p in kernel.people(role=role, region=region))


def hand_on_case(by: kernel.Actor, case_id: int, person: int) -> bool:
    """One case in a transaction of its own; False where nothing of his is to be handed on."""
    with kernel.acting(by):
        case = Case.objects.select_for_update().get(pk=case_id)
        rt, journal = runtime_of(case), Journal(case, by)
        active = person in kernel.active_people([person])
        moved, name, pool = [], "", rt.policy("holder_leaves") == "pool"
        for task in journal.state["tasks"].values():
            if task["state"] not in TASK_OPEN or task["holder"] != person:
                continue
            if active and (task.get("by_strategy") or _holds(person, task["role"], task["region"])):
                continue
            after = kernel.same_post(person, task["role"], task["region"])
            moved.append(passed_on(journal.state, task, after, pool=pool))
            name = task["holder_name"]
        if not moved:
            return False
        journal.add("left_post", {"person": person, "name": name, "moved": moved})
        journal.save()
        alarm(journal, moved)
        kernel.record(by, "case.left_post", on=("case", case.no), county=case.county, after=journal.state, left=name)
        kernel.announce("case.changed", county=case.county, case=case.pk, action="left_post")
        return True


@kernel.listens("organ.changed")
def follow_a_leaving(event: kernel.Event) -> None:
    """A post ended or an account was closed: hand on what is due today."""
    if event.facts["act"] in ("post.ended", "person.deactivated") and event.facts["person"]:
        kernel.defer("workflow.hand_on", person=event.facts["person"])


@kernel.job("workflow.hand_on")
def hand_on_of(*, person: int) -> None:
    """All open tasks of a person that he may no longer hold."""
    hand_on(kernel.system_actor(CLOCK), person)


@kernel.every("workflow.hand_on_daily", "10 0 * * *")
def hand_on_each_day() -> None:
    """Posts that ended with yesterday."""
    hand_on(kernel.system_actor(CLOCK))
