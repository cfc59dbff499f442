"""What every command needs first: system packages, users, folders, code, Python; one set-up at a time."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager

from ziyuan.site.environment import packages, pythonenv, say, users
from ziyuan.site.environment import place as places
from ziyuan.site.environment.place import Place


@contextmanager
def locked(place: Place) -> Iterator[None]:
    """Hold the set-up lock of this installation; waits while another command of ours holds it."""
    place.state.mkdir(parents=True, exist_ok=True)
    with (place.state / "setup.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            with say.step("等待另一条 ./ziyuan 命令完成准备"):
                fcntl.flock(file, fcntl.LOCK_EX)
        yield


def python_only(place: Place, kind: str) -> None:
    """Only the Python environment, for commands that need no node."""
    if pythonenv.ready(place, kind):
        return
    with locked(place):
        packages.ensure(place, database=False, tests=False)
        users.ensure(place)
        places.make_folders(place)
        pythonenv.ensure(place, kind)


def base(place: Place, *, kind: str, database: bool, tests: bool = False) -> None:
    """Everything up to the Python environment; the caller holds the lock."""
    places.folder(place.logs)
    packages.ensure(place, database=database, tests=tests)
    users.ensure(place)
    places.make_folders(place)
    pythonenv.ensure(place, kind)
