"""Judge layers by the rules of models: frames, steps in their order, findings in a stable order."""

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from ziyuan.onemap.formats.layer_table import LayerTable
from ziyuan.onemap.formats.layout import load_layout
from ziyuan.onemap.quality import (
    areas,
    balance,
    boundary,
    changes,
    conditions,
    cross,
    field_rules,
    layer_rules,
    line_rules,
    shape_rules,
    shift,
    statistics,
    tables,
    topology,
)
from ziyuan.onemap.quality.collector import Collector
from ziyuan.onemap.quality.context import Context
from ziyuan.onemap.quality.finding import Finding, Report
from ziyuan.onemap.quality.frames import Frame
from ziyuan.onemap.quality.shapes import Shapes
from ziyuan.onemap.standards.model import Model, Rule

Progress = Callable[[str, int, int], None]
LayerJudge = Callable[[Rule, Frame, Context], None]
CrossJudge = Callable[[Rule, Context], None]

def nothing(rule: Rule, frame: Frame, context: Context) -> None:
    """A rule that says nothing about shapes of this kind."""


STEPS: tuple[tuple[str, dict[str, LayerJudge]], ...] = (
    ("坐标系与字段", {
        "crs": layer_rules.crs_allowed, "shift": shift.in_place,
        "surplus": layer_rules.no_surplus_columns, "present": layer_rules.column_present,
        "type": layer_rules.column_type,
    }),
    ("字段值", {
        "required": field_rules.required, "length": field_rules.length, "decimals": field_rules.decimals,
        "domain": field_rules.domain, "range": field_rules.in_range, "pattern": field_rules.pattern,
        "unique": field_rules.unique, "name_of": field_rules.name_of, "equals": field_rules.equals,
    }),
    ("属性逻辑", {
        "condition": conditions.conditional, "allowed_when": conditions.allowed_when,
        "required_when": conditions.required_when, "forbidden_when": tables.forbidden_when, "media": tables.media,
        "key_unique": statistics.key_unique,
    }),
    ("图形", {
        "kind": shape_rules.kind, "empty": shape_rules.empty, "valid": shape_rules.valid,
        "repeated": shape_rules.repeated, "single": shape_rules.single,
    }),
    ("面积", {"derived": areas.derived}),
    ("拓扑", {
        "no_duplicate": topology.no_duplicate, "no_contained": topology.no_contained,
        "no_overlap": topology.no_overlap, "no_gap": topology.no_gap,
        "no_sliver": shape_rules.sliver, "no_short_edge": shape_rules.short_edge, "no_dangle": nothing,
        "no_hole": shape_rules.no_hole, "single_part": shape_rules.single,
        "no_self_intersection": shape_rules.valid, "min_area": shape_rules.min_area,
        "min_angle": shape_rules.min_angle,
    }),
)  # fmt: skip
BETWEEN: tuple[tuple[str, dict[str, CrossJudge]], ...] = (
    ("图层间", {
        "covered_by": cross.covered_by, "no_intersection": cross.no_intersection,
        "reference_exists": cross.reference_exists, "equal_inside": cross.equal_inside,
        "on_boundary_of": boundary.on_boundary_of, "edge_match": boundary.edge_match,
        "boundary_equal": boundary.boundary_equal, "unique_across": tables.unique_across,
    }),
    ("变更", {
        "declared_equals_computed": changes.declared_equals_computed,
        "untouched_identical": changes.untouched_identical, "allowed_transition": changes.allowed_transition,
        "parent_child": changes.parent_child,
    }),
    ("面积平衡", {
        "sum_equal": balance.sum_equal, "class_equal": balance.class_equal,
        "statistics_equal": statistics.statistics_equal,
    }),
)  # fmt: skip
OTHER_SHAPES: dict[str, dict[str, LayerJudge]] = {
    "line": {
        "repeated": line_rules.repeated, "no_short_edge": line_rules.short_edge,
        "no_self_intersection": line_rules.self_intersection, "no_duplicate": line_rules.no_duplicate,
        "no_overlap": line_rules.no_overlap, "no_dangle": line_rules.no_dangle,
        "no_contained": nothing, "no_gap": nothing, "no_sliver": nothing, "no_hole": nothing, "min_area": nothing,
        "min_angle": nothing,
    },
    "point": {"no_duplicate": line_rules.no_duplicate},
}  # fmt: skip
"""How rules of topology judge layers that are not of polygons."""
_PLAIN = {"kind", "empty", "valid", "single", "single_part"}
_SAID_BY = {"valid": "no_self_intersection", "single": "single_part"}
"""Implied rules that are silent where the model writes the same out."""


