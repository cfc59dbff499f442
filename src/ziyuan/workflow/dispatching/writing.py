"""Write many cases that have begun, with their events, tasks and parts, in one statement.

What the cases of a kind have in common goes to the database once, as a row whose own number is that of the kind; what is
a case's own goes as columns of a list. The same for a hundred kinds as for one.
"""

import json
from collections.abc import Iterable, Sequence
from datetime import date
from functools import cache
from typing import Any

import psycopg
from django.db import connection, models

from ziyuan.workflow.cases.journal import GENESIS
from ziyuan.workflow.cases.models import Case, CaseEvent, Task
from ziyuan.workflow.dispatching.beginnings import Begun, Kind

# columns of a case that are its own, and as what
_OWN = {"no": "", "outer_no": "", "title": "", "applicant": "", "brought": "::jsonb", "state": "::jsonb"}
_SIZE = len(GENESIS)
_TOLD = (
    "told AS MATERIALIZED (SELECT * FROM unnest(%b::int8[], %b::text[], %b::text[], %b::text[], %b::text[], %b::text[],"
    " %b::text[], %b::text[], %b::text[]) WITH ORDINALITY"
    " AS t(kind, no, outer_no, title, applicant, brought, state, body, hashes, place))"
)
_KEYED = "keyed AS MATERIALIZED (SELECT made.id, told.* FROM made JOIN told USING (no))"


def write(kinds: Sequence[Kind], cases: Sequence[Begun]) -> list[int]:
    """The cases are there, all or none; their numbers in the order given."""
    if not cases:
        return []
    used = {case.kind.number for case in cases}
    kinds = [kind for kind in kinds if kind.number in used]
    beside: dict[type[models.Model], list[Any]] = {Task: [row for kind in kinds for row in kind.tasks]}
    for kind in kinds:
        for table, rows in kind.beside.items():
            beside.setdefault(table, []).extend(rows)
    tables = tuple(table for table, rows in beside.items() if rows)
    values: list[Any] = [
        [case.kind.number for case in cases],
        *([getattr(case, name) for case in cases] for name in (*_OWN, "body", "hashes")),
        _json(Case, (_of_kind(kind) for kind in kinds)),
        _json(CaseEvent, (event for kind in kinds for event in kind.events)),
        *(_json(table, beside[table]) for table in tables),
    ]
    statements = [one for kind in kinds for one in kind.statements]
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        found = cursor.execute(_statement(tables), values).fetchall()
        for text, told in statements:
            cursor.execute(text, told)
    return [number for (number,) in found]


def _of_kind(kind: Kind) -> dict[str, Any]:
    """The columns of a case that all of its kind share."""
    return {"id": kind.number, **{name: getattr(kind.case, name) for name in _names(Case) if name not in {*_OWN, "head"}}}


@cache
def _names(model: type[models.Model]) -> tuple[str, ...]:
    """Every column but the number that the database gives."""
    return tuple(str(field.column) for field in model._meta.concrete_fields if not field.primary_key)


@cache
def _statement(beside: tuple[type[models.Model], ...]) -> str:
    own = {**{name: f"told.{name}{kind}" for name, kind in _OWN.items()}, "head": f"right(told.hashes, {_SIZE})"}
    made = _insert(Case, own, "told", "id = told.kind", "told.place")
    event = {
        "case_id": "keyed.id",
        "body": "CASE kind.seq WHEN 1 THEN keyed.body::jsonb ELSE kind.body END",
        "prev": f"CASE kind.seq WHEN 1 THEN kind.prev ELSE {_hash('kind.seq - 2')} END",
        "hash": _hash("kind.seq - 1"),
    }
    parts = [_TOLD, f"made AS ({made} RETURNING id, no)", _KEYED]
    parts.append(f"event AS ({_insert(CaseEvent, event, 'keyed', 'case_id = keyed.kind', 'keyed.place, kind.seq')})")
    for number, table in enumerate(beside):
        told = _insert(table, {"case_id": "keyed.id"}, "keyed", "case_id = keyed.kind", "keyed.place")
        parts.append(f"beside_{number} AS ({told})")
    return f"WITH {', '.join(parts)} SELECT id FROM keyed ORDER BY place"


def _insert(table: type[models.Model], own: dict[str, str], source: str, on: str, order: str) -> str:
    """One row for each of `source` and each row of its kind; `own` columns differ from the kind's."""
    name, columns = table._meta.db_table, _names(table)
    given = ", ".join(own.get(column) or f'kind."{column}"' for column in columns)
    kinds = f"json_populate_recordset(NULL::{name}, %t::json) AS kind"
    listed = ", ".join(f'"{column}"' for column in columns)
    return f"INSERT INTO {name} ({listed}) SELECT {given} FROM {source} JOIN {kinds} ON kind.{on} ORDER BY {order}"


def _hash(place: str) -> str:
    return f"substr(keyed.hashes, ({_SIZE} * ({place}) + 1)::int, {_SIZE})"


@cache
def _blank(model: type[models.Model]) -> dict[str, Any]:
    """What a column holds that a row does not tell."""
    return {str(field.column): field.get_default() for field in model._meta.concrete_fields if field.has_default()}


def _json(model: type[models.Model], rows: Iterable[dict[str, Any]]) -> str:
    return json.dumps([{**_blank(model), **row} for row in rows], ensure_ascii=False, default=_plain)


def _plain(value: Any) -> str:
    """Days and moments as text."""
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"no JSON for {type(value).__name__}")
