"""From text to a Model: every key known, every reference resolved, every condition compiled once for proof."""

from pathlib import Path
from typing import Any

from ziyuan.onemap.standards import vocabulary as words
from ziyuan.onemap.standards.codes import CodeTable, read_codes
from ziyuan.onemap.standards.conditions import prove
from ziyuan.onemap.standards.errors import WrongValue
from ziyuan.onemap.standards.model import Entity, Field, Geometry, Model, Pattern, Rule, Space
from ziyuan.onemap.standards.reading import Table, plain, read
from ziyuan.onemap.standards.rules import implied_rules, written_check, written_rules

CONTROL_AREA = "control_area"


def load_file(path: Path, name: str | None = None) -> Model:
    """The model in the file `path` (or in `path/model.yaml`)."""
    path = path / "model.yaml" if path.is_dir() else path
    root = read(path, name)
    root.known(words.MODEL_KEYS, ("standard", "entities"))
    head = root.table("standard").known(words.STANDARD_KEYS, ("id", "edition", "title"))
    codes = {key: _codes(root.table("codes"), key, path.parent) for key in root.table("codes")}
    patterns = {key: _pattern(root.table("patterns"), key) for key in root.table("patterns")}
    entities = {
        key: _entity(root.table("entities"), key, codes, patterns) for key in root.table("entities")
    }
    rules = written_rules(root.items_of("cross_layer"), root, "cross_layer", words.CROSS)
    rules += written_rules(root.items_of("balance"), root, "balance", words.BALANCE)
    _resolve(entities, rules, root)
    return Model(
        id=str(head.text("id")),
        edition=str(head.text("edition")),
        title=str(head.text("title")),
        source=head.text("source"),
        in_force=None if head.get("in_force") is None else str(head["in_force"]),
        space=_space(root.table("space").known(words.SPACE_KEYS)),
        codes=codes,
        patterns=patterns,
        entities=entities,
        rules=tuple(rules),
        statistics=tuple(_known(item, words.STATISTICS_KEYS) for item in root.items_of("statistics")),
        no_change=_known(root.table("no_change"), words.NO_CHANGE_KEYS),
        delivery=_known(root.table("delivery"), words.DELIVERY_KEYS),
        file=str(path),
    )


def _known(table: Table, keys: tuple[str, ...]) -> dict[str, Any]:
    return plain(table.known(keys))


def _space(table: Table) -> Space:
    return Space(
        crs=tuple(int(code) for code in table.items_of("crs")),
        decimals=table.whole("decimals", 4) or 0,
        resolution=table.number("resolution", 0.00005) or 0.0,
        tolerance=table.number("tolerance", 0.0001) or 0.0,
        area=table.choice("area", words.AREAS, "official"),  # type: ignore[arg-type]
        area_unit=table.choice("area_unit", ("m2",), "m2"),
        source=table.text("source"),
        confidence=table.choice("confidence", words.CONFIDENCE, "unconfirmed"),
    )


def _codes(parent: Table, key: str, folder: Path) -> CodeTable:
    table = parent.table(key).known(words.CODE_KEYS, ("file",))
    return read_codes(
        folder / str(table.text("file")),
        key,
        title=table.text("title") or key,
        suffixes=tuple(str(s) for s in table.items_of("suffixes")),
        complete=table.flag("complete", True),
        source=table.text("source"),
    )


def _pattern(parent: Table, key: str) -> Pattern:
    table = parent.table(key).known(words.PATTERN_KEYS, ("parts",))
    parts = []
    for part in table.items_of("parts"):
        if not (isinstance(part, list) and len(part) == 2 and part[0] in words.PATTERN_PARTS):
            raise WrongValue(table.where("parts"), "parts", part, "[部分名, 位数]，部分名为 " + "、".join(words.PATTERN_PARTS))
        parts.append((str(part[0]), int(part[1])))
    return Pattern(key, tuple(parts), table.flag("region"), table.text("source"),
                   table.choice("confidence", words.CONFIDENCE, "unconfirmed"))  # fmt: skip


