"""Read YAML so that every value still knows its file and line, and an unknown key is refused."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

from ziyuan.onemap.standards.errors import MissingKey, ModelUnreadable, UnknownKey, WrongValue


class Table(dict[str, Any]):
    """A YAML mapping that remembers the line of each key."""

    def __init__(self, file: str, line: int) -> None:
        super().__init__()
        self.file = file
        self.line = line
        self.lines: dict[str, int] = {}

    def where(self, key: str | None = None) -> str:
        """`file:line` of `key`, or of the table itself."""
        return f"{self.file}:{self.lines.get(key, self.line) if key else self.line}"

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
        return self._typed(key, Table, "一组键值", Table(self.file, self.lines.get(key, self.line)))

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

    def choice(self, key: str, allowed: Iterable[str], default: str) -> str:
        """The text under `key`, one of `allowed`."""
        value = self.get(key, default)
        allowed = list(allowed)
        if value not in allowed:
            raise WrongValue(self.where(key), key, value, "、".join(allowed) + " 之一")
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
        root = yaml.compose(path.read_text(encoding="utf-8"), Loader=_LOADER)
    except (yaml.YAMLError, UnicodeDecodeError, OSError) as error:
        raise ModelUnreadable(_place(shown, error), f"不是可读的 YAML（{_problem(error)}）。") from error
    value = _value(root, shown) if root is not None else None
    if not isinstance(value, Table):
        raise ModelUnreadable(f"{shown}:1", "文件顶层应为一组键值。")
    return value


def _place(shown: str, error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    return f"{shown}:{mark.line + 1 if mark else 1}"


def _problem(error: Exception) -> str:
    return str(getattr(error, "problem", None) or error).splitlines()[0]


_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_SCALARS = yaml.SafeLoader("")
_MERGE = "tag:yaml.org,2002:merge"


def _value(node: yaml.Node, file: str) -> Any:
    if isinstance(node, yaml.MappingNode):
        return _table(node, file)
    if isinstance(node, yaml.SequenceNode):
        return [_value(item, file) for item in node.value]
    if node.tag == "tag:yaml.org,2002:str":
        return node.value
    try:
        return _SCALARS.construct_object(node)
    except (yaml.YAMLError, ValueError) as error:
        raise ModelUnreadable(f"{file}:{node.start_mark.line + 1}", f"“{node.value}”不是可读的值。") from error


def _table(node: yaml.MappingNode, file: str) -> Table:
    table = Table(file, node.start_mark.line + 1)
    own = [(k, v) for k, v in node.value if k.tag != _MERGE]
    for key_node, value_node in own:
        key = str(key_node.value)
        line = key_node.start_mark.line + 1
        if key in table:
            raise ModelUnreadable(f"{file}:{line}", f"键“{key}”写了两次。")
        table[key] = _value(value_node, file)
        table.lines[key] = line
    merged = [_merged(v, file) for k, v in node.value if k.tag == _MERGE]
    return _with_shared(table, merged) if merged else table


def _merged(node: yaml.Node, file: str) -> list[Table]:
    """The mappings behind `<<: *name` or `<<: [*one, *two]`."""
    nodes = node.value if isinstance(node, yaml.SequenceNode) else [node]
    found = [_value(one, file) for one in nodes]
    if not all(isinstance(one, Table) for one in found):
        raise ModelUnreadable(f"{file}:{node.start_mark.line + 1}", "“<<”后面应为带 & 名的一组键值。")
    return found


def _with_shared(own: Table, merged: list[list[Table]]) -> Table:
    """Shared keys first, in their order; a key written in the table itself wins."""
    whole = Table(own.file, own.line)
    for shared in [one for group in merged for one in group]:
        for key in shared:
            if key not in whole:
                whole[key], whole.lines[key] = shared[key], shared.lines[key]
    whole.update(own)
    whole.lines.update(own.lines)
    return whole


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
