"""The walls a child builds around itself before it touches the file.

Each wall is raised by the child from inside, by system call, so nothing has to be installed:
a user and network namespace of its own (`unshare -rn`), Landlock (own view of the files,
read-only), seccomp (`calls.py`: no socket, program, process, tracing) and resource limits. Which of
them stand is reported; the self-check of `check.py` proves them by trying.
"""

import ctypes
import os
import resource
import signal
import struct
from collections.abc import Sequence

from ziyuan.base.sandbox.calls import refuse_calls
from ziyuan.base.sandbox.limits import MIB

__all__ = ["die_with_parent", "leave_network", "limit", "refuse_calls", "see_only"]

_libc = ctypes.CDLL(None, use_errno=True)

_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000
_PR_SET_PDEATHSIG, _PR_SET_NO_NEW_PRIVS = 1, 38
_LANDLOCK_CREATE, _LANDLOCK_ADD, _LANDLOCK_RESTRICT = 444, 445, 446
_READ_FILE, _READ_DIR = 1 << 2, 1 << 3
_GRACE_S = 2
_ALL_FILE_RIGHTS = (1 << 13) - 1  # ABI 1: execute, write, read, list, remove, make …


def die_with_parent() -> None:
    """A killed worker takes its child along: no reading goes on that nobody waits for."""
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def limit(memory_mb: int, cpu_s: int, open_files: int) -> None:
    """Lower the resource limits; the child may write no file at all (its pipe is no file)."""
    for kind, soft, hard in (
        (resource.RLIMIT_AS, memory_mb * MIB, memory_mb * MIB),
        (resource.RLIMIT_CPU, cpu_s, cpu_s + _GRACE_S),  # the soft one ends with a signal that says why
        (resource.RLIMIT_NOFILE, open_files, open_files),
        (resource.RLIMIT_FSIZE, 0, 0),
        (resource.RLIMIT_CORE, 0, 0),
    ):
        resource.setrlimit(kind, (soft, hard))


def leave_network() -> bool:
    """Enter a user and network namespace of one's own, with no device in it."""
    return _libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET) == 0


def see_only(folders: Sequence[str]) -> bool:
    """Landlock: from now on only `folders` may be read and nothing may be written."""
    rights = struct.pack("Q", _ALL_FILE_RIGHTS)
    ruleset = _libc.syscall(_LANDLOCK_CREATE, rights, ctypes.c_size_t(len(rights)), 0)
    if ruleset < 0:
        return False
    try:
        for folder in folders:
            _allow_reading(ruleset, folder)
        if _libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0):
            return False
        return _libc.syscall(_LANDLOCK_RESTRICT, ruleset, 0) == 0
    finally:
        os.close(ruleset)


def _allow_reading(ruleset: int, folder: str) -> None:
    try:
        where = os.open(folder, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        rule = struct.pack("=Qi", _READ_FILE | _READ_DIR, where)
        _libc.syscall(_LANDLOCK_ADD, ruleset, 1, rule, 0)
    finally:
        os.close(where)
