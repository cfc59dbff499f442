"""From the text of one layer to an Entity: geometry, fields, key, its own rules."""

from collections.abc import Mapping
from typing import Any

from ziyuan.onemap.standards import vocabulary as words
from ziyuan.onemap.standards.codes import CodeTable
from ziyuan.onemap.standards.errors import MissingKey, ModelUnreadable, RuleNotServed, WrongValue
from ziyuan.onemap.standards.lists import Lists, ambiguous, asks_the_tree
from ziyuan.onemap.standards.model import Entity, Field, Geometry, Pattern, Rule
from ziyuan.onemap.standards.reading import Problems, Table, plain, tables
from ziyuan.onemap.standards.rules import implied_rules, key_rule, written_check, written_rules

_TEXTS = (
    "unit", "required_when", "allowed_when", "forbidden_when", "derived", "closed_to", "by", "name_of", "equals",
    "to", "note",
)  # fmt: skip
_CONDITIONS = ("required_when", "allowed_when", "forbidden_when")


class Shared:
    """What the layers of one model have in common: code tables, patterns, named lists of codes; problems found."""

    def __init__(self, codes: Mapping[str, CodeTable], patterns: Mapping[str, Pattern], lists: Lists,
                 problems: Problems, root: Table, *, proving: bool) -> None:  # fmt: skip
        self.domains, self.composed = root.table("codes").keys(), root.table("patterns").keys()
        self.codes, self.patterns, self.lists = codes, patterns, lists
        self.problems, self.proving = problems, proving
        self.ambiguous = ambiguous(codes) if proving else None

    def prove(self, text: str | None, names: frozenset[str], where: str) -> None:
        """Keep as a problem what is wrong with a condition; nothing when conditions are not looked at."""
        if not self.proving or text is None:
            return
        from ziyuan.onemap.standards.conditions import prove

        with self.problems.kept():
            if self.ambiguous and asks_the_tree(text):
                one, other = self.ambiguous
                raise ModelUnreadable(where, f"代码表 {one} 与 {other} 有相同的代码，under、top、base 分不清是哪一张。")
            prove(text, names, where)


def entity(parent: Table, name: str, shared: Shared) -> Entity:
    """The layer `name` of the table `entities`."""
    table = parent.table(name).known(words.ENTITY_KEYS)
    untyped = table.flag("catalogue_only")
    if untyped and "fields" in table:
        raise WrongValue(table.where("catalogue_only"), "catalogue_only", True, "不写字段的图层才能只列入目录")
    shape = _geometry(table.table("geometry"))
    fields = shared.problems.mapped(table.table("fields"), lambda one: _field(table, one, shared))
    keys = _key(table)
    return Entity(
        name=name,
        title=table.text("title") or name,
        code=table.text("code"),
        geometry=shape,
        fields=fields,
        key=keys[0] if len(keys) == 1 else None,
        key_fields=keys,
        same_thing=table.texts_of("same_thing"),
        volume=table.choice("volume", ("small", "large"), "small"),  # type: ignore[arg-type]
        label=label(table),
        style=_style(table),
        written_by=table.choice("written_by", ("delivery", "cases"), "delivery"),  # type: ignore[arg-type]
        rules=() if untyped else (*key_rule(name, keys), *_rules(table, name, shape, fields, shared)),
        catalogue_only=untyped,
        missing=table.text("missing"),
        field_names=_field_names(table),
        note=table.text("note"),
        source=table.text("source"),
        confidence=table.choice("confidence", words.CONFIDENCE, "unconfirmed"),
    )


def _field_names(table: Table) -> dict[str, str | None]:
    """Names of fields of an untyped layer, with their titles where these were read."""
    given = table.get("field_names")
    if given is not None and not table.flag("catalogue_only"):
        raise WrongValue(table.where("field_names"), "field_names", "…", "只列入目录的图层才写；其余写 fields")
    if isinstance(given, list):
        return dict.fromkeys(table.texts_of("field_names"))
    names = table.table("field_names")
    return {name: names.text(name) for name in names}


def label(table: Table) -> dict[str, Any]:
    """Class, grade, mask and openness of a layer or a field."""
    given = table.table("label").known(words.LABEL_KEYS)
    given.text("class")
    if given.get("mask") is not None:
        given.choice("mask", words.MASKS, "")
    if given.get("open") is not None:
        given.flag("open")
    return plain(given)


