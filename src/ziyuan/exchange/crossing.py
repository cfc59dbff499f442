"""What crosses: which event becomes which message, and what is done with it on the other side."""

from collections.abc import Callable
from typing import Any

from ziyuan.kernel import service as kernel
from ziyuan.workflow import service as workflow

Message = dict[str, Any]


def _submission(facts: Message) -> Message:
    return workflow.message_of(facts["application"])


def _document(facts: Message) -> Message:
    return workflow.document_message(facts["document"])


def _rating(facts: Message) -> Message:
    told = workflow.message_of(facts["application"])
    return {"no": told["no"], **told["rating"], "papers": []}


# event on the sending node → message builder
CARRIED: dict[str, Callable[[Message], Message]] = {
    "application.submitted": _submission,
    "application.answered": _submission,
    "application.withdrawn": _submission,
    "application.rated": _rating,
    "case.outside": lambda facts: facts,
    "document.issued": _document,
}

# Grade of each kind: 1 public, 2 internal, 3 personal. Outward (inner → outer) only 1 and 2 may go.
GRADES = {
    "application.submitted": 3,
    "application.answered": 3,
    "application.withdrawn": 3,
    "application.rated": 2,
    "case.outside": 2,
    "document.issued": 2,
}
OUTWARD_GRADE = 2
INWARD_GRADE = 4

# message kind → verb on the receiving node
TAKEN: dict[str, Callable[[Message, kernel.Actor], object]] = {
    "application.submitted": workflow.open_case,
    "application.answered": workflow.answer,
    "application.withdrawn": workflow.withdraw,
    "application.rated": workflow.take_rating,
    "case.outside": workflow.take_progress,
    "document.issued": workflow.take_document,
}


def digests(message: Message) -> list[str]:
    """Files that travel with a message, by SM3."""
    found = [p["digest"] for p in message.get("papers") or []]
    return [*found, message["digest"]] if "digest" in message else found


def media_of(message: Message) -> dict[str, tuple[str, str]]:
    """Name and media type of each travelling file."""
    told = {p["digest"]: (p["name"], p["media"]) for p in message.get("papers") or []}
    if "digest" in message:
        told[message["digest"]] = (f"{message['no']}.pdf", "application/pdf")
    return told
