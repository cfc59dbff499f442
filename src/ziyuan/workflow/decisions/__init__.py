"""Decisions (DMN): tables and expressions that a file holds, run with a trace. Free of Django."""

from ziyuan.workflow.decisions.checking import Fault
from ziyuan.workflow.decisions.decision import Decision
from ziyuan.workflow.decisions.errors import DecisionError, NotADecisionFile, OverBudget, UnknownDecision
from ziyuan.workflow.decisions.evaluation import Outcome

__all__ = ["Decision", "DecisionError", "Fault", "NotADecisionFile", "Outcome", "OverBudget", "UnknownDecision"]