def _entity(parent: Table, key: str, codes: dict[str, CodeTable], patterns: dict[str, Pattern]) -> Entity:
    table = parent.table(key).known(words.ENTITY_KEYS)
    shape = table.table("geometry").known(words.GEOMETRY_KEYS)
    geometry = Geometry(
        shape.choice("kind", words.GEOMETRY_KINDS, "polygon"),  # type: ignore[arg-type]
        shape.choice("parts", ("single", "any"), "any"),  # type: ignore[arg-type]
        shape.flag("required", True),
    )
    fields = {name: _field(table, name, codes, patterns) for name in table.table("fields")}
    rules = implied_rules(key, geometry, fields)
    for check in table.items_of("checks"):
        rules.append(written_check(check, key, fields))
    rules += written_rules(table.items_of("topology"), table, "topology", words.TOPOLOGY, key)
    named = table.text("key")
    if named is not None and named not in fields:
        raise WrongValue(table.where("key"), "key", named, "本图层的字段")
    _prove_conditions(rules, fields, codes, table)
    return Entity(
        name=key,
        title=table.text("title") or key,
        code=table.text("code"),
        geometry=geometry,
        fields=fields,
        key=named,
        same_thing=tuple(str(s) for s in table.items_of("same_thing")),
        volume=table.choice("volume", ("small", "large"), "small"),  # type: ignore[arg-type]
        label=_known(table.table("label"), words.LABEL_KEYS),
        style=_known(table.table("style"), words.STYLE_KEYS),
        written_by=table.choice("written_by", ("delivery", "cases"), "delivery"),  # type: ignore[arg-type]
        rules=tuple(rules),
        source=table.text("source"),
        confidence=table.choice("confidence", words.CONFIDENCE, "unconfirmed"),
    )


def _field(entity: Table, name: str, codes: dict[str, CodeTable], patterns: dict[str, Pattern]) -> Field:
    table = entity.table("fields").table(name).known(words.FIELD_KEYS, ("type",))
    domain = table.get("domain")
    if isinstance(domain, str) and domain not in codes:
        raise WrongValue(table.where("domain"), "domain", domain, "本标准的代码表名")
    pattern = table.text("pattern")
    if pattern is not None and pattern not in patterns:
        raise WrongValue(table.where("pattern"), "pattern", pattern, "本标准的编码规则名")
    required = table.choice("required", ("always",), "") if table.get("required") else ""
    return Field(
        name=name,
        title=table.text("title") or name,
        type=table.choice("type", words.FIELD_TYPES, ""),  # type: ignore[arg-type]
        length=table.whole("length"),
        decimals=table.whole("decimals"),
        domain=tuple(str(d) for d in domain) if isinstance(domain, list) else domain,
        pattern=pattern,
        unique=table.get("unique") or False,
        required=required == "always",
        zero_is_empty=table.flag("zero_is_empty"),
        source=table.text("source") or entity.text("source"),
        confidence=table.choice("confidence", words.CONFIDENCE, str(entity.get("confidence", "unconfirmed"))),
        **{key: table.number(key) for key in ("above", "below", "min", "max")},  # type: ignore[arg-type]
        **{key: table.text(key) for key in _TEXTS},  # type: ignore[arg-type]
    )


_TEXTS = ("unit", "required_when", "allowed_when", "derived", "closed_to", "by", "name_of", "equals", "note")


def _prove_conditions(rules: list[Rule], fields: dict[str, Field], codes: dict[str, CodeTable],
                      table: Table) -> None:  # fmt: skip
    names = frozenset(fields)
    for field in fields.values():
        for text in (field.required_when, field.allowed_when):
            prove(text, names, table.table("fields").where(field.name))
    for rule in rules:
        if rule.kind == "condition":
            for key in ("if", "then", "expected"):
                prove(rule.params[key], names, rule.where)


def _resolve(entities: dict[str, Entity], rules: list[Rule], root: Table) -> None:
    ids: set[str] = set()
    for rule in [r for e in entities.values() for r in e.rules] + rules:
        if rule.id in ids:
            raise WrongValue(rule.where or root.where(), "id", rule.id, "不重复的规则编号")
        ids.add(rule.id)
        for key in ("layer", "by", "with", "inside", "in", "total", "parts", "within"):
            _resolve_name(rule, key, entities)


def _resolve_name(rule: Rule, key: str, entities: dict[str, Entity]) -> None:
    named = rule.params.get(key)
    if not isinstance(named, str) or named == CONTROL_AREA or (key == "by" and rule.kind not in ("covered_by",)):
        return
    layer, _, field = named.partition(".")
    if layer not in entities or (field and field not in entities[layer].fields):
        raise WrongValue(rule.where, key, named, "本标准的图层（或 图层.字段）")
