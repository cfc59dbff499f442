"""The check behind a delivery: read behind walls, complete from its bases, check, write findings, decide what follows.

It may be killed at any instant. Nothing but progress is written before the last transaction, and
that one asks first whether the delivery still waits for it; so a second run gives the same result.
"""

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import shapely

from ziyuan.base import crs
from ziyuan.kernel import service as kernel
from ziyuan.onemap.deliveries import (
    acts,
    around,
    bases,
    chained,
    decisions,
    filings,
    increments,
    review,
    updates,
)
from ziyuan.onemap.deliveries.bases import Whole
from ziyuan.onemap.deliveries.control_areas import registered
from ziyuan.onemap.deliveries.decide import settle
from ziyuan.onemap.deliveries.keep import keep
from ziyuan.onemap.deliveries.mandates import Mandate, mandate
from ziyuan.onemap.deliveries.models import Delivery, DeliveryProgress, Kind, State
from ziyuan.onemap.deliveries.receipts import receipt
from ziyuan.onemap.findings.store import Judged, store
from ziyuan.onemap.formats import County, Fault, LayerTable, Package, read_package
from ziyuan.onemap.quality import switches
from ziyuan.onemap.quality.check import check
from ziyuan.onemap.quality.finding import Finding, Report, Severity
from ziyuan.onemap.services.outlines import outline
from ziyuan.onemap.standards import library

WAITING = (State.RECEIVED, State.READING, State.CHECKING)
_MARGIN = 0.1  # degrees: the outlines are coarse
_SAMPLE = 40_000  # rows of the edition before that show whether a layer lies beside it
_EVERY = 0.4  # seconds between two progress rows


class Cancelled(Exception):
    """The delivery was withdrawn while its check ran; there is nobody left to tell."""


def read_and_check(*, delivery: int) -> None:
    """Read and check one delivery; does nothing when it no longer waits."""
    by = kernel.system_actor("自动质检")
    row = _begin(by, delivery)
    if row is None:
        return
    task, county = mandate(row.mandate), county_of(row.county)
    progress = _Progress(by, row)
    try:
        package = _read(by, row, task, county, progress)
        with kernel.acting(by):
            whole = bases.whole(row, task, decisions.with_columns(row, package.layers), county.zone)
        package = replace(package, layers=whole.layers, faults=[*package.faults, *whole.faults])
        report = None
        if not package.blocked:
            if not _move(by, row, State.CHECKING):
                return
            report = _of_the_file(_check(by, row, task, package, county, progress), whole)
    except Cancelled:
        return
    _finish(by, row, task, package, report, whole)


def give_up(delivery: int, fault: Fault) -> None:
    """End a check that cannot be carried out with a finding that says so; other deliveries are not touched."""
    by = kernel.system_actor("自动质检")
    with kernel.acting(by):
        row = Delivery.objects.filter(pk=delivery, state__in=(*WAITING, State.UPLOADING)).first()
        if row is None:
            return
    nothing = Whole({}, {}, {}, [])
    _finish(by, row, mandate(row.mandate), Package({}, [fault], [], row.file_sm3, True), None, nothing)


def _read(by: kernel.Actor, row: Delivery, task: Mandate, county: County, progress: "_Progress") -> Package:
    """What was sent as layers: a single record, changesets, update layers, or a package."""
    if row.kind == Kind.FILING:
        return filings.package_of(row, task, county)
    if row.kind == Kind.CHANGES and increments.packed(row):
        return increments.package_of(by, row, task)
    package = _as_answered(row, task, county, progress)
    if row.kind != Kind.CHANGES:
        return package
    with kernel.acting(by):
        return updates.applied(row, task, package, county.zone)


def _as_answered(row: Delivery, task: Mandate, county: County, progress: "_Progress") -> Package:
    """The package as the deliverer's answers say it is to be read; where its own bytes leave a question of the guards
    open, once more with the answers of the organ's last delivery."""
    package = _read_as(row, task, county, progress, row.encoding or None, row.crs)
    encoding, system = decisions.fallback(row)
    asked = {fault.family for fault in package.faults if fault.severity == "error"}
    if package.blocked and (("编码" in asked and encoding) or ("坐标系" in asked and system)):
        again = _read_as(row, task, county, progress, row.encoding or encoding, row.crs or system)
        return package if again.blocked else again
    return package


def _read_as(row: Delivery, task: Mandate, county: County, progress: "_Progress", encoding: str | None,
             system: int | None) -> Package:
    return read_package(
        kernel.file_path(row.file_sm3), bases.layout_of(row, task), county=county, encoding=encoding, crs=system,
        name=row.file_name, period=row.period,
        progress=lambda name, done, total: progress(f"读取 {name}", done, total),
    )  # fmt: skip


def _of_the_file(report: Report, whole: Whole) -> Report:
    """Findings about rows that came from the base have no row in the delivered file."""
    def placed(finding: Finding) -> Finding:
        beyond = finding.row is not None and finding.row > whole.delivered.get(finding.layer or "", finding.row)
        from_base = finding.layer in whole.layers and finding.layer not in whole.delivered
        return replace(finding, row=None) if beyond or from_base else finding

    return replace(report, findings=[placed(f) for f in report.findings])


def county_of(code: str) -> County:
    """Zone and extent of a county as the node knows them."""
    region, shape = kernel.region(code), outline(code)
    west, south, east, north = shape.bounds if shape is not None else (0.0, 0.0, 0.0, 0.0)
    zone = region.zone or (crs.zone_of_lon(shape.centroid.x) if shape is not None else 39)
    return County(code, region.name, zone, (west, south, east, north) if shape is not None else None)


