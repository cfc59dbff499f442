"""Findings of a delivery in the database: written once, read by keyset, given out in degrees."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import shapely
from django.db.models import Q, QuerySet

from ziyuan.base import crs
from ziyuan.kernel import service as kernel
from ziyuan.onemap.deliveries import acts
from ziyuan.onemap.deliveries.models import Delivery, DeliveryFinding
from ziyuan.onemap.formats import LayerTable
from ziyuan.onemap.quality.finding import SEVERITY_TITLES, Finding, Severity

_BATCH = 2000
MOST_ON_MAP = 5000


@dataclass(frozen=True)
class Places:
    """Point and shape of each finding in EPSG:4490; None where it has no place on the map."""

    points: list[tuple[float, float] | None]
    shapes: list[bytes | None]

    @classmethod
    def of(cls, findings: Sequence[Finding], layers: Mapping[str, LayerTable], zone: int) -> "Places":
        """Project the places of all findings at once; those of a layer from the layer's own zone."""
        zones = [_zone(f, layers, zone) for f in findings]
        points: list[tuple[float, float] | None] = [None] * len(findings)
        shapes: list[bytes | None] = [None] * len(findings)
        for one in sorted(set(zones)):
            chosen = [i for i, z in enumerate(zones) if z == one]
            _project(findings, chosen, one, points, shapes)
        return cls(points, shapes)


def _zone(finding: Finding, layers: Mapping[str, LayerTable], zone: int) -> int:
    layer = layers.get(finding.layer or "")
    return (crs.of_epsg(layer.epsg).zone or zone) if layer is not None else zone


def _project(
    findings: Sequence[Finding], chosen: list[int], zone: int, points: list[tuple[float, float] | None],
    shapes: list[bytes | None],
) -> None:
    to_degrees = crs.to_degrees(zone)
    wkb = np.array([findings[i].geometry for i in chosen], dtype=object)
    solid = shapely.from_wkb(wkb, on_invalid="ignore")
    degrees = shapely.transform(solid, lambda xy: np.column_stack(to_degrees.transform(xy[:, 0], xy[:, 1])))
    middles = shapely.get_coordinates(shapely.point_on_surface(solid[~shapely.is_missing(solid)]))
    taken = iter(middles)
    for at, i in enumerate(chosen):
        finding = findings[i]
        middle = next(taken, None) if solid[at] is not None else None
        shapes[i] = shapely.to_wkb(degrees[at]) if degrees[at] is not None else None
        place = (finding.x, finding.y) if finding.x is not None and finding.y is not None else middle
        if place is not None and np.isfinite(place).all():
            lon, lat = to_degrees.transform(float(place[0]), float(place[1]))
            if np.isfinite([lon, lat]).all():
                points[i] = float(lon), float(lat)


def store(delivery: Delivery, findings: Sequence[Finding], places: Places) -> None:
    """Write the findings of a delivery in their order; the transaction of the check's end, once."""
    rows = (
        DeliveryFinding(
            delivery=delivery, county=delivery.county, ordinal=at, rule=f.rule, kind=f.kind, family=f.family,
            severity=f.severity, layer=f.layer, key=_short(f.key, 80), row=f.row, field=_short(f.field, 60),
            value=_clean(f.value), expected=_clean(f.expected), x=f.x, y=f.y,
            lon=point[0] if point else None, lat=point[1] if point else None, measure=f.measure, unit=f.unit,
            partners=[p[:80] for p in f.partners], message=_clean(f.message) or "", remedy=_clean(f.remedy) or "",
            shape=shape,
        )
        for at, (f, point, shape) in enumerate(
            zip(findings, places.points, places.shapes, strict=True), start=1
        )
    )
    DeliveryFinding.objects.bulk_create(rows, batch_size=_BATCH)


def _clean(text: str | None) -> str | None:
    """Text as the database takes it: no NUL characters."""
    return None if text is None else str(text).replace("\0", "␀")


