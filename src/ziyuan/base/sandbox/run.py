"""The parent's side of a child process: start it, take its frames within the limits, name its death."""

import contextlib
import fcntl
import functools
import json
import os
import re
import signal
import struct
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ziyuan.base.sandbox.errors import (
    AnswerMalformed,
    FileCrashed,
    FileUnreadable,
    LimitBroken,
    ReadingRefused,
)
from ziyuan.base.sandbox.limits import MIB, Limits

SOURCE = str(Path(__file__).resolve().parents[3])
_START = "import sys; sys.path.insert(0, {src!r}); from ziyuan.base.sandbox.child import main; main()"
_KINDS = {"GPKG": "GeoPackage", "ESRI Shapefile": "Shapefile", "OpenFileGDB": "File GDB", "LIBKML": "KML"}
_PIPE = 1 << 20


def exchange(request: dict[str, Any], limits: Limits) -> Iterator[tuple[bytes, bytes]]:
    """Run one child for `request`; yield its frames up to the end mark.

    Raises LimitBroken, FileCrashed, FileUnreadable, ReadingRefused, AnswerMalformed.
    """
    name = request.get("shown") or Path(request.get("file", "")).name
    child = _start(request | {"memory_mb": limits.memory_mb, "cpu_s": limits.cpu_s,
                              "open_files": limits.open_files, "parent": os.getpid()})  # fmt: skip
    late = threading.Event()
    timer = threading.Timer(limits.wall_s, _stop_late, (child, late))
    timer.daemon = True
    timer.start()
    ended = False
    try:
        for kind, body in _frames(child, name, limits):
            if kind == b".":
                ended = True
                break
            if kind == b"E":
                _raise_told(name, request["driver"], body, limits)
            yield kind, body
        if not ended:
            raise _death(child, name, limits, late.is_set())
    finally:
        timer.cancel()
        _kill(child)
        child.wait()
        for pipe in (child.stdin, child.stdout):
            if pipe:
                pipe.close()


def _start(request: dict[str, Any]) -> subprocess.Popen[bytes]:
    environment = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "ARROW_DEFAULT_MEMORY_POOL": "system",
                   "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}  # fmt: skip
    child = subprocess.Popen(
        [sys.executable, "-I", "-c", _START.format(src=SOURCE)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        env=environment, cwd="/", start_new_session=True, close_fds=True,
    )  # fmt: skip
    assert child.stdin is not None and child.stdout is not None  # noqa: S101  (PIPE was asked for)
    with contextlib.suppress(OSError):
        fcntl.fcntl(child.stdout.fileno(), fcntl.F_SETPIPE_SZ, _PIPE)
    with contextlib.suppress(BrokenPipeError):
        child.stdin.write(json.dumps(request).encode() + b"\n")
        child.stdin.close()
    return child


def _frames(child: subprocess.Popen[bytes], name: str, limits: Limits) -> Iterator[tuple[bytes, bytes]]:
    pipe, left = child.stdout, limits.output_mb * MIB
    assert pipe is not None  # noqa: S101
    while head := pipe.read(9):
        if len(head) < 9 or head[:1] not in b"WLSANE.":
            raise AnswerMalformed(name, "帧头错误")
        (size,) = struct.unpack("<Q", head[1:])
        left -= size
        if left < 0:
            raise LimitBroken(name, "输出量", f"{limits.output_mb} MB")
        body = pipe.read(size)
        if len(body) < size:
            return
        yield head[:1], body


def _stop_late(child: subprocess.Popen[bytes], late: threading.Event) -> None:
    late.set()
    _kill(child)


def _kill(child: subprocess.Popen[bytes]) -> None:
    if child.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)


