"""The door of the workflow: cases and tasks inside, applications outside, effects and documents between."""

from ziyuan.workflow.applications.draft import add_paper, confirm_site, open_application, read_site, save_form
from ziyuan.workflow.applications.drawn import application_boundary, read_drawn_site, site_geojson
from ziyuan.workflow.applications.follow import query, take_progress
from ziyuan.workflow.applications.submit import (
    answer_correction,
    message_of,
    rate,
    submit_application,
    withdraw_application,
)
from ziyuan.workflow.applications.view import application, applications, form_fields, matters, paper_kinds
from ziyuan.workflow.cases import proof  # noqa: F401  (registers its proof)
from ziyuan.workflow.cases.files import (
    application_document,
    document_file,
    paper_file,
    screening_pieces,
    verified_file,
)
from ziyuan.workflow.cases.lists import cases_count, cases_page, export_csv
from ziyuan.workflow.cases.messages import case_message
from ziyuan.workflow.cases.receive import answer, open_case, take_rating, withdraw
from ziyuan.workflow.cases.timers import ring_due
from ziyuan.workflow.cases.view import case_record
from ziyuan.workflow.clocks.acts import answer_extension, propose_extension, resume_clock, stop_clock
from ziyuan.workflow.clocks.figures import clock_figures, clock_figures_csv
from ziyuan.workflow.clocks.recompute import recompute_due
from ziyuan.workflow.deliveries import reviewing, subject  # noqa: F401  (fill the port, register kind and effect)
from ziyuan.workflow.documents.issue import issue_document
from ziyuan.workflow.documents.summary import summary_pdf
from ziyuan.workflow.documents.verify import document_message, take_document, verify_document
from ziyuan.workflow.effects import layer_write  # noqa: F401  (registers its kind)
from ziyuan.workflow.effects.registry import Order, register
from ziyuan.workflow.tasks.act import act, handover_targets
from ziyuan.workflow.tasks.inbox import tasks_count, tasks_page

__all__ = [
    "Order",
    "act",
    "add_paper",
    "answer",
    "answer_correction",
    "answer_extension",
    "application",
    "application_boundary",
    "application_document",
    "applications",
    "case_message",
    "case_record",
    "cases_count",
    "cases_page",
    "clock_figures",
    "clock_figures_csv",
    "confirm_site",
    "document_file",
    "document_message",
    "export_csv",
    "form_fields",
    "handover_targets",
    "issue_document",
    "matters",
    "message_of",
    "open_application",
    "open_case",
    "paper_file",
    "paper_kinds",
    "propose_extension",
    "query",
    "rate",
    "read_drawn_site",
    "read_site",
    "recompute_due",
    "register",
    "resume_clock",
    "ring_due",
    "save_form",
    "screening_pieces",
    "site_geojson",
    "stop_clock",
    "submit_application",
    "summary_pdf",
    "take_document",
    "take_progress",
    "take_rating",
    "tasks_count",
    "tasks_page",
    "verified_file",
    "verify_document",
    "withdraw",
    "withdraw_application",
]
