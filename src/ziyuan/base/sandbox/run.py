"""The parent's side: start the child, take its frames, believe none of them unchecked."""

import contextlib
import functools
import json
import os
import signal
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ziyuan.base.sandbox.errors import AnswerMalformed, FileCrashed, FileUnreadable, LimitBroken
from ziyuan.base.sandbox.limits import MIB, Limits

if TYPE_CHECKING:
    import pyarrow as pa

SOURCE = str(Path(__file__).resolve().parents[3])
_START = "import sys; sys.path.insert(0, {src!r}); from ziyuan.base.sandbox.child import main; main()"
_KINDS = {"GPKG": "GeoPackage", "ESRI Shapefile": "Shapefile", "GeoJSON": "GeoJSON"}
_MOST_COLUMNS = 512


@dataclass(frozen=True)
class RawLayer:
    """One layer as the file has it: text columns still bytes, `geometry` WKB (or absent)."""

    name: str
    table: "pa.Table"
    crs: str | None
    geometry_type: str | None


@dataclass(frozen=True)
class Reading:
    layers: dict[str, RawLayer]
    unread: tuple[str, ...]
    walls: dict[str, bool] = field(default_factory=dict)


def read_vector(
    path: Path, driver: str, *, layers: Sequence[str] | None = None, limits: Limits | None = None
) -> Reading:
    """Read one vector file with the one named GDAL driver, in a child of its own.

    `layers` None reads all; others are only named (`unread`). For a Shapefile the bytes of its
    text columns arrive as ISO-8859-1 characters, so that the parent can decode them itself.

    Raises LimitBroken, FileCrashed, FileUnreadable, AnswerMalformed.
    """
    limits = limits or Limits()
    request = {"do": "read", "file": str(path), "driver": driver, "skip": skip_all_but(driver),
               "layers": None if layers is None else list(layers)}
    found: dict[str, RawLayer] = {}
    unread: list[str] = []
    standing: dict[str, bool] = {}
    told: dict[str, Any] | None = None
    for kind, body in exchange(request, limits):
        if kind == b"W":
            standing = _json(path, body)
        elif kind == b"L":
            told = _described(path, body)
            if not told["read"]:
                unread.append(told["name"])
        elif kind == b"A" and told is not None and told["read"]:
            found[told["name"]] = _checked_layer(path, told, body)
            told = None
        else:
            raise AnswerMalformed(path.name, "帧序错误")
    return Reading(found, tuple(unread), standing)


def exchange(request: dict[str, Any], limits: Limits) -> Iterator[tuple[bytes, bytes]]:
    """Run one child for `request`; yield its frames up to the end mark."""
    name = Path(request.get("file", "")).name
    child = _start(request | {"memory_mb": limits.memory_mb, "cpu_s": limits.cpu_s,
                              "open_files": limits.open_files})
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
                   "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    child = subprocess.Popen(
        [sys.executable, "-I", "-c", _START.format(src=SOURCE)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        env=environment, cwd="/", start_new_session=True, close_fds=True,
    )
    assert child.stdin is not None  # noqa: S101  (PIPE was asked for)
    try:
        child.stdin.write(json.dumps(request).encode() + b"\n")
        child.stdin.close()
    except BrokenPipeError:
        pass
    return child


def _frames(child: subprocess.Popen[bytes], name: str, limits: Limits) -> Iterator[tuple[bytes, bytes]]:
    pipe, left = child.stdout, limits.output_mb * MIB
    assert pipe is not None  # noqa: S101
    while head := pipe.read(9):
        if len(head) < 9 or head[:1] not in b"WLAE.":
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
        return LimitBroken(name, "处理器时间或系统内存", f"{limits.cpu_s} 秒,{limits.memory_mb} MB")
    if code == -signal.SIGABRT:  # C++ bad_alloc ends in abort
        return LimitBroken(name, "内存", f"{limits.memory_mb} MB")
    how = signal.Signals(-code).name if code < 0 else f"退出码 {code}"
    return FileCrashed(name, how)


def _raise_told(name: str, driver: str, body: bytes, limits: Limits) -> None:
    told = _json(Path(name), body)
    why = str(told.get("why", ""))
    if told.get("kind") == "memory" or "memory" in why.lower() or "realloc" in why:
        raise LimitBroken(name, "内存", f"{limits.memory_mb} MB")
    if told.get("kind") in ("ImportError", "ModuleNotFoundError", "RuntimeError"):
        raise FileCrashed(name, "读取程序自身出错")
    raise FileUnreadable(name, _KINDS.get(driver, driver), _plain_reason(why))


def _plain_reason(why: str) -> str:
    """GDAL's English reason shortened to what a person may need; never a server path."""
    if "图层" in why:
        return why
    if "not recognized" in why:
        return "内容不属于该格式"
    if "malformed" in why or "not a database" in why:
        return "数据库结构损坏"
    return "结构损坏或内容不完整"


def _json(path: Path, body: bytes) -> dict[str, Any]:
    try:
        value = json.loads(body)
    except ValueError as problem:
        raise AnswerMalformed(path.name, "说明不是 JSON") from problem
    if not isinstance(value, dict):
        raise AnswerMalformed(path.name, "说明不是对象")
    return value


def _described(path: Path, body: bytes) -> dict[str, Any]:
    told = _json(path, body)
    right = isinstance(told.get("name"), str) and isinstance(told.get("read"), bool)
    if right and told["read"]:
        right = (
            isinstance(told.get("rows"), int)
            and isinstance(told.get("columns"), list)
            and isinstance(told.get("crs"), str | None)
            and len(told.get("crs") or "") < 20_000
        )
    if not right:
        raise AnswerMalformed(path.name, "图层说明不全")
    return told


def _checked_layer(path: Path, told: dict[str, Any], body: bytes) -> RawLayer:
    import pyarrow as pa  # its threads would keep the child from entering a namespace of its own

    try:
        table = pa.ipc.open_stream(pa.py_buffer(body)).read_all()
        table.validate(full=True)
    except pa.ArrowInvalid as problem:
        raise AnswerMalformed(path.name, "Arrow 数据无效") from problem
    names = table.column_names
    if table.num_rows != told["rows"] or names != told["columns"]:
        raise AnswerMalformed(path.name, "行数或列名与说明不符")
    if len(names) > _MOST_COLUMNS or len(set(names)) != len(names):
        raise AnswerMalformed(path.name, "列过多或重名")
    if any(pa.types.is_nested(kind) for kind in table.schema.types if not pa.types.is_list(kind)):
        raise AnswerMalformed(path.name, "列类型不在约定之内")
    if "geometry" in names and not pa.types.is_binary(table.schema.field("geometry").type):
        raise AnswerMalformed(path.name, "图形列不是二进制")
    return RawLayer(told["name"], table, told.get("crs"), told.get("geometry_type"))


@functools.cache
def drivers() -> tuple[str, ...]:
    """All drivers of the installed GDAL, asked of a child once per process."""
    for _kind, body in exchange({"do": "drivers", "driver": "", "skip": ""}, Limits(wall_s=30)):
        return tuple(json.loads(body)["drivers"])
    raise AnswerMalformed("GDAL", "驱动清单为空")


def skip_all_but(driver: str) -> str:
    """The value of GDAL_SKIP that leaves one driver; a comma makes names with blanks possible."""
    return ",".join(name for name in drivers() if name != driver)


def measure_start() -> float:
    """Seconds to start a child that reads nothing (bench)."""
    began = time.perf_counter()
    drivers.cache_clear()
    drivers()
    return time.perf_counter() - began
