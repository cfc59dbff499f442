"""The words of the model language: every key, every rule kind with its parameters, every family's title."""

import re
from typing import Any, NamedTuple

STANDARD_KEYS = ("id", "edition", "title", "source", "in_force")
SPACE_KEYS = ("crs", "decimals", "resolution", "tolerance", "area", "area_unit", "source", "confidence")
MODEL_KEYS = (
    "standard", "space", "codes", "crosswalks", "lists", "patterns", "entities", "cross_layer", "change", "balance",
    "statistics", "no_change", "delivery",
)  # fmt: skip
CODE_KEYS = ("file", "values", "from", "title", "tree", "suffixes", "complete", "source", "confidence")
CROSSWALK_KEYS = ("file", "from", "to", "title", "source", "confidence")
PATTERN_KEYS = ("parts", "region", "source", "confidence", "unique_in")
PATTERN_PARTS = ("county", "town", "village", "layer", "serial", "digits", "letters", "zeros")
UNIQUE_IN = ("county",)
ENTITY_KEYS = (
    "title", "code", "geometry", "key", "same_thing", "volume", "label", "style", "written_by",
    "catalogue_only", "missing", "field_names", "note", "source", "confidence", "fields", "checks", "topology",
)  # fmt: skip
GEOMETRY_KEYS = ("kind", "parts", "required", "dims", "min_area", "min_width")
GEOMETRY_KINDS = {
    "none": "none", "point": "point", "line": "line", "polygon": "polygon", "annotation": "point",
    "raster": "polygon", "surface": "polygon", "solid": "polygon",
}  # fmt: skip
"""Word of the standard → shape that a row stores."""
FIELD_KEYS = (
    "title", "type", "length", "decimals", "unit", "domain", "pattern", "unique", "required",
    "required_when", "allowed_when", "forbidden_when", "above", "below", "min", "max", "derived", "closed_to", "by",
    "name_of", "equals", "zero_is_empty", "to", "media", "label", "note", "source", "confidence",
)  # fmt: skip
FIELD_TYPES = ("text", "integer", "number", "date", "code", "reference", "file")
CONFIDENCE = ("read", "known", "unconfirmed")
SEVERITIES = ("error", "warning", "note")
AREAS = ("official", "geodesic", "plane")
LABEL_KEYS = ("class", "grade", "mask", "open")
MASKS = ("none", "hide", "partial", "generalise", "year")
PALETTES = ("land_class",)
STYLE_KEYS = ("field", "palette", "fill", "stroke", "confidence")
CHECK_KEYS = ("id", "field", "if", "then", "severity", "expected", "say", "remedy", "source", "confidence")
RULE_KEYS = ("id", "rule", "severity", "say", "remedy", "source", "confidence")
STATISTICS_TABLE_KEYS = ("layer", "rows", "columns", "value", "unit", "within")
AREA_UNITS = ("m2", "ha", "mu")
STATISTICS_KEYS = ("id", "from", "sum", "deduction", "rows", "columns", "units", "must_equal", "table")
NO_CHANGE_KEYS = (
    "ring_start", "ring_direction", "line_direction", "part_order", "precision", "collinear", "text", "ignore",
)  # fmt: skip
NO_CHANGE_VALUES = {
    "ring_start": ("any", "kept"), "ring_direction": ("any", "kept"), "part_order": ("any", "kept"),
    "line_direction": ("kept", "any"), "collinear": ("kept", "dropped"), "text": ("trimmed", "kept"),
}  # fmt: skip
IDENTIFIER = re.compile(r"[a-z0-9][a-z0-9_]{0,39}")
MONTH_DAY = re.compile(r"(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")
DELIVERY_KEYS = ("unit", "package", "cadence", "reference", "due", "duty")
MAPPING_KEYS = ("from", "entities", "codes", "gone", "source", "confidence")
MAPPED_ENTITY_KEYS = ("from", "fields", "gone")
MAPPED_FIELD_KEYS = ("from", "default", "values", "convert")
MAPPED_CODES_KEYS = ("file", "values", "source", "confidence")


class Kind(NamedTuple):
    """A rule kind: Chinese title, remedy, and its parameters with their units (`""` = a name or a flag)."""

    title: str
    remedy: str
    params: dict[str, str]
    required: tuple[str, ...] = ()
    served: bool = True
    """Is there a checking program for it? A rule of an unserved kind does not load."""