def _death(child: subprocess.Popen[bytes], name: str, limits: Limits, late: bool) -> Exception:
    """Name the limit that ended the child, or say that it crashed."""
    if late:
        return LimitBroken(name, "时间", f"{limits.wall_s:g} 秒")
    try:
        code = child.wait(timeout=5)
    except subprocess.TimeoutExpired:
        return FileCrashed(name, "无应答")
    if code == -signal.SIGXCPU:
        return LimitBroken(name, "处理器时间", f"{limits.cpu_s} 秒")
    if code == -signal.SIGXFSZ:
        return LimitBroken(name, "写文件", "不允许写任何文件")
    if code == -signal.SIGKILL:
        return LimitBroken(name, "系统内存", f"整机可用内存不足,读取进程上限 {limits.memory_mb} MB")
    if code == -signal.SIGABRT:  # C++ bad_alloc ends in abort
        return LimitBroken(name, "内存", f"{limits.memory_mb} MB")
    how = signal.Signals(-code).name if code < 0 else f"退出码 {code}"
    return FileCrashed(name, how)


def _raise_told(name: str, driver: str, body: bytes, limits: Limits) -> None:
    told = json_of(name, body)
    why = str(told.get("why", ""))
    if told.get("kind") == "told":
        raise _refused(name, told)
    if told.get("kind") == "memory" or "memory" in why.lower() or "realloc" in why:
        raise LimitBroken(name, "内存", f"{limits.memory_mb} MB")
    if "Too many open files" in why:
        raise LimitBroken(name, "打开文件数", f"{limits.open_files} 个")
    if told.get("kind") in ("ImportError", "ModuleNotFoundError", "RuntimeError"):
        raise FileCrashed(name, "读取程序自身出错")
    raise FileUnreadable(name, _KINDS.get(driver, driver or "该类"), plain_reason(why))


def _refused(name: str, told: dict[str, Any]) -> Exception:
    """The words of a reader of ours; its code must look like one, its text stays short and printable."""
    code, facts = str(told.get("code", "")), told.get("facts")
    if not re.fullmatch(r"ZY-[A-Z]{3}-\d{3}", code) or not isinstance(facts, dict):
        return AnswerMalformed(name, "错误说明不合约定")
    words = ["".join(c for c in str(told.get(key, ""))[:600] if c.isprintable()) for key in ("message", "remedy")]
    kept = {str(k): v for k, v in facts.items() if isinstance(v, str | int | float) and str(k).isidentifier()}
    return ReadingRefused(code, str(told.get("name", ""))[:60], words[0], words[1], kept)


def plain_reason(why: str) -> str:
    """GDAL's English reason in the words a person may need, with its place; never a server path."""
    if re.search(r"[\u4e00-\u9fff]", why):  # our own words
        return why
    if "not recognized" in why:
        return "内容不属于该格式"
    if "malformed" in why or "not a database" in why:
        return "数据库结构损坏"
    place = re.search(r"\b(line|offset|record|feature|row) (?:number |nr )?#?:?(\d{1,12})", why, re.IGNORECASE)
    if place is None:
        return "结构损坏或内容不完整"
    unit = {"line": "第 {} 行", "offset": "第 {} 字节", "record": "第 {} 条记录", "row": "第 {} 行",
            "feature": "第 {} 个要素"}[place[1].lower()]  # fmt: skip
    return f"{unit.format(place[2])}附近结构损坏"


def json_of(name: str, body: bytes) -> dict[str, Any]:
    """A JSON frame, which must be an object."""
    try:
        value = json.loads(body)
    except ValueError as problem:
        raise AnswerMalformed(name, "说明不是 JSON") from problem
    if not isinstance(value, dict):
        raise AnswerMalformed(name, "说明不是对象")
    return value


@functools.cache
def drivers() -> tuple[str, ...]:
    """All drivers of the installed GDAL, asked of a child once per process."""
    for _kind, body in exchange({"do": "drivers", "driver": "", "skip": "", "reader": ""}, Limits(wall_s=30)):
        return tuple(json.loads(body)["drivers"])
    raise AnswerMalformed("GDAL", "驱动清单为空")


def skip_all_but(driver: str) -> str:
    """The value of GDAL_SKIP that leaves one driver; a comma makes names with blanks possible."""
    return ",".join(name for name in drivers() if name != driver)
