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

__all__ = ["Application", "AppliedEffect", "Case", "CaseEvent", "Command", "Document", "MatterVersion", "Paper", "Task"]
