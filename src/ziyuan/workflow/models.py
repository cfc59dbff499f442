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
from ziyuan.workflow.migrating.models import MigrationLine, MigrationOrder
from ziyuan.workflow.people.models import Proxy

__all__ = [
    "Application",
    "AppliedEffect",
    "Case",
    "CaseEvent",
    "Command",
    "Document",
    "MatterVersion",
    "MigrationLine",
    "MigrationOrder",
    "Paper",
    "Proxy",
    "Task",
]
