"""The verbs of this room: what other rooms and the interface may do with findings."""

from ziyuan.onemap.findings import proof as proof
from ziyuan.onemap.findings.cover import with_effect
from ziyuan.onemap.findings.disputing import answer, dispute, take_back
from ziyuan.onemap.findings.excepting import (
    approve,
    carry_out,
    refuse,
    request,
    return_,
    supplement,
    undo,
    withdraw,
)
from ziyuan.onemap.findings.models import CheckRun
from ziyuan.onemap.findings.proof import decision_fault
from ziyuan.onemap.findings.read import counts, listing, on_map, open_errors
from ziyuan.onemap.findings.stages import csv_of as stage_table
from ziyuan.onemap.findings.stages import listing as chains_told
from ziyuan.onemap.findings.stages import report as stage_report
from ziyuan.onemap.findings.store import Judged, store
from ziyuan.onemap.findings.view import dispute as one_dispute
from ziyuan.onemap.findings.view import disputes, exceptions, fixture
from ziyuan.onemap.findings.view import exception as one_exception
from ziyuan.onemap.findings.view import proof as proof_file

__all__ = [
    "CheckRun", "Judged", "answer", "approve", "carry_out", "chains_told", "counts", "decision_fault", "dispute", "disputes",
    "exceptions", "fixture", "listing", "on_map", "one_dispute", "one_exception", "open_errors", "proof_file", "refuse",
    "request", "return_", "stage_report", "stage_table", "store", "supplement", "take_back", "undo", "with_effect", "withdraw",
]  # fmt: skip