class _Progress:
    """Writes the progress row a few times a second, each time in a transaction of its own; raises Cancelled when the
    delivery has been withdrawn."""

    def __init__(self, by: kernel.Actor, row: Delivery) -> None:
        self.by, self.row, self.last, self.step = by, row, 0.0, ""

    def __call__(self, step: str, done: int, total: int) -> None:
        moment = time.monotonic()
        if step == self.step and moment - self.last < _EVERY:
            return
        self.last, self.step = moment, step
        with kernel.acting(self.by):
            told = DeliveryProgress.objects.filter(delivery=self.row, delivery__state__in=WAITING).update(
                step=step[:60], done=done, total=total, at=kernel.now()
            )
        if not told:
            raise Cancelled


def _begin(by: kernel.Actor, delivery: int) -> Delivery | None:
    with kernel.acting(by):
        row = Delivery.objects.select_for_update().filter(pk=delivery).first()
        if row is None or row.state not in WAITING:
            return None
        row.state, row.started, row.attempts = State.READING, kernel.now(), row.attempts + 1
        row.save(update_fields=["state", "started", "attempts"])
        DeliveryProgress.objects.get_or_create(
            delivery=row, defaults={"county": row.county, "step": "", "done": 0, "total": 0, "at": kernel.now()}
        )
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
        changed = any(rule.params.get("new_state") in package.layers for name in names for rule in library.load_named(name).rules)
        previous = bases.before(row, task, county.zone, None if changed else _SAMPLE)
        models = [library.load_named(name) for name in sorted(names)]
        near = around.around(row, task, models, package.layers, county.zone)
    extent = None
    if county.bounds is not None and task.extent is not None:
        west, south, east, north = county.bounds
        extent = (west - _MARGIN, south - _MARGIN, east + _MARGIN, north + _MARGIN)
    report = check(models, package.layers, county=row.county, period=row.period, control_areas=areas or None,
                   zone=county.zone, extent=extent, required=task.layout.required, previous=previous,
                   neighbours=near.layers, progress=progress)
    with kernel.acting(by):
        report = chained.judged(row, task, package.layers, report)
        return around.unjudged(models, package.layers, report, near, controlled=bool(areas), kind=row.kind)


def _finish(by: kernel.Actor, row: Delivery, task: Mandate, package: Package, report: Report | None,
            whole: Whole) -> None:
    """One transaction: findings, figures, receipt, state, audit, event."""
    faults = [_finding(fault) for fault in package.faults]
    report, used = switches.lower(report, task.switches) if report else (None, ())
    models = [library.load_named(name) for name in sorted({la.standard for la in task.layout.layers.values()})]
    found, counts = [*faults, *(report.findings if report else [])], _summary(faults, report)
    judged = Judged(found, counts, package.layers, models, kernel.region(row.county).zone or 39, report is not None, used)
    with kernel.acting(by):
        locked = acts.held(row)
        if locked.state not in (*WAITING, State.UPLOADING):
            return
        run = store(locked, judged)
        _figures(locked, task, replace(package, layers=whole.sealed), faults, report)
        locked.kept, locked.finished = keep(locked, whole.sealed), kernel.now()
        locked.receipts = {"received": receipt(locked, "received")}
        locked.state = State.RETURNED if run.open_errors else passed(locked)
        before, words = row.state, _words(locked, run.open_errors)
        locked.save()
        DeliveryProgress.objects.filter(delivery=locked).update(
            step="质检完成", done=1, total=1, at=kernel.now()
        )
        acts.note(by, locked, "check", words)
        acts.tell(by, locked, "checked", before, errors=locked.errors, warnings=locked.warnings)
        if run.open_errors:
            kernel.announce("delivery.returned", county=locked.county, delivery=locked.no, reason=words)
        elif locked.state == State.REVIEW and task.review:
            review.begin(by, locked)
        elif locked.state == State.REVIEW:
            settle(by, locked, "检查通过,按任务书即予入库。")


def passed(row: Delivery) -> State:
    """What follows a clean check: a trial run has passed and ends there, all others go to review."""
    return State.ACCEPTED if row.kind == Kind.PRECURSOR else State.REVIEW


def _finding(fault: Fault) -> Finding:
    """A fault of a file as a finding of the delivery."""
    severity: Severity = "error" if fault.severity == "error" else "warning" if fault.severity == "warning" else "note"
    return Finding(
        fault.rule, fault.kind, fault.family, severity, layer=fault.layer, row=fault.row, field=fault.field,
        value=fault.value, message=fault.message, remedy=fault.remedy, line=fault.line,
    )  # fmt: skip


def _words(row: Delivery, open_errors: int) -> str:
    covered = row.errors - open_errors
    excepted = f"(另有 {covered} 个已列入例外或确认为误报)" if covered else ""
    if open_errors:
        return f"自动质检发现 {open_errors} 个错误{excepted}、{row.warnings} 个警告,退回修改。"
    if row.kind == Kind.PRECURSOR:
        return f"预检通过{excepted},{row.warnings} 个警告;预检不入库。"
    return f"自动质检通过{excepted},{row.warnings} 个警告,转人工审核。"


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
    full = sorted((layer for layer in layers.values() if len(layer) and "geometry" in layer.table.column_names), key=len)
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
