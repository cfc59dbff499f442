"""The handbook of a standard (HTML, printable): layers, fields, code tables, rules, statistics, each with its source."""

from collections import Counter
from collections.abc import Iterable
from html import escape

from ziyuan.onemap.standards import parameter_words
from ziyuan.onemap.standards.handbook_style import STYLE
from ziyuan.onemap.standards.model import Entity, Field, Model, Rule
from ziyuan.onemap.standards.showing import CONFIDENCE, KINDS, SEVERITY, kind

_TYPES = {
    "text": "文本", "integer": "整数", "number": "数值", "date": "日期", "code": "代码", "reference": "引用", "file": "附件",
}  # fmt: skip
_UNITS = {"m2": "m²", "mu": "亩", "ha": "公顷"}
_CADENCE = {"yearly": "每年", "quarterly": "每季", "monthly": "每月", "daily": "每日", "event": "随时"}


def html(model: Model) -> str:
    """The whole handbook as one self-contained page."""
    body = [
        f"<h1>{escape(model.title)} <code>{escape(model.name)}</code></h1>",
        _head(model),
        _contents(model),
        *(_entity(model, entity) for entity in model.entities.values()),
        _catalogue(list(model.catalogue.values())),
        _between(model),
        _statistics(model),
        *(_codes(model, name) for name in model.codes),
        *(_crosswalk(model, name) for name in model.crosswalks),
        _patterns(model),
        _sources(model),
    ]
    return (
        f'<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>{escape(model.title)}</title>'
        f"<style>{STYLE}</style></head><body>{''.join(body)}</body></html>"
    )


def _head(model: Model) -> str:
    space = model.space
    facts = [
        ("来源", model.source or "待核"), ("施行日期", model.in_force or "待核"),
        ("坐标系", "、".join(f"EPSG:{c}" for c in space.crs) or "不限"), ("容差", f"{space.tolerance} 米"),
        ("面积", {"official": "椭球面积（规程公式）", "geodesic": "椭球面积", "plane": "平面面积"}[space.area]),
        ("汇交周期", _CADENCE.get(str(model.delivery.get("cadence")), "待核")),
        ("基准日", model.delivery.get("reference") or "待核"), ("所属数据库", model.delivery.get("duty") or "待核"),
    ]  # fmt: skip
    return "<table class=facts>" + "".join(_row(name, escape(str(value))) for name, value in facts) + "</table>"


def _contents(model: Model) -> str:
    layers = "".join(_link(_id(e), e.title, e.name) for e in model.listed())
    codes = "".join(_link(f"code-{name}", table.title, name) for name, table in model.codes.items())
    return f"<nav><h2>图层</h2><ul>{layers}</ul>" + (f"<h2>代码表</h2><ul>{codes}</ul>" if codes else "") + "</nav>"


def _link(place: str, title: str, name: str) -> str:
    return f'<li><a href="#{place}">{escape(title)} <code>{escape(name)}</code></a></li>'


def _id(entity: Entity) -> str:
    return f"layer-{escape(entity.name)}"


def _entity(model: Model, entity: Entity) -> str:
    shape = entity.geometry
    facts = [
        KINDS[shape.form] + ("，三维" if shape.dims == 3 else "") + ("，单部件" if shape.parts == "single" else ""),
        f"要素代码：{entity.code or '待核'}", f"主键：{'+'.join(entity.key_fields) or '无'}",
        f"标签：{entity.label.get('class') or '无（按最高级）'}",
        f"来源：{escape(entity.source or '待核')} {_mark(entity.confidence)}",
    ]  # fmt: skip
    head = _row("字段", "名称", "类型", "长度", "单位", "必填", "值域", "依据", "说明", tag="th")
    rows = "".join(_field(model, field) for field in entity.fields.values())
    note = f"<p>{escape(entity.note)}</p>" if entity.note else ""
    title = f"{escape(entity.title)} <code>{escape(entity.name)}</code>"
    return (
        f'<section class=layer><h2 id="{_id(entity)}">{title}</h2><p>{"；".join(facts)}</p>'
        f"{note}<table class=fields>{head}{rows}</table><h3>规则</h3>{_rules(entity.rules)}</section>"
    )


