"""Law as dated data: a legal figure has a value, a unit, a day in force and a source, or it is none.

One YAML file holds one parameter (keys: name, title, unit, for, values, source, not_covered). `values` maps
the day a value came into force to the value; None ends the rule from that day. Decimals are read exactly,
never as floats. When the law changes a line is added; no line is edited.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from ziyuan.base import reasons
from ziyuan.base.errors import UnknownName, UserError, nearest

UNCONFIRMED = "unconfirmed"
_KEYS = ("name", "title", "unit", "for", "values", "source", "not_covered")
_NEEDED = ("name", "title", "unit", "values", "source")


class NotInForce(UserError):
    """No value was in force on that day; none is guessed."""

    code = "ZY-BAS-071"
    remedy = "请核对适用日期;该日之前或之后的规定须由业务人员补入参数文件并注明出处。"

    def __init__(self, name: str, title: str, day: date) -> None:
        super().__init__(
            f"“{title or name}”在 {day.isoformat()} 没有生效的数值。", name=name, day=day.isoformat()
        )


class BadParameter(UserError):
    """A parameter file that does not keep the form."""

    code = "ZY-BAS-072"
    remedy = (
        "请按 name、title、unit、values(生效日: 数值)、source(生效日: 出处)填写;没有原文时写 unconfirmed。"
    )

    def __init__(self, file: str, reason: str) -> None:
        super().__init__(f"参数文件 {file}:{reason}。", file=file, reason=reason)


@dataclass(frozen=True)
class Parameter:
    """A legal figure over time.

    values: day in force → value in `unit`. source: day in force → law with article, or `unconfirmed`.
    """

    name: str
    unit: str
    values: Mapping[date, Any]
    title: str = ""
    applies_to: str = ""
    source: Mapping[date, str] = field(default_factory=dict)
    not_covered: str = ""

    def on(self, day: date) -> Any:
        """The value in force on `day`; NotInForce before the first day or after the end."""
        since = self._since(day)
        if since is None or self.values[since] is None:
            raise NotInForce(self.name, self.title, day)
        return self.values[since]

    def source_on(self, day: date) -> str:
        """The source of the value in force on `day`, `unconfirmed` when nobody has read it."""
        self.on(day)
        since = self._since(day)
        return self.source.get(since, UNCONFIRMED) if since else UNCONFIRMED

    def unconfirmed_days(self) -> list[date]:
        """Days in force whose source is unconfirmed or missing."""
        return [day for day in sorted(self.values) if self.source.get(day, UNCONFIRMED) == UNCONFIRMED]

    def _since(self, day: date) -> date | None:
        plain = day.date() if isinstance(day, datetime) else day
        return max((start for start in self.values if start <= plain), default=None)


class Parameters(Mapping[str, Parameter]):
    """Parameters by name; an unknown name is refused with the nearest known one."""

    def __init__(self, items: Mapping[str, Parameter]) -> None:
        self._items = dict(items)

    def __getitem__(self, name: str) -> Parameter:
        if name not in self._items:
            raise UnknownName("法定参数", name, self._items)
        return self._items[name]

    def __contains__(self, name: object) -> bool:
        return name in self._items

    def __iter__(self) -> Iterator[str]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def unconfirmed(self) -> list[tuple[str, date]]:
        """(name, day in force) of every value whose law text nobody has read."""
        return [(name, day) for name in sorted(self) for day in self[name].unconfirmed_days()]


class _Loader(yaml.SafeLoader):
    """Safe YAML in which 0.35 is a Decimal and a key met twice is refused."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        if len(set(keys)) != len(keys):
            raise yaml.YAMLError("同一键出现两次")
        return super().construct_mapping(node, deep)


def _exact_decimal(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> Decimal:
    return Decimal(node.value.replace("_", ""))


_Loader.add_constructor("tag:yaml.org,2002:float", _exact_decimal)


def load(folder: Path) -> Parameters:
    """All parameters of the `*.yaml` files of a folder (not deeper); BadParameter names file and fault."""
    found: dict[str, Parameter] = {}
    for file in sorted(folder.glob("*.yaml")):
        parameter = load_file(file)
        if parameter.name in found:
            raise BadParameter(file.name, f"名称“{parameter.name}”已在别的文件中使用")
        found[parameter.name] = parameter
    return Parameters(found)


def load_file(file: Path) -> Parameter:
    """The parameter of one file."""
    try:
        text = yaml.load(file.read_text("utf-8"), _Loader)  # noqa: S506 — a SafeLoader
    except (yaml.YAMLError, UnicodeDecodeError, ArithmeticError) as error:
        raise BadParameter(file.name, f"不是可读的 YAML({reasons.told(error)})") from error
    if not isinstance(text, dict):
        raise BadParameter(file.name, "不是键值表")
    for key in text:
        if key not in _KEYS:
            raise BadParameter(file.name, f"不认识的键“{key}”,最接近的是“{nearest(str(key), _KEYS) or '无'}”")
    for key in _NEEDED:
        if text.get(key) in (None, "", {}):
            raise BadParameter(file.name, f"缺少 {key}")
    values = _dated(file.name, "values", text["values"])
    source = dict.fromkeys(values, UNCONFIRMED)
    if text["source"] != UNCONFIRMED:
        source |= _dated(file.name, "source", text["source"])
    if set(source) != set(values):
        raise BadParameter(file.name, "source 中的生效日在 values 中没有")
    return Parameter(
        name=text["name"],
        unit=text["unit"],
        values=values,
        title=text["title"],
        applies_to=text.get("for", ""),
        source=source,
        not_covered=text.get("not_covered", ""),
    )


def _dated(file: str, key: str, table: Any) -> dict[date, Any]:
    if not isinstance(table, dict) or not all(type(day) is date for day in table):
        raise BadParameter(file, f"{key} 应为“生效日: 内容”,生效日写作 2021-09-01")
    return table
