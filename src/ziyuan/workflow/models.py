"""Tables of the workflow, gathered from its rooms."""

from ziyuan.workflow.cases.models import (
    Application,
    AppliedEffect,
    Case,
    CaseEvent,
    Command,
    Document,
    MatterVersion,
    Paper,
    Task,
)
from ziyuan.workflow.consulting.models import Consultation
from ziyuan.workflow.migrating.models import MigrationLine, MigrationOrder
from ziyuan.workflow.people.models import Proxy
from ziyuan.workflow.platform.models import PlatformReport
from ziyuan.workflow.serving.models import Service

__all__ = [
    "Application",
    "AppliedEffect",
    "Case",
    "CaseEvent",
    "Command",
    "Consultation",
    "Document",
    "MatterVersion",
    "MigrationLine",
    "MigrationOrder",
    "Paper",
    "PlatformReport",
    "Proxy",
    "Service",
    "Task",
]
