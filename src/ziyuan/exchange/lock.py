"""One packer and one taker at a time: an advisory lock that the database gives back by itself, also after a kill."""

from django.db import connection

_PLACES = {"pack": 7301, "take": 7302}


def take_turn(what: str) -> None:
    """Wait for the turn; it ends with the present transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_PLACES[what]])
