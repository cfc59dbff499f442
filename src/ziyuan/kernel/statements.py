"""Statements that every act sends: read and planned once for a connection (PREPARE), and several of them in one turn."""

import json
from collections.abc import Callable, Sequence
from typing import Any
from weakref import WeakKeyDictionary

from django.db import connections

Statement = tuple[str, list[Any]]
Rows = list[tuple[Any, ...]]

_there: WeakKeyDictionary[Any, set[str]] = WeakKeyDictionary()


def prepared(name: str, text: str, using: str = "default") -> str:
    """`EXECUTE name` for a statement with $1, $2 …, prepared on this connection when it is first asked for.

    One name always means one text. What is prepared outlives a rollback, and goes with the connection.
    """
    connection = connections[using]
    connection.ensure_connection()
    names = _there.setdefault(connection.connection, set())
    if name not in names:
        with connection.cursor() as cursor:
            cursor.execute(f"PREPARE {name} AS {text}")
        names.add(name)
    return f"EXECUTE {name}"


json_text: Callable[[Any], str] = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
"""A value for a column of JSON, as a plain parameter: Chinese as it stands, a third of the bytes of its escapes."""


def turn(statements: Sequence[Statement], using: str = "default") -> list[Rows]:
    """Carry statements out in their order in one turn to the database; the rows of each.

    Of one that gives no rows, as many empty ones as it wrote: its length tells how many they were.
    """
    if not statements:
        return []
    with connections[using].cursor() as cursor:
        cursor.execute("; ".join(text for text, _ in statements), [v for _, values in statements for v in values])
        found = cursor.cursor  # the driver's own: results are read without Django's word for each call
        told = [_rows(found)]
        while found.nextset():
            told.append(_rows(found))
    return told


def _rows(cursor: Any) -> Rows:
    return cursor.fetchall() if cursor.pgresult.nfields else [()] * max(cursor.rowcount, 0)
