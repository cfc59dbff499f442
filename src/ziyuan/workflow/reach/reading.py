"""A person has a case before him: its notices and tasks are no longer unread, its copies and urges have their receipt."""

from ziyuan.kernel import service as kernel
from ziyuan.workflow.cases.sight import require_sight
from ziyuan.workflow.cases.view import visible_case
from ziyuan.workflow.people.holding import waiting
from ziyuan.workflow.reach.acts import take_receipts
from ziyuan.workflow.reach.models import TaskSeen
from ziyuan.workflow.reach.notices import read_notices
from ziyuan.workflow.tasks.opened import take_opened


def read_case(by: kernel.Actor, case_id: int) -> bool:
    """True where a receipt was taken, so that the page shown is no longer the newest. Raises NotFound."""
    with kernel.acting(by):
        require_sight(by)
        visible_case(by, case_id)
        if by.person is None:
            return False
        read_notices(by, case=case_id)
        before_him = {key for arm in waiting(by) for key in arm.filter(case=case_id).values_list("pk", flat=True)}
        seen = [TaskSeen(person=by.person, task_id=key, at=kernel.now()) for key in sorted(before_him)]
        TaskSeen.objects.bulk_create(seen, ignore_conflicts=True)
        opened = take_opened(by, case_id)
        return take_receipts(by, case_id) or opened
