"""Is this node well? Content, not just an answer: database, worker, the safety of the database account."""

from datetime import timedelta
from typing import Any

from django.db import connection

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


def require_safe_role() -> None:
    """The application's account must be bound by row security. Raises UnsafeRole."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolsuper, rolbypassrls, (SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE relowner = r.oid AND nspname IN ('public', 'layers')) FROM pg_roles r WHERE rolname = current_user"
        )
        superuser, bypass, owned = cursor.fetchone()
    for fault, reason in (
        (superuser, "是超级用户"),
        (bypass, "可绕过行级权限(BYPASSRLS)"),
        (owned, f"拥有 {owned} 个表或索引"),
    ):
        if fault:
            raise UnsafeRole(reason)
