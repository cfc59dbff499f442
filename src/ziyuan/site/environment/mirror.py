"""The copy of the code that the service user runs, where root set up and the clone may be unreadable to it."""

import compileall
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from ziyuan.site.environment import say
from ziyuan.site.environment.place import Place

NOT_COPIED = frozenset(
    {".git", ".venv", ".ziyuan", "node_modules", "__pycache__", ".mypy_cache", ".ruff_cache", ".pytest_cache"}
    | {".hypothesis", ".import_linter_cache", "dist"}
)


def refresh(place: Place) -> None:
    """Bring the copy of the clone up to date; no copy where the clone itself is run."""
    if not place.by_root:
        return
    with say.step("更新程序副本"):
        if copy(place.clone, place.app):
            compileall.compile_dir(place.app / "src", quiet=2, workers=1)


def copy(source: Path, target: Path) -> int:
    """Make `target` equal to `source` (without caches and build products); returns the number of files written."""
    target.mkdir(parents=True, exist_ok=True)
    wanted = set(files(source))
    written = 0
    for name in sorted(wanted):
        fresh, old = source / name, target / name
        if not _same(fresh, old):
            old.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(fresh, old)
            old.chmod(0o755 if os.access(fresh, os.X_OK) and fresh.stat().st_mode & 0o100 else 0o644)
            written += 1
    for name in set(files(target)) - wanted:
        (target / name).unlink()
    for root, _folders, _names in os.walk(target):
        if Path(root).stat().st_mode & 0o777 != 0o755 and "node_modules" not in root:
            Path(root).chmod(0o755)
    return written


def files(root: Path) -> Iterator[Path]:
    """Paths of the files that make up the project, relative to `root`."""
    for folder, folders, names in os.walk(root):
        here = Path(folder).relative_to(root)
        folders[:] = [name for name in folders if name not in NOT_COPIED]
        yield from (here / name for name in names if (root / here / name).is_file())


def _same(fresh: Path, old: Path) -> bool:
    if not old.is_file():
        return False
    a, b = fresh.stat(), old.stat()
    return a.st_size == b.st_size and a.st_mtime_ns == b.st_mtime_ns


if __name__ == "__main__":
    copy(Path(sys.argv[1]), Path(sys.argv[2]))
