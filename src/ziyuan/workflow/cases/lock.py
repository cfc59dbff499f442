"""Take a case for change, once per command."""

from ziyuan.kernel import errors
from ziyuan.kernel import service as kernel
from ziyuan.workflow.cases.models import Case, Command


def locked_case(case_id: int) -> Case:
    """The case row, locked until commit. Raises NotFound outside the actor's region."""
    found = Case.objects.select_for_update().filter(pk=case_id).first()
    if found is None:
        raise errors.NotFound("案件", case_id)
    return found


def first_time(command: str, kind: str, object_id: int) -> bool:
    """False when this command id was carried out before. Call it after the object's lock is held."""
    if not command:
        return True
    _, fresh = Command.objects.get_or_create(
        command=f"{kind}:{object_id}:{command}"[:80],
        defaults={"object_kind": kind, "object_id": object_id, "at": kernel.now()},
    )
    return fresh
