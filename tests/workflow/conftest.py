"""Cases on a sealed map: each test begins with one county, its officers, and no case."""

import shutil

import pytest

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
