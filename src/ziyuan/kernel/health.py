"""Is this node well? Content, not just an answer: database, worker, the safety of the database account."""

from datetime import timedelta
from typing import Any

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper

from ziyuan.base import sandbox
from ziyuan.kernel.errors import UnsafeRole
from ziyuan.kernel.nodes.node import node, now

SILENT = timedelta(seconds=30)


def health() -> dict[str, Any]:
    """What is checked, each with its result; raises no error for an ill worker, only for a missing database."""
    here = node()
    asked = (_role(), _worker(), _uploads()) if here.is_inner else (_role(), _worker())
    checks = [{"name": name, "ok": not fault, "detail": fault} for name, fault in asked]
    return {
        "node": here.name,
        "zone": here.zone,
        "title": here.title,
        "database": "ok",
        "worker": "ok" if checks[1]["ok"] else "silent",
        "ok": all(c["ok"] for c in checks),
        "checks": checks,
    }


def _role() -> tuple[str, str]:
    try:
        require_safe_role()
    except UnsafeRole as error:
        return "数据库账号", str(error)
    return "数据库账号", ""


def _worker() -> tuple[str, str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(last_heartbeat) FROM procrastinate_workers")
        seen = cursor.fetchone()[0]
    alive = seen is not None and now() - seen < SILENT
    return "后台任务", "" if alive else "没有运行中的后台任务进程,请查看 ./ziyuan logs"


def _uploads() -> tuple[str, str]:
    """Uploads stay closed, with the reason, where the sandbox's walls do not hold."""
    return "上传沙箱", ";".join(sandbox.self_check().reasons)


def require_safe_role(using: BaseDatabaseWrapper | None = None) -> None:
    """The account must be bound by row security and own nothing, by itself or by a role it holds. Raises UnsafeRole."""
    with (using or connection).cursor() as cursor:
        cursor.execute(_RIGHTS)
        superuser, bypass, owned = cursor.fetchone()
    for fault, reason in (
        (superuser, "是超级用户"),
        (bypass, "可绕过行级权限(BYPASSRLS)"),
        (owned, f"拥有(或可取得)应用库中 {owned} 个表、视图或索引的属主身份"),
    ):
        if fault:
            raise UnsafeRole(reason)


_RIGHTS = """
SELECT r.rolsuper, r.rolbypassrls, (
    SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE nspname IN ('public', 'layers') AND pg_has_role(r.oid, c.relowner, 'MEMBER'))
  FROM pg_roles r WHERE rolname = current_user"""
BOUND = ("default", "auditor")


def refuse_unsafe(sender: object, connection: BaseDatabaseWrapper, **more: object) -> None:
    """Close a fresh connection of the application or the auditor that row security does not bind. Raises UnsafeRole.

    Called for each connection of each process, so nothing is ever read through a wrong account.
    """
    if connection.alias in BOUND:
        try:
            require_safe_role(connection)
        except UnsafeRole:
            connection.close()
            raise
