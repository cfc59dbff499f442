"""A real cluster of our own in a temporary folder; as root it runs as `postgres`, since initdb refuses root."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ziyuan.site.environment import cluster as clusters
from ziyuan.site.environment import say
from ziyuan.site.environment.cluster import Cluster
from ziyuan.site.environment.databases import Server


@pytest.fixture
def folder() -> Iterator[Path]:
    """A short temporary folder every system user can enter."""
    path = Path(tempfile.mkdtemp(prefix="zy-"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A durable cluster as `up` makes it, running."""
    path = Path(tempfile.mkdtemp(prefix="zy-"))
    path.chmod(0o755)
    user = "postgres" if os.geteuid() == 0 else None
    cluster = Cluster(path / "cluster", path / "cluster" / "socket", user)
    clusters.ensure(cluster, path / "initdb.log")
    process = subprocess.Popen(
        cluster.command(), stderr=subprocess.DEVNULL, cwd=cluster.folder, **say.as_user(user)
    )
    end = time.monotonic() + 30
    while not clusters.answers(cluster) and time.monotonic() < end:
        time.sleep(0.1)
    yield Server.of(cluster)
    process.send_signal(signal.SIGINT)
    process.wait()
    shutil.rmtree(path, ignore_errors=True)
