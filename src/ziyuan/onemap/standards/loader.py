"""From text to a Model: every key known, every reference resolved, every condition compiled once for proof."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from ziyuan.base.errors import UserError
from ziyuan.onemap.standards import vocabulary as words
from ziyuan.onemap.standards.codes import CodeTable, read_codes, written_codes
from ziyuan.onemap.standards.crosswalks import Crosswalk, read_crosswalk
from ziyuan.onemap.standards.entities import Shared, entity
from ziyuan.onemap.standards.errors import MissingKey, WrongValue
from ziyuan.onemap.standards.lists import Lists
from ziyuan.onemap.standards.model import Entity, Model, Pattern, Rule, Space
from ziyuan.onemap.standards.places import model_file
from ziyuan.onemap.standards.reading import Problems, Table, plain, read, tables
from ziyuan.onemap.standards.rules import pattern_rules, reference_rules, statistics_rule, written_rules

CONTROL_AREA = "control_area"


def load_file(path: Path, name: str | None = None, *, proving: bool = True) -> Model:
    """The model in the file `path` (or in `path/model.yaml`); `name` is how messages call the file.

    The first problem is raised. `proving` False leaves the conditions unread (a quick look at fields and rules).
    """
    return _Loading(path, name, Problems(), proving).model()


def problems_of(path: Path, name: str | None = None) -> list[UserError]:
    """All that is wrong in a model file, in the order of the file's sections; empty when it loads."""
    problems = Problems(every=True)
    with problems.kept():
        _Loading(path, name, problems, True).model()
    return problems.found