def _field(model: Model, field: Field) -> str:
    size = "" if field.length is None else str(field.length) + (f",{field.decimals}" if field.decimals is not None else "")
    unit = _UNITS.get(field.unit or "", field.unit or "")
    return _row(
        field.name, escape(field.title), _TYPES[kind(field)], size, unit, _need(field), _domain(model, field),
        _mark(field.confidence), _field_note(field),
    )  # fmt: skip


def _need(field: Field) -> str:
    conditions = (("当", field.required_when), ("仅当", field.allowed_when), ("不填：", field.forbidden_when))
    given = [f"{word} <code>{escape(text)}</code>" for word, text in conditions if text]
    return "<br>".join((["必填"] if field.required else []) + given)


def _domain(model: Model, field: Field) -> str:
    bounds = ((">", field.above), ("≥", field.min), ("<", field.below), ("≤", field.max))
    limits = "，".join(f"{sign} {bound:g}" for sign, bound in bounds if bound is not None)
    if isinstance(field.domain, str):
        return f'<a href="#code-{field.domain}">{escape(model.codes[field.domain].title)}</a>'
    return escape("、".join(field.domain or ()) or limits)


def _field_note(field: Field) -> str:
    facts = [
        field.note, f"编码规则 {field.pattern}" if field.pattern else None,
        f"是 {field.name_of} 的名称" if field.name_of else None, f"引用 {field.to}" if field.to else None,
        "由图形计算" if field.derived else None, "唯一" if field.unique is True else None,
        f"在同一 {field.unique} 内唯一" if isinstance(field.unique, str) else None,
        "零视为空" if field.zero_is_empty else None,
    ]  # fmt: skip
    return escape("；".join(fact for fact in facts if fact))


def _rules(rules: Iterable[Rule]) -> str:
    head = _row("编号", "内容", "条件或参数", "级别", "处理办法", "依据", tag="th")
    rows = [_row(escape(r.id), escape(r.title), _params(r), SEVERITY[r.severity], escape(r.remedy),
                 f"{_mark(r.confidence)} {escape(r.source or '')}") for r in rules]  # fmt: skip
    return f"<table class=rules>{head}{''.join(rows)}</table>" if rows else "<p>无</p>"


def _params(rule: Rule) -> str:
    return "<br>".join(f"{escape(title)}：<code>{escape(value)}</code>" for title, value in parameter_words.told(rule))


def _catalogue(entities: list[Entity]) -> str:
    """Layers known by name only: what is missing before they can be delivered."""
    if not entities:
        return ""
    head = _row("图层", "名称", "图形", "要素代码", "缺少", "已知字段名", "来源", tag="th")
    rows = "".join(
        f'<tr id="{_id(e)}">' + "".join(
            f"<td>{cell}</td>" for cell in (
                escape(e.name), escape(e.title), KINDS[e.geometry.form], e.code or "待核", escape(e.missing or "字段表原文"),
                escape("、".join(f"{n} {t}" if t else n for n, t in e.field_names.items()) or e.note or ""),
                f"{_mark(e.confidence)} {escape(e.source or '')}",
            )
        ) + "</tr>"
        for e in entities
    )  # fmt: skip
    return f"<section><h2>只列入目录的图层</h2><p>没有见到字段表原文，不建表，不收数据。</p><table>{head}{rows}</table></section>"


def _between(model: Model) -> str:
    return f"<section><h2>图层之间、变更与面积平衡</h2>{_rules(model.rules)}</section>"


