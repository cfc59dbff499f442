"""JSON Schema (2020-12) of the features of a layer, made from the model: for the API and for filing by form."""

from typing import Any

from ziyuan.onemap.standards.model import Entity, Field, Model, Pattern

_TYPES = {"text": "string", "code": "string", "integer": "integer", "number": "number", "date": "string"}
_SHAPES = {"point": ("Point", "MultiPoint"), "line": ("LineString", "MultiLineString"), "polygon": ("Polygon", "MultiPolygon")}
_PARTS = {"county": "[0-9]", "town": "[0-9]", "village": "[0-9]", "serial": "[0-9]", "digits": "[0-9]",
          "layer": "[0-9A-Z]", "letters": "[A-Z]", "zeros": "0"}  # fmt: skip


def pattern_text(pattern: Pattern) -> str:
    """A composed code as a regular expression: `^[0-9]{6}[0-9A-Z]{4}[0-9]{8}$`."""
    return "^" + "".join(f"{_PARTS[name]}{{{size}}}" for name, size in pattern.parts) + "$"


def feature_schema(model: Model, entity: Entity) -> dict[str, Any]:
    """Schema of one GeoJSON feature. Conditions between fields stay with the rules: they are not in the schema."""
    properties = {field.name: field_schema(model, field) for field in entity.fields.values()}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:ziyuan:layer:{model.name}/{entity.name}",
        "title": entity.title,
        "type": "object",
        "required": ["type", "geometry", "properties"],
        "properties": {
            "type": {"const": "Feature"},
            "geometry": _geometry(entity),
            "properties": {
                "type": "object",
                "properties": properties,
                "required": [field.name for field in entity.fields.values() if field.required],
                "additionalProperties": False,
            },
        },
    }


def field_schema(model: Model, field: Field) -> dict[str, Any]:
    """Schema of one value: type, length or range, closed code table, pattern; an optional value may be null."""
    made: dict[str, Any] = {"title": field.title, "type": _TYPES[field.type]}
    if field.type == "date":
        made["format"] = "date"
    if field.type in ("text", "code"):
        made |= _text(model, field)
    if field.numeric:
        made |= _figure(field)
    made |= _about(field)
    if not field.required:
        made["type"] = [made["type"], "null"]
        if "enum" in made:
            made["enum"] = [*made["enum"], None]
    return made


def _text(model: Model, field: Field) -> dict[str, Any]:
    made: dict[str, Any] = {}
    if field.length:
        made["maxLength"] = field.length
    if field.required:
        made["minLength"] = 1
    if field.pattern:
        made["pattern"] = pattern_text(model.patterns[field.pattern])
    table = model.domain(field)
    if table is not None:
        codes = table.usable()
        made["enum" if table.complete else "examples"] = codes
        made["x-codes"] = {code: table.title_of(code) for code in codes}
    elif field.domain is not None:
        made["enum"] = list(field.domain)
    return made


def _figure(field: Field) -> dict[str, Any]:
    bounds = {"minimum": field.min, "maximum": field.max, "exclusiveMinimum": field.above, "exclusiveMaximum": field.below}
    made: dict[str, Any] = {key: bound for key, bound in bounds.items() if bound is not None}
    if field.zero_is_empty and ("minimum" in made or "exclusiveMinimum" in made):
        made = {"anyOf": [{"const": 0}, made]} if made else {}
    return made


def _about(field: Field) -> dict[str, Any]:
    facts = {
        "x-decimals": field.decimals, "x-digits": field.length if field.numeric else None, "x-unit": field.unit,
        "x-refers-to": field.to, "x-media": list(field.media) or None, "description": field.note,
        "x-source": field.source, "x-confidence": field.confidence,
    }  # fmt: skip
    return {key: value for key, value in facts.items() if value is not None}


def _geometry(entity: Entity) -> dict[str, Any]:
    if entity.geometry.kind == "none":
        return {"type": "null"}
    single, many = _SHAPES[entity.geometry.kind]
    kinds = [single] if entity.geometry.parts == "single" else [single, many]
    shape = {
        "type": "object",
        "required": ["type", "coordinates"],
        "properties": {"type": {"enum": kinds}, "coordinates": {"type": "array"}},
    }
    return shape if entity.geometry.required else {"anyOf": [shape, {"type": "null"}]}


def components(model: Model) -> dict[str, Any]:
    """The `components.schemas` part of an OpenAPI document: `<standard>.<edition>.<layer>` → schema."""
    return {
        f"{model.id}.{model.edition}.{entity.name}": {
            key: value for key, value in feature_schema(model, entity).items() if not key.startswith("$")
        }
        for entity in model.entities.values()
    }
