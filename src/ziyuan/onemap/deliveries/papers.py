"""What a delivery's findings become outside the platform: error layer, table, report as HTML and PDF; signed."""

import base64
import tempfile
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from ziyuan.base import canonical
from ziyuan.kernel import service as kernel
from ziyuan.onemap.deliveries import acts
from ziyuan.onemap.deliveries.keep import kept_layers
from ziyuan.onemap.deliveries.mandates import mandate
from ziyuan.onemap.deliveries.models import Delivery
from ziyuan.onemap.findings.models import CheckRun, Duty, Standing, State, StoredFinding
from ziyuan.onemap.findings.read import effect_of, exception_of, last_run, open_counts
from ziyuan.onemap.findings.scope import scope_text
from ziyuan.onemap.findings.store import as_finding
from ziyuan.onemap.findings.view import printed, state_of
from ziyuan.onemap.formats import LayerTable
from ziyuan.onemap.quality import report
from ziyuan.onemap.quality.report.entries import transformer
from ziyuan.onemap.quality.score import Score
from ziyuan.onemap.quality.switches import Switch
from ziyuan.onemap.standards import library
from ziyuan.onemap.standards.model import Model

_NAMES = {"gpkg": "错误图层", "csv": "问题表", "geojson": "问题", "html": "质检报告", "pdf": "质检报告"}
_DEGREES = 4490


def report_file(by: kernel.Actor, delivery: acts.Ref, form: str) -> tuple[bytes, str]:
    """The findings in one form (gpkg, csv, geojson, html, pdf), in the delivered system, and the file's name."""
    with kernel.acting(by):
        kernel.require(by, "delivery.read")
        row = acts.find(delivery)
        run = last_run(row)
        rows = list(StoredFinding.objects.filter(delivery=row).select_related("exception").order_by("ordinal"))
        epsg = (run.epsg if run else None) or next((la["epsg"] for la in row.layers), _DEGREES)
        models = _models(row)
        entries = [_entry(f, epsg) for f in rows]
        facts = _facts(row, run, rows, models)
        layers: dict[str, LayerTable] = kept_layers(row) if form == "html" else {}
    with tempfile.TemporaryDirectory(prefix="ziyuan-report-") as held:
        path = Path(held) / f"report.{form}"
        report.save(path, entries, facts, epsg=epsg, layers=layers, models=models)
        return path.read_bytes(), f"{row.no}-{_NAMES[form]}.{form}"


def _models(row: Delivery) -> list[Model]:
    task = mandate(row.mandate)
    return [library.load_named(name) for name in sorted({la.standard for la in task.layout.layers.values()})]


def _entry(f: StoredFinding, epsg: int) -> report.Entry:
    held = exception_of(f)
    named = f"{held['no']} 至 {held['until']}" if held and effect_of(f) == State.EXCEPTED else ""
    return report.Entry(
        _in_system(f, epsg), standard=f.standard, version=f.rule_version, clause=f.clause or "",
        duty=Duty(f.duty).label, file=f.file or "", line=f.line,
        village=f.village_name or f.village or "", fingerprint=f.fingerprint, standing=Standing(f.standing).label,
        state=State(effect_of(f)).label, since=f.since, exception=named, lon=f.lon, lat=f.lat,
    )  # fmt: skip


def _in_system(f: StoredFinding, epsg: int) -> Any:
    """The finding with place and shape in the report's system; layers of one delivery may lie in two zones."""
    if (f.delivered is not None and f.epsg in (None, epsg)) or (f.shape is None and f.epsg in (None, epsg)):
        return as_finding(f, plane=True)
    mover = transformer(_DEGREES, epsg)
    told = as_finding(f)
    shape = shapely.from_wkb(told.geometry) if told.geometry is not None else None
    moved = shapely.transform(shape, lambda xy: np.column_stack(mover.transform(xy[:, 0], xy[:, 1]))) if mover and shape else None
    x, y = mover.transform(f.lon, f.lat) if mover and f.lon is not None else (f.x, f.y)
    return told.__class__(**{**vars(told), "x": x, "y": y, "geometry": shapely.to_wkb(moved) if moved is not None else None})