def _statistics(model: Model) -> str:
    if not model.statistics:
        return ""
    head = _row("统计表", "图层", "汇总", "行", "列", "单位", "核对", tag="th")
    rows = "".join(
        _row(*(escape(str(s.get(key) or "")) for key in ("id", "from", "sum", "rows", "columns")),
             escape("、".join(s.get("units") or ())), "与汇交的统计表一致" if s.get("must_equal") else "")
        for s in model.statistics
    )  # fmt: skip
    return f"<section><h2>统计表</h2><table>{head}{rows}</table></section>"


def _codes(model: Model, name: str) -> str:
    table = model.codes[name]
    dated = any(c.valid_from or c.valid_to or c.replaced_by for c in table.rows)
    rows = []
    for c in table.rows:
        term = f"{c.valid_from or ''}～{c.valid_to or ''}{f'，改用 {c.replaced_by}' if c.replaced_by else ''}" if dated else ""
        use = "" if c.usable else "仅作上级"
        rows.append(_row(escape(c.code), escape(c.name), escape(c.parent), use, escape(term.strip("～")), _mark(c.confidence)))
    open_ = "" if table.complete else "（未收全，表外代码需人工核对）"
    head = _row("代码", "名称", "上级", "使用", "有效期", "依据", tag="th")
    source = f"<p>来源：{escape(table.source or '待核')}</p>"
    return (
        f'<section><h2 id="code-{name}">{escape(table.title)} <code>{name}</code>{open_}</h2>{source}'
        f"<table>{head}{''.join(rows)}</table></section>"
    )


def _crosswalk(model: Model, name: str) -> str:
    walk = model.crosswalks[name]
    theirs, ours = walk.source_table, walk.target_table
    rows = "".join(
        _row(escape(p.code), escape(theirs.title_of(p.code) or ""), escape(p.target), escape(ours.title_of(p.target) or ""),
             escape(p.relation), _mark(p.confidence)) for p in walk.pairs
    )  # fmt: skip
    head = _row(escape(theirs.title), "名称", escape(ours.title), "名称", "关系", "依据", tag="th")
    left = walk.unmapped()
    rest = f"<p>没有对应的代码：{escape('、'.join(left))}。</p>" if left else ""
    return f"<section><h2>{escape(walk.title)} <code>{escape(name)}</code></h2>{rest}<table>{head}{rows}</table></section>"


_PARTS = {"county": "县", "town": "乡镇", "village": "村", "layer": "层代码", "serial": "顺序号", "digits": "数字",
          "letters": "字母", "zeros": "补零"}  # fmt: skip


def _patterns(model: Model) -> str:
    if not model.patterns:
        return ""
    head = _row("编码规则", "组成", "位数", "唯一范围", "依据", tag="th")
    rows = "".join(
        _row(p.name, " + ".join(f"{_PARTS[part]} {size} 位" for part, size in p.parts), str(p.length),
             "县内" if p.unique_in else "", f"{_mark(p.confidence)} {escape(p.source or '')}")
        for p in model.patterns.values()
    )  # fmt: skip
    return f"<section><h2>编码规则</h2><table>{head}{rows}</table></section>"


def _sources(model: Model) -> str:
    """How much of the standard was read, by source."""
    counted: dict[str, Counter[str]] = {}
    for entity in model.listed():
        parts: list[Entity | Field] = [entity, *entity.fields.values()]
        for part in parts:
            counted.setdefault(part.source or "待核", Counter())[part.confidence] += 1
    head = _row("来源", *CONFIDENCE.values(), tag="th")
    rows = "".join(_row(escape(name), *(str(found[c]) for c in CONFIDENCE)) for name, found in sorted(counted.items()))
    return f"<section><h2>来源与把握</h2><p>图层与字段的件数。</p><table>{head}{rows}</table></section>"


def _mark(confidence: str) -> str:
    return f'<span class="{confidence}">{CONFIDENCE[confidence]}</span>'


def _row(*cells: str, tag: str = "td") -> str:
    return "<tr>" + "".join(f"<{tag}>{c}</{tag}>" for c in cells) + "</tr>"
