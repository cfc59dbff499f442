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
from ziyuan.workflow.documents.issue import issue_document
from ziyuan.workflow.documents.summary import summary_pdf
from ziyuan.workflow.documents.verify import document_message, take_document, verify_document
from ziyuan.workflow.effects import layer_write  # noqa: F401  (registers its kind)
from ziyuan.workflow.effects.registry import Order, register
from ziyuan.workflow.reach import reminding  # noqa: F401  (registers its jobs)
from ziyuan.workflow.reach.acts import (
    answer_copy,
    close_supervision,
    copy_case,
    report_supervision,
    supervise,
    urge,
)
from ziyuan.workflow.reach.choosing import copy_targets
from ziyuan.workflow.reach.lists import supervision_figures, supervisions_csv, supervisions_page
from ziyuan.workflow.reach.notices import choose_port, notices_count, notices_page, port_choices, read_notices
from ziyuan.workflow.reach.ports import Message, Port, register_port
from ziyuan.workflow.reach.reading import read_case
from ziyuan.workflow.reach.sending import outgoing_page, send_again
from ziyuan.workflow.tasks.act import act, handover_targets
from ziyuan.workflow.tasks.export import tasks_csv
from ziyuan.workflow.tasks.inbox import inbox_counts, tasks_count, tasks_page

__all__ = [
    "Message",
    "Order",
    "Port",
    "act",
    "add_paper",
    "answer",
    "answer_copy",
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
    "choose_port",
    "clock_figures",
    "clock_figures_csv",
    "close_supervision",
    "confirm_site",
    "copy_case",
    "copy_targets",
    "document_file",
    "document_message",
    "export_csv",
    "form_fields",
    "handover_targets",
    "inbox_counts",
    "issue_document",
    "matters",
    "message_of",
    "notices_count",
    "notices_page",
    "open_application",
    "open_case",
    "outgoing_page",
    "paper_file",
    "paper_kinds",
    "port_choices",
    "propose_extension",
    "query",
    "rate",
    "read_case",
    "read_drawn_site",
    "read_notices",
    "read_site",
    "recompute_due",
    "register",
    "register_port",
    "report_supervision",
    "resume_clock",
    "ring_due",
    "save_form",
    "screening_pieces",
    "send_again",
    "site_geojson",
    "stop_clock",
    "submit_application",
    "summary_pdf",
    "supervise",
    "supervision_figures",
    "supervisions_csv",
    "supervisions_page",
    "take_document",
    "take_progress",
    "take_rating",
    "tasks_count",
    "tasks_csv",
    "tasks_page",
    "urge",
    "verified_file",
    "verify_document",
    "withdraw",
    "withdraw_application",
]
