"""Deliveries (汇交): from a file to *sealed*. Import verbs from here; only verbs write."""

from ziyuan.onemap.deliveries import job as job
from ziyuan.onemap.deliveries import proof as proof
from ziyuan.onemap.deliveries.control_areas import control_areas, register_control_areas
from ziyuan.onemap.deliveries.decide import accept, forward, return_, withdraw
from ziyuan.onemap.deliveries.findings import findings, findings_geojson
from ziyuan.onemap.deliveries.papers import error_layer, report_pdf
from ziyuan.onemap.deliveries.receipts import receipt_holds
from ziyuan.onemap.deliveries.submit import open_, submit
from ziyuan.onemap.deliveries.view import detail, expected, listing, preview, waiting

__all__ = [
    "accept", "control_areas", "detail", "error_layer", "expected", "findings", "findings_geojson", "forward", "listing",
    "open_", "preview", "receipt_holds", "register_control_areas", "report_pdf", "return_", "submit", "waiting", "withdraw",
]
