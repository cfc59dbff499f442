"""Deliveries (汇交): from a file to *sealed*. Import verbs from here; only verbs write."""

from ziyuan.onemap.deliveries import arrivals as arrivals
from ziyuan.onemap.deliveries import job as job
from ziyuan.onemap.deliveries import proof as proof
from ziyuan.onemap.deliveries import relief as relief
from ziyuan.onemap.deliveries import uploads as uploads
from ziyuan.onemap.deliveries.control_areas import control_areas, register_control_areas
from ziyuan.onemap.deliveries.decide import accept, carry_out, forward, return_, withdraw
from ziyuan.onemap.deliveries.feeds import feeds, fetch_now
from ziyuan.onemap.deliveries.feeds import note_fault as note_feed_fault
from ziyuan.onemap.deliveries.feeds import register as register_feed
from ziyuan.onemap.deliveries.lists import Chosen, export_csv, listing
from ziyuan.onemap.deliveries.mandate_view import mandates_told, start
from ziyuan.onemap.deliveries.orders import Order
from ziyuan.onemap.deliveries.papers import report_file, report_holds
from ziyuan.onemap.deliveries.proof import acceptance_fault
from ziyuan.onemap.deliveries.receipts import receipt_holds, verdict_on, verify_receipt
from ziyuan.onemap.deliveries.record_outlines import read_record_outline
from ziyuan.onemap.deliveries.records import file_record, form
from ziyuan.onemap.deliveries.relief import answer_dispute
from ziyuan.onemap.deliveries.submit import open_, submit
from ziyuan.onemap.deliveries.turns import queue
from ziyuan.onemap.deliveries.view import detail, preview, raw_file, receipt_file, waiting

__all__ = [
    "Chosen", "Order", "accept", "acceptance_fault", "answer_dispute", "carry_out",
    "control_areas", "detail", "export_csv", "feeds", "fetch_now", "file_record", "form", "forward",
    "listing", "mandates_told", "note_feed_fault", "open_", "preview", "queue", "raw_file", "read_record_outline",
    "receipt_file", "receipt_holds", "register_control_areas", "register_feed", "report_file", "report_holds", "return_",
    "start", "submit", "verdict_on", "verify_receipt", "waiting", "withdraw",
]  # fmt: skip
