"""From one edition of a standard to the next: `mapping.yaml` in the folder of the new edition.

A field or layer of the same name is itself; what is renamed, valued anew, converted or given up is written. Nothing of
the old edition may be left without a destination, so a rename is never a delete and an add.
"""

from collections.abc import Mapping as Mappings
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

from ziyuan.onemap.standards import vocabulary as words
from ziyuan.onemap.standards.code_steps import CodeStep, code_steps
from ziyuan.onemap.standards.errors import MappingIncomplete, WrongValue
from ziyuan.onemap.standards.model import Entity, Field, Model
from ziyuan.onemap.standards.reading import Problems, Table, read

FILE = "mapping.yaml"
_SAFE = {("integer", "number"), ("integer", "text"), ("number", "text"), ("date", "text")}
"""Conversions that lose nothing; others must be written as `convert`."""


@dataclass(frozen=True)
class FieldMap:
    """Where the value of a new field comes from in an old row: a field (`old`), through codes, or a default."""

    new: Field
    old: Field | None = None
    default: Any = None
    steps: tuple[CodeStep, ...] = ()
    """Values without a step stay as they are."""


@dataclass(frozen=True)
class EntityMap:
    """A layer of the new edition and the layer of the old one that its old rows stand in."""

    new: Entity
    old: Entity
    fields: tuple[FieldMap, ...]
    gone: tuple[str, ...] = ()

    @cached_property
    def renamed(self) -> dict[str, str]:
        """New name → old name of renamed fields."""
        return {f.new.name: f.old.name for f in self.fields if f.old is not None and f.old.name != f.new.name}


@dataclass(frozen=True)
class Mapping:
    """How rows under `old` read under `new`."""

    old: Model
    new: Model
    entities: dict[str, EntityMap]
    gone: tuple[str, ...] = ()
    source: str | None = None


def mapping_file(model: Model) -> Path | None:
    """The mapping beside a model file, when there is one."""
    path = Path(model.file).parent / FILE
    return path if path.is_file() else None


def read_mapping(path: Path, new: Model, old: Model, problems: Problems | None = None) -> Mapping:
    """The mapping in `path` from `old` to `new`; the first problem is raised unless `problems` keeps all."""
    kept = problems or Problems()
    root = read(path).known(words.MAPPING_KEYS, ("from",))
    if root.text("from") != old.name:
        raise WrongValue(root.where("from"), "from", root["from"], old.name)
    reading = _Reading(root, new, old, kept, path.parent)
    layers = {name: one for name in new.entities if (one := reading.layer(name)) is not None}
    with kept.kept():
        reading.all_layers_placed(layers)
    return Mapping(old, new, layers, tuple(root.items_of("gone")), root.text("source"))


def old_name(path: Path) -> str:
    """`id@edition` that a mapping starts from."""
    return str(read(path).known(words.MAPPING_KEYS, ("from",)).text("from"))


