"""The job behind a delivery: read behind walls, check, write findings, decide *returned* or *review*.

It may be killed at any instant. Nothing but progress is written before the last transaction, and
that one asks first whether the delivery still waits for it; so a second run gives the same result.
"""

import time
from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely

from ziyuan.base import crs
from ziyuan.kernel import service as kernel
from ziyuan.onemap.deliveries import acts
from ziyuan.onemap.deliveries.control_areas import registered
from ziyuan.onemap.deliveries.findings import Places, store
from ziyuan.onemap.deliveries.keep import keep
from ziyuan.onemap.deliveries.mandates import Mandate, mandate
from ziyuan.onemap.deliveries.models import Delivery, DeliveryProgress, State
from ziyuan.onemap.deliveries.receipts import receipt
from ziyuan.onemap.formats import County, Fault, LayerTable, Package, read_package
from ziyuan.onemap.quality.check import check
from ziyuan.onemap.quality.finding import Finding, Report, Severity
from ziyuan.onemap.services.outlines import outline
from ziyuan.onemap.standards import library

WAITING = (State.RECEIVED, State.READING, State.CHECKING)
_MARGIN = 0.1  # degrees: the outlines are coarse
_EVERY = 0.4  # seconds between two progress rows


@kernel.job("onemap.read_and_check")
def read_and_check(*, delivery: int) -> None:
    """Read and check one delivery; does nothing when it no longer waits."""
    by = kernel.system_actor("自动质检")
    row = _begin(by, delivery)
    if row is None:
        return
    task, county = mandate(row.mandate), county_of(row.county)
    progress = _Progress(by, row)
    package = read_package(
        kernel.file_path(row.file_sm3), task.layout, county=county, encoding=row.encoding or None,
        crs=row.crs, name=row.file_name, progress=lambda name, done, total: progress(f"读取 {name}", done, total),
    )
    report = None
    if not package.blocked:
        if not _move(by, row, State.CHECKING):
            return
        report = _check(by, row, task, package, county, progress)
    _finish(by, row, task, package, report)


def county_of(code: str) -> County:
    """Zone and extent of a county as the node knows them."""
    region, shape = kernel.region(code), outline(code)
    west, south, east, north = shape.bounds if shape is not None else (0.0, 0.0, 0.0, 0.0)
    zone = region.zone or (crs.zone_of_lon(shape.centroid.x) if shape is not None else 39)
    return County(code, region.name, zone, (west, south, east, north) if shape is not None else None)


class _Progress:
    """Writes the progress row a few times a second, each time in a transaction of its own."""

    def __init__(self, by: kernel.Actor, row: Delivery) -> None:
        self.by, self.row, self.last, self.step = by, row, 0.0, ""

    def __call__(self, step: str, done: int, total: int) -> None:
        moment = time.monotonic()
        if step == self.step and moment - self.last < _EVERY:
            return
        self.last, self.step = moment, step
        with kernel.acting(self.by):
            DeliveryProgress.objects.filter(delivery=self.row).update(
                step=step[:60], done=done, total=total, at=kernel.now()
            )


def _begin(by: kernel.Actor, delivery: int) -> Delivery | None:
    with kernel.acting(by):
        row = Delivery.objects.select_for_update().filter(pk=delivery).first()
        if row is None or row.state not in WAITING:
            return None
        row.state = State.READING
        row.save(update_fields=["state"])
    return row


def _move(by: kernel.Actor, row: Delivery, state: State) -> bool:
    """Go on to `state` unless the delivery was withdrawn meanwhile."""
    with kernel.acting(by):
        return Delivery.objects.filter(pk=row.pk, state__in=WAITING).update(state=state) == 1


def _check(by: kernel.Actor, row: Delivery, task: Mandate, package: Package, county: County,
           progress: _Progress) -> Report:
    names = {layer.standard for layer in task.layout.layers.values()}
    with kernel.acting(by):
        areas = registered(row.county, row.period)
    extent = None
    if county.bounds is not None:
        west, south, east, north = county.bounds
        extent = (west - _MARGIN, south - _MARGIN, east + _MARGIN, north + _MARGIN)
    models = [library.load_named(name) for name in sorted(names)]
    return check(models, package.layers, county=row.county, period=row.period, control_areas=areas or None,
                 zone=county.zone, extent=extent, progress=progress)


