"""One test run: a node of its own, and (when a test asks) a database of its own on the test server.

Fixtures: `db` (rolled back after the test), `committed_db` (really committed: for tests of several connections),
`make_actor` (a person of any role and region, no row needed), `officer` (a stored person).
"""

import json
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import django
import pytest
from hypothesis import settings

from tests.support import database
from tests.support.installation import running  # noqa: F401  (a fixture)

settings.register_profile("untimed", deadline=None)  # speed is measured in bench/, never in a test
settings.load_profile("untimed")
STORIES = "tests/story/"  # one province for all of them
LONG = ("tests/story/test_kills.py", "tests/story/test_two_hundred.py", "tests/site/environment/test_up.py")  # one each


def _hands_out() -> bool:
    """This process only hands tests out to others, which would inherit its surroundings."""
    return "PYTEST_XDIST_WORKER" not in os.environ and any(a.startswith(("-n", "--numprocesses")) for a in sys.argv[1:])


if not _hands_out():  # now, for the conftest of a folder asked for is read before pytest is configured
    database.write_node(os.environ.get("ZIYUAN_TEST_ZONE", "inner"))
    os.environ["DJANGO_SETTINGS_MODULE"] = "ziyuan.site.settings"
    django.setup()


def _room(path: str) -> str:
    """What tests share and must not be torn apart: the province of the stories, or a file."""
    return STORIES if path.startswith(STORIES) and path not in LONG else path


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """For a run in several processes: a room goes to one of them."""
    from xdist.scheduler import LoadScopeScheduling

    class Rooms(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return _room(nodeid.partition("::")[0])

    return Rooms(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest begins first; what leaves rows in the run's database comes last."""
    first = (STORIES, *LONG)
    place = {id(item): item.nodeid.partition("::")[0] for item in items}
    last = {place[id(item)] for item in items if "committed_db" in getattr(item, "fixturenames", ())}

    def turn(item: pytest.Item) -> int:
        path = place[id(item)]
        room = _room(path)
        return first.index(room) if room in first else len(first) + (path in last)

    items.sort(key=turn)


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker) -> Iterator[None]:
    """Make and provision the run's database with the owner role, as an installation does."""
    if database.cluster() is None:
        pytest.fail("没有测试数据库:请用 ./ziyuan test 运行(它会自行准备)。")
    told = json.loads(Path(os.environ["ZIYUAN_NODE"]).read_text(encoding="utf-8"))
    database.create(told)
    try:
        with django_db_blocker.unblock():
            from ziyuan.site.provision import provision

            list(provision())
        yield
    finally:
        from django.db import connections

        with django_db_blocker.unblock():
            connections.close_all()
        database.drop(told)


@pytest.fixture
def committed_db(django_db_setup, django_db_blocker) -> Iterator[None]:
    """Database access without a surrounding rollback: what a test writes stays for the run."""
    with django_db_blocker.unblock():
        yield
        from django.db import connections

        for connection in connections.all():
            connection.close_if_unusable_or_obsolete()


@pytest.fixture
def make_actor() -> Callable:
    """`make_actor("county_clerk", "340123")`: an actor without a stored person."""
    from ziyuan.kernel import service as kernel

    def make(role: str, region: str, name: str = "测试员", person: int = 1_000_001):
        return kernel.Actor(
            person=person,
            name=name,
            organ=f"ZR{region}",
            organ_name="测试机关",
            region=region,
            roles=frozenset([role]),
            node="inner",
        )

    return make


@pytest.fixture
def officer(db) -> Callable:
    """`officer("county_clerk", "340123")`: a stored person as an actor."""
    from ziyuan.kernel import service as kernel
    from ziyuan.kernel.identity.people import add_person
    from ziyuan.kernel.identity.sample import SINCE, organ_of
    from ziyuan.kernel.identity.signin import actor_of

    def make(role: str, region: str, user: str = ""):
        person = add_person(user or f"t-{role}-{region}", "测试员", organ_of(region), "test-password", [role], SINCE)
        return actor_of(person, kernel.now())

    return make


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real files kept beside the repository; the test is skipped, saying so, where they are absent."""
    path = Path(os.environ.get("ZIYUAN_SHARED", database.ROOT.parent / "shared")) / "data"
    if not path.is_dir():
        pytest.skip("没有 shared/data(真实数据),跳过")
    return path
