"""Take a case for change, once per command."""

from ziyuan.base import sm
from ziyuan.kernel import errors
from ziyuan.kernel import service as kernel
from ziyuan.workflow.cases.models import Case, Command
from ziyuan.workflow.cases.sight import seen

LONGEST = 80


def locked_case(case_id: int) -> Case:
    """The case row, locked until commit. Raises NotFound outside the region and the business of whoever acts."""
    found = seen(kernel.present()).select_for_update().filter(pk=case_id).first()
    if found is None:
        raise errors.NotFound("案件", case_id)
    return found


def first_time(command: str, kind: str, object_id: int) -> bool:
    """False when this command id was carried out before. Call it after the object's lock is held."""
    if not command:
        return True
    _, fresh = Command.objects.get_or_create(
        command=command_key(kind, object_id, command),
        defaults={"object_kind": kind, "object_id": object_id, "at": kernel.now()},
    )
    return fresh


def command_key(kind: str, object_id: int | None, command: str) -> str:
    """What a command is remembered by; a long one by its digest, so that two with one beginning stay two."""
    key = f"{kind}:{object_id}:{command}"
    return key if len(key) <= LONGEST else f"{kind}:{sm.sm3(key.encode()).hex()}"