class _Loading:
    """One reading of one file."""

    def __init__(self, path: Path, name: str | None, problems: Problems, proving: bool) -> None:
        self.path = path / "model.yaml" if path.is_dir() else path
        self.root = read(self.path, name)
        self.problems = problems
        with problems.kept():
            self.root.known(words.MODEL_KEYS, ("standard", "entities"))
        given = self.root.table("codes")
        codes = problems.mapped(given, lambda key: _codes(given, key, self.path.parent))
        parts = self.root.table("patterns")
        patterns = problems.mapped(parts, lambda key: _pattern(parts, key))
        self.shared = Shared(codes, patterns, _lists(self.root.table("lists")), problems, self.root, proving=proving)

    def model(self) -> Model:
        """The whole model."""
        root, problems = self.root, self.problems
        head = root.table("standard").known(words.STANDARD_KEYS, ("id", "edition", "title"))
        layers = problems.mapped(root.table("entities"), lambda key: entity(root.table("entities"), key, self.shared))
        typed = {key: one for key, one in layers.items() if not one.catalogue_only}
        return Model(
            id=_identifier(head, "id"),
            edition=_identifier(head, "edition"),
            title=str(head.text("title")),
            source=head.text("source"),
            in_force=None if head.get("in_force") is None else str(head["in_force"]),
            space=_space(root.table("space").known(words.SPACE_KEYS)),
            codes=dict(self.shared.codes),
            patterns=dict(self.shared.patterns),
            entities={key: _own_rules(one) for key, one in typed.items()},
            catalogue={key: one for key, one in layers.items() if one.catalogue_only},
            crosswalks=problems.mapped(root.table("crosswalks"), self._crosswalk),
            rules=tuple(self._between(typed)),
            statistics=tuple(self._statistics(typed)),
            no_change=_no_change(root.table("no_change")),
            delivery=_delivery(root.table("delivery")),
            file=str(self.path),
        )

    def _crosswalk(self, key: str) -> Crosswalk:
        """A table from codes to codes; every code must stand in its table."""
        table = self.root.table("crosswalks").table(key).known(words.CROSSWALK_KEYS, ("file", "from", "to"))
        sides = {side: self._code_table(table, side) for side in ("from", "to")}
        return read_crosswalk(
            table.csv_file("file", self.path.parent), key, sides["from"], sides["to"], title=table.text("title") or key,
            source=table.text("source"), confidence=table.choice("confidence", words.CONFIDENCE, "unconfirmed"),
        )  # fmt: skip

    def _code_table(self, table: Table, side: str) -> CodeTable:
        """The table a crosswalk names: one of this model, or `id@edition/TABLE`."""
        named = str(table.text(side))
        if named in self.shared.codes:
            return self.shared.codes[named]
        if "/" not in named:
            raise WrongValue(table.where(side), side, named, "本标准的代码表名，或 标准@版本/代码表")
        return borrowed(named, named.partition("/")[2], table.where(side), side)

    def _between(self, layers: dict[str, Entity]) -> list[Rule]:
        """Rules of more than one layer, those written in `topology` of a layer included."""
        rules = [rule for one in layers.values() for rule in one.rules if rule.kind in words.CROSS]
        rules += reference_rules(layers)
        for key, kinds in (("cross_layer", words.CROSS), ("change", words.CHANGE), ("balance", words.BALANCE)):
            default = "sum_equal" if key == "balance" else ""
            rules += written_rules(
                self.root.items_of(key), self.root, key, kinds, self.shared.lists, self.problems, default=default
            )
        for table in tables(self.root.items_of("statistics"), self.root, "statistics"):
            if table.get("must_equal") == "delivered" and isinstance(table.get("table"), Table):
                rules.append(statistics_rule(table, str(table.get("id"))))
        rules += pattern_rules(layers, self.shared.patterns, rules)
        ids: set[str] = set()
        for rule in [r for e in layers.values() for r in e.rules if r.kind not in words.CROSS] + rules:
            with self.problems.kept():
                self._resolve(rule, ids)
        return rules

    def _resolve(self, rule: Rule, ids: set[str]) -> None:
        """The id stands once; the layers and fields named are there."""
        if rule.id in ids:
            raise WrongValue(self._place(rule), "id", rule.id, "不重复的规则编号")
        ids.add(rule.id)
        if not rule.params:
            return
        layers = self.root.table("entities")
        for key in words.NAMES_LAYERS:
            named = rule.params.get(key)
            if not isinstance(named, str) or named == CONTROL_AREA or (key == "by" and rule.kind != "covered_by"):
                continue
            layer, _, field = named.partition(".")
            if layer not in layers or (field and field not in layers.table(layer).table("fields")):
                raise WrongValue(self._place(rule), key, named, "本标准的图层（或 图层.字段）")
            if layers.table(layer).get("catalogue_only"):
                raise WrongValue(self._place(rule), key, named, "有字段的图层（该图层只列入目录）")
        self._resolve_fields(rule, layers)
        if rule.layer in layers:
            self.shared.prove(
                rule.params.get("where"), frozenset(layers.table(str(rule.layer)).table("fields")), rule.where
            )

    def _resolve_fields(self, rule: Rule, layers: Table) -> None:
        """Every field a rule names stands in the layer it speaks of."""
        named = [(key, rule.params.get(key), rule.params.get(of)) for key, of in words.FIELDS_OF.items()]
        if rule.kind == "statistics_equal":
            named = []
        if rule.kind == "min_area":
            named.append(("by", rule.params.get("by"), rule.layer))
        if rule.kind == "unique_across":
            named += [("fields", one.partition(".")[2], one.partition(".")[0]) for one in rule.params["fields"]]
        for key, field, layer in named:
            if field is None or layer is None:
                continue
            owner = str(layer).partition(".")[0]
            if owner not in layers or field not in layers.table(owner).table("fields"):
                raise WrongValue(self._place(rule), key, field, f"图层 {owner} 的字段")

    def _place(self, rule: Rule) -> str:
        """Where a rule is written; for an implied one the field it follows from."""
        if rule.where or rule.layer is None:
            return rule.where or self.root.where()
        layer = self.root.table("entities").table(rule.layer)
        return layer.table("fields").table(rule.field).where("to") if rule.field else layer.where()

    def _statistics(self, layers: dict[str, Entity]) -> list[dict[str, Any]]:
        given = tables(self.root.items_of("statistics"), self.root, "statistics")
        return self.problems.made(given, lambda table: self._statistic(table, layers))

    def _statistic(self, table: Table, layers: dict[str, Entity]) -> dict[str, Any]:
        table.known(words.STATISTICS_KEYS, ("id", "from", "sum"))
        source = layers.get(str(table.text("from")))
        if source is None:
            raise WrongValue(table.where("from"), "from", table["from"], "本标准有字段的图层")
        for key in ("sum", "rows", "columns"):
            self.shared.prove(table.text(key), frozenset(source.fields), table.where(key))
        if set(table.texts_of("units")) - set(words.AREA_UNITS):
            raise WrongValue(table.where("units"), "units", table["units"], "、".join(words.AREA_UNITS) + " 的列表")
        _statistics_table(table, layers)
        return plain(table)


def _statistics_table(table: Table, layers: dict[str, Entity]) -> None:
    """Statistics that must equal what was delivered name the table and its fields."""
    if "must_equal" not in table and "table" not in table:
        return
    table.choice("must_equal", ("delivered",), "")
    if "table" not in table:
        raise MissingKey(table.where(), "table")
    about = table.table("table").known(words.STATISTICS_TABLE_KEYS, ("layer", "value"))
    layer = layers.get(str(about.text("layer")))
    if layer is None:
        raise WrongValue(about.where("layer"), "layer", about["layer"], "本标准有字段的图层")
    for key in ("rows", "columns", "value"):
        if key in about and about.text(key) not in layer.fields:
            raise WrongValue(about.where(key), key, about[key], f"{layer.name} 的字段")
    about.choice("unit", words.AREA_UNITS, "m2")
    about.number("within")


