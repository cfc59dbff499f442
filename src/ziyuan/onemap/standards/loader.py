"""From text to a Model: every key known, every reference resolved, every condition compiled once for proof."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from ziyuan.onemap.standards import vocabulary as words
from ziyuan.onemap.standards.codes import CodeTable, read_codes, written_codes
from ziyuan.onemap.standards.conditions import Lists, prove
from ziyuan.onemap.standards.entities import Shared, entity
from ziyuan.onemap.standards.errors import MissingKey, WrongValue
from ziyuan.onemap.standards.model import Entity, Model, Pattern, Rule, Space
from ziyuan.onemap.standards.places import model_file
from ziyuan.onemap.standards.reading import Table, plain, read, tables
from ziyuan.onemap.standards.rules import reference_rules, written_rules

CONTROL_AREA = "control_area"


def load_file(path: Path, name: str | None = None) -> Model:
    """The model in the file `path` (or in `path/model.yaml`); `name` is how messages call the file."""
    path = path / "model.yaml" if path.is_dir() else path
    root = read(path, name)
    root.known(words.MODEL_KEYS, ("standard", "entities"))
    head = root.table("standard").known(words.STANDARD_KEYS, ("id", "edition", "title"))
    lists = _lists(root.table("lists"))
    codes = {key: _codes(root.table("codes"), key, path.parent) for key in root.table("codes")}
    patterns = {key: _pattern(root.table("patterns"), key) for key in root.table("patterns")}
    shared = Shared(codes, patterns, lists)
    layers = {key: entity(root.table("entities"), key, shared) for key in root.table("entities")}
    typed = {key: one for key, one in layers.items() if not one.catalogue_only}
    rules = _between(typed, root, lists)
    return Model(
        id=str(head.text("id")),
        edition=str(head.text("edition")),
        title=str(head.text("title")),
        source=head.text("source"),
        in_force=None if head.get("in_force") is None else str(head["in_force"]),
        space=_space(root.table("space").known(words.SPACE_KEYS)),
        codes=codes,
        patterns=patterns,
        entities={key: _own_rules(one) for key, one in typed.items()},
        catalogue={key: one for key, one in layers.items() if one.catalogue_only},
        rules=tuple(rules),
        statistics=tuple(_statistics(root, typed)),
        no_change=_known(root.table("no_change"), words.NO_CHANGE_KEYS),
        delivery=_delivery(root.table("delivery")),
        file=str(path),
    )


def _known(table: Table, keys: tuple[str, ...]) -> dict[str, Any]:
    return plain(table.known(keys))


def _lists(table: Table) -> Lists:
    return Lists({name: [str(code) for code in table.items_of(name)] for name in table})


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
    """A code table: in a CSV file, written in place (`values`), or that of another standard (`from`)."""
    table = parent.table(key).known(words.CODE_KEYS)
    if "from" in table:
        return _borrowed(table, key)
    about = {
        "title": table.text("title") or key,
        "suffixes": tuple(str(s) for s in table.items_of("suffixes")),
        "complete": table.flag("complete", True),
        "source": table.text("source"),
    }
    if "values" in table:
        given = table.table("values")
        rows = {code: given.text(code) or code for code in given}
        confidence = table.choice("confidence", words.CONFIDENCE, "unconfirmed")
        return written_codes(key, rows, confidence, **about)  # type: ignore[arg-type]
    if "file" not in table:
        raise MissingKey(table.where(), "file")
    return read_codes(folder / str(table.text("file")), key, **about)  # type: ignore[arg-type]


def _borrowed(table: Table, key: str) -> CodeTable:
    """`from: tdt1057@2020/DLBM`; the standard named must stand in the repository."""
    table.known(("from", "title"))
    standard, _, name = str(table.text("from")).partition("/")
    file = model_file(standard)
    theirs = read(file, f"standards/{standard.replace('@', '/')}/model.yaml").table("codes")
    if (name or key) not in theirs:
        raise WrongValue(table.where("from"), "from", table["from"], f"{standard} 的代码表：" + "、".join(theirs))
    return _codes(theirs, name or key, file.parent)


def _pattern(parent: Table, key: str) -> Pattern:
    table = parent.table(key).known(words.PATTERN_KEYS, ("parts",))
    parts = []
    for part in table.items_of("parts"):
        if not (isinstance(part, list) and len(part) == 2 and part[0] in words.PATTERN_PARTS):
            raise WrongValue(table.where("parts"), "parts", part, "[部分名, 位数]，部分名为 " + "、".join(words.PATTERN_PARTS))
        parts.append((str(part[0]), int(part[1])))
    return Pattern(key, tuple(parts), table.flag("region"),
                   table.choice("unique_in", words.UNIQUE_IN, "") or None if "unique_in" in table else None,
                   table.text("source"), table.choice("confidence", words.CONFIDENCE, "unconfirmed"))  # fmt: skip


def _between(layers: dict[str, Entity], root: Table, lists: Lists) -> list[Rule]:
    """Rules of more than one layer, those written in `topology` of a layer included."""
    rules = [rule for one in layers.values() for rule in one.rules if rule.kind in words.CROSS]
    rules += reference_rules(layers)
    rules += written_rules(root.items_of("cross_layer"), root, "cross_layer", words.CROSS, lists)
    rules += written_rules(root.items_of("change"), root, "change", words.CHANGE, lists)
    rules += written_rules(root.items_of("balance"), root, "balance", words.BALANCE, lists, default="sum_equal")
    _resolve(layers, rules, root)
    return rules


def _own_rules(one: Entity) -> Entity:
    return replace(one, rules=tuple(rule for rule in one.rules if rule.kind not in words.CROSS))


def _statistics(root: Table, layers: dict[str, Entity]) -> list[dict[str, Any]]:
    found = []
    for table in tables(root.items_of("statistics"), root, "statistics"):
        table.known(words.STATISTICS_KEYS, ("id", "from", "sum"))
        source = layers.get(str(table.text("from")))
        if source is None:
            raise WrongValue(table.where("from"), "from", table["from"], "本标准的图层")
        for key in ("sum", "rows", "columns"):
            prove(table.text(key), frozenset(source.fields), table.where(key))
        found.append(plain(table))
    return found


def _delivery(table: Table) -> dict[str, Any]:
    table.known(words.DELIVERY_KEYS)
    reference = table.text("reference")
    if reference is not None and not words.MONTH_DAY.fullmatch(reference):
        raise WrongValue(table.where("reference"), "reference", reference, "月-日，如 12-31")
    return plain(table)


def _resolve(layers: dict[str, Entity], rules: list[Rule], root: Table) -> None:
    ids: set[str] = set()
    for rule in [r for e in layers.values() for r in e.rules if r.kind not in words.CROSS] + rules:
        if rule.id in ids:
            raise WrongValue(rule.where or root.where(), "id", rule.id, "不重复的规则编号")
        ids.add(rule.id)
        for key in words.NAMES_LAYERS:
            _resolve_name(rule, key, layers)
        condition = rule.params.get("where")
        if rule.layer in layers and condition:
            prove(condition, frozenset(layers[rule.layer].fields), rule.where)


def _resolve_name(rule: Rule, key: str, layers: dict[str, Entity]) -> None:
    named = rule.params.get(key)
    if not isinstance(named, str) or named == CONTROL_AREA or (key == "by" and rule.kind != "covered_by"):
        return
    layer, _, field = named.partition(".")
    if layer not in layers or (field and field not in layers[layer].fields):
        raise WrongValue(rule.where, key, named, "本标准的图层（或 图层.字段）")
