"""Cases on a sealed map: each test begins with one county, its officers, and no case."""

import shutil
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from tests.support import database
from tests.workflow import world as small_world


@pytest.fixture
def world(db):
    """Feixi county sealed; further counties by `world.seal_county`."""
    from ziyuan.kernel import service as kernel

    folders = [kernel.node().data / name for name in ("lake", "tiles")]
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)
    small_world.seal_county()
    yield small_world.World()
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def owners_rights(django_db_setup):
    """For this module the session may do what the owner of the server could: switch triggers off, change and delete rows."""
    from django.conf import settings

    told = settings.DATABASES["default"]
    names = ["case", "caseevent", "appliedeffect", "task", "paper", "document", "matterversion", "service", "consultation"]
    tables, before = ", ".join(f"workflow_{n}" for n in names), "workflow_caseevent, workflow_matterversion"
    with database.connect(settings.NODE, told["NAME"]) as server:
        server.execute(f'GRANT SET ON PARAMETER session_replication_role TO "{told["USER"]}"')
        server.execute(f'GRANT UPDATE, DELETE ON {tables} TO "{told["USER"]}"')
        yield
        server.execute(f'REVOKE DELETE ON {tables} FROM "{told["USER"]}"')
        server.execute(f'REVOKE UPDATE ON {before} FROM "{told["USER"]}"')
        server.execute(f'REVOKE SET ON PARAMETER session_replication_role FROM "{told["USER"]}"')


@pytest.fixture
def on_day(monkeypatch):
    """`on_day("2026-02-13")`: from now on the platform's clock shows ten in the morning of that day."""
    from ziyuan.kernel import service as kernel

    def move(day: str) -> date:
        moment = datetime.fromisoformat(f"{day}T10:00:00").replace(tzinfo=ZoneInfo("Asia/Shanghai"))
        monkeypatch.setattr(kernel, "now", lambda: moment)
        monkeypatch.setattr(kernel, "today", lambda: moment.date())
        return moment.date()

    return move