def _short(text: str | None, most: int) -> str | None:
    cleaned = _clean(text)
    return None if cleaned is None else cleaned[:most]


def findings(
    by: kernel.Actor, delivery: acts.Ref, *, rule: str | None = None, severity: str | None = None,
    layer: str | None = None, q: str | None = None, after: str | None = None, limit: int = 100,
) -> dict[str, Any]:
    """A page of findings in their order, from the cursor on."""
    with kernel.acting(by):
        kernel.require(by, "delivery.read")
        row = acts.find(delivery)
        chosen = _chosen(row, rule, severity, layer, q)
        if after and after.isdecimal():
            chosen = chosen.filter(ordinal__gt=int(after))
        page = list(chosen[: limit + 1])
    more = len(page) > limit
    page = page[:limit]
    return {"items": [item(f) for f in page], "next": str(page[-1].ordinal) if more else None}


def _chosen(row: Delivery, rule: str | None, severity: str | None, layer: str | None,
            q: str | None) -> QuerySet[DeliveryFinding]:
    chosen = DeliveryFinding.objects.filter(delivery=row).order_by("ordinal")
    for name, value in (("rule", rule), ("severity", severity), ("layer", layer and layer.rsplit("/", 1)[-1])):
        if value:
            chosen = chosen.filter(**{name: value})
    if q:
        chosen = chosen.filter(Q(message__icontains=q) | Q(key__icontains=q) | Q(value__icontains=q)
                               | Q(rule__icontains=q))
    return chosen


def item(f: DeliveryFinding) -> dict[str, Any]:
    """A finding as the API gives it out."""
    return {
        "id": f.pk, "rule": f.rule, "kind": f.kind, "family": f.family, "severity": f.severity,
        "severity_title": SEVERITY_TITLES.get(f.severity, f.severity), "layer": f.layer, "key": f.key,
        "row": f.row, "field": f.field, "value": f.value, "expected": f.expected, "x": f.x, "y": f.y,
        "lon": f.lon, "lat": f.lat, "measure": f.measure, "unit": f.unit, "partners": f.partners,
        "message": f.message, "remedy": f.remedy, "geometry": _geojson(f),
    }  # fmt: skip


def _geojson(f: DeliveryFinding) -> dict[str, Any] | None:
    if f.shape is not None:
        return json.loads(shapely.to_geojson(shapely.from_wkb(bytes(f.shape))))
    if f.lon is not None:
        return {"type": "Point", "coordinates": [f.lon, f.lat]}
    return None


def findings_geojson(by: kernel.Actor, delivery: acts.Ref) -> dict[str, Any]:
    """The findings that have a place, for the map; `left_off` says how many did not fit."""
    with kernel.acting(by):
        kernel.require(by, "delivery.read")
        row = acts.find(delivery)
        placed = DeliveryFinding.objects.filter(delivery=row, lon__isnull=False).order_by("ordinal")
        rows = list(placed[: MOST_ON_MAP + 1])
        left_off = placed.count() - MOST_ON_MAP if len(rows) > MOST_ON_MAP else 0
    features = []
    for f in rows[:MOST_ON_MAP]:
        properties = item(f)
        features.append({"type": "Feature", "id": f.pk, "geometry": properties.pop("geometry"),
                         "properties": properties})
    return {"type": "FeatureCollection", "features": features, "left_off": left_off}


def stored_findings(row: Delivery) -> list[Finding]:
    """The findings again as values, for the error layer and the report; shapes in EPSG:4490."""
    rows = DeliveryFinding.objects.filter(delivery=row).order_by("ordinal")
    return [
        Finding(f.rule, f.kind, f.family, cast(Severity, f.severity), f.layer, f.key, f.row, f.field, f.value, f.expected,
                f.x, f.y, f.measure, f.unit, tuple(f.partners), f.message, f.remedy,
                bytes(f.shape) if f.shape is not None else None)
        for f in rows.iterator(chunk_size=_BATCH)
    ]  # fmt: skip
