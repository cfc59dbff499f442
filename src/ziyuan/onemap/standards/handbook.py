"""The handbook of a standard (HTML): layers, fields, code tables, rules, each with its source."""

from html import escape

from ziyuan.onemap.standards.model import Entity, Model, Rule

_CONFIDENCE = {"read": "见原文", "known": "通行", "unconfirmed": "待核"}
_STYLE = """
body{font:14px/1.7 "Noto Sans CJK SC","Microsoft YaHei",sans-serif;max-width:1100px;
margin:2rem auto;padding:0 1rem;color:#222}
h1{font-size:24px}h2{font-size:18px;margin-top:2.2rem;border-bottom:1px solid #ccc}h3{font-size:15px}
table{border-collapse:collapse;width:100%;margin:.6rem 0}
th,td{border:1px solid #d5d9dd;padding:.25rem .5rem;text-align:left;vertical-align:top}
th{background:#eef2f5;font-weight:600}.unconfirmed{color:#9a5b00}nav a{margin-right:1rem}
code{font-family:"Noto Sans Mono CJK SC",monospace}
"""


def html(model: Model) -> str:
    """The whole handbook as one self-contained page."""
    links = "".join(f'<a href="#{e.name}">{escape(e.title)} {e.name}</a>' for e in model.entities.values())
    body = [
        f"<h1>{escape(model.title)} <code>{escape(model.name)}</code></h1>",
        f"<p>来源：{escape(model.source or '待核')}。施行日期：{escape(model.in_force or '待核')}。"
        f"坐标系：{'、'.join(f'EPSG:{c}' for c in model.space.crs) or '不限'}；容差 {model.space.tolerance} 米。</p>",
        f"<nav>{links}</nav>",
        *(_entity(model, e) for e in model.entities.values()),
        "<h2>图层之间与面积平衡</h2>" + _rules(list(model.rules)),
        *(_codes(model, name) for name in model.codes),
    ]
    return (
        f'<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>{escape(model.title)}</title>'
        f"<style>{_STYLE}</style></head><body>{''.join(body)}</body></html>"
    )


def _entity(model: Model, entity: Entity) -> str:
    rows = []
    for f in entity.fields.values():
        size = "" if f.length is None else str(f.length) + (f",{f.decimals}" if f.decimals is not None else "")
        domain = f'<a href="#code-{f.domain}">{f.domain}</a>' if isinstance(f.domain, str) else "、".join(f.domain or ())
        need = "必填" if f.required else (f"当 <code>{escape(f.required_when)}</code>" if f.required_when else "")
        note = escape(f.note or "")
        rows.append(_row(f.name, escape(f.title), f.type, size, f.unit or "", need, domain, _mark(f.confidence), note))
    head = _row("字段", "名称", "类型", "长度", "单位", "必填", "值域", "依据", "说明", tag="th")
    return (
        f'<h2 id="{entity.name}">{escape(entity.title)} <code>{entity.name}</code></h2>'
        f"<p>要素代码：{entity.code or '待核'}；主键：{entity.key or '无'}；来源：{escape(entity.source or '待核')}。</p>"
        f"<table>{head}{''.join(rows)}</table><h3>规则</h3>{_rules(list(entity.rules))}"
    )


def _rules(rules: list[Rule]) -> str:
    head = _row("编号", "内容", "条件或参数", "级别", "处理办法", "依据", tag="th")
    rows = [_row(r.id, escape(r.title), _params(r), {"error": "错误", "warning": "警告", "note": "提示"}[r.severity],
                 escape(r.remedy), f"{_mark(r.confidence)} {escape(r.source or '')}") for r in rules]  # fmt: skip
    return f"<table>{head}{''.join(rows)}</table>"


def _params(rule: Rule) -> str:
    return "<br>".join(f"{key}: <code>{escape(str(value))}</code>" for key, value in rule.params.items() if value is not None)


def _codes(model: Model, name: str) -> str:
    table = model.codes[name]
    rows = [_row(c.code, escape(c.name), c.parent, "" if c.usable else "仅作上级", _mark(c.confidence)) for c in table.rows]
    open_ = "" if table.complete else "（未收全，表外代码需人工核对）"
    head = _row("代码", "名称", "上级", "使用", "依据", tag="th")
    return f'<h2 id="code-{name}">{escape(table.title)} <code>{name}</code>{open_}</h2><table>{head}{"".join(rows)}</table>'


def _mark(confidence: str) -> str:
    return f'<span class="{confidence}">{_CONFIDENCE[confidence]}</span>'


def _row(*cells: str, tag: str = "td") -> str:
    return "<tr>" + "".join(f"<{tag}>{c}</{tag}>" for c in cells) + "</tr>"
