"""What of a layer a reader may see, made from its labels: columns left out, columns masked, columns as they are.

A layer and each field carry `label: {class, grade, mask, open}`; a field without its own takes the layer's. Three
versions (版本) of a layer are computed: internal (as stored), sharing (masked), public (open fields only, masked). What
has no label counts as the highest: it is in no public version.
"""

from typing import Any, Literal, NamedTuple

from ziyuan.onemap.standards.model import Entity, Field, Model

Version = Literal["internal", "sharing", "public"]
VERSIONS: tuple[Version, ...] = ("internal", "sharing", "public")


class Shown(NamedTuple):
    """How one field is shown: `none` as it is, `hide` not at all, else the mask; and why."""

    field: str
    mask: str
    reason: str


def label_of(entity: Entity, field: Field) -> dict[str, Any]:
    """The field's label, filled up from the layer's."""
    return {**entity.label, **{key: value for key, value in field.label.items() if value is not None}}


def shown(entity: Entity, version: Version) -> list[Shown]:
    """Every field in its order, as `version` of the layer shows it."""
    return [_field(entity, field, version) for field in entity.fields.values()]


def _field(entity: Entity, field: Field, version: Version) -> Shown:
    label = label_of(entity, field)
    mask = label.get("mask") or "none"
    if version == "internal":
        return Shown(field.name, "none", "内部使用")
    if version == "public" and label.get("open") is not True:
        return Shown(field.name, "hide", "标签未标为可公开" if label.get("class") else "没有标签，按最高级处理")
    if not label.get("class"):
        return Shown(field.name, "hide", "没有标签，按最高级处理")
    return Shown(field.name, mask, {"none": "按标签原样", "hide": "按标签不提供"}.get(mask, "按标签遮盖"))


def expression(model: Model, entity: Entity, one: Shown) -> str:
    """SQL of the shown value, named as the field; the raw column stands in no other place of the projection."""
    column = f'"{one.field}"'
    field = entity.fields[one.field]
    made = {
        "none": column,
        "hide": f"NULL::{'text' if not field.numeric else 'numeric'}",
        "partial": f"left({column}::text, 1) || repeat('*', greatest(length({column}::text) - 1, 0))",
        "year": f"left({column}::text, 4)",
        "generalise": _generalised(model, field, column),
    }[one.mask]
    return f"{made} AS {column}"


def _generalised(model: Model, field: Field, column: str) -> str:
    """A code as its head; a figure to two significant digits; other text to its first six characters (the county)."""
    table = model.domain(field)
    if table is not None:
        cases = " ".join(f"WHEN '{_quoted(c)}' THEN '{_quoted(table.top(c) or c)}'" for c in table.usable())
        return f"CASE {column} {cases} END"
    if field.numeric:
        digits = f"1 - floor(log(greatest(abs({column}::numeric), 1)))::int"
        return f"round({column}::numeric, {digits})"
    return f"left({column}::text, 6)"


def _quoted(text: str) -> str:
    return text.replace("'", "''")


def projection(model: Model, entity: Entity, version: Version) -> str:
    """The columns of a SELECT that shows `version` of the layer; hidden fields are absent."""
    return ", ".join(expression(model, entity, one) for one in shown(entity, version) if one.mask != "hide")