def _facts(row: Delivery, run: CheckRun | None, rows: list[StoredFinding], models: list[Model]) -> report.Facts:
    counts = open_counts(row, run) if run else [{**c, "open": c["count"]} for c in row.summary]
    rules = tuple(
        report.RuleLine(c["rule"], c["title"], c["family"], c["severity"], c["layer"], c["count"], c["listed"],
                        c["count"] - c["open"]) for c in counts
    )  # fmt: skip
    moment = kernel.now()
    facts = report.Facts(
        title=f"{mandate(row.mandate).layout.title}质量检查报告", about=_about(row, run), rules=rules,
        standards=report.standards_of(models), tolerances=report.tolerances_of(models),
        features=tuple((told["title"], told["features"]) for told in row.layers), rule_count=row.rule_count,
        printed=f"{moment:%Y-%m-%d %H:%M}", versions=run.versions if run else {},
        score=Score.from_dict(run.score) if run and run.score else None, standing=run.standing if run else {},
        earlier=run.earlier.delivery.no if run and run.earlier else "",
        switches=tuple(_switch(s) for s in (run.switches if run else ())), exceptions=_exceptions(row),
    )  # fmt: skip
    told = signed(row, facts, rows, moment.isoformat(timespec="seconds"))
    digests = (("文件 SM3", row.file_sm3), ("问题清单 SM3", told["findings"]), ("签名内容", _plain(told)))
    signature = (("签名人", f"节点 {told['node']}(SM2)"), ("签名", told["signature"]))
    return report.Facts(**{**vars(facts), "digests": digests, "signature": signature})


def _switch(told: dict[str, str]) -> str:
    return Switch(told["rule"], told["to"], told["reason"], told["source"], told["from"]).to_text()  # type: ignore[arg-type]


def _about(row: Delivery, run: CheckRun | None) -> tuple[tuple[str, str], ...]:
    return (
        ("汇交编号", row.no), ("行政区", f"{kernel.region(row.county).name}({row.county})"),
        ("期别", row.period), ("成果包", row.file_name), ("提交人", row.submitted_by),
        ("提交时间", _here(row.submitted)), ("质检时间", _here(run.at if run else None)), ("当前状态", row.state_title),
    )  # fmt: skip


def _here(moment: datetime | None) -> str:
    """A moment on the clock of the office."""
    return f"{moment.astimezone(kernel.now().tzinfo):%Y-%m-%d %H:%M}" if moment else ""


def _exceptions(row: Delivery) -> tuple[report.ExceptionLine, ...]:
    found = []
    for e in printed(row):
        covers = StoredFinding.objects.filter(delivery=row, exception=e).count()
        decided = f"{e.decided_organ} {e.decided_by} {_here(e.decided_at)[:10]}" if e.decided_at else "—"
        state = state_of(e)
        title = {"requested": "待批准", "approved": "有效", "refused": "未批准", "withdrawn": "已撤销", "ended": "已到期"}[state]
        found.append(report.ExceptionLine(e.no, scope_text(e), e.reason, e.until.isoformat(), decided, title, covers))
    return tuple(found)


def signed(row: Delivery, facts: report.Facts, rows: list[StoredFinding], at: str) -> dict[str, str]:
    """What the node signs of a report: the delivery, the figures, and a digest of all findings with their states."""
    listed = [[f.fingerprint, f.rule, f.rule_version, f.severity, effect_of(f)] for f in rows]
    body = {
        "delivery": row.no, "file": row.file_sm3, "at": at, "node": kernel.node().name,
        "errors": str(facts.total("error")), "open": str(facts.open_errors), "warnings": str(facts.total("warning")),
        "score": str(facts.score.points) if facts.score else "", "findings": canonical.digest("findings", listed).hex(),
    }  # fmt: skip
    signature = kernel.sign(canonical.encode("quality-report", body))
    return {**body, "signature": base64.b64encode(signature).decode("ascii")}


def report_holds(told: dict[str, str]) -> bool:
    """True when the figures of a report are exactly what this node signed."""
    body = {name: value for name, value in told.items() if name != "signature"}
    signature = base64.b64decode(told.get("signature", ""))
    return kernel.verify(canonical.encode("quality-report", body), signature, signer=body.get("node", ""))


def _plain(told: dict[str, str]) -> str:
    return ";".join(f"{name}={value}" for name, value in told.items() if name != "signature")

