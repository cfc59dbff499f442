"""Read a case with its tasks in one turn to the database, and write what changed in one more: every act pays for both."""

import json
from collections.abc import Iterable, Sequence
from datetime import date
from functools import cache
from typing import Any

from django.db import connection, models

from ziyuan.kernel import service as kernel
from ziyuan.workflow.cases.models import Case, CaseEvent, Task
from ziyuan.workflow.cases.parts import TASKS
from ziyuan.workflow.cases.whole import StateField, row_of, stored, whole

_FIXED = frozenset({"case", "number", "prompted"})  # of a task row; what is not the case's own to change belongs here too
_TOLD_AGAIN = "prompted = workflow_task.prompted AND workflow_task.holder IS NOT DISTINCT FROM excluded.holder"


@cache
def _columns(model: type[models.Model]) -> tuple[Any, ...]:
    """Every column but the number that the database gives."""
    return tuple(field for field in model._meta.concrete_fields if not field.primary_key)


@cache
def _reading() -> str:
    names = ", ".join(str(field.column) for field in Case._meta.concrete_fields)
    return f"SELECT {names} FROM workflow_case WHERE id = $1 FOR UPDATE"


_TASKS = "SELECT json_agg(told ORDER BY number) FROM workflow_task WHERE case_id = $1"


def locking(case_id: int) -> list[kernel.Statement]:
    """What locks a case until commit and reads it: its row, then its tasks."""
    return [
        (f"{kernel.prepared('case_locked', _reading())}(%s)", [case_id]),
        (f"{kernel.prepared('case_tasks', _TASKS)}(%s)", [case_id]),
    ]


def locked(found: kernel.Rows, tasks: kernel.Rows) -> Case | None:
    """The case that `locking` read, its state whole; None outside the session's region."""
    if not found:
        return None
    told = {f.attname: _loaded(f, value) for f, value in zip(Case._meta.concrete_fields, found[0], strict=True)}
    beside = {**told["brought"], TASKS: {str(task["number"]): task for task in tasks[0][0] or []}}
    told["state"] = whole(told["state"] | beside, told)
    case = Case.from_db(connection.alias, list(told), list(told.values()))
    case.__dict__[_AS_READ] = told
    return case


_AS_READ = "_as_read"  # what a locked row held, so that an act writes the columns it changed


def _loaded(field: Any, value: Any) -> Any:
    return field.from_db_value(value, None, connection) if hasattr(field, "from_db_value") else value


def insert(cases: Sequence[Case]) -> None:
    """New cases, which get their numbers, in one turn."""
    if cases:
        told = [{field.column: getattr(case, field.attname) for field in _columns(Case)} for case in cases]
        for row, case in zip(told, cases, strict=True):
            row["state"] = stored(case.state, row_of(case))
        (numbers,) = kernel.turn(adding(Case, told, " RETURNING id"))
        for case, (number,) in zip(cases, numbers, strict=True):
            case.pk, case._state.adding = number, False


Row = dict[str, Any]  # by column


def writing(cases: Sequence[Case], events: Sequence[Row], tasks: Sequence[Row]) -> list[kernel.Statement]:
    """What writes cases that stood before, new events, and tasks new or changed."""
    statements = [told for told in map(_update, cases) if told[1]]
    statements += adding(CaseEvent, events)
    return statements + adding(Task, tasks, _again())


@cache
def _again() -> str:
    """A task that stands is written anew; what it was prompted of holds for the holder it had."""
    changed = [f.column for f in _columns(Task) if f.name not in _FIXED]
    told = ", ".join([*(f"{name} = excluded.{name}" for name in changed), _TOLD_AGAIN])
    return f" ON CONFLICT (case_id, number) DO UPDATE SET {told}"


def _update(case: Case) -> kernel.Statement:
    read = case.__dict__.get(_AS_READ, {})
    fields = [f for f in _columns(Case) if f.attname not in read or getattr(case, f.attname) != read[f.attname]]
    if not fields:
        return "", []
    read.update((f.attname, getattr(case, f.attname)) for f in fields if read)
    name, text = _updating(tuple(field.column for field in fields))
    marks = ", ".join(["%s"] * (len(fields) + 1))
    return f"{kernel.prepared(name, text)}({marks})", [case.pk, *_values(fields, case)]


_updates: dict[tuple[str, ...], str] = {}


def _updating(columns: tuple[str, ...]) -> tuple[str, str]:
    """Name and text of the statement that sets these columns; acts change few combinations of them."""
    name = _updates.setdefault(columns, f"case_set_{len(_updates)}")
    told = ", ".join(f"{column} = ${place}" for place, column in enumerate(columns, start=2))
    return name, f"UPDATE workflow_case SET {told} WHERE id = $1"


@cache
def _inserting(model: type[models.Model]) -> tuple[str, Row]:
    """The statement that inserts rows told as one JSON list, and what a column holds that a row does not tell."""
    names = ", ".join(f'"{field.column}"' for field in _columns(model))
    table = model._meta.db_table
    text = f"INSERT INTO {table} ({names}) SELECT {names} FROM json_populate_recordset(NULL::{table}, $1::json)"
    given = [field for field in _columns(model) if field.has_default() or field.empty_strings_allowed]
    return text, {field.column: field.get_default() for field in given}


def adding(model: type[models.Model], rows: Sequence[Row], end: str = "") -> list[kernel.Statement]:
    """What inserts rows of a table, told by column; nothing for none."""
    if not rows:
        return []
    text, blank = _inserting(model)
    told = kernel.prepared(f"{model._meta.db_table}_added", text + end)
    return [(f"{told}(%s)", [json.dumps([{**blank, **row} for row in rows], ensure_ascii=False, default=_plain)])]


def _plain(value: Any) -> str:
    """Days and moments as text."""
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"no JSON for {type(value).__name__}")


def _values(fields: Iterable[Any], row: models.Model) -> list[Any]:
    return [_value(field, getattr(row, field.attname), row) for field in fields]


def _value(field: Any, value: Any, row: models.Model) -> Any:
    if isinstance(field, models.JSONField) and value is not None:
        return kernel.json_text(stored(value, row_of(row)) if isinstance(field, StateField) else value)
    return field.get_db_prep_save(value, connection)
