"""Item definitions (types of DMN) against values: does a value conform, or does it convert?"""

from __future__ import annotations

from typing import Any

from ziyuan.base import feel
from ziyuan.base.feel import types as feel_types
from ziyuan.base.feel.syntax import TypeOf
from ziyuan.workflow.decisions.model import ItemType, Text

DEPTH = 32
_NOWHERE = feel.Span("", 0, 0)
_ALIASES = {
    "dateTime": "date and time",
    "dayTimeDuration": "days and time duration",
    "yearMonthDuration": "years and months duration",
    "days and time duration": "days and time duration",
    "": "Any",
    "any": "Any",
}


class Misfit(ValueError):
    """The value is not of the type; the message says what was wanted and met."""


class Types:
    """The item definitions of one file with those it imports (`prefix.name`)."""

    def __init__(self, items: dict[str, ItemType]) -> None:
        self.items = items

    def fit(self, value: Any, type_ref: str, run: feel.Run, depth: int = 0) -> Any:
        """The value as one of the type (a one-element list and its element convert); raises Misfit."""
        name = _ALIASES.get(type_ref, type_ref)
        if value is None or name == "Any":
            return value
        if depth > DEPTH:
            raise Misfit(f"类型“{type_ref}”引用过深")
        item = self.items.get(name)
        if item is not None:
            return self._constrained(self._item(value, item, run, depth + 1), item.constraint, item, run)
        return self._simple(value, name, run)

    def _simple(self, value: Any, name: str, run: feel.Run) -> Any:
        kind = TypeOf(name)
        if not feel_types.is_known(kind) or feel_types.conforms(value, kind, run, _NOWHERE):
            return value
        if type(value) is list and len(value) == 1 and feel_types.conforms(value[0], kind, run, _NOWHERE):
            return value[0]
        raise Misfit(f"应为 {name}，得到{feel.kind_name(value)}")

    def _item(self, value: Any, item: ItemType, run: feel.Run, depth: int) -> Any:
        if not item.collection:
            if type(value) is list and len(value) == 1 and not item.type_ref:
                value = value[0]
            return self._one(value, item, run, depth)
        values = value if type(value) is list else [value]
        run.spend(len(values), feel.Span("", 0, 0))
        return [self._one(part, item, run, depth) for part in values]

    def _one(self, value: Any, item: ItemType, run: feel.Run, depth: int) -> Any:
        if item.components:
            value = self._structure(value, item, run, depth)
        elif item.type_ref:
            value = self.fit(value, item.type_ref, run, depth)
        return self._constrained(value, item.allowed, item, run)

    def _constrained(self, value: Any, limit: Text | None, item: ItemType, run: feel.Run) -> Any:
        if (
            limit is not None
            and value is not None
            and feel.unary(limit.text).answer(value, {}, run) is not True
        ):
            raise Misfit(f"值不在类型“{item.name}”的允许范围({limit.text})内")
        return value

    def _structure(self, value: Any, item: ItemType, run: feel.Run, depth: int) -> Any:
        if value is None:
            return None
        if type(value) is not dict:
            raise Misfit(f"应为“{item.name}”的上下文，得到{feel.kind_name(value)}")
        fitted = dict(value)
        for part in item.components:
            if part.name in fitted:
                fitted[part.name] = self._component(fitted[part.name], part, run, depth)
        return fitted

    def _component(self, value: Any, part: ItemType, run: feel.Run, depth: int) -> Any:
        try:
            return None if value is None else self._item(value, part, run, depth + 1)
        except Misfit as bad:
            raise Misfit(f"“{part.name}”：{bad}") from None

    def members(self) -> frozenset[str]:
        """Names of all components, for paths over names with blanks."""
        found: set[str] = set()
        stack = list(self.items.values())
        while stack:
            item = stack.pop()
            found.update(part.name for part in item.components)
            stack.extend(item.components)
        return frozenset(found)
