"""Commands of the workflow component. `bpmn` and `dmn` need no Django and no database."""

from ziyuan.workflow.cases.cli import commands as case
from ziyuan.workflow.decisions.cli import commands as dmn
from ziyuan.workflow.engine.cli import commands as bpmn
from ziyuan.workflow.gate.cli import commands as pack
from ziyuan.workflow.migrating.cli import migrate

case.add_command(migrate)

__all__ = ["bpmn", "case", "dmn", "pack"]
