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
    case_file,
    document_file,
    paper_file,
    screening_pieces,
    verified_file,
)
from ziyuan.workflow.cases.lists import cases_count, cases_page, export_csv
from ziyuan.workflow.cases.messages import case_message
from ziyuan.workflow.cases.receive import answer, open_case, take_rating, withdraw
from ziyuan.workflow.cases.sight import require_sight
from ziyuan.workflow.cases.timers import ring_due
from ziyuan.workflow.cases.view import case_record, record_after
from ziyuan.workflow.clocks.acts import answer_extension, propose_extension, resume_clock, stop_clock
from ziyuan.workflow.clocks.calendars import load_notice
from ziyuan.workflow.clocks.calendars import shown as working_calendar
from ziyuan.workflow.clocks.figures import clock_figures, clock_figures_csv
from ziyuan.workflow.clocks.recompute import recompute_due
from ziyuan.workflow.consulting import turn  # noqa: F401  (registers its nightly turn)
from ziyuan.workflow.consulting.acts import answer as answer_consultation
from ziyuan.workflow.consulting.acts import ask as consult
from ziyuan.workflow.consulting.acts import enter_answer as enter_consultation
from ziyuan.workflow.consulting.acts import recall as recall_consultation
from ziyuan.workflow.consulting.lists import (
    consultation,
    consultations_csv,
    consultations_page,
    enclosed_file,
    organs,
)
from ziyuan.workflow.documents.issue import issue_document
from ziyuan.workflow.documents.summary import summary_pdf
from ziyuan.workflow.documents.verify import document_message, take_document, verify_document
from ziyuan.workflow.effects import layer_write  # noqa: F401  (registers its kind)
from ziyuan.workflow.effects.registry import Order, register
from ziyuan.workflow.migrating.order import make_order, sign_order
from ziyuan.workflow.migrating.plan import migration_matters, migration_plan, migration_plan_csv
from ziyuan.workflow.migrating.run import run_order, start_order
from ziyuan.workflow.migrating.view import migration_order, migration_order_csv, migration_orders
from ziyuan.workflow.people import leaving  # noqa: F401  (registers its jobs and its count of work)
from ziyuan.workflow.people.proxies import eligible, end_proxy, give_proxy, proxies_of, proxy_letter
from ziyuan.workflow.people.report import policies_csv, policies_figures, policies_page
from ziyuan.workflow.platform.outbox import send_due as report_to_platform
from ziyuan.workflow.platform.port import register as register_platform
from ziyuan.workflow.quality.figures import quality_figures, quality_figures_csv
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
from ziyuan.workflow.reach.lists import supervisions_csv, supervisions_page
from ziyuan.workflow.reach.notices import choose_port, notices_count, notices_page, port_choices, read_notices
from ziyuan.workflow.reach.ports import Message, Port, register_port
from ziyuan.workflow.reach.reading import read_case
from ziyuan.workflow.reach.sending import outgoing_page, send_again
from ziyuan.workflow.reviews import bulletin, delivery, exception  # noqa: F401  (fill the ports, register kinds and effects)
from ziyuan.workflow.serving.acts import serve
from ziyuan.workflow.supervision.figures import supervision_figures, supervision_figures_csv
from ziyuan.workflow.supervision.items import supervisions_figures, supervisions_figures_csv
from ziyuan.workflow.tasks.act import act, choices, handover_targets
from ziyuan.workflow.tasks.export import tasks_csv
from ziyuan.workflow.tasks.inbox import inbox_counts, tasks_count, tasks_page
from ziyuan.workflow.tasks.supply import overdue, supply_paper

__all__ = [
    "Message",
    "Order",
    "Port",
    "act",
    "add_paper",
    "answer",
    "answer_consultation",
    "answer_copy",
    "answer_correction",
    "answer_extension",
    "application",
    "application_boundary",
    "application_document",
    "applications",
    "case_file",
    "case_message",
    "case_record",
    "cases_count",
    "cases_page",
    "choices",
    "choose_port",
    "clock_figures",
    "clock_figures_csv",
    "close_supervision",
    "confirm_site",
    "consult",
    "consultation",
    "consultations_csv",
    "consultations_page",
    "copy_case",
    "copy_targets",
    "document_file",
    "document_message",
    "eligible",
    "enclosed_file",
    "end_proxy",
    "enter_consultation",
    "export_csv",
    "form_fields",
    "give_proxy",
    "handover_targets",
    "inbox_counts",
    "issue_document",
    "load_notice",
    "make_order",
    "matters",
    "message_of",
    "migration_matters",
    "migration_order",
    "migration_order_csv",
    "migration_orders",
    "migration_plan",
    "migration_plan_csv",
    "notices_count",
    "notices_page",
    "open_application",
    "open_case",
    "organs",
    "outgoing_page",
    "overdue",
    "paper_file",
    "paper_kinds",
    "policies_csv",
    "policies_figures",
    "policies_page",
    "port_choices",
    "propose_extension",
    "proxies_of",
    "proxy_letter",
    "quality_figures",
    "quality_figures_csv",
    "query",
    "rate",
    "read_case",
    "read_drawn_site",
    "read_notices",
    "read_site",
    "recall_consultation",
    "recompute_due",
    "record_after",
    "register",
    "register_platform",
    "register_port",
    "report_supervision",
    "report_to_platform",
    "require_sight",
    "resume_clock",
    "ring_due",
    "run_order",
    "save_form",
    "screening_pieces",
    "send_again",
    "serve",
    "sign_order",
    "site_geojson",
    "start_order",
    "stop_clock",
    "submit_application",
    "summary_pdf",
    "supervise",
    "supervision_figures",
    "supervision_figures_csv",
    "supervisions_csv",
    "supervisions_figures",
    "supervisions_figures_csv",
    "supervisions_page",
    "supply_paper",
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
    "working_calendar",
]
