"""Decisions (DMN): tables and expressions that a file holds, run with a trace. Free of Django."""

from ziyuan.workflow.decisions.checking import Fault
from ziyuan.workflow.decisions.decision import Decision, Outcome
from ziyuan.workflow.decisions.errors import DecisionError, NotADecisionFile, UnknownDecision

__all__ = ["Decision", "DecisionError", "Fault", "NotADecisionFile", "Outcome", "UnknownDecision"]
