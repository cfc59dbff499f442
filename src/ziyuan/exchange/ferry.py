"""The ferry: carries package files from one node's `out` folder to the other's `in` folder.

It stands for the one-way device between the networks: it knows folders, no node, no key, no database. A copy is whole
and synced before its source is removed, so a ferry killed anywhere loses nothing; a doubled file is taken once.
"""

import json
import os
import shutil
import signal
import threading
from pathlib import Path

PAUSE = 0.2


def routes() -> list[tuple[Path, Path]]:
    """(from, to) folders between the nodes whose files are named, colon-separated, by ZIYUAN_FERRY."""
    nodes = [json.loads(Path(p).read_text(encoding="utf-8")) for p in os.environ["ZIYUAN_FERRY"].split(":")]
    data = {told["name"]: Path(told["data"]) for told in nodes}
    return [
        (data[told["name"]] / "spool" / "out", data[peer["name"]] / "spool" / "in")
        for told in nodes
        for peer in told.get("peers", [])
        if peer["name"] in data
    ]


def carry(source: Path, target: Path) -> int:
    """Move every finished package; returns how many."""
    target.mkdir(parents=True, exist_ok=True)
    moved = 0
    for path in sorted(source.glob("*.zyp")):
        partial = target / f".{path.name}.part"
        shutil.copyfile(path, partial)
        _sync(partial)
        partial.rename(target / path.name)
        _sync(target)
        path.unlink()
        moved += 1
    return moved


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def run() -> None:
    """Carry until SIGTERM or SIGINT."""
    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    while not stop.is_set():
        busy = sum(carry(source, target) for source, target in routes() if source.is_dir())
        stop.wait(0.02 if busy else PAUSE)
