"""Item definitions (types of DMN) against values: does a value conform, or does it convert?

A value that conforms stays as it is. Otherwise it is converted where 10.3.2.9.4 says so: to a one-element
list, from one, from a date to its midnight. What fits in none of these ways is a Misfit (and becomes null).
Null conforms to every type; further entries of a structure may be there. An entry that it declares may be
missing where a value is converted, but not for `instance of` (`strict`), where 10.3.2.9.2 is to the letter.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from ziyuan.base import feel
from ziyuan.base.feel import literals, syntax
from ziyuan.base.feel import types as feel_types
from ziyuan.base.feel.expression import parse
from ziyuan.base.feel.syntax import TypeOf
from ziyuan.base.feel.temporal import midnight
from ziyuan.workflow.decisions.model import ItemType, Text

DEEPEST = 64  # definitions that refer to definitions
NOWHERE = feel.Span("", 0, 0)
_ALIASES = {
    "any": "Any",
    "dateTime": "date and time",
    "datetime": "date and time",
    "dayTimeDuration": "days and time duration",
    "day time duration": "days and time duration",
    "yearMonthDuration": "years and months duration",
    "year month duration": "years and months duration",
}
_WRITTEN: dict[str, Callable[[str], Any]] = {
    "date": literals.parse_date,
    "time": literals.parse_time,
    "date and time": lambda text: literals.parse_datetime(text) or literals.parse_date(text),
    "days and time duration": literals.parse_duration,
    "years and months duration": literals.parse_duration,
}
Kind = Callable[[Any, feel.Run], "str | None"]  # why a value is not of the kind; None when it is


class Misfit(ValueError):
    """The value is not of the type; the message says what was wanted and met."""


class Types:
    """The item definitions of one file; `imported` are those of others by their import name."""

    def __init__(self, items: dict[str, ItemType], imported: Sequence[tuple[str, Types]] = ()) -> None:
        self.items, self.imported = items, tuple(imported)
        self._found: dict[str, tuple[Types, ItemType] | None] = {}
        self._kinds: dict[tuple[str, bool], Kind | None] = {}
        self._names: frozenset[str] | None = None

    # -- names ---------------------------------------------------------------------------------------

    def find(self, reference: str) -> tuple[Types, ItemType] | None:
        """The definition a reference means, with the file it stands in."""
        if reference not in self._found:
            own = self.items.get(reference)
            self._found[reference] = (self, own) if own is not None else self._imported(reference)
        return self._found[reference]

    def _imported(self, reference: str) -> tuple[Types, ItemType] | None:
        for prefix, other in self.imported:
            if not prefix:
                found = other.find(reference)
            elif reference.startswith(prefix + "."):
                found = other.find(reference[len(prefix) + 1 :])
            else:
                continue
            if found is not None:
                return found
        return None

    def names(self) -> frozenset[str]:
        """How FEEL writes the types of this file, and those of imports below their import name."""
        if self._names is None:
            found = set(self.items)
            for prefix, other in self.imported:
                found |= {f"{prefix}.{name}" if prefix else name for name in other.names()}
            self._names = frozenset(found)
        return self._names

    def is_known(self, reference: str) -> bool:
        return not reference or self.find(reference) is not None or _basic(reference, self.names()) is not None

    def result_of(self, reference: str) -> tuple[Types, str]:
        """What a function gives that is declared with this type: by itself, or by its function type."""
        found = self.find(reference)
        if found is not None and found[1].function is not None:
            return found[0], found[1].function.result
        basic = None if found is not None else _basic(reference, self.names())
        return self, "" if basic is not None and basic.name in ("function", "Any") else reference

    def allowed(self, reference: str) -> Text | None:
        """The allowed values of a type, its own or those of the type it refers to."""
        found, left = self.find(reference), DEEPEST
        while found is not None and left:
            owner, item = found
            if item.allowed is not None:
                return item.allowed
            found, left = owner.find(item.type_ref), left - 1
        return None

    def members(self) -> frozenset[str]:
        """Names of all components, for paths over names with blanks."""
        found: set[str] = set()
        stack = list(self.items.values())
        while stack:
            item = stack.pop()
            found.update(part.name for part in item.components)
            stack.extend(item.components)
        return frozenset(found)

    # -- values --------------------------------------------------------------------------------------

    def fit(self, value: Any, reference: str, run: feel.Run) -> Any:
        """The value as one of the type; raises Misfit."""
        kind = self.kind(reference) if value is not None and reference else None
        if kind is None:
            return value
        fault = kind(value, run)
        if fault is None:
            return value
        for other in _conversions(value):
            if kind(other, run) is None:
                return other
        raise Misfit(fault)

    def read(self, value: Any, reference: str, depth: int = 0) -> Any:
        """A value from outside, with plain text read as date, time or duration where the type wants one."""
        if depth > DEEPEST or type(value) not in (str, list, dict):
            return value
        found = self.find(reference)
        if found is None:
            basic = _basic(reference, self.names())
            reader = _WRITTEN.get(basic.name) if basic is not None and type(value) is str else None
            written = reader(value) if reader is not None else None
            return value if written is None else written
        owner, item = found
        if type(value) is list:
            return [owner._read_one(part, item, depth) for part in value]
        return owner._read_one(value, item, depth)

    def _read_one(self, value: Any, item: ItemType, depth: int) -> Any:
        if not item.components:
            return self.read(value, item.type_ref, depth + 1)
        if type(value) is not dict:
            return value
        entries = dict(value)
        for part in item.components:
            given = entries.get(part.name)
            if type(given) is list:
                entries[part.name] = [self._read_one(inner, part, depth + 1) for inner in given]
            elif given is not None:
                entries[part.name] = self._read_one(given, part, depth + 1)
        return entries

    def named(self, kind: TypeOf) -> TypeOf:
        """A type as FEEL writes it, the item definitions in it made known to FEEL."""
        if self.find(kind.name) is not None:
            made = self.kind(kind.name, strict=True)
            return TypeOf(kind.name, test=lambda value, run: made is None or made(value, run) is None)
        of = tuple(map(self.named, kind.of))
        return TypeOf(kind.name, of, tuple((key, self.named(entry)) for key, entry in kind.entries))

    # -- kinds ---------------------------------------------------------------------------------------

    def kind(self, reference: str, strict: bool = False) -> Kind | None:
        """The test of a type; None where every value will do (Any, or a type nobody defines)."""
        key = (reference, strict)
        if key not in self._kinds:
            self._kinds[key] = self._made(reference, strict, DEEPEST)
        return self._kinds[key]

    def _made(self, reference: str, strict: bool, left: int) -> Kind | None:
        found = self.find(reference)
        if found is not None:
            owner, item = found
            if left:
                return owner._item(item, strict, left - 1)
            return lambda value, run: f"类型“{reference}”循环引用自身"
        basic = _basic(reference, self.names())
        if basic is None or basic.name == "Any":
            return None
        if basic.of or basic.entries:
            basic = self.named(basic)
        name = basic.name
        return lambda value, run: (
            None if feel_types.conforms(value, basic, run, NOWHERE) else f"应为 {name}，得到{feel.kind_name(value)}"
        )

    def _item(self, item: ItemType, strict: bool, left: int) -> Kind:
        if item.components:
            base: Kind | None = self._structure(item, strict)
        elif item.function is not None:
            base = _function(item)
        else:
            base = self._made(item.type_ref, strict, left) if item.type_ref else None
        each = _limited(base, item.allowed, item.name)
        return _limited(_list(each) if item.collection else each, item.constraint, item.name)

    def _structure(self, item: ItemType, strict: bool) -> Kind:
        inner: dict[str, Kind] = {}

        def fault(value: Any, run: feel.Run) -> str | None:
            if type(value) is not dict:
                return f"应为“{item.name}”的上下文，得到{feel.kind_name(value)}"
            for part in item.components:
                given = value.get(part.name)
                if given is None:
                    if strict and part.name not in value:
                        return f"缺少“{part.name}”"
                    continue
                if part.name not in inner:
                    inner[part.name] = self._item(part, strict, DEEPEST)
                found = inner[part.name](given, run)
                if found is not None:
                    return f"“{part.name}”：{found}"
            return None

        return fault


def _list(each: Kind) -> Kind:
    def fault(value: Any, run: feel.Run) -> str | None:
        if type(value) is not list:
            return f"应为列表，得到{feel.kind_name(value)}"
        run.spend(len(value), NOWHERE)
        faults = (each(item, run) for item in value if item is not None)
        return next((found for found in faults if found is not None), None)

    return fault


def _limited(base: Kind | None, limit: Text | None, name: str) -> Kind:
    def fault(value: Any, run: feel.Run) -> str | None:
        found = base(value, run) if base is not None else None
        if found is None and limit is not None and not _allows(limit.text, value, run):
            return f"值不在类型“{name}”的允许范围({limit.text})内"
        return found

    return fault


def _allows(text: str, value: Any, run: feel.Run) -> bool:
    try:
        return feel.unary(text).answer(value, {}, run) is True
    except feel.FeelSyntaxError:
        return False


def _function(item: ItemType) -> Kind:
    wanted = len(item.function.parameters) if item.function else 0

    def fault(value: Any, run: feel.Run) -> str | None:
        if not isinstance(value, feel.Function):
            return f"应为“{item.name}”的函数，得到{feel.kind_name(value)}"
        if value.variadic or len(value.parameters) == wanted:
            return None
        return f"应为 {wanted} 个参数的函数，得到 {len(value.parameters)} 个参数的函数"

    return fault


def _conversions(value: Any) -> Iterator[Any]:
    yield [value]
    if type(value) is list and len(value) == 1:
        yield value[0]
    if isinstance(value, feel.Date):
        yield midnight(value)


def _basic(reference: str, names: frozenset[str]) -> TypeOf | None:
    """A type of FEEL itself, of which the defined `names` may be parts; None for any other name."""
    if "<" in reference:
        try:
            tree = parse(f"null instance of {reference}", frozenset(), frozenset(), frozenset(), names)
        except feel.FeelSyntaxError:
            return None
        return tree.type if isinstance(tree, syntax.InstanceOf) else None
    kind = TypeOf(_ALIASES.get(reference, reference))
    return kind if feel_types.is_known(kind) else None