def _style(table: Table) -> dict[str, Any]:
    """How the layer is drawn; `field` must be one of its fields."""
    given = table.table("style").known(words.STYLE_KEYS)
    field = given.text("field")
    if field is not None and field not in table.table("fields"):
        raise WrongValue(given.where("field"), "field", field, "本图层的字段")
    if given.get("palette") is not None:
        given.choice("palette", words.PALETTES, "")
    return plain(given)


def _geometry(table: Table) -> Geometry:
    table.known(words.GEOMETRY_KEYS)
    form = table.choice("kind", words.GEOMETRY_KINDS, "polygon")
    dims = table.whole("dims", 2)
    if dims not in (2, 3):
        raise WrongValue(table.where("dims"), "dims", dims, "2 或 3")
    return Geometry(
        words.GEOMETRY_KINDS[form],  # type: ignore[arg-type]
        table.choice("parts", ("single", "any"), "any"),  # type: ignore[arg-type]
        table.flag("required", True),
        form,
        dims,
        table.number("min_area"),
        table.number("min_width"),
    )


def _key(table: Table) -> tuple[str, ...]:
    """Key fields: one name, or a list of names for a composite key."""
    given = table.get("key")
    keys = table.texts_of("key") if isinstance(given, list) else () if given is None else (str(table.text("key")),)
    for one in keys:
        if one not in table.table("fields"):
            raise WrongValue(table.where("key"), "key", one, "本图层的字段")
    return keys


def _rules(table: Table, name: str, shape: Geometry, fields: dict[str, Field], shared: Shared) -> list[Rule]:
    names = frozenset(table.table("fields"))
    for one in fields.values():
        for key in _CONDITIONS:
            shared.prove(getattr(one, key), names, table.table("fields").table(one.name).where(key))
    written = shared.problems.made(
        tables(table.items_of("checks"), table, "checks"), lambda check: written_check(check, name, names, shared.lists)
    )
    for rule in written:
        for key in ("if", "then", "expected"):
            shared.prove(rule.params[key], names, rule.where)
    written += written_rules(
        table.items_of("topology"), table, "topology", words.IN_LAYER, shared.lists, shared.problems, name
    )
    implied = implied_rules(name, shape, fields, shared.codes)
    if not (table.text("code") or table.text("source")):  # a model of one's own need not name every column
        implied = [rule for rule in implied if rule.kind != "surplus"]
    return implied + written


def _field(parent: Table, name: str, shared: Shared) -> Field:
    table = parent.table("fields").table(name).known(words.FIELD_KEYS, ("type",))
    domain = table.get("domain")
    if isinstance(domain, str) and domain not in shared.domains:
        raise WrongValue(table.where("domain"), "domain", domain, "本标准的代码表名")
    pattern = table.text("pattern")
    if pattern is not None and pattern not in shared.composed:
        raise WrongValue(table.where("pattern"), "pattern", pattern, "本标准的编码规则名")
    kind = table.choice("type", words.FIELD_TYPES, "")
    for word in ("forbidden_when", "media"):
        if word in table and not words.served(word):
            raise RuleNotServed(table.where(word), word)
    role = kind if kind in ("reference", "file") else "value"
    if role == "reference" and "to" not in table:
        raise MissingKey(table.where(), "to")
    texts = {key: table.text(key) for key in _TEXTS}
    texts |= {key: shared.lists.expanded(texts[key]) for key in _CONDITIONS}
    return Field(
        name=name,
        title=table.text("title") or name,
        type="text" if role != "value" else kind,  # type: ignore[arg-type]
        role=role,  # type: ignore[arg-type]
        length=table.whole("length"),
        decimals=table.whole("decimals"),
        domain=table.texts_of("domain") if isinstance(domain, list) else table.text("domain"),
        pattern=pattern,
        unique=_unique(table),
        required=_required(table),
        zero_is_empty=table.flag("zero_is_empty"),
        media=tuple(kind.lower() for kind in table.texts_of("media")),
        label=label(table),
        source=table.text("source") or parent.text("source"),
        confidence=table.choice("confidence", words.CONFIDENCE, str(parent.get("confidence", "unconfirmed"))),
        **{key: table.number(key) for key in ("above", "below", "min", "max")},  # type: ignore[arg-type]
        **texts,  # type: ignore[arg-type]
    )


def _required(table: Table) -> bool:
    given = table.get("required")
    if given not in (None, False, True, "always"):
        raise WrongValue(table.where("required"), "required", given, "always")
    return given in (True, "always")


def _unique(table: Table) -> bool | str:
    given = table.get("unique") or False
    if not isinstance(given, bool | str):
        raise WrongValue(table.where("unique"), "unique", given, "true，或本图层的一个字段名")
    return given