def _finish(by: kernel.Actor, row: Delivery, task: Mandate, package: Package, report: Report | None) -> None:
    """One transaction: findings, figures, receipt, state, audit, event."""
    faults = [_finding(fault) for fault in package.faults]
    found = [*faults, *(report.findings if report else [])]
    places = Places.of(found, package.layers, kernel.region(row.county).zone or 39)
    with kernel.acting(by):
        locked = acts.locked(row)
        if locked.state not in WAITING:
            return
        store(locked, found, places)
        _figures(locked, task, package, faults, report)
        locked.kept = keep(locked, package.layers)
        locked.receipts = {"received": receipt(locked, "received")}
        locked.state = State.RETURNED if locked.errors else State.REVIEW
        before, words = row.state, _words(locked)
        locked.save()
        DeliveryProgress.objects.filter(delivery=locked).update(
            step="质检完成", done=1, total=1, at=kernel.now()
        )
        acts.note(by, locked, "check", words)
        acts.tell(by, locked, "checked", before, errors=locked.errors, warnings=locked.warnings)
        if locked.errors:
            kernel.announce("delivery.returned", county=locked.county, delivery=locked.no, reason=words)


def _finding(fault: Fault) -> Finding:
    """A fault of a file as a finding of the delivery."""
    severity: Severity = "error" if fault.severity == "error" else "warning" if fault.severity == "warning" else "note"
    return Finding(
        fault.rule, fault.kind, fault.family, severity, layer=fault.layer, row=fault.row, field=fault.field,
        value=fault.value, message=fault.message, remedy=fault.remedy,
    )  # fmt: skip


def _words(row: Delivery) -> str:
    if row.errors:
        return f"自动质检发现 {row.errors} 个错误、{row.warnings} 个警告,退回修改。"
    return f"自动质检通过,{row.warnings} 个警告,转人工审核。"


def _figures(row: Delivery, task: Mandate, package: Package, faults: list[Finding], report: Report | None) -> None:
    row.rule_count = report.rules if report else 0
    row.summary = _summary(faults, report)
    row.errors = sum(r["count"] for r in row.summary if r["severity"] == "error")
    row.warnings = sum(r["count"] for r in row.summary if r["severity"] == "warning")
    row.members = [
        {"name": m.name, "size": m.size, "sm3": m.sm3, "driver": m.driver, "encoding": m.encoding,
         "layers": list(m.layers), "samples": list(m.samples)}
        for m in package.members
    ]  # fmt: skip
    areas = report.areas if report else {}
    row.layers = [
        {"layer": task.layout.layers[name].id, "title": _title(task.layout.layers[name].id),
         "features": len(table), "area_m2": f"{areas[name]:.2f}" if name in areas else None,
         "epsg": table.epsg, "encoding": table.encoding}
        for name, table in package.layers.items()
    ]  # fmt: skip
    row.bounds = _bounds(package.layers)


def _title(layer: str) -> str:
    return library.layer(layer).entity.title


def _summary(package: Sequence[Finding], report: Report | None) -> list[dict[str, Any]]:
    """Counts by rule: the faults of the package first, then those of the rules."""
    rows: dict[str, dict[str, Any]] = {}
    for finding in package:
        known = rows.setdefault(finding.rule, {
            "rule": finding.rule, "title": finding.message.rstrip("。"), "severity": finding.severity,
            "family": finding.family, "layer": finding.layer, "count": 0, "listed": 0,
        })
        known["count"] += 1
        known["listed"] += 1
    for counted in report.counts if report else []:
        rows[f"{counted.rule}/{counted.layer}/{counted.severity}"] = {
            "rule": counted.rule, "title": counted.title, "severity": counted.severity,
            "family": counted.family, "layer": counted.layer, "count": counted.count, "listed": counted.shown,
        }
    return list(rows.values())


def _bounds(layers: dict[str, LayerTable]) -> list[float] | None:
    """West, south, east, north in degrees over all layers but the one with the most features: it lies in the others."""
    full = sorted((layer for layer in layers.values() if len(layer)), key=len)
    if not full:
        return None
    seen = full[:-1] or full
    shapes = [shapely.from_wkb(layer.table.column("geometry").to_pylist(), on_invalid="ignore") for layer in seen]
    west, south, east, north = shapely.total_bounds(np.concatenate(shapes))
    zone = crs.of_epsg(seen[0].epsg).zone
    if zone is None or not west <= east:
        return None
    lon, lat = crs.to_degrees(zone).transform([west, east, west, east], [south, south, north, north])
    return [float(min(lon)), float(min(lat)), float(max(lon)), float(max(lat))]
