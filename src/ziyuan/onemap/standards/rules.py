"""From the parts of a layer to its rules: those implied by geometry and fields, and those written out."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ziyuan.onemap.standards import vocabulary as words
from ziyuan.onemap.standards.codes import CodeTable
from ziyuan.onemap.standards.errors import MissingKey, RuleNotServed, WrongValue
from ziyuan.onemap.standards.lists import Lists
from ziyuan.onemap.standards.model import Entity, Field, Geometry, Pattern, Rule
from ziyuan.onemap.standards.reading import Problems, Table, plain, tables


def implied_rules(entity: str, geometry: Geometry, fields: dict[str, Field],
                  codes: Mapping[str, CodeTable]) -> list[Rule]:  # fmt: skip
    """Rules that need no writing down; ids are `<layer>-<kind>`, `<layer>-geometry-<kind>`, `<layer>-<field>-<kind>`.

    A code outside an open table (`complete: false`) is a warning: the table may lack it.
    """
    rules = [_implied(f"{entity}-layer", "layer", entity)]
    if geometry.kind != "none":
        rules += [_implied(f"{entity}-{kind}", kind, entity) for kind in ("crs", "shift")]
    if fields:
        rules.append(_implied(f"{entity}-fields-surplus", "surplus", entity, severity="note"))
    if geometry.kind != "none":
        rules += [_implied(f"{entity}-geometry-{kind}", kind, entity) for kind in _geometry_kinds(geometry)]
        rules += _size_rules(entity, geometry)
    for field in fields.values():
        for kind in _field_kinds(field):
            table = codes.get(field.domain) if kind == "domain" and isinstance(field.domain, str) else None
            severity = "warning" if table is not None and not table.complete else "error"
            rules.append(_implied(f"{entity}-{field.name}-{kind}", kind, entity, field, severity))
    return rules


def _size_rules(entity: str, geometry: Geometry) -> list[Rule]:
    """`min_area`, `min_width` of the geometry are a rule about slivers."""
    limits = {"min_area": geometry.min_area, "min_width": geometry.min_width}
    params = {name: limit for name, limit in limits.items() if limit is not None}
    return [_implied(f"{entity}-geometry-no_sliver", "no_sliver", entity, params=params)] if params else []


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
        "forbidden_when": field.forbidden_when, "media": field.media,
    }  # fmt: skip
    return [kind for kind, on in wanted.items() if on]


def _implied(id: str, kind: str, layer: str, field: Field | None = None, severity: Any = "error",
             params: dict[str, Any] | None = None) -> Rule:  # fmt: skip
    return Rule(
        id=id,
        kind=kind,
        family=words.FAMILIES[kind],
        severity=severity,
        layer=layer,
        field=field.name if field else None,
        title=words.kind_title(kind),
        remedy=words.kind_remedy(kind),
        params=params or {},
        source=field.source if field else None,
        confidence=field.confidence if field else "known",
    )


def key_rule(entity: str, keys: Sequence[str]) -> list[Rule]:
    """A composite key is unique: `<layer>-key-unique`. A single key field says `unique` itself."""
    return [_implied(f"{entity}-key-unique", "key_unique", entity)] if len(keys) > 1 else []


def statistics_rule(table: Table, id: str) -> Rule:
    """Statistics that must equal the delivered table: `statistics-<id>`."""
    params = {key: plain(table[key]) for key in ("from", "sum", "deduction", "rows", "columns", "table") if key in table}
    rule = _implied(f"statistics-{id}", "statistics_equal", str(table.table("table").text("layer")), params=params)
    return replace(rule, title=f"{rule.title}（{id}）", where=table.where())


def pattern_rules(layers: Mapping[str, Entity], patterns: Mapping[str, Pattern], written: Sequence[Rule]) -> list[Rule]:
    """A pattern that is `unique_in: county` gives no code to two layers: `pattern-<name>-unique`.

    Silent where a written rule names some of the fields: then the text says which layers share a number on purpose.
    """
    found = []
    said = [set(rule.params["fields"]) for rule in written if rule.kind == "unique_across"]
    for pattern in (p for p in patterns.values() if p.unique_in == "county"):
        fields = [(e.name, f) for e in layers.values() for f in e.fields.values()]
        own = [f"{layer}.{f.name}" for layer, f in fields if f.pattern == pattern.name and f.unique is True]
        if len(own) > 1 and not any(fields & set(own) for fields in said):
            layer = own[0].partition(".")[0]
            found.append(_implied(f"pattern-{pattern.name}-unique", "unique_across", layer, params={"fields": own}))
    return found


def reference_rules(layers: Mapping[str, Entity]) -> list[Rule]:
    """A field of type `reference` must name an existing feature: `<layer>-<field>-reference`."""
    found = []
    for entity in layers.values():
        for field in entity.fields.values():
            if field.to is not None:
                params = {"layer": entity.name, "field": field.name, "in": field.to}
                found.append(
                    _implied(f"{entity.name}-{field.name}-reference", "reference_exists", entity.name, field, params=params)
                )
    return found


def written_check(table: Table, entity: str, fields: Collection[str], lists: Lists) -> Rule:
    """A row condition of `checks`."""
    table.known(words.CHECK_KEYS, ("id", "then", "say"))
    field = table.text("field")
    if field is not None and field not in fields:
        raise WrongValue(table.where("field"), "field", field, f"{entity} 的字段")
    params = {key: lists.expanded(table.text(key)) for key in ("if", "then", "expected")}
    return _written(table, "condition", entity, field, params)


def written_rules(items: list[Any], parent: Table, key: str, kinds: Mapping[str, words.Kind], lists: Lists,
                  problems: Problems, entity: str | None = None, default: str = "") -> list[Rule]:  # fmt: skip
    """Rules of `topology`, `cross_layer`, `change`, `balance`: kind and parameters checked against the vocabulary.

    In `topology` of a layer (`entity`) the parameter `layer` is that layer. `default` is the kind where `rule` is left out.
    """
    return problems.made(
        tables(items, parent, key), lambda table: _written_rule(table, kinds, lists, entity, default)
    )


def _written_rule(table: Table, kinds: Mapping[str, words.Kind], lists: Lists, entity: str | None,
                  default: str) -> Rule:  # fmt: skip
    kind = table.choice("rule", kinds, default)
    known = kinds[kind]
    if not known.served:
        raise RuleNotServed(table.where("rule"), kind)
    own = [p for p in known.params if entity is None or p != "layer"]
    table.known((*words.RULE_KEYS, *own), ("id", *(p for p in known.required if p in own)))
    params = {name: _parameter(table, name, known.params[name], lists) for name in own if name in table}
    if kind == "sum_equal" and params["total"] != "control_area" and "by" not in params:
        raise MissingKey(table.where(), "by")
    if entity is not None and "layer" in known.params:
        params["layer"] = entity
    return _written(table, kind, entity or params.get("layer"), params.get("field"), params)


def _parameter(table: Table, name: str, unit: str, lists: Lists) -> Any:
    """The value of one parameter, of the kind the vocabulary asks for."""
    if name == "where":
        return lists.expanded(table.text(name))
    if unit and not isinstance(table[name], list):
        value = table.number(name)
        if value is None or value < 0:
            raise WrongValue(table.where(name), name, table[name], "不小于零的数")
        return value
    return _typed(table, name, words.PARAMETERS.get(name, str))


def _typed(table: Table, name: str, kind: Any) -> Any:
    if kind is bool:
        return table.flag(name)
    if kind is int:
        return table.whole(name)
    if kind == "texts":
        return list(table.texts_of(name))
    if kind is list:
        return plain(tables(table.items_of(name), table, name))
    if kind == "pairs":
        pairs = table.items_of(name)
        if not all(isinstance(pair, list) and len(pair) == 2 for pair in pairs):
            raise WrongValue(table.where(name), name, table[name], "[前, 后] 的列表")
        return plain(pairs)
    if name == "deduction":
        return plain(table.table(name).known(kind, kind))
    return table.text(name) if kind is str else table.choice(name, kind, "")


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
