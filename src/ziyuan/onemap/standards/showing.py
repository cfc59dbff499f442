"""A standard as lines for a terminal, and as plain values for programs."""

from collections.abc import Iterator
from typing import Any

from ziyuan.onemap.standards import masks, parameter_words
from ziyuan.onemap.standards.model import Entity, Field, Model, Rule

KINDS = {
    "polygon": "面", "line": "线", "point": "点", "none": "表", "raster": "栅格", "surface": "曲面", "solid": "体",
    "annotation": "注记",
}  # fmt: skip
CONFIDENCE = {"read": "见原文", "known": "通行", "unconfirmed": "待核"}
SEVERITY = {"error": "错误", "warning": "警告", "note": "提示"}


def outline(model: Model) -> Iterator[str]:
    """The standard, then a line a layer."""
    yield f"{model.name}  {model.title}（{model.source or '来源待核'}）"
    for entity in model.entities.values():
        counts = f"{len(entity.fields)} 个字段，{len(entity.rules)} 条规则"
        yield f"  {entity.name:<10}{entity.title}（{KINDS[entity.geometry.form]}，{counts}）"
    for entity in model.catalogue.values():
        lacks = f"只列入目录：缺{entity.missing or '字段表原文'}"
        yield f"  {entity.name:<10}{entity.title}（{KINDS[entity.geometry.form]}，{lacks}）"


def layer(model: Model, entity: Entity, *, rules: bool) -> Iterator[str]:
    """The layer, its fields, its rules."""
    key = "+".join(entity.key_fields) or "无"
    yield f"{model.name}/{entity.name}  {entity.title}  要素代码 {entity.code or '待核'}  主键 {key}"
    if entity.catalogue_only:
        yield f"  只列入目录：缺{entity.missing or '字段表原文'}。不建表，不收数据。"
    for field in entity.fields.values():
        facts = f"{kind(field)}{size(field)}  {need(field)}  {domain(field)}  {CONFIDENCE[field.confidence]}"
        yield f"  {field.name:<12}{field.title}  {facts}"
    if rules:
        yield from (rule_line(rule) for rule in entity.rules)


def kind(field: Field) -> str:
    """The type as the standard writes it."""
    return field.role if field.role != "value" else field.type


def size(field: Field) -> str:
    """`(15,2)`, `(18)`, `(?)` where the length was not read."""
    return f"({field.length or '?'}{f',{field.decimals}' if field.decimals is not None else ''})"


def need(field: Field) -> str:
    """Must it be filled in?"""
    return "必填" if field.required else ("条件必填" if field.required_when else "")


def domain(field: Field) -> str:
    """Name of the code table, or the values allowed."""
    return field.domain if isinstance(field.domain, str) else "、".join(field.domain or ())


def rule_line(rule: Rule) -> str:
    """One rule: id, what it finds, parameters, severity, source."""
    params = "，".join(f"{title} {value}" for title, value in parameter_words.told(rule))
    return f"  {rule.id:<28}{rule.title}  {params}  {SEVERITY[rule.severity]}  {CONFIDENCE[rule.confidence]}".rstrip()


def rule_set(model: Model, only: Entity | None = None) -> list[dict[str, Any]]:
    """The rule set (规则集) of a standard or of one of its layers, as plain values."""
    chosen = only.rules if only is not None else model.all_rules()
    return [
        {
            "id": r.id, "kind": r.kind, "family": r.family, "severity": r.severity, "layer": r.layer, "field": r.field,
            "title": r.title, "say": r.say, "remedy": r.remedy, "params": r.params, "source": r.source,
            "confidence": r.confidence, "written": bool(r.where),
        }
        for r in chosen
    ]  # fmt: skip


def summary(model: Model) -> dict[str, Any]:
    """A standard and its layers, as plain values."""
    return {
        "name": model.name, "id": model.id, "edition": model.edition, "title": model.title, "source": model.source,
        "in_force": model.in_force,
        "layers": [
            {
                "layer": f"{model.name}/{e.name}", "title": e.title, "code": e.code, "geometry": e.geometry.form,
                "fields": len(e.fields), "rules": len(e.rules), "catalogue_only": e.catalogue_only,
                "missing": e.missing, "source": e.source, "confidence": e.confidence,
            }
            for e in model.listed()
        ],
    }  # fmt: skip


def mask_lines(entity: Entity) -> Iterator[str]:
    """How each field is shown in the sharing and the public version of the layer."""
    shared, public = masks.shown(entity, "sharing"), masks.shown(entity, "public")
    for one, other in zip(shared, public, strict=True):
        title = entity.fields[one.field].title
        ways = f"共享版 {_MASKS[one.mask]}（{one.reason}）  公开版 {_MASKS[other.mask]}（{other.reason}）"
        yield f"  {one.field:<12}{title}  {ways}"


_MASKS = {"none": "原样", "hide": "不提供", "partial": "留首字", "generalise": "概略", "year": "只到年"}
