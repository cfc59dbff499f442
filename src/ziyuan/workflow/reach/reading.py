"""A person has a case before him: its notices and tasks are no longer unread, its copies and urges have their receipt."""

from django.db.models import Q

from ziyuan.kernel import service as kernel
from ziyuan.workflow.cases.models import Task
from ziyuan.workflow.cases.view import visible_case
from ziyuan.workflow.reach.acts import take_receipts
from ziyuan.workflow.reach.models import TaskSeen
from ziyuan.workflow.reach.notices import read_notices
from ziyuan.workflow.tasks.opened import take_opened


def read_case(by: kernel.Actor, case_id: int) -> bool:
    """True where a receipt was taken, so that the page shown is no longer the newest. Raises NotFound."""
    with kernel.acting(by):
        kernel.require(by, "case.read")
        visible_case(by, case_id)
        if by.person is None:
            return False
        read_notices(by, case=case_id)
        pool = Q(holder=None, role__in=by.roles, region=by.region)
        waiting = Task.objects.filter(Q(holder=by.person) | pool, case_id=case_id, state="open").values_list("pk", flat=True)
        seen = [TaskSeen(person=by.person, task_id=key, at=kernel.now()) for key in waiting]
        TaskSeen.objects.bulk_create(seen, ignore_conflicts=True)
        opened = take_opened(by, case_id)
        return take_receipts(by, case_id) or opened
