"""Which system calls a child may not make (seccomp): no socket, program, process, foreign signal, changed file.

The filter is a list of classic BPF steps, written for the two machines the platform runs on. A call that is not
named stays allowed: Landlock, the namespaces and the limits stand behind this list, not under it.
"""

import ctypes
import errno
import os
import platform
import struct
from dataclasses import dataclass

_libc = ctypes.CDLL(None, use_errno=True)
_PR_SET_NO_NEW_PRIVS, _PR_SET_SECCOMP = 38, 22
_LD, _JEQ, _JGE, _JSET, _RET = 0x20, 0x15, 0x35, 0x45, 0x06
_CLONE_THREAD, _X32 = 0x10000, 0x40000000
_ALLOW, _REFUSE, _ABSENT = 0x7FFF0000, 0x00050000 | errno.EPERM, 0x00050000 | errno.ENOSYS
_NUMBER, _MACHINE, _FIRST_ARGUMENT = 0, 4, 16

Step = tuple[int, int, int, int]


@dataclass(frozen=True)
class _Machine:
    """Numbers of one architecture; `named` maps the refused calls."""

    audit: int
    named: dict[str, int]
    clone: int
    clone3: int
    kill: int
    tgkill: int


_MACHINES = {
    "x86_64": _Machine(
        0xC000003E,
        {"socket": 41, "connect": 42, "fork": 57, "vfork": 58, "execve": 59, "execveat": 322, "ptrace": 101,
         "io_uring_setup": 425, "tkill": 200, "pidfd_send_signal": 424, "rt_sigqueueinfo": 129,
         "process_vm_readv": 310, "process_vm_writev": 311, "truncate": 76, "chmod": 90, "fchmod": 91,
         "fchmodat": 268, "fchmodat2": 452, "chown": 92, "lchown": 94, "fchownat": 260, "utimensat": 280,
         "setxattr": 188, "lsetxattr": 189, "mount": 165, "pivot_root": 155, "bpf": 321, "keyctl": 250},
        clone=56, clone3=435, kill=62, tgkill=234,
    ),
    "aarch64": _Machine(
        0xC00000B7,
        {"socket": 198, "connect": 203, "execve": 221, "execveat": 281, "ptrace": 117, "io_uring_setup": 425,
         "tkill": 130, "pidfd_send_signal": 424, "rt_sigqueueinfo": 138, "process_vm_readv": 270,
         "process_vm_writev": 271, "truncate": 45, "fchmod": 52, "fchmodat": 53, "fchmodat2": 452,
         "fchownat": 54, "utimensat": 88, "setxattr": 5, "lsetxattr": 6, "mount": 40, "pivot_root": 41,
         "bpf": 280, "keyctl": 219},
        clone=220, clone3=435, kill=129, tgkill=131,
    ),
}  # fmt: skip


def refuse_calls() -> bool:
    """Raise the wall for this thread and all made later; False where the machine or the kernel has none."""
    machine = _MACHINES.get(platform.machine())
    if machine is None:
        return False
    steps = _steps(machine, os.getpid())
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in steps))
    program = ctypes.create_string_buffer(struct.pack("HxxxxxxQ", len(steps), ctypes.addressof(code)))
    if _libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0):
        return False
    return _libc.prctl(_PR_SET_SECCOMP, 2, ctypes.c_void_p(ctypes.addressof(program)), 0, 0) == 0


def _steps(machine: _Machine, own: int) -> list[Step]:
    """The filter. Each test but the last ones ends in its own return, so no jump is longer than three steps."""
    steps: list[Step] = [(_LD, 0, 0, _MACHINE), (_JEQ, 1, 0, machine.audit), (_RET, 0, 0, _REFUSE), (_LD, 0, 0, _NUMBER)]
    steps += [(_JGE, 0, 1, _X32), (_RET, 0, 0, _REFUSE)]
    for number in machine.named.values():
        steps += [(_JEQ, 0, 1, number), (_RET, 0, 0, _REFUSE)]
    steps += [(_JEQ, 0, 1, machine.clone3), (_RET, 0, 0, _ABSENT)]  # glibc then falls back to clone
    steps += _when(machine.clone, (_JSET, 1, 0, _CLONE_THREAD))  # a thread, but no process
    steps += _when(machine.kill, (_JEQ, 1, 0, own))
    steps += _when(machine.tgkill, (_JEQ, 1, 0, own))  # abort() signals the process itself
    return [*steps, (_RET, 0, 0, _ALLOW)]


def _when(number: int, allowed: Step) -> list[Step]:
    """The call `number` only with a first argument that passes the test `allowed`."""
    return [
        (_JEQ, 0, 4, number), (_LD, 0, 0, _FIRST_ARGUMENT), allowed, (_RET, 0, 0, _REFUSE), (_RET, 0, 0, _ALLOW),
    ]  # fmt: skip
