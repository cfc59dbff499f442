"""Statements that every act sends: read and planned once for a connection (PREPARE), then carried out by name."""

from typing import Any
from weakref import WeakKeyDictionary

from django.db import connection

_there: WeakKeyDictionary[Any, set[str]] = WeakKeyDictionary()


def prepared(name: str, text: str) -> str:
    """`EXECUTE name` for a statement with $1, $2 …, prepared on this connection when it is first asked for.

    One name always means one text. What is prepared outlives a rollback, and goes with the connection.
    """
    connection.ensure_connection()
    names = _there.setdefault(connection.connection, set())
    if name not in names:
        with connection.cursor() as cursor:
            cursor.execute(f"PREPARE {name} AS {text}")
        names.add(name)
    return f"EXECUTE {name}"
