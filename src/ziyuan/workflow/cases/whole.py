"""The column of a case's state: its row keeps all but the tasks, which lie each in a row of its own; both are read as one."""

from typing import Any

from django.db import models

TASKS = "tasks"
_READ = (
    "{state} || jsonb_build_object('tasks', coalesce((SELECT jsonb_object_agg(task.number, task.told)"
    " FROM workflow_task task WHERE task.case_id = {case}.id), '{{}}'::jsonb))"
)


class StateField(models.JSONField):
    """What is written is all but the tasks; what is read, by whatever query, has them, in the order of their numbers."""

    def deconstruct(self) -> Any:
        name, _, args, kwargs = super().deconstruct()
        return name, "django.db.models.JSONField", args, kwargs

    def select_format(self, compiler: Any, sql: str, params: Any) -> Any:
        """The column itself with the tasks of its case; a part of it (`state__case`) as it is."""
        case, _, column = sql.rpartition(".")
        if column != f'"{self.column}"':
            return sql, params
        return _READ.format(state=sql, case=case), params

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        if isinstance(value, dict):
            value = {name: part for name, part in value.items() if name != TASKS}
        return super().get_db_prep_value(value, connection, prepared)