TOPOLOGY: dict[str, Kind] = {
    "no_overlap": Kind("面重叠", "修改边界，使相邻图形只共边、不重叠", {}),
    "no_gap": Kind("面缝隙", "补上缺失的图形，或移动边界消除缝隙", {"within": "", "max_width": "m"}),
    "no_duplicate": Kind("图形重复", "删除重复的图形，保留一个", {}),
    "no_contained": Kind("图形被另一图形包含", "在外面的图形中挖出孔洞，或删除多余图形", {}),
    "no_self_intersection": Kind("图形自相交", "修改节点，消除自相交", {}),
    "no_sliver": Kind("碎片面", "将碎片并入相邻图形", {"min_area": "m2", "min_width": "m"}),
    "no_short_edge": Kind("短边", "删除多余节点，或合并过近的节点", {"min_length": "m"}, ("min_length",)),
    "no_dangle": Kind("悬挂线", "延伸或截短线段，使端点与其他线相接", {"tolerance": "m", "at_ends": ""}),
    "no_hole": Kind("图形有孔洞", "去掉孔洞，或改为独立图形", {}),
    "single_part": Kind("多部件图形", "拆成单部件图形，各编一个标识码", {}),
    "min_area": Kind("小于最小面积", "核对是否需要上图；不需要的并入相邻图形", {"m2": "m2", "limits": "m2", "by": ""}),
    "min_angle": Kind("尖锐角", "检查节点，消除尖锐角", {"deg": "deg"}, ("deg",)),
}  # fmt: skip
PAIRED: dict[str, Kind] = {
    "covered_by": Kind("图层未互相覆盖", "修改边界，使两层范围一致",
                       {"layer": "", "by": "", "both_ways": "", "unless": ""}, ("layer", "by")),
    "no_intersection": Kind("图层之间重叠", "修改边界，使两层不重叠", {"layer": "", "with": ""}, ("layer", "with")),
    "on_boundary_of": Kind("不在所指图层的边界上", "修改线或边界，使线与边界重合",
                           {"layer": "", "of": ""}, ("layer", "of")),
    "edge_match": Kind("与相邻图层接边不符", "按接边图层移动节点，使接边处重合",
                       {"layer": "", "with": "", "tolerance": "m"}, ("layer", "with", "tolerance")),
}  # fmt: skip
"""Rules of a layer and another one: written in `topology` of the layer or in `cross_layer`."""
CROSS: dict[str, Kind] = {
    **PAIRED,
    "reference_exists": Kind("引用的对象不存在", "改正代码，或补交被引用的对象",
                             {"layer": "", "field": "", "head": "", "in": ""}, ("layer", "field", "in")),
    "equal_inside": Kind("与所在范围的属性不一致", "改正属性，或修改边界",
                         {"layer": "", "field": "", "inside": "", "equals": "", "empty": ""},
                         ("layer", "field", "inside", "equals")),
    "boundary_equal": Kind("与相邻县的界线不一致", "与相邻县核对后，改为同一条界线",
                           {"layer": "", "tolerance": "m"}, ("layer",)),
    "unique_across": Kind("编号在多个图层中重复", "重新编号，使其在县内唯一", {"fields": ""}, ("fields",)),
}  # fmt: skip
CHANGE: dict[str, Kind] = {
    "declared_equals_computed": Kind(
        "变化记录与图形计算的变化不符", "按图形叠加的结果改正更新过程记录",
        {"base": "", "new_state": "", "record": "", "before": "", "after": "", "area": "", "within": "m2"},
        ("base", "new_state", "record", "before", "after")),
    "untouched_identical": Kind(
        "未列入变化的图斑与上年不一致", "恢复为上年的图形和属性，或补报变化记录",
        {"base": "", "new_state": "", "record": "", "before": "", "ignore": ""}, ("base", "new_state")),
    "allowed_transition": Kind(
        "不允许的代码变化", "核对变更前后的代码，或说明变化原因",
        {"record": "", "from": "", "to": "", "allowed": "", "forbidden": ""}, ("record", "from", "to")),
    "parent_child": Kind(
        "变更前后图斑对应关系有误", "补全变更前后图斑的对应记录",
        {"base": "", "new_state": "", "record": "", "before": "", "after": "", "area": "", "within": "m2"},
        ("base", "new_state", "record", "before", "after")),
}  # fmt: skip
STATISTICS: dict[str, Kind] = {
    "statistics_equal": Kind("统计表与图形汇总不符", "按图形重新汇总统计表", {}),
}
BALANCE: dict[str, Kind] = {
    "sum_equal": Kind("面积之和不相等", "按由大到小的规则重新平差",
                      {"total": "", "parts": "", "by": "", "key_of_parts": "", "head": "", "within": "m2",
                       "spread": "", "unit": "m2"},
                      ("total", "parts")),
    "class_equal": Kind("分类面积与控制数不符", "核对地类编码和图斑面积，与登记的控制数一致",
                        {"total": "", "parts": "", "class": "", "deduction": "", "by": "", "within": "m2"},
                        ("total", "parts", "class")),
}  # fmt: skip
LAYER: dict[str, Kind] = {
    "layer": Kind("缺少图层", "补交该图层", {}),
    "crs": Kind("坐标系不符", "改用本县所在三度带的 CGCS2000 坐标系", {}),
    "shift": Kind("整层坐标偏移", "检查坐标系、带号和坐标轴次序后重新导出", {}),
    "surplus": Kind("多余字段", "删去标准没有的字段，或确认不需要", {}),
    "key_unique": Kind("组合主键重复", "重新编号，使各部分合起来唯一", {}),
}
GEOMETRY: dict[str, Kind] = {
    "empty": Kind("图形为空", "补画图形，或删除该记录", {}),
    "kind": Kind("图形类型不符", "改为规定的图形类型", {}),
    "valid": Kind("图形无效（自相交等）", "修改节点，消除自相交", {}),
    "repeated": Kind("重复节点", "删除相同位置的连续节点", {}),
    "single": Kind("多部件图形", "拆成单部件图形，各编一个标识码", {}),
}
FIELD: dict[str, Kind] = {
    "present": Kind("缺少字段", "按标准补上该字段", {}),
    "type": Kind("字段类型不符", "按标准改正字段类型", {}),
    "required": Kind("必填字段为空", "补填该字段", {}),
    "length": Kind("字段值超长", "按标准规定的长度改正", {}),
    "decimals": Kind("小数位数过多", "按标准规定的小数位数取舍", {}),
    "domain": Kind("代码不在值域内", "按代码表改正", {}),
    "range": Kind("数值超出范围", "核对并改正数值", {}),
    "pattern": Kind("编码格式不符", "按编码规则改正", {}),
    "unique": Kind("编号重复", "重新编号，使其唯一", {}),
    "derived": Kind("面积与图形计算值不符", "按椭球面积公式重新计算并平差", {}),
    "name_of": Kind("名称与代码不符", "改为代码对应的名称", {}),
    "equals": Kind("与规定值不符", "改为规定的值", {}),
    "forbidden_when": Kind("不应填写的字段有值", "清空该字段，或改正相关字段", {}),
    "media": Kind("附件种类不符", "改用规定的文件种类", {}),
    "allowed_when": Kind("不应填写的字段有值", "清空该字段，或改正相关字段", {}),
    "required_when": Kind("条件必填字段为空", "补填该字段，或改正相关字段", {}),
}

