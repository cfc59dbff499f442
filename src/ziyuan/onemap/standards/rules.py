"""From the parts of a layer to its rules: those implied by geometry and fields, and those written out."""

from typing import Any

from ziyuan.onemap.standards import vocabulary as words
from ziyuan.onemap.standards.errors import WrongValue
from ziyuan.onemap.standards.model import Field, Geometry, Rule
from ziyuan.onemap.standards.reading import Table, plain, tables


def implied_rules(entity: str, geometry: Geometry, fields: dict[str, Field]) -> list[Rule]:
    """Rules that need no writing down; ids are `<layer>-<kind>`, `<layer>-geometry-<kind>`, `<layer>-<field>-<kind>`."""
    rules = [_implied(f"{entity}-layer", "layer", entity), _implied(f"{entity}-crs", "crs", entity),
             _implied(f"{entity}-shift", "shift", entity)]  # fmt: skip
    if fields:
        rules.append(_implied(f"{entity}-fields-surplus", "surplus", entity, severity="note"))
    if geometry.kind != "none":
        rules += [_implied(f"{entity}-geometry-{kind}", kind, entity) for kind in _geometry_kinds(geometry)]
    for field in fields.values():
        rules += [
            _implied(f"{entity}-{field.name}-{kind}", kind, entity, field) for kind in _field_kinds(field)
        ]
    return rules


def _geometry_kinds(geometry: Geometry) -> list[str]:
    kinds = ["kind"] + (["empty"] if geometry.required else [])
    if geometry.kind != "point":
        kinds += ["valid", "repeated"]
    return kinds + (["single"] if geometry.parts == "single" else [])


def _field_kinds(field: Field) -> list[str]:
    bounded = any(b is not None for b in (field.above, field.below, field.min, field.max))
    wanted: dict[str, Any] = {
        "present": True, "type": True, "required": field.required,
        "length": field.length and field.type != "date", "decimals": field.decimals is not None,
        "domain": field.domain, "range": bounded, "pattern": field.pattern, "unique": field.unique,
        "derived": field.derived, "name_of": field.name_of, "equals": field.equals,
        "allowed_when": field.allowed_when, "required_when": field.required_when,
    }  # fmt: skip
    return [kind for kind, on in wanted.items() if on]


def _implied(id: str, kind: str, layer: str, field: Field | None = None, severity: Any = "error") -> Rule:
    return Rule(
        id=id,
        kind=kind,
        family=words.FAMILIES[kind],
        severity=severity,
        layer=layer,
        field=field.name if field else None,
        title=words.kind_title(kind),
        remedy=words.kind_remedy(kind),
        source=field.source if field else None,
        confidence=field.confidence if field else "known",
    )


def written_check(table: Table, entity: str, fields: dict[str, Field]) -> Rule:
    """A row condition of `checks`."""
    table.known(words.CHECK_KEYS, ("id", "then", "say"))
    field = table.text("field")
    if field is not None and field not in fields:
        raise WrongValue(table.where("field"), "field", field, f"{entity} 的字段")
    params = {key: table.text(key) for key in ("if", "then", "expected")}
    return _written(table, "condition", entity, field, params)


def written_rules(items: list[Any], parent: Table, key: str, kinds: dict[str, words.Kind],
                  entity: str | None = None) -> list[Rule]:  # fmt: skip
    """Rules of `topology`, `cross_layer`, `balance`: kind and parameters checked against the vocabulary."""
    rules = []
    for table in tables(items, parent, key):
        kind = table.choice("rule", kinds, "")
        known = kinds[kind]
        table.known((*words.RULE_KEYS, *known.params), ("id", *known.required))
        params = {name: _parameter(table, name, unit) for name, unit in known.params.items() if name in table}
        rules.append(_written(table, kind, entity or params.get("layer"), params.get("field"), params))
    return rules


def _parameter(table: Table, name: str, unit: str) -> Any:
    if unit and not isinstance(table[name], list):
        value = table.number(name)
        if value is None or value < 0:
            raise WrongValue(table.where(name), name, table[name], "不小于零的数")
        return value
    return plain(table[name])


def _written(table: Table, kind: str, entity: str | None, field: str | None, params: dict[str, Any]) -> Rule:
    return Rule(
        id=str(table.text("id")),
        kind=kind,
        family=words.FAMILIES[kind],
        severity=table.choice("severity", words.SEVERITIES, "error"),  # type: ignore[arg-type]
        layer=entity,
        field=field,
        title=table.text("say") or words.kind_title(kind),
        say=table.text("say") or "",
        remedy=table.text("remedy") or words.kind_remedy(kind),
        params=params,
        source=table.text("source"),
        confidence=table.choice("confidence", words.CONFIDENCE, "unconfirmed"),
        where=table.where(),
    )
