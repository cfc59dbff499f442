"""What is different between two standards, or two editions of one: layers, fields, codes, rules, in Chinese."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from ziyuan.onemap.standards.codes import Code, CodeTable
from ziyuan.onemap.standards.mapping import Mapping as Editions
from ziyuan.onemap.standards.model import Entity, Field, Model, Rule

_FIELD_WORDS = {
    "title": "名称", "type": "类型", "length": "长度", "decimals": "小数位数", "unit": "单位", "domain": "值域",
    "pattern": "编码规则", "unique": "唯一性", "required": "必填", "required_when": "条件必填",
    "allowed_when": "允许填写的条件", "forbidden_when": "不得填写的条件", "above": "下限(不含)", "below": "上限(不含)",
    "min": "下限", "max": "上限", "derived": "计算来源", "name_of": "名称所属代码", "equals": "规定值", "to": "引用",
    "media": "附件种类", "label": "标签",
}  # fmt: skip
_LAYER_WORDS = {"title": "名称", "code": "要素代码", "geometry": "图形", "key_fields": "主键", "volume": "规模",
                "written_by": "写入方式"}  # fmt: skip
_CODE_WORDS = {"name": "名称", "parent": "上级", "usable": "能否填写", "valid_from": "启用日期", "valid_to": "停用日期",
               "replaced_by": "替代代码"}  # fmt: skip
_RULE_WORDS = {"kind": "种类", "severity": "程度", "params": "参数或条件", "say": "说明"}


@dataclass(frozen=True)
class Change:
    """One difference. `what` is layer, field, code or rule; `change` added, removed, renamed or changed."""

    what: str
    change: str
    place: str
    title: str
    before: Any = None
    after: Any = None
    aspect: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Members in a fixed order, for JSON."""
        return asdict(self)

    def to_line(self) -> str:
        """One line of Chinese."""
        what = {"layer": "图层", "field": "字段", "code": "代码", "rule": "规则"}[self.what]
        if self.change == "renamed":
            return f"{what} {self.place}（{self.title}）由 {self.before} 改名"
        if self.change == "changed":
            return f"{what} {self.place}（{self.title}）的{self.aspect}由 {_shown(self.before)} 改为 {_shown(self.after)}"
        return f"{ {'added': '新增', 'removed': '删去'}[self.change]}{what} {self.place}（{self.title}）"


def _shown(value: Any) -> str:
    if value is None or value in ((), "", {}):
        return "无"
    if isinstance(value, bool):
        return "是" if value else "否"
    return "、".join(str(v) for v in value) if isinstance(value, tuple | list) else str(value)


def differences(old: Model, new: Model, mapping: Editions | None = None) -> list[Change]:
    """Every difference from `old` to `new`; with a mapping a renamed thing is renamed, not removed and added."""
    return [*_layers(old, new, mapping), *_tables(old.codes, new.codes), *_rules(old, new)]


def _layers(old: Model, new: Model, mapping: Editions | None) -> Iterator[Change]:
    before = {e.name: e for e in old.listed()}
    after = {e.name: e for e in new.listed()}
    renamed = {name: one.old.name for name, one in (mapping.entities if mapping else {}).items() if one.old.name != name}
    for name, entity in after.items():
        source = before.get(renamed.get(name, name))
        if source is None:
            yield Change("layer", "added", name, entity.title)
            continue
        if name in renamed:
            yield Change("layer", "renamed", name, entity.title, source.name, name)
        yield from _aspects("layer", name, entity.title, source, entity, _LAYER_WORDS)
        if source.catalogue_only != entity.catalogue_only:
            yield Change("layer", "changed", name, entity.title, source.catalogue_only, entity.catalogue_only, "只列入目录")
        of_layer = mapping.entities.get(name) if mapping else None
        yield from _fields(source, entity, of_layer.renamed if of_layer else {})
    gone = set(before) - set(after) - set(renamed.values())
    yield from (Change("layer", "removed", name, before[name].title) for name in before if name in gone)


def _fields(old: Entity, new: Entity, renamed: Mapping[str, str]) -> Iterator[Change]:
    for name, field in new.fields.items():
        place = f"{new.name}.{name}"
        source: Field | None = old.fields.get(renamed.get(name, name))
        if source is None:
            yield Change("field", "added", place, field.title)
            continue
        if name in renamed:
            yield Change("field", "renamed", place, field.title, f"{old.name}.{source.name}", place)
        yield from _aspects("field", place, field.title, source, field, _FIELD_WORDS)
    gone = [name for name in old.fields if name not in new.fields and name not in renamed.values()]
    yield from (Change("field", "removed", f"{old.name}.{name}", old.fields[name].title) for name in gone)


def _aspects(what: str, place: str, title: str, old: Any, new: Any, names: Mapping[str, str]) -> Iterator[Change]:
    for key, words in names.items():
        before, after = getattr(old, key), getattr(new, key)
        if key == "geometry":
            before, after = (f"{g.form} {g.dims}D {g.parts}" for g in (before, after))
        if before != after:
            yield Change(what, "changed", place, title, _plain(before), _plain(after), words)


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


def _tables(old: Mapping[str, CodeTable], new: Mapping[str, CodeTable]) -> Iterator[Change]:
    for name, table in new.items():
        before = old[name].by_code if name in old else {}
        for code, row in table.by_code.items():
            place = f"{name}:{code}"
            if code not in before:
                yield Change("code", "added", place, row.name)
            else:
                yield from _aspects("code", place, row.name, before[code], row, _CODE_WORDS)
    for name, gone in old.items():
        kept = new[name].by_code if name in new else {}
        yield from (_removed(name, row) for code, row in gone.by_code.items() if code not in kept)


def _removed(table: str, row: Code) -> Change:
    return Change("code", "removed", f"{table}:{row.code}", row.name)


def _rules(old: Model, new: Model) -> Iterator[Change]:
    """Written rules only: the implied ones follow from fields, which are compared above."""
    before, after = _written(old), _written(new)
    for id_, rule in after.items():
        if id_ not in before:
            yield Change("rule", "added", id_, rule.title)
        else:
            yield from _aspects("rule", id_, rule.title, before[id_], rule, _RULE_WORDS)
    yield from (Change("rule", "removed", id_, rule.title) for id_, rule in before.items() if id_ not in after)


def _written(model: Model) -> dict[str, Rule]:
    return {rule.id: rule for rule in model.all_rules() if rule.where}




def counts(found: list[Change]) -> dict[str, int]:
    """How many of each kind: `field_renamed`, `code_added`, …; and in all."""
    kinds = [f"{change.what}_{change.change}" for change in found]
    return {"changes": len(found), **{kind: kinds.count(kind) for kind in sorted(set(kinds))}}
