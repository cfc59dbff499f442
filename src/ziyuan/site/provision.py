"""Bring a node's database to the state this version needs. Run by the owner role; repeating it changes nothing."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import connections, transaction

from ziyuan.kernel import service as kernel
from ziyuan.onemap import service as onemap

OWNER = "owner"
DELETABLE = ("kernel_session",)


def provision() -> Iterator[str]:
    """Yield a line per finished step."""
    kernel.make_keys()
    call_command("migrate", database=OWNER, verbosity=0)
    yield "数据库表:已是最新"
    with transaction.atomic(using=OWNER), connections[OWNER].cursor() as cursor:
        applied = onemap.apply_standards(cursor)
        grant(cursor)
    yield f"数据标准:{applied} 个图层"
    yield f"行政区:{kernel.load_regions()} 个"
    if settings.NODE.get("sample"):
        yield f"示例账号:{len(kernel.make_sample_accounts())} 个"


def grant(cursor: Any) -> None:
    """Give the application and auditor roles exactly what they need."""
    app = settings.DATABASES["default"]["USER"]
    auditor = settings.DATABASES["auditor"]["USER"]
    cursor.execute(f'GRANT USAGE ON SCHEMA public, layers TO "{app}", "{auditor}"')
    cursor.execute(f'GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA public, layers TO "{app}"')
    cursor.execute(f'GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public, layers TO "{app}"')
    cursor.execute(f'GRANT SELECT ON ALL TABLES IN SCHEMA public, layers TO "{auditor}"')
    cursor.execute(f'GRANT EXECUTE ON FUNCTION layers.add_county_partition(text, text) TO "{app}"')
    cursor.execute(f'REVOKE SELECT, UPDATE ON kernel_auditrow FROM "{app}"')
    cursor.execute(f'REVOKE SELECT (password), SELECT ON kernel_person FROM "{auditor}"')
    for table in (*DELETABLE, *_tables(cursor, "procrastinate_%")):
        cursor.execute(f'GRANT DELETE ON "{table}" TO "{app}"')


def _tables(cursor: Any, pattern: str) -> list[str]:
    cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename LIKE %s", [pattern])
    return [name for (name,) in cursor.fetchall()]