class _Reading:
    """One reading of one mapping file."""

    def __init__(self, root: Table, new: Model, old: Model, problems: Problems, folder: Path) -> None:
        self.root, self.new, self.old, self.problems = root, new, old, problems
        self.steps: dict[str, tuple[CodeStep, ...]] = problems.mapped(
            root.table("codes"), lambda key: code_steps(root.table("codes").table(key), key, folder)
        )

    def layer(self, name: str) -> EntityMap | None:
        """How a layer of the new edition reads old rows; None for a layer without predecessor."""
        table = self.root.table("entities").table(name).known(words.MAPPED_ENTITY_KEYS)
        source = table.text("from") or name
        if source not in self.old.entities:
            if "from" in table:
                raise WrongValue(table.where("from"), "from", source, f"{self.old.name} 有字段的图层")
            return None
        old, new = self.old.entities[source], self.new.entities[name]
        gone = tuple(str(f) for f in table.items_of("gone"))
        fields = self.problems.made(new.fields.values(), lambda field: self._field(field, old, table, gone))
        with self.problems.kept():
            self._all_fields_placed(table, old, fields, gone)
        return EntityMap(new, old, tuple(fields), gone)

    def _field(self, new: Field, old: Entity, layer: Table, gone: tuple[str, ...]) -> FieldMap:
        table = layer.table("fields").table(new.name).known(words.MAPPED_FIELD_KEYS)
        named = table.text("from")
        if named is not None and named not in old.fields:
            raise WrongValue(table.where("from"), "from", named, f"{self.old.name} 中 {old.name} 的字段")
        source = old.fields.get(named or new.name) if named or (new.name not in gone and "default" not in table) else None
        if source is None:
            if new.required and "default" not in table:
                raise MappingIncomplete(
                    table.where(), f"{old.name} 的旧数据没有必填字段 {new.name}，请写明 from 或 default（未知写 null）"
                )
            return FieldMap(new, None, table.get("default"))
        if new.type != source.type and "convert" not in table and not _readable(source, new):
            raise MappingIncomplete(
                table.where(), f"字段 {source.name} 由 {source.type} 改为 {new.type}，请写明 convert: {new.type}"
            )
        if "convert" in table:
            table.choice("convert", (new.type,), "")
        return FieldMap(new, source, table.get("default"), self._steps(table, new, source))

    def _steps(self, table: Table, new: Field, source: Field) -> tuple[CodeStep, ...]:
        """Steps of this field's own `values`, else those of its code table; every old code must arrive."""
        if "values" in table:
            return code_steps(table, new.name, Path())
        name = new.domain if isinstance(new.domain, str) else ""
        steps = self.steps.get(name, ())
        theirs, ours = self.old.domain(source), self.new.domain(new)
        if theirs is None or ours is None or not ours.complete:
            return steps
        stepped = {step.old for step in steps}
        replaced = [
            CodeStep(code, ours.by_code[code].replaced_by)
            for code in theirs.usable() if code not in stepped and code in ours.by_code and ours.by_code[code].replaced_by
        ]  # fmt: skip
        known = set(ours.by_code)
        lost = [c for c in theirs.usable() if c not in known and c not in stepped]
        if lost:
            listed = "、".join(lost[:8]) + (" 等" if len(lost) > 8 else "")
            raise MappingIncomplete(
                self.root.where("codes"), f"代码表 {name} 的旧代码 {listed} 在新版中没有去向，请写入 codes.{name}"
            )
        return (*steps, *replaced)

    def _all_fields_placed(self, table: Table, old: Entity, fields: list[FieldMap], gone: tuple[str, ...]) -> None:
        used = {f.old.name for f in fields if f.old is not None}
        lost = [name for name in old.fields if name not in used and name not in gone]
        if lost:
            raise MappingIncomplete(
                table.where(),
                f"{old.name} 的旧字段 {'、'.join(lost)} 没有去向：改名请写 fields.<新字段>.from，不再使用请写入 gone",
            )
        unknown = [name for name in gone if name not in old.fields]
        if unknown:
            raise WrongValue(table.where("gone"), "gone", unknown[0], f"{old.name} 的旧字段")

    def all_layers_placed(self, layers: Mappings[str, EntityMap]) -> None:
        """Every typed layer of the old edition goes somewhere or is given up by name."""
        placed = {one.old.name for one in layers.values()} | set(self.root.items_of("gone"))
        lost = [name for name in self.old.entities if name not in placed]
        if lost:
            raise MappingIncomplete(
                self.root.where(), f"旧图层 {'、'.join(lost)} 没有去向：改名请写 entities.<新图层>.from，不再使用请写入 gone"
            )


def _readable(old: Field, new: Field) -> bool:
    """Can the old value be taken as it is?"""
    kinds = {"code": "text"}
    one, other = kinds.get(old.type, old.type), kinds.get(new.type, new.type)
    return one == other or (one, other) in _SAFE


def step_on(steps: tuple[CodeStep, ...], code: str, day: date | None) -> CodeStep | None:
    """The step that applies to a code on a day."""
    return next((s for s in steps if s.old == code and s.valid(day)), None)
