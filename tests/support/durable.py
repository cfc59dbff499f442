"""A durable cluster of its own (fsync on), for tests that kill the database server."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from ziyuan.site.environment import cluster as clusters
from ziyuan.site.environment import say
from ziyuan.site.environment.cluster import SUPERUSER, Cluster

START_SECONDS = 60.0


class Server:
    """Started in a temporary folder; `kill` ends every one of its processes at once."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="ziyuan-durable-"))
        self.folder.chmod(0o755)
        user = "postgres" if os.geteuid() == 0 and _exists("postgres") else None
        self.cluster = Cluster(self.folder / "cluster", self.folder / "socket", user)
        clusters.ensure(self.cluster, self.folder / "initdb.log")
        self.process: subprocess.Popen[bytes] | None = None
        self.start()

    def told(self) -> dict[str, Any]:
        """What a node file says of it."""
        return {"host": str(self.cluster.socket), "port": self.cluster.port, "superuser": SUPERUSER}

    def start(self) -> None:
        """Start, again and again while the killed one's memory is still held, until it answers."""
        end = time.monotonic() + START_SECONDS
        while not clusters.answers(self.cluster):
            if self.process is None or self.process.poll() is not None:
                with (self.folder / "server.log").open("ab") as log:
                    self.process = subprocess.Popen(
                        self.cluster.command(),
                        stdin=subprocess.DEVNULL,
                        stdout=log,
                        stderr=log,
                        start_new_session=True,
                        **say.as_user(self.cluster.user),
                    )
            assert time.monotonic() < end, (self.folder / "server.log").read_text(encoding="utf-8")[-3000:]
            time.sleep(0.1)

    def kill(self) -> None:
        """kill -9 of the postmaster and of each backend."""
        assert self.process is not None
        number = self.process.pid
        backends = Path(f"/proc/{number}/task/{number}/children").read_text(encoding="ascii").split()
        for victim in [number, *map(int, backends)]:
            with suppress(ProcessLookupError):
                os.kill(victim, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


def _exists(user: str) -> bool:
    try:
        pwd.getpwnam(user)
    except KeyError:
        return False
    return True
