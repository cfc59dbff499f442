"""What a delivery's findings become outside the platform: error layer (错误图层) and report (质检报告)."""

import tempfile
from pathlib import Path

from ziyuan.base import crs
from ziyuan.kernel import service as kernel
from ziyuan.onemap.deliveries import acts
from ziyuan.onemap.deliveries.findings import stored_findings
from ziyuan.onemap.deliveries.mandates import mandate
from ziyuan.onemap.deliveries.models import Delivery
from ziyuan.onemap.quality import report
from ziyuan.onemap.quality.finding import Finding, Report, RuleCount
from ziyuan.onemap.standards import library


def error_layer(by: kernel.Actor, delivery: acts.Ref) -> tuple[bytes, str]:
    """The findings as a GeoPackage in the delivered system, and its file name."""
    row, findings, facts = _of(by, delivery)
    epsg = row.layers[0]["epsg"] if row.layers else crs.epsg_of_zone(kernel.region(row.county).zone or 39)
    with tempfile.TemporaryDirectory(prefix="ziyuan-errors-") as held:
        path = Path(held) / "errors.gpkg"
        report.error_layer(findings, path, epsg=epsg, facts=facts, shapes_epsg=crs.DEGREES)
        return path.read_bytes(), f"{row.no}-错误图层.gpkg"


def report_pdf(by: kernel.Actor, delivery: acts.Ref) -> tuple[bytes, str]:
    """The report as PDF, and its file name."""
    row, findings, facts = _of(by, delivery)
    return report.pdf(findings, facts), f"{row.no}-质检报告.pdf"


def _of(by: kernel.Actor, delivery: acts.Ref) -> tuple[Delivery, list[Finding], report.Facts]:
    with kernel.acting(by):
        kernel.require(by, "delivery.read")
        row = acts.find(delivery)
        findings = stored_findings(row)
    return row, findings, _facts(row)


def _facts(row: Delivery) -> report.Facts:
    layout = mandate(row.mandate).layout
    models = [library.load_named(name) for name in sorted({la.standard for la in layout.layers.values()})]
    counts = [
        RuleCount(r["rule"], r["title"], r["family"], r["severity"], r["layer"], r["count"], r["listed"])
        for r in row.summary
    ]
    features = {told["title"]: told["features"] for told in row.layers}
    judged = Report([], counts, features, {}, row.rule_count)
    about = (
        ("汇交编号", row.no), ("行政区", f"{kernel.region(row.county).name}({row.county})"),
        ("调查年度", row.period), ("成果包", row.file_name), ("文件 SM3", row.file_sm3),
        ("提交人", row.submitted_by),
        ("提交时间", f"{row.submitted:%Y-%m-%d %H:%M}" if row.submitted else ""),
    )  # fmt: skip
    return report.facts_of(judged, models, title=f"{layout.title}质量检查报告", about=about,
                           printed=f"{kernel.now():%Y-%m-%d %H:%M}")
