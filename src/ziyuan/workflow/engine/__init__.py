"""The process engine's pure part: BPMN reading, publish check, compiled graph, token game. Free of Django."""

from ziyuan.workflow.engine.bpmn import Document, read
from ziyuan.workflow.engine.checking import check as check_document
from ziyuan.workflow.engine.errors import (
    BadLevel,
    BadTimer,
    BpmnRefused,
    Fault,
    NotPossible,
    NoWay,
    Stuck,
    TooMany,
    UncaughtEvent,
)
from ziyuan.workflow.engine.graph import Graph
from ziyuan.workflow.engine.migrating import CannotMigrate, migrated
from ziyuan.workflow.engine.nodes import Node
from ziyuan.workflow.engine.steps import Await, Effect, Left, Made, Ready, Step, Thrown, Timer
from ziyuan.workflow.engine.timers import next_due


def check(xml: bytes, file: str = "process.bpmn") -> list[Fault]:
    """All faults that keep a file from being published; [] when it runs."""
    try:
        return check_document(read(xml, file))
    except BpmnRefused as refused:
        return refused.faults


__all__ = [
    "Await",
    "BadLevel",
    "BadTimer",
    "BpmnRefused",
    "CannotMigrate",
    "Document",
    "Effect",
    "Fault",
    "Graph",
    "Left",
    "Made",
    "NoWay",
    "Node",
    "NotPossible",
    "Ready",
    "Step",
    "Stuck",
    "Thrown",
    "Timer",
    "TooMany",
    "UncaughtEvent",
    "check",
    "migrated",
    "next_due",
    "read",
]
