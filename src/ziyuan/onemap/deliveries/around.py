"""The counties around (相邻县): their sealed layers for the check of the border, and what could not be judged without them.

What the platform does not have is told as a note of its own, so that silence never reads as "looked at and in order".
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pyarrow as pa

from ziyuan.kernel import service as kernel
from ziyuan.onemap.deliveries import bases
from ziyuan.onemap.deliveries.mandates import Mandate
from ziyuan.onemap.deliveries.models import Delivery, Kind
from ziyuan.onemap.editions.register import latest
from ziyuan.onemap.formats import LayerTable
from ziyuan.onemap.quality.finding import Finding, Report, RuleCount
from ziyuan.onemap.services.outlines import beside
from ziyuan.onemap.standards.model import Model, Rule

Layers = Mapping[str, LayerTable]


@dataclass(frozen=True)
class Around:
    """Layers of the counties around by name, all counties of a layer in one table; `away`: counties without one, by layer."""

    layers: dict[str, LayerTable]
    away: dict[str, list[str]]
    titles: dict[str, str]


def around(row: Delivery, task: Mandate, models: Sequence[Model], delivered: Layers, zone: int) -> Around:
    """The editions in force on the delivery's reference date of the layers whose border is judged, in the county's zone.

    Asked inside `kernel.acting`.
    """
    day, counties = task.reference_date(row.period), beside(row.county)
    found, away = {}, {}
    for name in sorted({str(rule.params["layer"]) for rule in _rules(models, "boundary_equal", delivered)}):
        layer = task.layout.layers.get(name)
        editions = {c: latest(layer.id, c, day) if layer is not None else None for c in counties}
        tables = [bases.read(edition, name, zone) for edition in editions.values() if edition is not None]
        if tables:
            found[name] = replace(tables[0], table=pa.concat_tables([t.table for t in tables], promote_options="permissive"))
        away[name] = [code for code, edition in editions.items() if edition is None]
    return Around(found, away, {name: model.entities[name].title for model in models for name in away if name in model.entities})


def unjudged(models: Sequence[Model], delivered: Layers, report: Report, near: Around, *, controlled: bool, kind: str) -> Report:
    """The report with notes on what the platform had nothing to judge by."""
    notes = []
    for rule in _rules(models, "boundary_equal", delivered):
        layer = str(rule.params["layer"])
        if near.away.get(layer) or layer not in near.layers:
            notes.append(_border(rule, layer, near))
    if not controlled and kind != Kind.FILING:
        balanced = [r for m in models for r in m.rules if r.params.get("total") == "control_area" and _parts(r) in delivered]
        notes += [_control(rule) for rule in balanced[:1]]
    counts = [RuleCount(n.rule, _TITLES[n.kind], n.family, n.severity, n.layer, 1, 1) for n in notes]
    return replace(report, findings=[*report.findings, *notes], counts=[*report.counts, *counts])


_TITLES = {"neighbours_missing": "相邻县没有入库成果，县界未核对", "control_missing": "没有登记控制面积，县级总面积未核对"}


def _rules(models: Sequence[Model], kind: str, delivered: Layers) -> list[Rule]:
    return [rule for model in models for rule in model.rules if rule.kind == kind and str(rule.params["layer"]) in delivered]


def _parts(rule: Rule) -> str:
    return str(rule.params["parts"]).partition(".")[0]


def _border(rule: Rule, layer: str, near: Around) -> Finding:
    names = {r.code: r.name for r in kernel.regions()}
    away = "、".join(names.get(code, code) for code in near.away.get(layer, ()))
    title = near.titles[layer]
    said = f"相邻的 {away} 在本节点没有已入库的“{title}”，与其相邻的县界没有核对。" if away else \
        f"本节点没有登记相邻县，“{title}”的县界没有核对。"  # fmt: skip
    return _note(rule, "neighbours_missing", layer, said, "相邻县入库后平台再行核对；汇交单位不必处理")


def _control(rule: Rule) -> Finding:
    said = "本县本年度没有登记控制面积，县级总面积和分地类面积没有核对。"
    return _note(rule, "control_missing", _parts(rule), said, "由登记控制面积的机关登记后重新质检；汇交单位不必处理")


def _note(rule: Rule, kind: str, layer: str, message: str, remedy: str) -> Finding:
    facts: dict[str, Any] = {"layer": layer, "message": message, "remedy": remedy, "duty": "platform"}
    return Finding(f"{rule.id}-{kind}", kind, rule.family, "note", **facts)
