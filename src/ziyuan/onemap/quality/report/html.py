"""The report (检查报告) as one HTML file: works without network, prints, and shows hostile text as text.

Every value of the data goes through `shown`; nothing of it becomes markup, script or style. A content policy by
digest lets run only the script and style that are written here.
"""

import base64
import hashlib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path

from ziyuan.onemap.formats.layer_table import LayerTable
from ziyuan.onemap.quality.finding import SEVERITY_TITLES
from ziyuan.onemap.quality.report.drawing import svg_map
from ziyuan.onemap.quality.report.entries import Entry
from ziyuan.onemap.quality.report.facts import Facts, Pair, RuleLine
from ziyuan.onemap.standards.model import Model

_FOLDER = Path(__file__).parent
LISTED = 5000
"""Findings listed one by one; the error layer holds all."""
_SAY = '<div class="say" id="said" role="status" aria-live="polite"></div>'
_OPEN = 40  # a rule with more findings begins folded
_UNITS = {"m2": "平方米", "m": "米", "count": "个"}
_TURNS = {0x202A, 0x202B, 0x202C, 0x202D, 0x202E, 0x2066, 0x2067, 0x2068, 0x2069, 0x200E, 0x200F, 0x061C}


def html(entries: Sequence[Entry], facts: Facts, *, layers: Mapping[str, LayerTable] | None = None,
         models: Sequence[Model] = ()) -> str:  # fmt: skip
    """The whole page. `layers` as delivered give the map its ground and the features concerned."""
    listed = _in_order(entries, facts)[:LISTED]
    style, script = (_FOLDER.joinpath(name).read_text(encoding="utf-8") for name in ("page.css", "page.js"))
    policy = (f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; img-src data:; "
              "base-uri 'none'; form-action 'none'")  # fmt: skip
    body = "".join([
        _head(facts), "<main>", _map(listed, facts, layers or {}, models), _tree(listed, facts, len(entries) - len(listed)),
        _exceptions(facts), _pairs("依据与参数", (*facts.standards, *facts.tolerances)), _versions(facts),
        _pairs("核验", (*facts.digests, *facts.signature)), "</main>",
        f"<footer><p>{shown(facts.title)}　{shown(facts.printed)}</p></footer>",
    ])  # fmt: skip
    return (
        f'<!DOCTYPE html>\n<html lang="zh-CN"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{escape(policy)}">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="referrer" content="no-referrer">'
        f"<title>{shown(facts.title)}</title><style>{style}</style></head>\n"
        f"<body>{body}<script>{script}</script></body></html>\n"
    )


def _in_order(entries: Sequence[Entry], facts: Facts) -> list[Entry]:
    """The entries as the tree below lists them: by family, then by rule."""
    lines = [line.rule for _, lines in facts.families for line in lines]
    place = {rule: at for at, rule in reversed(list(enumerate(lines)))}
    return sorted(entries, key=lambda e: place.get(e.finding.rule, len(lines)))


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode("ascii")


def shown(value: object) -> str:
    """A value as text of the page: markup escaped, control characters and turns of direction made visible."""
    text = "" if value is None else str(value)
    return escape("".join(_visible(c) for c in text) if _UNSEEN.search(text) else text, quote=True)


_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff]")


def _visible(c: str) -> str:
    if c in "\t\n" or not _UNSEEN.match(c):
        return c
    return f"⟨{unicodedata.name(c, f'U+{ord(c):04X}')}⟩" if ord(c) in _TURNS else f"⟨U+{ord(c):04X}⟩"


def _head(facts: Facts) -> str:
    failed = " failed" if facts.open_errors else ""
    cards = [(SEVERITY_TITLES[s], str(facts.total(s)), s) for s in ("error", "warning", "note")]
    if facts.covered:
        cards.append(("其中已豁免错误", str(facts.covered), ""))
    if facts.score:
        cards.append((f"得分（{facts.score.grade}）", f"{facts.score.points}", ""))
    if facts.earlier:
        compared = (("fixed", "已改正"), ("still", "仍在"), ("new", "新增"))
        cards += [(title, str(facts.standing.get(n, 0)), "") for n, title in compared]
    told = "".join(f'<li class="{kind}"><b>{shown(number)}</b>{shown(title)}</li>' for title, number, kind in cards)
    features = "，".join(f"{name} {count} 个" for name, count in facts.features)
    return (
        f'<header><h1>{shown(facts.title)}</h1><p class="conclusion{failed}">{shown(facts.conclusion)}</p>'
        f'<ul class="cards">{told}</ul>'
        + (f"<p>{shown(facts.compared)}</p>" if facts.compared else "")
        + (f"<p>共检查 {shown(features)}；执行规则 {facts.rule_count} 条。</p>" if features else "")
        + (_about(facts.about) if facts.about else "") + "</header>"
    )  # fmt: skip


