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
from ziyuan.workflow.reach.models import (
    CaseCopy,
    CasePart,
    Notice,
    OutgoingMessage,
    PortChoice,
    Supervision,
    TaskSeen,
)

__all__ = [
    "Application",
    "AppliedEffect",
    "Case",
    "CaseCopy",
    "CaseEvent",
    "CasePart",
    "Command",
    "Document",
    "MatterVersion",
    "Notice",
    "OutgoingMessage",
    "Paper",
    "PortChoice",
    "Supervision",
    "Task",
    "TaskSeen",
]
