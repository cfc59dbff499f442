"""What a hostile reader would try, for the self-check: True means the wall held."""

import contextlib
import mmap
import os
import signal
import socket
import subprocess
import threading
from collections.abc import Callable
from typing import Any


def probe(request: dict[str, Any]) -> dict[str, bool]:
    """Try each wall once: network, files outside, writing, processes, programs, signals to others, handles, memory."""
    folder = os.path.dirname(request["file"])
    tries: dict[str, Callable[[], object]] = {
        "network": lambda: socket.create_connection(("127.0.0.1", request["port"]), timeout=2).close(),
        "files": lambda: _read(request["outside"]),
        "writing": lambda: _write(os.path.join(folder, "written")),
        "changing": lambda: os.chmod(request["file"], 0o600),
        "programs": lambda: os.posix_spawn("/bin/true", ["true"], {}),
        "processes": _fork,
        "signals": lambda: os.kill(request["parent"], 0),
        "handles": lambda: _open_many(request["file"], request["open_files"]),
        "memory": lambda: mmap.mmap(-1, request["memory_mb"] << 20).close(),
    }
    held = {name: _refused(attempt) for name, attempt in tries.items()}
    held["threads"] = not _refused(_one_thread)  # reading needs these
    return held


def _refused(attempt: Callable[[], object]) -> bool:
    try:
        attempt()
    except (OSError, MemoryError, RuntimeError, subprocess.SubprocessError):
        return True
    return False


def _read(path: str) -> None:
    with open(path, "rb") as file:
        file.read(1)


def _write(path: str) -> None:
    with open(path, "wb") as attempt:
        attempt.write(b"x")


def _fork() -> None:
    child = os.fork()
    if child == 0:
        os._exit(0)
    with contextlib.suppress(ChildProcessError):
        os.waitpid(child, 0)


def _open_many(path: str, allowed: int) -> None:
    with contextlib.ExitStack() as held:
        for _ in range(allowed + 1):
            held.enter_context(open(path, "rb"))


def _one_thread() -> None:
    thread = threading.Thread(target=signal.getsignal, args=(signal.SIGTERM,))
    thread.start()
    thread.join()