def _about(pairs: Sequence[Pair]) -> str:
    return '<dl class="about">' + "".join(f"<div><dt>{shown(k)}</dt><dd>{shown(v)}</dd></div>" for k, v in pairs) + "</dl>"


def _table(pairs: Sequence[Pair]) -> str:
    lines = "".join(f'<tr><th scope="row">{shown(k)}</th><td>{shown(v)}</td></tr>' for k, v in pairs)
    return f'<table class="pairs"><tbody>{lines}</tbody></table>'


def _pairs(title: str, pairs: Sequence[Pair]) -> str:
    return f"<section><h2>{title}</h2>{_table(pairs)}</section>" if pairs else ""


def _bar(facts: Facts) -> str:
    levels = "".join(
        f'<label><input type="checkbox" name="level" value="{name}" checked> <span class="key {name}"></span>{title}</label>'
        for name, title in SEVERITY_TITLES.items() if facts.total(name)
    )  # fmt: skip
    standing = "".join(f"<option>{t}</option>" for t in ("新增", "仍在"))
    asked = f'<label>与上次相比 <select id="standing"><option value="">全部</option>{standing}</select></label>'
    unasked = '<select id="standing" class="hidden" aria-hidden="true"><option value=""></option></select>'
    chosen = asked if facts.earlier else unasked
    return f'{levels}{chosen}<label>查找 <input type="search" id="words" placeholder="标识、规则、内容"></label>'


def _map(entries: Sequence[Entry], facts: Facts, layers: Mapping[str, LayerTable], models: Sequence[Model]) -> str:
    if not entries:
        return ""
    drawn = svg_map(entries, layers, models)
    bar = f'<div class="bar">{_bar(facts)}<span class="gap"></span>'
    if drawn is None:
        return f'<section><h2>问题分布</h2><div class="map">{bar}</div>{_SAY}</div><p>这些问题都没有图上位置。</p></section>'
    inside, view = drawn
    box = f"0 0 {view.width:.4f} {view.height:.4f}"
    return (
        f'<section><h2>问题分布</h2><div class="map">{bar}<button type="button" id="closer">放大</button>'
        f'<button type="button" id="further">缩小</button><button type="button" id="all">全图</button></div>'
        f'<svg viewBox="{box}" data-view="{box}" data-east="{view.west!r}" data-north="{view.north!r}" '
        f'data-unit="{view.unit!r}" data-lean="{view.lean!r}" role="img" aria-labelledby="map-title">'
        f'<title id="map-title">问题分布图：点问题看清单，'
        f"拖动平移，滚轮缩放；同样的内容见下面的清单</title>{inside}</svg>"
        f'<div class="scale"></div><div class="at"></div>{_SAY}</div></section>'
    )  # fmt: skip


def _tree(entries: Sequence[Entry], facts: Facts, left: int) -> str:
    if not facts.rules:
        return ""
    by_rule: dict[tuple[str, str], list[tuple[int, Entry]]] = {}
    for number, entry in enumerate(entries, 1):
        by_rule.setdefault((entry.finding.rule, entry.finding.severity), []).append((number, entry))
    parts = ["<section><h2>问题清单</h2>"]
    for family, lines in facts.families:
        total = sum(line.count for line in lines)
        parts.append(f"<details open><summary>{shown(family)}　{total} 个</summary>")
        parts += [_rule(line, by_rule.get((line.rule, line.severity), []), facts) for line in lines]
        parts.append("</details>")
    if left:
        parts.append(f"<p>另有 {left} 个问题未列出，见错误图层（GPKG）或问题表（CSV）。</p>")
    return "".join([*parts, "</section>"])


def _rule(line: RuleLine, found: Sequence[tuple[int, Entry]], facts: Facts) -> str:
    version = facts.versions.get(line.rule)
    covered = f"，其中 {line.covered} 个已豁免" if line.covered else ""
    more = f"，逐条列出 {line.listed} 个" if line.listed < line.count else ""
    rows = "".join(_row(number, entry) for number, entry in found)
    head = "".join(f'<th scope="col">{t}</th>' for t in ("序号", "级别", "状态", "标识", "位置（东、北）", "问题", "处理办法"))
    table = f'<table class="find"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>' if rows else ""
    return (
        f'<details class="rule"{" open" if len(found) <= _OPEN else ""}><summary>'
        f'<span class="tag {line.severity}">{SEVERITY_TITLES[line.severity]}</span>　{shown(line.rule)}　{shown(line.title)}'
        f"　{line.count} 个{covered}{more}"
        f'{f"　<span class=small>版本 {shown(version)}</span>" if version else ""}</summary>{table}</details>'
    )  # fmt: skip


