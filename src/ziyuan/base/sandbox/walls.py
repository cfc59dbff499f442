"""The walls a child builds around itself before it touches the file.

Each wall is raised by the child from inside, by system call, so nothing has to be installed:
a user and network namespace of its own (`unshare -rn`), Landlock (own view of the files,
read-only), seccomp (no socket, no exec, no ptrace) and resource limits. Which of them stand is
reported; the self-check of `check.py` proves them by trying.
"""

import ctypes
import os
import platform
import resource
import signal
import struct
from collections.abc import Sequence

_libc = ctypes.CDLL(None, use_errno=True)

_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000
_PR_SET_PDEATHSIG, _PR_SET_NO_NEW_PRIVS, _PR_SET_SECCOMP = 1, 38, 22
_LANDLOCK_CREATE, _LANDLOCK_ADD, _LANDLOCK_RESTRICT = 444, 445, 446
_READ_FILE, _READ_DIR = 1 << 2, 1 << 3
_ALL_FILE_RIGHTS = (1 << 13) - 1  # ABI 1: execute, write, read, list, remove, make …

# architecture → (audit code, refused calls: socket, connect, execve, execveat, ptrace, io_uring_setup)
_REFUSED = {
    "x86_64": (0xC000003E, (41, 42, 59, 322, 101, 425)),
    "aarch64": (0xC00000B7, (198, 203, 221, 281, 117, 425)),
}
_LD, _JEQ, _JGE, _RET = 0x20, 0x15, 0x35, 0x06
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050000 | 1  # errno EPERM


def die_with_parent() -> None:
    """A killed worker takes its child along: no reading goes on that nobody waits for."""
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def limit(memory_mb: int, cpu_s: int, open_files: int) -> None:
    """Lower the resource limits; the child may write no file at all (its pipe is no file)."""
    for kind, value in (
        (resource.RLIMIT_AS, memory_mb * 1024 * 1024),
        (resource.RLIMIT_CPU, cpu_s),
        (resource.RLIMIT_NOFILE, open_files),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(kind, (value, value))


def leave_network() -> bool:
    """Enter a user and network namespace of one's own, with no device in it."""
    return _libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET) == 0


def refuse_calls() -> bool:
    """Seccomp: sockets, programs and tracing answer EPERM, also for every thread made later."""
    known = _REFUSED.get(platform.machine())
    if known is None:
        return False
    audit, calls = known
    rules = [(_LD, 0, 0, 4), (_JEQ, 1, 0, audit), (_RET, 0, 0, _REFUSE), (_LD, 0, 0, 0)]
    checks = [(_JGE, 0x40000000)] + [(_JEQ, number) for number in calls]
    for at, (test, number) in enumerate(checks):
        rules.append((test, len(checks) - at, 0, number))  # jump over the rest and ALLOW
    rules += [(_RET, 0, 0, _ALLOW), (_RET, 0, 0, _REFUSE)]
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *rule) for rule in rules))
    program = ctypes.create_string_buffer(struct.pack("HxxxxxxQ", len(rules), ctypes.addressof(code)))
    if _libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0):
        return False
    return _libc.prctl(_PR_SET_SECCOMP, 2, ctypes.c_void_p(ctypes.addressof(program)), 0, 0) == 0


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
