"""Take a case for change, once per command."""

from typing import Any

from django.db import connection

from ziyuan.base import sm
from ziyuan.kernel import errors
from ziyuan.kernel import service as kernel
from ziyuan.workflow.cases import rows
from ziyuan.workflow.cases.models import Case
from ziyuan.workflow.cases.sight import sees

LONGEST = 80


def locked_case(case_id: int) -> Case:
    """The case row with its tasks, locked until commit. Raises NotFound outside the region and the business of whoever acts."""
    found, _ = rows.locked(case_id)
    if found is None or not sees(kernel.present(), found):
        raise errors.NotFound("案件", case_id)
    return found


def locked_once(case_id: int, command: str) -> Case | None:
    """The case for one command, locked until commit; None when the command was carried out before. Raises NotFound."""
    once = (_ONCE, _remembered(command, "case", case_id)) if command else None
    found, fresh = rows.locked(case_id, once)
    if found is None or not sees(kernel.present(), found):
        raise errors.NotFound("案件", case_id)
    return found if fresh else None


_ONCE = (
    "INSERT INTO workflow_command (command, object_kind, object_id, at) VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING"
)


def first_time(command: str, kind: str, object_id: int) -> bool:
    """False when this command id was carried out before. Call it after the object's lock is held."""
    if not command:
        return True
    with connection.cursor() as cursor:
        cursor.execute(_ONCE, _remembered(command, kind, object_id))
        return bool(cursor.rowcount)


def _remembered(command: str, kind: str, object_id: int) -> list[Any]:
    return [command_key(kind, object_id, command), kind, object_id, kernel.now()]


def command_key(kind: str, object_id: int | None, command: str) -> str:
    """What a command is remembered by; a long one by its digest, so that two with one beginning stay two."""
    key = f"{kind}:{object_id}:{command}"
    return key if len(key) <= LONGEST else f"{kind}:{sm.sm3(key.encode()).hex()}"
