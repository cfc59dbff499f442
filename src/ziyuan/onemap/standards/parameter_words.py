"""Parameters of rules in the words of the handbook: `max_width` is 最大宽度（米）."""

from typing import Any

from ziyuan.onemap.standards.model import Rule

_TITLES = {
    "layer": "图层",
    "with": "对照图层",
    "of": "边界所属图层",
    "by": "分组字段",
    "both_ways": "双向核对",
    "unless": "汇交了此图层则不查",
    "max_width": "最大宽度（米）",
    "min_area": "最小面积（平方米）",
    "min_width": "最小宽度（米）",
    "min_length": "最短边长（米）",
    "tolerance": "容差（米）",
    "at_ends": "须接在端点",
    "m2": "最小面积（平方米）",
    "limits": "分级限值（平方米）",
    "deg": "最小角度（度）",
    "field": "字段",
    "inside": "所在图层",
    "equals": "应等于",
    "empty": "空值",
    "in": "引用自",
    "fields": "字段",
    "where": "适用条件",
    "head": "代码取前几位",
    "if": "前提",
    "then": "应成立",
    "expected": "应为",
    "total": "总数",
    "parts": "分项",
    "class": "分类字段",
    "deduction": "扣除",
    "key_of_parts": "分项中的对应字段",
    "spread": "余数分配",
    "unit": "单位",
    "base": "变更前图层",
    "new_state": "变更后图层",
    "record": "变更记录",
    "before": "变更前标识",
    "after": "变更后标识",
    "area": "面积字段",
    "ignore": "不比较的字段",
    "allowed": "允许的变更",
    "forbidden": "禁止的变更",
    "from": "变更前字段",
    "to": "变更后字段",
    "columns": "列",
    "sum": "合计字段",
    "rows": "行",
    "units": "单位",
    "must_equal": "应等于",
}
_VALUES = {
    "True": "是",
    "False": "否",
    "control_area": "登记的控制面积",
    "largest_first": "从大到小",
    "wrong": "算错",
    "allowed": "不算错",
}
_OF_KIND = {
    ("covered_by", "by"): "覆盖的图层", ("no_gap", "within"): "范围图层", ("class_equal", "within"): "容许差（平方米）",
    ("sum_equal", "within"): "容许差（平方米）", ("declared_equals_computed", "within"): "容许差（平方米）",
    ("parent_child", "within"): "容许差（平方米）",
}  # fmt: skip


def told(rule: Rule) -> list[tuple[str, str]]:
    """Title and value of each parameter that the rule gives."""
    return [(_title(rule.kind, name), _value(value)) for name, value in rule.params.items() if value is not None]


def _title(kind: str, name: str) -> str:
    return _OF_KIND.get((kind, name)) or _TITLES.get(name, name)


def _value(value: Any) -> str:
    if isinstance(value, list | tuple):
        return "、".join(_value(one) for one in value)
    if isinstance(value, dict):
        return "，".join(f"{_TITLES.get(str(name), str(name))} {_value(one)}" for name, one in value.items())
    return _VALUES.get(str(value), str(value))
