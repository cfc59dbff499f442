"""A decision file with those it imports, all from one folder."""

from __future__ import annotations

import functools
from pathlib import Path

from ziyuan.base.markup import LARGEST, why_unread
from ziyuan.workflow.decisions import model
from ziyuan.workflow.decisions.errors import DecisionError, NotADecisionFile
from ziyuan.workflow.decisions.reading import namespace_of, read

MOST_FILES = 200  # one file may draw in, directly or not
MOST_SEARCHED = 1000  # files of the folder looked through for a namespace


class Loaded:
    """What one file says and, import by import, the file behind it or why there is none."""

    def __init__(self, definitions: model.Definitions) -> None:
        self.definitions = definitions
        self.imports: list[tuple[model.Import, Loaded]] = []
        self.missing: list[tuple[model.Import, str]] = []


def load(path: Path) -> Loaded:
    """Read a file and, beside it, what it imports. Raises NotADecisionFile for the file itself only."""
    return _Folder(path.parent).load(path)


class _Folder:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.loaded: dict[Path, Loaded] = {}
        self.open: list[Path] = []

    def load(self, path: Path) -> Loaded:
        data = _bytes(path)
        found = self.loaded[path.resolve()] = Loaded(read(data, path.name))
        self.open.append(path.resolve())
        for item in found.definitions.imports:
            try:
                found.imports.append((item, self._imported(item, path)))
            except DecisionError as bad:
                found.missing.append((item, bad.bare))
        self.open.pop()
        return found

    def _imported(self, item: model.Import, by: Path) -> Loaded:
        path = self._beside(item, by)
        if path.resolve() in self.open:
            names = [step.name for step in self.open[self.open.index(path.resolve()) :]]
            raise DecisionError("循环导入：" + " → ".join([*names, path.name]))
        if path.resolve() in self.loaded:
            return self.loaded[path.resolve()]
        if len(self.loaded) >= MOST_FILES or len(self.open) >= 50:
            raise DecisionError("导入的文件过多")
        return self.load(path)

    def _beside(self, item: model.Import, by: Path) -> Path:
        """The file an import means: that at its location, or the file of the folder with that namespace."""
        place = self.folder / Path(item.location.replace("\\", "/")).name if item.location else None
        if place is not None and self._is_inside(place) and _namespace(place) in (item.namespace, None):
            return place
        for path in sorted(self.folder.glob("*.dmn"))[:MOST_SEARCHED]:
            if path != by and self._is_inside(path) and _namespace(path) == item.namespace:
                return path
        raise DecisionError(f"在同一文件夹中找不到所导入的文件（命名空间 {item.namespace}）")

    def _is_inside(self, path: Path) -> bool:
        """A file of the folder, not a link that leads out of it."""
        return path.is_file() and path.resolve().parent == self.folder.resolve()


def _bytes(path: Path) -> bytes:
    try:
        if path.exists() and not path.is_file():
            raise NotADecisionFile("无法读取文件：不是普通文件", file=str(path))
        if path.stat().st_size > LARGEST:
            raise NotADecisionFile(f"文件过大（上限 {LARGEST} 字节）", file=str(path))
        return path.read_bytes()
    except (OSError, ValueError) as bad:
        raise NotADecisionFile(f"无法读取文件：{why_unread(bad)}", file=str(path)) from None


def _namespace(path: Path) -> str | None:
    state = path.stat()
    return _namespace_at(path, state.st_mtime_ns, state.st_size)


@functools.lru_cache(maxsize=1024)
def _namespace_at(path: Path, changed: int, size: int) -> str | None:
    try:
        return namespace_of(_bytes(path), path.name)
    except DecisionError:
        return None
