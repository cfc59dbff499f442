"""What a service of a document (送达) makes of the state of a case; pure."""

from typing import Any


def recorded(state: dict[str, Any], body: dict[str, Any], head: dict[str, Any]) -> None:
    """One more attempt, successful or not; none is ever taken away."""
    told = {"by": head["actor"], "organ": head["organ"], "recorded": head["at"]}
    state.setdefault("services", []).append({**body["service"], **told})
