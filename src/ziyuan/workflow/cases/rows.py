"""Read a case with its tasks in one turn to the database, and write what changed in one more: every act pays for both."""

import json
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from django.db import connection, models

from ziyuan.workflow.cases.models import Case, CaseEvent, Task
from ziyuan.workflow.cases.whole import TASKS


_FIXED = frozenset({"case", "number"})  # of a task row; what is not the case's own to change belongs here too


@cache
def _columns(model: type[models.Model]) -> tuple[Any, ...]:
    """Every column but the number that the database gives."""
    return tuple(field for field in model._meta.concrete_fields if not field.primary_key)


@cache
def _reading() -> str:
    names = ", ".join(field.column for field in Case._meta.concrete_fields)
    return (
        f"SELECT {names} FROM workflow_case WHERE id = %s FOR UPDATE;"
        " SELECT number, told FROM workflow_task WHERE case_id = %s ORDER BY number"
    )


def locked(case_id: int, once: tuple[str, list[Any]] | None = None) -> tuple[Case | None, bool]:
    """The case row, locked until commit, its state whole; None outside the session's region.

    `once` is a statement carried out under the lock in the same turn; the second answer says whether it wrote a row.
    """
    text, values = (f"; {once[0]}", once[1]) if once else ("", [])
    with connection.cursor() as cursor:
        cursor.execute(_reading() + text, [case_id, case_id, *values])
        row = cursor.fetchone()
        if row is None:
            return None, False
        cursor.nextset()
        tasks = {str(number): json.loads(told) for number, told in cursor.fetchall()}
        fresh = bool(cursor.nextset() and cursor.rowcount) if once else True
    told = {f.attname: _loaded(f, value) for f, value in zip(Case._meta.concrete_fields, row, strict=True)}
    told["state"][TASKS] = tasks
    case = Case.from_db(connection.alias, list(told), list(told.values()))
    case.__dict__[_AS_READ] = told
    return case, fresh


_AS_READ = "_as_read"  # what a locked row held, so that an act writes the columns it changed


def _loaded(field: Any, value: Any) -> Any:
    return field.from_db_value(value, None, connection) if hasattr(field, "from_db_value") else value


def insert(cases: Sequence[Case]) -> None:
    """New cases, which get their numbers, in one turn."""
    if cases:
        with connection.cursor() as cursor:
            cursor.execute(*_insert(Case, cases, " RETURNING id"))
            for case, (number,) in zip(cases, cursor.fetchall(), strict=True):
                case.pk, case._state.adding = number, False


Statement = tuple[str, list[Any]]


def write(
    cases: Sequence[Case], events: Sequence[CaseEvent], tasks: Sequence[Task], beside: Sequence[Statement] = ()
) -> None:
    """Cases that stood before, new events, and tasks new or changed, all in one turn, with statements beside them."""
    statements = [told for told in map(_update, cases) if told[1]]
    if events:
        statements.append(_insert(CaseEvent, events))
    if tasks:
        changed = [f.column for f in _columns(Task) if f.name not in _FIXED]
        told = ", ".join(f"{name} = excluded.{name}" for name in changed)
        statements.append(_insert(Task, tasks, f" ON CONFLICT (case_id, number) DO UPDATE SET {told}"))
    statements += beside
    if statements:
        with connection.cursor() as cursor:
            cursor.execute("; ".join(text for text, _ in statements), [v for _, values in statements for v in values])


def _update(case: Case) -> Statement:
    read = case.__dict__.get(_AS_READ, {})
    fields = [f for f in _columns(Case) if f.attname not in read or getattr(case, f.attname) != read[f.attname]]
    if not fields:
        return "", []
    read.update((f.attname, getattr(case, f.attname)) for f in fields if read)
    told = ", ".join(f"{field.column} = %s" for field in fields)
    return f"UPDATE workflow_case SET {told} WHERE id = %s", [*_values(fields, case), case.pk]


def _insert(model: type[models.Model], rows: Sequence[models.Model], end: str = "") -> tuple[str, list[Any]]:
    fields = _columns(model)
    names = ", ".join(field.column for field in fields)
    marks = f"({', '.join(['%s'] * len(fields))})"
    values = [value for row in rows for value in _values(fields, row)]
    return f"INSERT INTO {model._meta.db_table} ({names}) VALUES {', '.join([marks] * len(rows))}{end}", values


def _values(fields: Iterable[Any], row: models.Model) -> list[Any]:
    return [field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields]
