"""Bring a node's database to the state this version needs. Run by the owner role; repeating it changes nothing."""

from collections.abc import Iterator

from django.conf import settings
from django.core.management import call_command
from django.db import connections, transaction

from ziyuan.kernel import service as kernel
from ziyuan.onemap import service as onemap
from ziyuan.site.rights import grant

OWNER = "owner"


def provision() -> Iterator[str]:
    """Yield a line per finished step."""
    kernel.make_keys()
    call_command("migrate", database=OWNER, verbosity=0)
    yield "数据库表:已是最新"
    with transaction.atomic(using=OWNER), connections[OWNER].cursor() as cursor:
        applied = onemap.apply_standards(cursor)
        grant(cursor)
    yield f"数据标准:{applied} 个图层"
    yield f"行政区:{kernel.load_regions(using=OWNER)} 个"
    if settings.NODE.get("sample"):
        yield f"示例账号:{len(kernel.make_sample_accounts())} 个"
