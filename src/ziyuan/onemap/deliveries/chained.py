"""Chains of business (业务链条) in a delivery: findings when it is checked, judged again when it takes effect.

Between check and acceptance the stages before may change. What was told at the check has been excepted or lowered by
then, or the delivery would not be accepted; only what broke since stops it.
"""

from collections.abc import Mapping
from dataclasses import replace
from itertools import groupby

import pyarrow as pa
import shapely

from ziyuan.onemap.deliveries.mandates import Mandate
from ziyuan.onemap.deliveries.models import Delivery
from ziyuan.onemap.differences.values import arrow_type, typed
from ziyuan.onemap.editions import stages
from ziyuan.onemap.editions.keys import key_texts
from ziyuan.onemap.editions.layers import Layer
from ziyuan.onemap.editions.layers import layer as layer_of
from ziyuan.onemap.findings.models import StoredFinding
from ziyuan.onemap.formats import LayerTable
from ziyuan.onemap.quality import chains
from ziyuan.onemap.quality.finding import Finding, Report, RuleCount
from ziyuan.onemap.quality.stages import CHECKS, FAMILY, Break, Row

Layers = Mapping[str, LayerTable]


def judged(row: Delivery, task: Mandate, layers: Layers, report: Report) -> Report:
    """The report with what the chains say of the delivery's layers. Asked inside `kernel.acting`."""
    found, counts = list(report.findings), list(report.counts)
    for name, breaks in _broken(row, task, layers).items():
        for rule, same in groupby(sorted(breaks, key=lambda b: b.rule), key=lambda b: b.rule):
            told = [_finding(b, name, layers[name]) for b in same]
            found += told
            counts.append(RuleCount(rule, CHECKS[told[0].kind], FAMILY, told[0].severity, name, len(told), len(told)))
    return replace(report, findings=found, counts=counts)


def demand_unbroken(row: Delivery, task: Mandate, layers: Layers) -> None:
    """Raise StageBroken where a chain that held at the check holds no longer. Asked inside `kernel.acting`."""
    breaks = [b for many in _broken(row, task, layers).values() for b in many]
    known = set(StoredFinding.objects.filter(delivery=row, rule__in={b.rule for b in breaks}).values_list("rule", "key"))
    stages.demand([b for b in breaks if (b.rule, b.row.key) not in known])


def told(row: Delivery) -> set[str]:
    """Rules of chains that the check of a single record has told of."""
    return set(StoredFinding.objects.filter(delivery=row, family=FAMILY).values_list("rule", flat=True))


def _broken(row: Delivery, task: Mandate, layers: Layers) -> dict[str, list[Break]]:
    """Breaks by layer name; the whole county's rows are replaced but where a single record is filed."""
    kinds = {name: layer_of(layer.id) for name, layer in task.layout.layers.items() if name in layers}
    beside = {
        kinds[name].id: _rows(row.county, kinds[name], table) for name, table in layers.items()
        if name in kinds and chains.of_layer(kinds[name].id)
    }  # fmt: skip
    filed = row.kind == "filing"
    found = {
        name: stages.broken(kind.id, beside[kind.id], beside={} if filed else beside, replaces=None if filed else row.county)
        for name, kind in kinds.items() if kind.id in beside
    }  # fmt: skip
    return {name: breaks for name, breaks in found.items() if breaks}


def _rows(county: str, kind: Layer, table: LayerTable) -> list[Row]:
    """What the chains read of a delivered layer, typed as the map keeps it; columns that are not there are empty."""
    wanted = {*kind.key_fields, *(f for _, stage in chains.of_layer(kind.id) for f in stage.fields)}
    given = {name.upper(): name for name in table.table.column_names}
    columns = {
        name: typed(table.table.column(given[name.upper()]), field).array if name.upper() in given
        else pa.nulls(len(table), arrow_type(field))
        for name, field in kind.entity.fields.items() if name in wanted
    }  # fmt: skip
    keys = key_texts(kind, columns).to_pylist()
    return [
        Row(county, key or f"第 {at + table.first_row} 行", values, at)
        for at, (key, values) in enumerate(zip(keys, pa.table(columns).to_pylist(), strict=True))
    ]


def _finding(told: Break, name: str, table: LayerTable) -> Finding:
    place = _place(table, told.row.at)
    row = None if told.row.at is None else told.row.at + table.first_row
    return Finding(
        told.rule, told.check, FAMILY, told.chain.severity, layer=name, key=told.row.key, field=told.field, value=told.value,
        row=row, line=table.line(row), expected=told.expected, x=place.x if place else None, y=place.y if place else None,
        message=f"{told.chain.title}：{told.message}", remedy=told.remedy,
    )  # fmt: skip


def _place(table: LayerTable, at: int | None) -> shapely.Point | None:
    if at is None or "geometry" not in table.table.column_names:
        return None
    wkb = table.table.column("geometry")[at]
    shape = shapely.from_wkb(wkb.as_py(), on_invalid="ignore") if isinstance(wkb, pa.Scalar) and wkb.is_valid else None
    point = shape.point_on_surface() if shape is not None and not shape.is_empty else None
    return point if point is not None and not point.is_empty else None
