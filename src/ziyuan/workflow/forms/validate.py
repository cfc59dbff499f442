"""Check a form's values: JSON Schema 2020-12, formats of the trade, FEEL rules. Every mistake is named by its field."""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from ziyuan.base import feel
from ziyuan.workflow.forms import acceptance
from ziyuan.workflow.forms.text import clean

_CREDIT = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
LONGEST_TEXT = 10_000
_PHONE = re.compile(r"(1\d{10}|0\d{2,3}-?\d{7,8})")


def credit_code_ok(code: str) -> bool:
    """Unified social credit code (GB 32100-2015): 18 characters with their check character."""
    if len(code) != 18 or any(c not in _CREDIT for c in code):
        return False
    total = sum(_CREDIT.index(c) * w for c, w in zip(code, _WEIGHTS, strict=False))
    return _CREDIT[(31 - total % 31) % 31] == code[17]


class Check:
    """A form's schema, formats and rules, made ready once for all its values."""

    def __init__(self, form: dict[str, Any]) -> None:
        self.schema = form["data"]
        self._validator = Draft202012Validator(self.schema)
        self._holds = acceptance.of(self.schema)
        self._formats = [(n, told) for n, told in self.schema["properties"].items() if told.get("format") in _FORMATS]
        self._rules = [Rule(rule, self.schema["properties"]) for rule in form.get("rules", [])]

    def faults(self, values: dict[str, Any]) -> dict[str, str]:
        """{field: what is wrong and how to mend it}; empty when the form may be submitted."""
        present = {k: v for k, v in values.items() if v not in (None, "")}
        found: dict[str, str] = {}
        if self._holds is None or not self._holds(present):
            for error in self._validator.iter_errors(present):
                for field, told in _told(self.schema, error):
                    found.setdefault(field, told)
        for field, told in self._formats:
            value = present.get(field)
            if isinstance(value, str) and not (wanted := _FORMATS[told["format"]])[0](value):
                found.setdefault(field, f"{told['title']}{wanted[1]}")
        for rule in self._rules:
            if wrong := rule.broken(present):
                found.setdefault(rule.field, wrong)
        return found


def faults(form: dict[str, Any], values: dict[str, Any]) -> dict[str, str]:
    """As `Check.faults`, for one who has no `Check` at hand."""
    return Check(form).faults(values)


def _told(schema: dict[str, Any], error: ValidationError) -> list[tuple[str, str]]:
    if error.validator == "required":
        absent = [f for f in error.validator_value if f not in error.instance]
        return [(f, _ask(schema["properties"][f])) for f in absent]
    if error.validator == "additionalProperties":
        return [("form", "含有表单中没有的字段")]
    field = str(error.path[0]) if error.path else "form"
    title = schema["properties"].get(field, {}).get("title", field)
    return [(field, _phrase(title, error, schema["properties"].get(field, {})))]


def _ask(field: dict[str, Any]) -> str:
    return f"请{'选择' if 'enum' in field else '填写'}{field['title']}"


def _phrase(title: str, error: ValidationError, schema: dict[str, Any]) -> str:
    if error.validator == "enum":
        return f"{title}应为:{'、'.join(schema.get('enumTitles', schema['enum']))}"
    if error.validator == "maxLength":
        return f"{title}不能超过 {error.validator_value} 个字"
    if error.validator == "type":
        return f"{title}应填写{'数字' if schema.get('type') == 'number' else '文字'}"
    if error.validator in ("minimum", "exclusiveMinimum"):
        return f"{title}应大于{'等于' if error.validator == 'minimum' else ''} {error.validator_value}"
    return f"{title}填写不正确"


_FORMATS: dict[str, tuple[Callable[[str], object], str]] = {
    "credit-code": (credit_code_ok, "应为 18 位,且末位校验码相符"),
    "phone": (_PHONE.fullmatch, "应为 11 位手机号或带区号的电话"),
}


class Rule:
    """A FEEL rule of a form over its fields: `required`, or `valid` where the field is filled in."""

    def __init__(self, rule: dict[str, Any], properties: dict[str, Any]) -> None:
        self.field, self.message = rule["field"], str(rule["message"])
        self._required, self._valid, self._blank = rule.get("required"), rule.get("valid"), dict.fromkeys(properties)

    def broken(self, values: dict[str, Any]) -> str:
        """The message, where the rule does not hold."""
        asked, answer = (self._valid, True) if self.field in values else (self._required, False)
        if asked is None:
            return ""
        names = self._blank | {n: Decimal(repr(v)) if isinstance(v, float) else v for n, v in values.items()}
        return "" if (feel.evaluate(asked, names) is True) == answer else self.message


def typed(form: dict[str, Any], raw: dict[str, Any]) -> dict[str, Any]:
    """Values as an HTML form or a program sends them, brought to the schema's types; what does not fit stays text."""
    properties = form["data"]["properties"]
    return {name: _typed(properties[name], raw[name]) for name in properties if name in raw}


def _typed(schema: dict[str, Any], value: Any) -> Any:
    if schema.get("type") == "number" and value not in (None, "") and not isinstance(value, bool):
        return _number(clean(str(value)))
    if value is None or isinstance(value, bool):
        return value
    return clean(value if isinstance(value, str) else str(value))[:LONGEST_TEXT]


def _number(text: str) -> int | float | str:
    """A number of at most 15 digits, exact as JSON keeps it; anything else stays the text it is."""
    try:
        number = Decimal(text)
    except ArithmeticError:
        return text[:LONGEST_TEXT]
    if not number.is_finite() or len(number.as_tuple().digits) > 15 or abs(number.adjusted()) > 15:
        return text[:LONGEST_TEXT]
    return int(number) if number == number.to_integral() else float(number)
