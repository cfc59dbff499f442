"""Folders of readings: gone at the end, and after a killed owner at the next start; those in use stay."""

import os
import signal
import subprocess
import sys
import tempfile
import time

import pytest

from ziyuan.base import sandbox
from ziyuan.base.sandbox.run import SOURCE

OWNER = """
import sys, time; sys.path.insert(0, {src!r})
from ziyuan.base.sandbox.held import held_folder
with held_folder() as folder:
    (folder / "DLTB.shp").write_bytes(b"x")
    print(folder, flush=True)
    time.sleep(60)
"""


@pytest.fixture(autouse=True)
def own_place(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


@pytest.fixture
def owner(own_place):
    """A process that holds a folder and will not let go of it."""
    process = subprocess.Popen([sys.executable, "-c", OWNER.format(src=SOURCE)], stdout=subprocess.PIPE, text=True,
                               env=os.environ | {"TMPDIR": str(own_place)})  # fmt: skip
    process.stdout.readline()
    yield process
    process.kill()
    process.wait()
    process.stdout.close()


def test_a_folder_is_gone_after_its_reading_also_after_an_error(own_place):
    with pytest.raises(ValueError), sandbox.held_folder() as folder:
        (folder / "a").write_bytes(b"x")
        raise ValueError
    assert list(own_place.iterdir()) == []


def test_a_killed_owner_leaves_a_folder_that_the_next_reading_takes_away(own_place, owner):
    (left,) = own_place.iterdir()
    os.kill(owner.pid, signal.SIGKILL)
    owner.wait()
    assert left.exists()
    with sandbox.held_folder() as folder:
        assert not left.exists() and folder.exists()
    assert list(own_place.iterdir()) == []


def test_a_folder_in_use_is_left_alone(own_place, owner):
    (used,) = own_place.iterdir()
    assert sandbox.sweep() == 0 and used.exists()


def test_a_folder_without_a_lock_goes_only_when_it_is_old(own_place):
    fresh, old = own_place / "ziyuan-read-1-new", own_place / "ziyuan-read-1-old"
    fresh.mkdir()
    old.mkdir()
    os.utime(old, (time.time() - 3600,) * 2)
    assert sandbox.sweep() == 1
    assert fresh.exists() and not old.exists()


def test_a_link_in_the_place_of_a_folder_is_not_followed(own_place):
    kept = own_place / "kept"
    kept.mkdir()
    (kept / "a").write_bytes(b"x")
    (own_place / "ziyuan-read-link").symlink_to(kept)
    sandbox.sweep()
    assert (kept / "a").exists()