def judge(
    models: Sequence[Model],
    layers: Mapping[str, LayerTable],
    *,
    county: str | None = None,
    period: str | None = None,
    control_areas: Sequence[Mapping[str, Any]] | None = None,
    zone: int | None = None,
    extent: tuple[float, float, float, float] | None = None,
    required: Sequence[str] | None = None,
    previous: Mapping[str, LayerTable] | None = None,
    neighbours: Mapping[str, LayerTable] | None = None,
    progress: Progress | None = None,
    only: Collection[str] | None = None,
) -> Report:
    """As `check.check` says; `only` names the rules to run, for proving one by one."""
    started = time.perf_counter()
    given = {name.upper(): table for name, table in layers.items()}
    context = Context({}, Collector(), county, str(period) if period else None, zone, extent, control_areas,
                      previous or {}, neighbours or {})  # fmt: skip
    seconds: dict[str, float] = {}
    like: Shapes | None = None
    for model in models:
        for entity in model.entities.values():
            if entity.name.upper() in given:
                frame = Frame(model, entity, given[entity.name.upper()], like)
                context.frames[entity.name] = frame
                like = like if like is not None and len(like.rows) else frame.shapes
    seconds["读入图形"] = time.perf_counter() - started
    context.only = frozenset(only) if only is not None else None
    _missing_layers(models, context, required)
    _run(models, context, seconds, progress)
    findings = [_lined(finding, context) for finding in sorted(context.collector.findings, key=_order)]
    return Report(
        findings=findings,
        counts=context.collector.counts,
        features={name: len(frame) for name, frame in context.frames.items()},
        seconds=seconds | {"合计": time.perf_counter() - started},
        rules=sum(len(model.all_rules()) for model in models),
        standards=tuple(model.name for model in models),
        areas={name: float(np.nansum(values)) for name, values in context.areas.items()},
    )


def _lined(finding: Finding, context: Context) -> Finding:
    """The finding with the line of its row, where the layer came from a text."""
    frame = context.frames.get(finding.layer or "")
    return finding if frame is None or frame.delivered.lines is None else replace(finding, line=frame.delivered.line(finding.row))


def _missing_layers(models: Sequence[Model], context: Context, required: Sequence[str] | None) -> None:
    for model in models:
        wanted = _required_of(model, len(models)) if required is None else required
        for entity in model.entities.values():
            rule = next(r for r in entity.rules if r.kind == "layer")
            if entity.name in wanted and entity.name not in context.frames and context.runs(rule):
                context.collector.one(rule, f"缺少图层 {entity.name}（{entity.title}）。", expected=entity.name)


def _required_of(model: Model, models: int) -> list[str]:
    """Layers that the model's package must hold; without a package, all of a model that stands alone."""
    package = model.delivery.get("package")
    if package:
        return [n for n, one in load_layout(package).layers.items() if one.required and one.standard == model.name]
    return [e.name for e in model.entities.values() if e.written_by == "delivery"] if models == 1 else []


def _run(models: Sequence[Model], context: Context, seconds: dict[str, float], progress: Progress | None) -> None:
    total = len(STEPS) + len(BETWEEN)
    for number, (title, judges) in enumerate(STEPS):
        _tell(progress, title, number, total)
        started = time.perf_counter()
        for frame in context.frames.values():
            _layer_step(title, judges, frame, context)
        seconds[title] = time.perf_counter() - started
    for number, (title, between) in enumerate(BETWEEN, len(STEPS)):
        _tell(progress, title, number, total)
        started = time.perf_counter()
        for model in models:
            for rule in model.rules:
                if rule.kind in between and context.runs(rule):
                    between[rule.kind](rule, context.narrowed(rule))
        seconds[title] = time.perf_counter() - started
    _tell(progress, "完成", total, total)


def _tell(progress: Progress | None, title: str, done: int, total: int) -> None:
    if progress is not None:
        progress(title, done, total)


def _layer_step(title: str, judges: dict[str, LayerJudge], frame: Frame, context: Context) -> None:
    if (title == "面积" and frame.name in context.shifted) or (title == "拓扑" and frame.name in context.unplaced):
        return
    if title == "面积" and context.only is None:
        areas.of(frame, context)
    rules = [rule for rule in frame.entity.rules if rule.kind in judges and context.runs(rule)]
    written = {rule.kind for rule in rules} | {r.kind for r in frame.entity.rules if context.runs(r)}
    for rule in sorted(rules, key=lambda r: list(judges).index(r.kind)):
        if _SAID_BY.get(rule.kind) not in written:
            seen = context.narrowed(rule)
            _judge_of(rule, judges, frame)(rule, seen.frames[frame.name], seen)


def _judge_of(rule: Rule, judges: dict[str, LayerJudge], frame: Frame) -> LayerJudge:
    """The judge for the kind of shapes that the layer has."""
    kind = frame.entity.geometry.kind
    if kind == "polygon" or rule.kind in _PLAIN or (kind == "none" or rule.kind not in _ABOUT_SHAPES):
        return judges[rule.kind]
    return OTHER_SHAPES[kind].get(rule.kind, nothing)


_ABOUT_SHAPES = {kind for title, judges in STEPS if title in ("图形", "拓扑") for kind in judges}


_SEVERITY_ORDER = {"error": 0, "warning": 1, "note": 2}


def _order(finding: Finding) -> tuple[Any, ...]:
    return (_SEVERITY_ORDER[finding.severity], finding.layer or "", finding.rule, finding.key or "",
            finding.row or 0, finding.x or 0.0, finding.y or 0.0)  # fmt: skip
