"""Read YAML so that every value still knows its file and line, and an unknown key is refused."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from ziyuan.base import reasons
from ziyuan.base.errors import UserError, nearest
from ziyuan.onemap.standards.errors import MissingKey, ModelUnreadable, UnknownKey, WrongValue


class Table(dict[str, Any]):
    """A YAML mapping that remembers the line of each key and its own path from the top of the file."""

    def __init__(self, file: str, line: int, path: str = "") -> None:
        super().__init__()
        self.file = file
        self.line = line
        self.path = path
        self.lines: dict[str, int] = {}

    def where(self, key: str | None = None) -> str:
        """`file:line（path）` of `key`, or of the table itself."""
        line = self.lines.get(key, self.line) if key else self.line
        path = joined(self.path, key) if key else self.path
        return f"{self.file}:{line}" + (f"（{path}）" if path else "")

    def known(self, keys: Iterable[str], required: Iterable[str] = ()) -> "Table":
        """The table itself when it holds no key outside `keys` and all of `required`."""
        keys = list(keys)
        for key in self:
            if key not in keys:
                raise UnknownKey(self.where(key), key, keys)
        for key in required:
            if key not in self:
                raise MissingKey(self.where(), key)
        return self

    def table(self, key: str) -> "Table":
        """The mapping under `key`; an empty one when absent."""
        return self._typed(key, Table, "一组键值", Table(self.file, self.lines.get(key, self.line), joined(self.path, key)))

    def text(self, key: str, default: str | None = None) -> str | None:
        """The text under `key`."""
        return self._typed(key, str, "文字（纯数字请加引号）", default)

    def flag(self, key: str, default: bool = False) -> bool:
        """The boolean under `key`."""
        return bool(self._typed(key, bool, "true 或 false", default))

    def number(self, key: str, default: float | None = None) -> float | None:
        """The number under `key`."""
        value = self._typed(key, (int, float), "数", default)
        if isinstance(value, bool):
            raise WrongValue(self.where(key), key, value, "数")
        return value

    def whole(self, key: str, default: int | None = None) -> int | None:
        """The whole number under `key`."""
        value = self.number(key, default)
        if value is not None and value != int(value):
            raise WrongValue(self.where(key), key, value, "整数")
        return None if value is None else int(value)

    def items_of(self, key: str) -> list[Any]:
        """The list under `key`; empty when absent."""
        return list(self._typed(key, list, "一个列表", []))

    def texts_of(self, key: str) -> tuple[str, ...]:
        """The texts under `key`; a whole number is taken as it is written."""
        items = self.items_of(key)
        if any(not isinstance(item, str | int) or isinstance(item, bool) for item in items):
            raise WrongValue(self.where(key), key, items, "一个列表，成员是文字")
        return tuple(str(item) for item in items)

    def csv_file(self, key: str, folder: Path) -> Path:
        """The CSV file named under `key`, below the folder of the model and nowhere else."""
        name = self.text(key)
        if not name or not name.lower().endswith(".csv") or name.startswith(("/", "\\")) or ".." in Path(name).parts:
            raise WrongValue(self.where(key), key, name, "本文件夹内的 CSV 文件名，如 codes/state.csv")
        path = folder / name
        if not path.is_file():
            raise ModelUnreadable(self.where(key), f"文件 {name} 不存在。")
        return path

    def choice(self, key: str, allowed: Iterable[str], default: str) -> str:
        """The text under `key`, one of `allowed`."""
        value = self.get(key, default)
        allowed = list(allowed)
        if value not in allowed:
            near = nearest(str(value), allowed)
            like = f"，最接近的是“{near}”" if near else ""
            raise WrongValue(self.where(key), key, value, f"{'、'.join(allowed)} 之一{like}")
        return value

    def _typed(self, key: str, kind: Any, expected: str, default: Any) -> Any:
        value = self.get(key)
        if value is None:
            return default
        if not isinstance(value, kind):
            raise WrongValue(self.where(key), key, value, expected)
        return value


def read(path: Path, name: str | None = None) -> Table:
    """The mapping in the YAML file `path`; `name` is how messages call the file."""
    shown = name or path.name
    try:
        if path.stat().st_size > MOST_BYTES:
            raise ModelUnreadable(shown, f"文件超过 {MOST_BYTES // 1_000_000} MB。")
        root = yaml.compose(path.read_text(encoding="utf-8"), Loader=_LOADER)
    except (yaml.YAMLError, UnicodeDecodeError, OSError) as error:
        raise ModelUnreadable(_place(shown, error), f"不是可读的 YAML（{reasons.problem(error)}）。") from error
    value = _Reader(shown).value(root, "") if root is not None else None
    if not isinstance(value, Table):
        raise ModelUnreadable(f"{shown}:1", "文件顶层应为一组键值。")
    return value


def _place(shown: str, error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    return f"{shown}:{mark.line + 1 if mark else 1}"


MOST_BYTES = 5_000_000
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_WORDS: dict[str, Any] = {"": None, "~": None, "null": None, "true": True, "false": False}
_WHOLE = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_FIGURE = re.compile(r"[-+]?(0|[1-9][0-9]*)?(\.[0-9]+)?([eE][-+]?[0-9]+)?")
_MERGE = "tag:yaml.org,2002:merge"
_DEEPEST = 40


def joined(path: str, key: str) -> str:
    """`entities.DLTB` and `fields` → `entities.DLTB.fields`."""
    return f"{path}.{key}" if path else key


def scalar(text: str) -> Any:
    """An unquoted value: null, true, false, a number, else text.

    Codes stay what they are: `NO` and `Y` are texts, not truth values; `01` keeps its zero; `2020-04-01` is text.
    """
    if text in _WORDS:
        return _WORDS[text]
    if _WHOLE.fullmatch(text):
        return int(text)
    if _FIGURE.fullmatch(text) and text[-1].isdigit():
        return float(text)
    return text


class _Reader:
    """From YAML nodes to tables. A node named by an anchor is read once: aliases share its value."""

    def __init__(self, file: str) -> None:
        self.file = file
        self._known: dict[int, Any] = {}
        self._open: list[int] = []

    def value(self, node: yaml.Node, path: str) -> Any:
        """Table, list or scalar of a node."""
        if isinstance(node, yaml.ScalarNode):
            return node.value if node.style in ("'", '"', "|", ">") else scalar(node.value)
        if id(node) not in self._known:
            if id(node) in self._open or len(self._open) > _DEEPEST:
                raise self._wrong(node, path, "锚点引用了自身，或嵌套过深。")
            self._open.append(id(node))
            self._known[id(node)] = self._table(node, path) if isinstance(node, yaml.MappingNode) else [
                self.value(item, f"{path}[{number}]") for number, item in enumerate(node.value, 1)
            ]  # fmt: skip
            self._open.pop()
        return self._known[id(node)]

    def _wrong(self, node: yaml.Node, path: str, what: str) -> ModelUnreadable:
        place = f"{self.file}:{node.start_mark.line + 1}"
        return ModelUnreadable(f"{place}（{path}）" if path else place, what)

    def _table(self, node: yaml.MappingNode, path: str) -> Table:
        table = Table(self.file, node.start_mark.line + 1, path)
        for key_node, value_node in node.value:
            if key_node.tag == _MERGE:
                continue
            key = str(key_node.value)
            if key in table:
                raise self._wrong(key_node, joined(path, key), f"键“{key}”写了两次。")
            table[key] = self.value(value_node, joined(path, key))
            table.lines[key] = key_node.start_mark.line + 1
        merged = [one for k, v in node.value if k.tag == _MERGE for one in self._merged(v, path)]
        return _with_shared(table, merged) if merged else table

    def _merged(self, node: yaml.Node, path: str) -> list[Table]:
        """The mappings behind `<<: *name` or `<<: [*one, *two]`."""
        nodes = node.value if isinstance(node, yaml.SequenceNode) else [node]
        found = [self.value(one, path) for one in nodes]
        if not all(isinstance(one, Table) for one in found):
            raise self._wrong(node, path, "“<<”后面应为带 & 名的一组键值。")
        return found


def _with_shared(own: Table, merged: list[Table]) -> Table:
    """Shared keys first, in their order; a key written in the table itself wins."""
    whole = Table(own.file, own.line, own.path)
    for shared in merged:
        for key in shared:
            if key not in whole:
                whole[key], whole.lines[key] = shared[key], shared.lines[key]
    whole.update(own)
    whole.lines.update(own.lines)
    return whole


class Problems:
    """What is wrong in a file: the first problem is raised, or (`every`) all are kept and reading goes on."""

    def __init__(self, *, every: bool = False) -> None:
        self.every = every
        self.found: list[UserError] = []

    @contextmanager
    def kept(self) -> Iterator[None]:
        """A step whose problem does not hinder the next step."""
        try:
            yield
        except UserError as error:
            if not self.every:
                raise
            self.found.append(error)

    def mapped(self, keys: Iterable[str], make: Callable[[str], Any]) -> dict[str, Any]:
        """`make` of each key; without those that are wrong."""
        found = {}
        for key in keys:
            with self.kept():
                found[key] = make(key)
        return found

    def made(self, items: Iterable[Any], make: Callable[[Any], Any]) -> list[Any]:
        """`make` of each item; without those that are wrong."""
        found = []
        for item in items:
            with self.kept():
                found.append(make(item))
        return found


def tables(items: Iterable[Any], parent: Table, key: str) -> list[Table]:
    """The members of a list, each of which must be a mapping."""
    out = []
    for item in items:
        if not isinstance(item, Table):
            raise WrongValue(parent.where(key), key, item, "一组键值")
        out.append(item)
    return out


def plain(value: Any) -> Any:
    """The same value as ordinary dicts and lists."""
    if isinstance(value, Mapping):
        return {k: plain(v) for k, v in value.items()}
    return [plain(v) for v in value] if isinstance(value, list) else value
