"""The child process: one file, one reader, behind walls; answers in frames on its standard output.

The reader is GDAL with one driver, or a function of ours named by the parent (`module:function`, called with the
path and the options, yielding `ReadLayer`). Text columns may travel as bytes: judging them is the parent's work.
"""

import importlib
import json
import os
import sys
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

from ziyuan.base.sandbox import walls

Reader = Callable[[], Iterator[Any]]


def _build_walls(request: dict[str, Any]) -> dict[str, bool]:
    walls.die_with_parent()
    walls.limit(request["memory_mb"], request["cpu_s"], request["open_files"])
    return {"namespace": walls.leave_network()}


def _reader(request: dict[str, Any]) -> Reader:
    """The reader, with all its libraries loaded: the file wall hides those of the system afterwards."""
    if request.get("reader"):
        module, function = request["reader"].split(":")
        read = getattr(importlib.import_module(module), function)
        return lambda: read(request["file"], request["options"])
    from ziyuan.base.sandbox import gdal_reader

    pyogrio = gdal_reader.prepare(request["driver"], request["skip"])
    if request["do"] == "drivers":
        return lambda: iter(sorted(pyogrio.list_drivers()))
    return lambda: gdal_reader.read(pyogrio, request["file"], request["driver"], request.get("layers"))


def _answer(request: dict[str, Any], out: BinaryIO) -> None:
    standing = _build_walls(request)
    reader = _reader(request)
    from ziyuan.base.sandbox import answer

    if request["do"] == "drivers":
        answer.send_json(out, b"W", {"drivers": list(reader())})
        return
    if request["do"] == "probe":
        from ziyuan.base.sandbox.probe import probe
    seen = [os.path.dirname(request["file"]), sys.prefix, *filter(None, sys.path)]
    standing["files"] = walls.see_only(seen)
    standing["calls"] = walls.refuse_calls()
    answer.send_json(out, b"W", standing)
    if request["do"] == "probe":
        answer.send_json(out, b"W", probe(request))
        return
    for layer in reader():
        answer.send_layer(out, layer)


def main() -> None:
    """Serve one request from standard input and end."""
    out = sys.stdout.buffer
    request = json.loads(sys.stdin.buffer.readline())
    try:
        _answer(request, out)
        out.write(b"." + bytes(8))
        out.flush()
    except Exception as problem:
        from ziyuan.base.sandbox.answer import send_error

        send_error(out, problem)
