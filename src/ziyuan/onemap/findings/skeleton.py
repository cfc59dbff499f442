"""A false alarm as the skeleton of a fixture (规则样例): text a person completes and adds to the rule."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely
import yaml

from ziyuan.onemap.findings.models import Dispute, StoredFinding
from ziyuan.onemap.formats import LayerTable
from ziyuan.onemap.standards import library

_MOST = 200
_NEAR = 0.5  # metres around the features concerned: neighbours that share an edge


def skeleton(dispute: Dispute, layers: Mapping[str, LayerTable]) -> str:
    """YAML: the rule, why it must stay silent, and the features of the delivered layers that it spoke of."""
    finding = dispute.finding
    head = {
        "rule": finding.rule, "rule_version": finding.rule_version, "standard": finding.standard,
        "expect": "silent", "reason": dispute.answer, "dispute": dispute.no, "from": finding.delivery.no,
        "said": finding.message, "period": finding.delivery.period, "epsg": finding.epsg,
        "note": "请核对要素是否足以重现,去掉与规则无关的字段和可识别个人的内容后,加入该规则的正例。",
        "layers": _cut(finding, layers),
    }  # fmt: skip
    return yaml.safe_dump(head, allow_unicode=True, sort_keys=False, width=120)


def _cut(finding: StoredFinding, layers: Mapping[str, LayerTable]) -> dict[str, Any]:
    """Features named by the finding, and those of all layers that touch them."""
    window = _window(finding, layers)
    cut = {}
    for name, layer in layers.items():
        rows = _named(finding, name, layer) if window is None else _meeting(layer, window)
        if rows:
            cut[name] = [_feature(layer, row) for row in rows[:_MOST]]
    return cut


def _named(finding: StoredFinding, name: str, layer: LayerTable) -> list[int]:
    """Rows by key, in the finding's own layer; by row number where there is no key."""
    if name != finding.layer:
        return []
    entity = library.load_named(finding.standard).entities.get(name) if finding.standard else None
    key = entity.key if entity else None
    keys = [k for k in (finding.key, *finding.partners) if k]
    if key in layer.table.column_names and keys:
        found = pc.is_in(pc.cast(layer.table.column(key), pa.string()), pa.array(keys, pa.string()))
        return np.flatnonzero(found.to_numpy(zero_copy_only=False)).tolist()
    return [] if finding.row is None else [finding.row - layer.first_row]


def _window(finding: StoredFinding, layers: Mapping[str, LayerTable]) -> shapely.Geometry | None:
    """Box around the features concerned, in the delivered system."""
    layer = layers.get(finding.layer or "")
    rows = _named(finding, finding.layer or "", layer) if layer is not None else []
    shapes = _shapes(layer)[rows] if layer is not None else np.array([], object)
    if finding.delivered is not None:
        shapes = np.append(shapes, shapely.from_wkb(bytes(finding.delivered)))
    bounds = shapely.total_bounds(shapes) if len(shapes) else np.full(4, np.nan)
    return shapely.box(*bounds).buffer(_NEAR, join_style="mitre") if np.isfinite(bounds).all() else None


def _shapes(layer: LayerTable) -> Any:
    if "geometry" not in layer.table.column_names:
        return np.full(len(layer), None, object)
    return shapely.from_wkb(np.array(layer.table.column("geometry").to_pylist(), object), on_invalid="ignore")


def _meeting(layer: LayerTable, window: shapely.Geometry) -> list[int]:
    return sorted(int(i) for i in shapely.STRtree(_shapes(layer)).query(window))


def _feature(layer: LayerTable, row: int) -> dict[str, Any]:
    told = {k: v for k, v in layer.table.slice(row, 1).to_pylist()[0].items() if k != "geometry"}
    plain = {k: v if v is None or isinstance(v, str | int | float | bool) else str(v) for k, v in told.items()}
    shape = _shapes(LayerTable(layer.name, layer.epsg, layer.table.slice(row, 1), layer.driver, layer.encoding, layer.file))[0]
    return {**plain, "geometry": None if shape is None else shapely.to_wkt(shape, rounding_precision=4)}
