"""Take a case for change, once per command."""

from ziyuan.base import sm
from ziyuan.kernel import errors
from ziyuan.kernel import service as kernel
from ziyuan.workflow.cases import rows
from ziyuan.workflow.cases.models import Case
from ziyuan.workflow.cases.sight import sees

LONGEST = 80


def locked_case(case_id: int) -> Case:
    """The case row with its tasks, locked until commit. Raises NotFound outside the region and the business of whoever acts."""
    return _seen(case_id, *kernel.turn(rows.locking(case_id)))


def locked_once(case_id: int, command: str) -> Case | None:
    """The case for one command, locked until commit; None when the command was carried out before. Raises NotFound."""
    return taken(case_id, kernel.turn(taking(case_id, command)))


def taking(case_id: int, command: str) -> list[kernel.Statement]:
    """What locks a case for one command; the command is remembered under the lock."""
    return [*rows.locking(case_id), *([_remembering(command, "case", case_id)] if command else [])]


def taken(case_id: int, told: list[kernel.Rows]) -> Case | None:
    """The case that `taking` locked; None when the command was carried out before. Raises NotFound."""
    found, tasks, *remembered = told
    case = _seen(case_id, found, tasks)
    return case if remembered in ([], [[()]]) else None


def _seen(case_id: int, found: kernel.Rows, tasks: kernel.Rows) -> Case:
    case = rows.locked(found, tasks)
    if case is None or not sees(kernel.present(), case):
        raise errors.NotFound("案件", case_id)
    return case


_ONCE = "INSERT INTO workflow_command (command, object_kind, object_id, at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING"


def first_time(command: str, kind: str, object_id: int) -> bool:
    """False when this command id was carried out before. Call it after the object's lock is held."""
    if not command:
        return True
    (written,) = kernel.turn([_remembering(command, kind, object_id)])
    return bool(written)


def _remembering(command: str, kind: str, object_id: int) -> kernel.Statement:
    told = [command_key(kind, object_id, command), kind, object_id, kernel.now()]
    return f"{kernel.prepared('command_once', _ONCE)}(%s, %s, %s, %s)", told


def command_key(kind: str, object_id: int | None, command: str) -> str:
    """What a command is remembered by; a long one by its digest, so that two with one beginning stay two."""
    key = f"{kind}:{object_id}:{command}"
    return key if len(key) <= LONGEST else f"{kind}:{sm.sm3(key.encode()).hex()}"
