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
from ziyuan.workflow.people.models import PolicyAct, Proxy
from ziyuan.workflow.platform.models import PlatformReport
from ziyuan.workflow.reach.models import (
    CaseCopy,
    CasePart,
    Notice,
    OutgoingMessage,
    PortChoice,
    Supervision,
    TaskSeen,
)
from ziyuan.workflow.serving.models import Service

__all__ = [
    "Application",
    "AppliedEffect",
    "Case",
    "CaseCopy",
    "CaseEvent",
    "CasePart",
    "Command",
    "Consultation",
    "Document",
    "MatterVersion",
    "MigrationLine",
    "MigrationOrder",
    "Notice",
    "OutgoingMessage",
    "Paper",
    "PlatformReport",
    "PolicyAct",
    "PortChoice",
    "Proxy",
    "Service",
    "Supervision",
    "Task",
    "TaskSeen",
]
