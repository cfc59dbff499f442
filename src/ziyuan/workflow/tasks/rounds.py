"""Who has a seat or a voice in the present round of a joint review (会签), and who has not.

Each round has a number of its own (`review`, given by the process when the review begins and kept when a vote of it is
taken back), so that what was said before a return, a jump or a restart is another round. A seat is what its latest row
says; whoever was added after it (后加签) speaks in the seat too.
"""

from typing import Any

State = dict[str, Any]
Row = dict[str, Any]
_COUNTS = ("open", "waiting", "done", "added")  # not what was returned, taken away or is not needed
OPEN_SEAT, SPOKEN = "在本次会签中有一席,尚未表态", "在本次会签中已表态"


def rows(state: State, node: str, review: int) -> list[Row]:
    """The rows that make the round: of each seat the latest, and what was added after it since; none outside of a review."""
    here = [t for t in state["tasks"].values() if review and t["node"] == node and t.get("review") == review]
    latest = {t["seat"]: t for t in here if t.get("seat")}
    after = [t for t in here if t.get("added") == "after" and _since(t, latest.get(t.get("within")))]
    return [t for t in (*latest.values(), *after) if t["state"] in _COUNTS]


def _since(step: Row, seat: Row | None) -> bool:
    return seat is not None and step["number"] > seat["number"]


def seat_of(row: Row) -> int | None:
    """The seat in which a row speaks."""
    return row.get("seat") or row.get("within")


def sits_elsewhere(node: str, seat: int | None, review: int, state: State) -> set[int]:
    """Who has another seat of the same round."""
    here = rows(state, node, review) if seat else []
    return {t["holder"] for t in here if seat_of(t) != seat and t["holder"] is not None}


def spoke_elsewhere(task: Row, state: State) -> set[int]:
    """Who spoke in another seat of the same round, for himself or for his principal."""
    seat = seat_of(task)
    here = rows(state, task["node"], task.get("review", 0)) if seat else []
    return {t["by_id"] for t in here if seat_of(t) != seat and t.get("by_id") is not None}


def voices(task: Row, state: State) -> dict[int, str]:
    """Everybody who has a seat, or has spoken, in the round of a task, and which of the two."""
    found: dict[int, str] = {}
    for row in rows(state, task["node"], task.get("review", 0)):
        told = SPOKEN if row["state"] == "done" else OPEN_SEAT
        found.update({key: told for key in (row["holder"], row.get("by_id"), row.get("for_id")) if key is not None})
    return found
