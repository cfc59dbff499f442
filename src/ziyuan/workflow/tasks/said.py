"""What a person gives with an act, and how a task ends that he acted on."""

from dataclasses import dataclass
from typing import Any

from ziyuan.kernel import service as kernel
from ziyuan.workflow.errors import OpinionMissing


@dataclass(frozen=True)
class Said:
    """What the person gave with the act."""

    action: str
    opinion: str
    to: str | int | None
    items: list[dict[str, str]]

    def required_opinion(self) -> str:
        if not self.opinion:
            raise OpinionMissing
        return self.opinion


def closed(state: str, outcome: str, opinion: str, by: kernel.Actor) -> dict[str, Any]:
    """How a task ended, by whom."""
    return {
        "state": state,
        "outcome": outcome,
        "opinion": opinion,
        "by": by.name,
        "organ": by.organ_name,
        "by_id": by.person,
        **({"for_id": by.principal} if by.principal else {}),
    }
