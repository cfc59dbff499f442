"""A form: a valid JSON Schema, laid out field by field, with rules whose names exist."""

import json
from collections.abc import Iterator
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError

from ziyuan.base import reasons
from ziyuan.kernel import service as kernel
from ziyuan.workflow.gate.fault import Fault
from ziyuan.workflow.gate.scope import problems

PARTS = ("data", "layout", "rules", "permission", "print")


def check(pack: kernel.Pack, matter: kernel.Matter) -> Iterator[Fault]:
    """All faults of the matter's form."""
    file = f"matters/{matter.id}/{matter.told.get('form', '')}"
    try:
        form = json.loads((matter.folder / matter.told["form"]).read_text(encoding="utf-8"))
        Draft202012Validator.check_schema(form["data"])
    except (OSError, KeyError, ValueError, SchemaError) as error:
        yield Fault(pack.id, file, "", f"表单不可用:{_why(error)}")
        return
    for part in form:
        if part not in PARTS:
            yield Fault(pack.id, file, part, "表单没有这一部分", f"可用:{'、'.join(PARTS)}")
    yield from _fields(pack, file, form)
    yield from _rules(pack, file, form)


def _why(error: Exception) -> str:
    if isinstance(error, KeyError):
        return f"缺少“{error.args[0]}”"
    if isinstance(error, SchemaError):
        return f"data 不是可用的 JSON Schema,在 {error.json_path}({error.message.splitlines()[0]})"
    return reasons.told(error)


def _fields(pack: kernel.Pack, file: str, form: dict[str, Any]) -> Iterator[Fault]:
    properties = form["data"]["properties"]
    shown = [name for group in form.get("layout", []) for name in group["fields"]]
    for name in shown:
        if name not in properties:
            yield Fault(pack.id, file, f"layout.{name}", "版面引用了没有的字段")
    for name, told in properties.items():
        if shown.count(name) != 1:
            yield Fault(pack.id, file, f"data.{name}", f"字段应在版面中出现一次,现为 {shown.count(name)} 次")
        if not told.get("title"):
            yield Fault(pack.id, file, f"data.{name}", "字段没有中文名称")
        if "enum" in told and len(told.get("enumTitles", [])) != len(told["enum"]):
            yield Fault(pack.id, file, f"data.{name}", "代码与名称(enumTitles)的个数不同")
    for name in form["data"].get("required", []):
        if name not in properties:
            yield Fault(pack.id, file, f"data.required.{name}", "必填项不在字段中")


def _rules(pack: kernel.Pack, file: str, form: dict[str, Any]) -> Iterator[Fault]:
    properties = form["data"]["properties"]
    for rule in form.get("rules", []):
        place = f"rules.{rule.get('id', '')}"
        if rule.get("field") not in properties:
            yield Fault(pack.id, file, place, f"规则所指的字段“{rule.get('field')}”不存在")
        if not rule.get("message"):
            yield Fault(pack.id, file, place, "规则没有写给填表人的话(message)")
        for key in ("required", "valid", "visible", "computed"):
            if key in rule:
                yield from problems(pack, file, f"{place}.{key}", rule[key], frozenset(properties))