def _row(number: int, entry: Entry) -> str:
    f = entry.finding
    say = f"{entry.severity}，{f.message}"
    who = [f.layer, f.key, f"第 {f.row} 行" if f.row else "", f"字段 {f.field}" if f.field else "",
           f"相关：{entry.partners}" if f.partners else "", entry.village]  # fmt: skip
    standing = [entry.standing, entry.state, entry.exception]
    place = f'<span class="mono">{f.x:.4f}<br>{f.y:.4f}</span>' if f.x is not None and f.y is not None else "—"
    button = (f'<br><button type="button" data-n="{number}" aria-label="在图上看第 {number} 个问题">图上看</button>'
              if f.x is not None or f.geometry is not None else "")  # fmt: skip
    unit = shown(_UNITS.get(f.unit or "", f.unit))
    size = f'<br><span class="small">量：{f.measure:.6g} {unit}</span>' if f.measure is not None else ""
    return (
        f'<tr id="r{number}" data-n="{number}" data-level="{f.severity}" data-standing="{shown(entry.standing)}" '
        f'data-say="{shown(say)}">'
        f'<td class="n">{number}</td><td><span class="tag {f.severity}">{entry.severity}</span></td>'
        f"<td>{'<br>'.join(shown(s) for s in standing if s) or '—'}</td>"
        f"<td>{'<br>'.join(shown(w) for w in who if w) or '—'}</td><td>{place}{button}</td>"
        f"<td>{shown(f.message)}{size}{_values(entry)}</td><td>{shown(f.remedy)}</td></tr>"
    )  # fmt: skip


def _values(entry: Entry) -> str:
    f = entry.finding
    said = [f"实际：{f.value}" if f.value is not None else "", f"应为：{f.expected}" if f.expected is not None else "",
            f"首次发现：{entry.since}" if entry.since and entry.standing == "仍在" else "",
            f"依据：{entry.clause}" if entry.clause else ""]  # fmt: skip
    kept = [s for s in said if s]
    return f'<br><span class="small">{"；".join(shown(s) for s in kept)}</span>' if kept else ""


def _exceptions(facts: Facts) -> str:
    parts = []
    if facts.exceptions:
        head = "".join(f'<th scope="col">{t}</th>' for t in ("编号", "范围", "理由", "有效期至", "批准", "状态", "覆盖问题"))
        lines = "".join(
            f"<tr><td>{shown(e.no)}</td><td>{shown(e.scope)}</td><td>{shown(e.reason)}</td><td>{shown(e.until)}</td>"
            f'<td>{shown(e.decided)}</td><td>{shown(e.state)}</td><td class="n">{e.covers}</td></tr>' for e in facts.exceptions
        )  # fmt: skip
        parts.append(f"<h2>例外</h2><table><thead><tr>{head}</tr></thead><tbody>{lines}</tbody></table>")
    if facts.switches:
        parts.append("<h2>任务书降级的规则</h2><ul>" + "".join(f"<li>{shown(s)}</li>" for s in facts.switches) + "</ul>")
    if facts.score:
        parts.append(_score(facts))
    return f"<section>{''.join(parts)}</section>" if parts else ""


def _score(facts: Facts) -> str:
    score = facts.score
    if score is None:
        return ""
    lines = "".join(
        f'<tr><td>{shown(p.rule)}</td><td>{shown(p.title)}</td><td class="n">{p.count}</td>'
        f'<td class="n">{p.deduct}</td></tr>' for p in score.parts
    )  # fmt: skip
    head = "".join(f'<th scope="col">{t}</th>' for t in ("规则", "内容", "数量", "扣分"))
    source = "权数未见于标准文本，暂定" if score.source == "unconfirmed" else f"权数出处：{score.source}"
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{lines}</tbody></table>" if lines else ""
    said = f"{score.points} / {score.full}，{shown(score.grade)}（{shown(source)}，自 {score.since} 起）。"
    return f"<h2>得分</h2><p>{said}</p>{table}"


def _versions(facts: Facts) -> str:
    if not facts.versions:
        return ""
    lines = "".join(
        f'<tr><td>{shown(rule)}</td><td class="mono">{shown(v)}</td></tr>' for rule, v in sorted(facts.versions.items())
    )
    return (
        f"<section><h2>规则版本</h2><details><summary>{len(facts.versions)} 条规则的版本（规则文本与判定程序的摘要）</summary>"
        f'<table><thead><tr><th scope="col">规则</th><th scope="col">版本</th></tr></thead>'
        f"<tbody>{lines}</tbody></table></details></section>"
    )
