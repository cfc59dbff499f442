"""The column of a case's state: what every act changes. The tasks lie each in a row of its own, and what an event brings whole
and seldom (form, site, papers, screening) in a column beside, which an act that brings none of it leaves as it is. All are
read as one.
"""

from typing import Any

from django.db import models

TASKS = "tasks"
BROUGHT = ("form", "site", "papers", "screening")
_ELSEWHERE = frozenset({TASKS, *BROUGHT})
_READ = (
    "{state} || {case}.brought || jsonb_build_object('tasks', coalesce((SELECT jsonb_object_agg(task.number, task.told)"
    " FROM workflow_task task WHERE task.case_id = {case}.id), '{{}}'::jsonb))"
)


class StateField(models.JSONField):
    """What is written is what lies nowhere else; what is read, by whatever query, is whole, tasks in order of their numbers."""

    def deconstruct(self) -> Any:
        name, _, args, kwargs = super().deconstruct()
        return name, "django.db.models.JSONField", args, kwargs

    def select_format(self, compiler: Any, sql: str, params: Any) -> Any:
        """The column itself with what lies elsewhere; a part of it (`state__case`) as it is."""
        case, _, column = sql.rpartition(".")
        if column != f'"{self.column}"':
            return sql, params
        return _READ.format(state=sql, case=case), params

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        if isinstance(value, dict):
            value = own(value)
        return super().get_db_prep_value(value, connection, prepared)


def own(state: dict[str, Any]) -> dict[str, Any]:
    """The parts of a state that its own column keeps."""
    return {name: part for name, part in state.items() if name not in _ELSEWHERE}


def brought(state: dict[str, Any]) -> dict[str, Any]:
    """The parts that events bring whole."""
    return {name: state[name] for name in BROUGHT}
