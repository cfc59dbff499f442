"""Check a form's values: JSON Schema 2020-12, formats of the trade, FEEL rules. Every mistake is named by its field."""

import re
from decimal import Decimal
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from ziyuan.base import feel
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


def faults(form: dict[str, Any], values: dict[str, Any]) -> dict[str, str]:
    """{field: what is wrong and how to mend it}; empty when the form may be submitted."""
    present = {k: v for k, v in values.items() if v not in (None, "")}
    schema = form["data"]
    found: dict[str, str] = {}
    for error in Draft202012Validator(schema).iter_errors(present):
        for field, told in _told(schema, error):
            found.setdefault(field, told)
    for field, told in _formats(schema, present):
        found.setdefault(field, told)
    for rule in form.get("rules", []):
        told = _rule(rule, schema, present)
        if told:
            found.setdefault(rule["field"], told)
    return found


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


def _formats(schema: dict[str, Any], values: dict[str, Any]) -> list[tuple[str, str]]:
    found = []
    for field, told in schema["properties"].items():
        value = values.get(field)
        if not isinstance(value, str):
            continue
        if told.get("format") == "credit-code" and not credit_code_ok(value):
            found.append((field, f"{told['title']}应为 18 位,且末位校验码相符"))
        if told.get("format") == "phone" and not _PHONE.fullmatch(value):
            found.append((field, f"{told['title']}应为 11 位手机号或带区号的电话"))
    return found


def _rule(rule: dict[str, Any], schema: dict[str, Any], values: dict[str, Any]) -> str:
    names = dict.fromkeys(schema["properties"]) | {
        n: Decimal(repr(v)) if isinstance(v, float) else v for n, v in values.items()
    }
    field = rule["field"]
    if "required" in rule and field not in values and feel.evaluate(rule["required"], names) is True:
        return str(rule["message"])
    if "valid" in rule and field in values and feel.evaluate(rule["valid"], names) is not True:
        return str(rule["message"])
    return ""


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
