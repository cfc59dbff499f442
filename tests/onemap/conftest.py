"""A clean lake and tile store for every test of the map that writes."""

import shutil

import pytest


@pytest.fixture
def clean_lake():
    """The node's lake and tiles, empty before and after."""
    from ziyuan.kernel import service as kernel

    folders = [kernel.node().data / name for name in ("lake", "tiles")]
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)
    yield
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)