FAMILIES: dict[str, str] = {
    "layer": "完整性", "crs": "坐标系", "shift": "坐标系", "surplus": "矢量规范性",
    "empty": "图形", "kind": "图形", "valid": "图形", "repeated": "图形", "single": "图形",
    "present": "矢量规范性", "type": "矢量规范性", "length": "矢量规范性", "decimals": "矢量规范性",
    "domain": "矢量规范性", "range": "矢量规范性", "pattern": "矢量规范性",
    "required": "矢量规范性", "unique": "编号唯一性", "key_unique": "编号唯一性", "name_of": "属性逻辑", "equals": "属性逻辑",
    "allowed_when": "属性逻辑", "forbidden_when": "属性逻辑", "media": "矢量规范性", "required_when": "属性逻辑",
    "condition": "属性逻辑",
    "derived": "面积与平衡",
    **dict.fromkeys(TOPOLOGY, "拓扑"), **dict.fromkeys(CROSS, "图层间"), **dict.fromkeys(BALANCE, "面积与平衡"),
    **dict.fromkeys(CHANGE, "变更"), **dict.fromkeys(STATISTICS, "统计"),
}  # fmt: skip


def _with_where(kinds: dict[str, Kind]) -> dict[str, Kind]:
    """The same kinds, each taking `where`: a condition on the rows of its layer."""
    return {name: kind._replace(params={**kind.params, "where": ""}) for name, kind in kinds.items()}


TOPOLOGY, PAIRED = _with_where(TOPOLOGY), _with_where(PAIRED)
CROSS = {**CROSS, **PAIRED, **_with_where({name: CROSS[name] for name in ("reference_exists", "equal_inside")})}
IN_LAYER: dict[str, Kind] = {**TOPOLOGY, **PAIRED}
"""What may stand in `topology` of a layer."""


PARAMETERS: dict[str, Any] = {
    "both_ways": bool, "at_ends": bool, "head": int, "fields": "texts", "ignore": "texts", "limits": list,
    "allowed": "pairs", "forbidden": "pairs", "spread": ("largest_first",), "empty": ("wrong", "allowed"),
    "deduction": ("field", "class"),
}  # fmt: skip
"""What a parameter without unit may be, where it is not a name: a kind, a list of pairs, words, or keys of a table."""
FIELDS_OF: dict[str, str] = {
    "field": "layer", "equals": "inside", "before": "record", "after": "record", "area": "record", "from": "record",
    "to": "record", "class": "parts", "key_of_parts": "parts",
}  # fmt: skip
"""Parameters that name a field, and the parameter that names its layer."""
NAMES_LAYERS = (
    "layer", "by", "with", "of", "inside", "in", "total", "parts", "within", "base", "new_state", "record", "unless",
)  # fmt: skip
"""Parameters that name a layer (or `layer.field`) of the standard."""


def served(kind: str) -> bool:
    """Is there a checking program for the kind?"""
    return next((group[kind].served for group in _GROUPS if kind in group), True)


def kind_title(kind: str) -> str:
    """Chinese title of any rule kind."""
    return next((group[kind].title for group in _GROUPS if kind in group), "属性条件不成立")


def kind_remedy(kind: str) -> str:
    """What to do, when the rule itself does not say."""
    return next((group[kind].remedy for group in _GROUPS if kind in group), "核对并改正相关字段")


_GROUPS: tuple[dict[str, Any], ...] = (LAYER, GEOMETRY, FIELD, TOPOLOGY, CROSS, CHANGE, BALANCE, STATISTICS)
