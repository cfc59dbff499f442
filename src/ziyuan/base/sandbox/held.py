"""A folder for one reading (暂存目录), taken away at the end, and after a killed process at the next start.

The owner holds a lock on a file inside; the system frees it when the owner dies, however that happens. So a folder
without a held lock belongs to nobody, also where process numbers mean nothing (several containers, one /tmp).
"""

import contextlib
import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

PREFIX = "ziyuan-read-"
LOCK = ".owner"
_JUST_MADE_S = 60.0


@contextlib.contextmanager
def held_folder(root: Path | None = None) -> Iterator[Path]:
    """A new empty folder `ziyuan-read-<process>-…` below `root`; nothing of it is left afterwards.

    A root of one's own is for results that are moved to their place: that is one step only on the same disk.
    """
    sweep(root)
    folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-", dir=root))
    lock = os.open(folder / LOCK, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        work = folder / "work"
        work.mkdir()
        yield work
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(lock)


def sweep(root: Path | None = None) -> int:
    """Take away the folders of dead owners below `root` (the system's place for such); how many."""
    taken = 0
    for folder in (root or Path(tempfile.gettempdir())).glob(f"{PREFIX}*"):
        if _ownerless(folder):
            shutil.rmtree(folder, ignore_errors=True)
            taken += not folder.exists()
    return taken


def _ownerless(folder: Path) -> bool:
    """No living process holds the lock; a folder without a lock file counts once it is a minute old."""
    try:
        told = folder.lstat()
        if told.st_uid != os.geteuid() or folder.is_symlink():
            return False
        lock = os.open(folder / LOCK, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
    except FileNotFoundError:
        return folder.exists() and time.time() - told.st_mtime > _JUST_MADE_S
    except OSError:
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    finally:
        os.close(lock)
    return True