def _identifier(table: Table, key: str) -> str:
    """Standard id or edition: they make names of folders and tables."""
    value = table.text(key) or ""
    if not words.IDENTIFIER.fullmatch(value):
        raise WrongValue(table.where(key), key, value, "小写字母、数字和下划线（用作文件夹名和表名）")
    return value


def _lists(table: Table) -> Lists:
    return Lists({name: table.texts_of(name) for name in table})


def _space(table: Table) -> Space:
    return Space(
        crs=_crs(table),
        decimals=table.whole("decimals", 4) or 0,
        resolution=table.number("resolution", 0.00005) or 0.0,
        tolerance=table.number("tolerance", 0.0001) or 0.0,
        area=table.choice("area", words.AREAS, "official"),  # type: ignore[arg-type]
        area_unit=table.choice("area_unit", ("m2",), "m2"),
        source=table.text("source"),
        confidence=table.choice("confidence", words.CONFIDENCE, "unconfirmed"),
    )


def _crs(table: Table) -> tuple[int, ...]:
    codes = table.items_of("crs")
    if any(not isinstance(code, int) or isinstance(code, bool) for code in codes):
        raise WrongValue(table.where("crs"), "crs", codes, "EPSG 代码的列表，如 [4526, 4527]")
    return tuple(codes)


def _codes(parent: Table, key: str, folder: Path) -> CodeTable:
    """A code table: in a CSV file, written in place (`values`), or that of another standard (`from`)."""
    table = parent.table(key).known(words.CODE_KEYS)
    if "from" in table:
        table.known(("from", "title"))
        return borrowed(str(table.text("from")), key, table.where("from"), "from")
    about = {
        "title": table.text("title") or key,
        "suffixes": table.texts_of("suffixes"),
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
    return read_codes(table.csv_file("file", folder), key, **about)  # type: ignore[arg-type]


def borrowed(named: str, key: str, where: str, word: str) -> CodeTable:
    """The code table `tdt1057@2020/DLBM` of a standard of the repository (`key` where only the standard is named)."""
    standard, _, name = named.partition("/")
    file = model_file(standard)
    theirs = read(file, f"standards/{standard.replace('@', '/')}/model.yaml").table("codes")
    if (name or key) not in theirs:
        raise WrongValue(where, word, named, f"{standard} 的代码表：" + "、".join(theirs))
    return _codes(theirs, name or key, file.parent)


def _pattern(parent: Table, key: str) -> Pattern:
    table = parent.table(key).known(words.PATTERN_KEYS, ("parts",))
    parts = table.items_of("parts")
    if not all(_is_part(part) for part in parts):
        wanted = "[部分名, 位数] 的列表，部分名为 " + "、".join(words.PATTERN_PARTS)
        raise WrongValue(table.where("parts"), "parts", parts, wanted)
    return Pattern(key, tuple((name, size) for name, size in parts), table.flag("region"),
                   table.choice("unique_in", words.UNIQUE_IN, "") or None if "unique_in" in table else None,
                   table.text("source"), table.choice("confidence", words.CONFIDENCE, "unconfirmed"))  # fmt: skip


def _is_part(part: Any) -> bool:
    """`[serial, 8]`: a known part and its number of characters."""
    if not isinstance(part, list) or len(part) != 2:
        return False
    name, size = part
    return name in words.PATTERN_PARTS and isinstance(size, int) and not isinstance(size, bool) and 0 < size < 100


def _own_rules(one: Entity) -> Entity:
    return replace(one, rules=tuple(rule for rule in one.rules if rule.kind not in words.CROSS))


def _no_change(table: Table) -> dict[str, Any]:
    """What a re-export may change without being a change."""
    table.known(words.NO_CHANGE_KEYS)
    for key, allowed in words.NO_CHANGE_VALUES.items():
        if key in table:
            table.choice(key, allowed, "")
    table.number("precision")
    table.texts_of("ignore")
    return plain(table)


def _delivery(table: Table) -> dict[str, Any]:
    table.known(words.DELIVERY_KEYS)
    reference = table.text("reference")
    if reference is not None and not words.MONTH_DAY.fullmatch(reference):
        raise WrongValue(table.where("reference"), "reference", reference, "月-日，如 12-31")
    return plain(table)
