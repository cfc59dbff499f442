"""Whether values satisfy a flat JSON Schema (2020-12), by closures made once: yes or no, and no word about why.

A schema with a word that is not spoken here has no closure; the general validator then judges alone. It also says
what is wrong wherever the answer here is no.
"""

import re
from collections.abc import Callable
from numbers import Number
from typing import Any

from jsonschema import Draft202012Validator

Test = Callable[[Any], bool]
_MEANT = frozenset(Draft202012Validator.VALIDATORS)  # any other word of a schema is a remark (title, unit, format)


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


_KINDS: dict[str, Test] = {
    "string": lambda value: isinstance(value, str),
    "number": lambda value: isinstance(value, Number) and not isinstance(value, bool),
    "integer": lambda value: value.is_integer() if isinstance(value, float) else _is_whole(value),
    "boolean": lambda value: isinstance(value, bool),
}


def of(schema: dict[str, Any]) -> Test | None:
    """The closure for an object of fields; None where the schema says more than fields, their words and `required`."""
    words = set(schema) & _MEANT
    if not words <= {"type", "properties", "required", "additionalProperties"} or schema.get("type") != "object":
        return None
    if not isinstance(schema.get("additionalProperties", True), bool):
        return None
    fields = {name: _field(told) for name, told in schema.get("properties", {}).items()}
    known = {name: test for name, test in fields.items() if test is not None}
    if len(known) < len(fields):
        return None
    required, closed = schema.get("required", []), schema.get("additionalProperties") is False

    def holds(values: Any) -> bool:
        if any(name not in values for name in required):
            return False
        for name, value in values.items():
            test = known.get(name)
            if (test is None and closed) or (test is not None and not test(value)):
                return False
        return True

    return holds


def _field(told: Any) -> Test | None:
    """One test for all the words of a field."""
    if not isinstance(told, dict):
        return None
    tests: list[Test] = []
    for word in sorted(set(told) & _MEANT, key="type".__ne__):  # the type first
        made = _WORDS[word](told[word]) if word in _WORDS else None
        if made is None:
            return None
        tests.append(made)
    return tests[0] if len(tests) == 1 else lambda value: all(test(value) for test in tests)


def _of_text(measure: Callable[[int, int], bool]) -> Callable[[int], Test]:
    return lambda limit: lambda value: not isinstance(value, str) or measure(len(value), limit)


def _of_number(measure: Callable[[Any, Any], bool]) -> Callable[[Any], Test]:
    is_number = _KINDS["number"]
    return lambda limit: lambda value: not is_number(value) or measure(value, limit)


def _enum(choices: list[Any]) -> Test | None:
    """Of texts only: among numbers and truth values equality is a matter of its own."""
    if not all(isinstance(one, str) for one in choices):
        return None
    known = frozenset(choices)
    return lambda value: isinstance(value, str) and value in known


def _pattern(text: str) -> Test:
    found = re.compile(text).search
    return lambda value: not isinstance(value, str) or found(value) is not None


_WORDS: dict[str, Callable[[Any], Test | None]] = {
    "type": lambda kind: _KINDS.get(kind) if isinstance(kind, str) else None,
    "enum": _enum,
    "pattern": _pattern,
    "format": lambda _: lambda value: True,  # a remark: formats of the trade are checked by name
    "minLength": _of_text(lambda size, limit: size >= limit),
    "maxLength": _of_text(lambda size, limit: size <= limit),
    "minimum": _of_number(lambda value, limit: value >= limit),
    "maximum": _of_number(lambda value, limit: value <= limit),
    "exclusiveMinimum": _of_number(lambda value, limit: value > limit),
    "exclusiveMaximum": _of_number(lambda value, limit: value < limit),
}
