"""What requests for an opinion (征求意见) make of the state of a case; pure."""

from typing import Any

State = dict[str, Any]


def consulted(state: State, body: dict[str, Any], head: dict[str, Any]) -> None:
    """One more request; it waits for its answer."""
    told = {"by": head["actor"], "at": head["at"], "state": "asked", "overdue": False, "answer": None}
    state.setdefault("consultations", []).append({**body["consultation"], **told})


def answered(state: State, body: dict[str, Any], head: dict[str, Any]) -> None:
    """The answer, by an officer of the organ that was asked, or entered from its letter."""
    told = {**body["answer"], "by": head["actor"], "organ": head["organ"], "at": head["at"]}
    _of(state, body).update(state="answered", answer=told)


def recalled(state: State, body: dict[str, Any], head: dict[str, Any]) -> None:
    """Taken back by who asked, with the reason."""
    _of(state, body).update(state="recalled", recalled={"reason": body["reason"], "by": head["actor"], "at": head["at"]})


def overdue(state: State, body: dict[str, Any], head: dict[str, Any]) -> None:
    """The day due has passed without an answer; one may still come."""
    _of(state, body)["overdue"] = True


def _of(state: State, body: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = state["consultations"][body["consultation"] - 1]
    return found
