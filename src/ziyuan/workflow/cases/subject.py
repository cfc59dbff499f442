"""What a case is about inside the platform (办理对象): a delivery, say, whose component opened the case.

Such a matter says `subject: <kind>`. Its case has no applicant outside, nothing drawn and no papers of its own; the kind is
registered by whoever brings the thing, and the thing follows every act of the case in the transaction of the act.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ziyuan.kernel import service as kernel
from ziyuan.workflow.cases.journal import Journal
from ziyuan.workflow.cases.runtime import Runtime
from ziyuan.workflow.errors import UnknownSubject


@dataclass(frozen=True)
class Done:
    """An act on a task of a case: the verb that its node names (`zy:verb`), how it came out, in which words, by whom."""

    subject: dict[str, Any]
    verb: str
    outcome: str
    opinion: str
    by: kernel.Actor


@dataclass(frozen=True)
class Kind:
    """`follow` is called after each act; `page` is the address of the thing's own page."""

    title: str
    follow: Callable[[Done], None]
    page: Callable[[dict[str, Any]], str]


_kinds: dict[str, Kind] = {}


def register(name: str, kind: Kind) -> None:
    """Make a kind of subject known."""
    _kinds[name] = kind


def known() -> frozenset[str]:
    """Names of all registered kinds."""
    return frozenset(_kinds)


def kind_of(name: str | None) -> Kind:
    """Raises UnknownSubject."""
    if name is None or name not in _kinds:
        raise UnknownSubject(name)
    return _kinds[name]


def follow(rt: Runtime, journal: Journal, number: int, outcome: str, opinion: str) -> None:
    """Let the subject follow an act on the task `number`; nothing where the case came from outside, or no task was acted on."""
    subject = journal.state["case"].get("subject")
    if subject and number:
        journal.save()  # whoever follows reads the case as it stands now
        node = rt.graph.nodes[journal.state["tasks"][str(number)]["node"]]
        kind_of(subject["kind"]).follow(Done(subject, node.verb, outcome, opinion, journal.by))


def shown(state: dict[str, Any]) -> dict[str, Any] | None:
    """The subject for the case page, with the way to its own page."""
    subject = state["case"].get("subject")
    if not subject:
        return None
    kind = kind_of(subject["kind"])
    return {"kind": subject["kind"], "title": kind.title, "no": subject["no"], "page": kind.page(subject)}
