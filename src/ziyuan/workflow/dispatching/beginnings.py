"""How many cases begin at once: the first of each kind is opened like any other, those after it begin as it did.

How a case begins hangs on the matter, the counties, who opens it, the moment, and the values that the `facts` of the
matter give: process and decisions see nothing else. Cases of one kind, one moment and one actor therefore differ only in
number, names, form and site, and in the hashes over them. A matter that screens on the map or has lists of `people`, and a
beginning that names people by a strategy, finds nobody, carries out effects or sends messages, has no kinds: each of its
cases is the first.
"""

import json
import pickle
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ziyuan.base import canonical
from ziyuan.kernel import service as kernel
from ziyuan.workflow.cases.facts import exact
from ziyuan.workflow.cases.journal import GENESIS, Journal, event_hash, project
from ziyuan.workflow.cases.models import Case
from ziyuan.workflow.cases.parts import empty
from ziyuan.workflow.cases.receive import names_of, opened_body, opening
from ziyuan.workflow.cases.runtime import Runtime
from ziyuan.workflow.cases.state import fold
from ziyuan.workflow.cases.whole import REPEATED, brought, row_of, stored
from ziyuan.workflow.engine import Step
from ziyuan.workflow.reach import rows as reach_rows

_text = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_HEAD = ("seq", "at", "actor", "actor_id", "organ")


class Given:
    """What was handed in for one case, checked, and encoded for its events and its row."""

    __slots__ = ("counties", "county", "form", "form_item", "form_text", "line", "names", "no", "site", "site_item", "site_text")

    def __init__(
        self, rt: Runtime, line: int, no: str, form: dict[str, Any], site: dict[str, Any] | None, counties: list[str]
    ) -> None:
        """`counties`: the one that has the case comes first."""
        self.line, self.no, self.form, self.site = line, no, form, site
        self.county, self.counties = counties[0], sorted(counties)
        self.names = names_of(rt, form)
        self.form_item, self.site_item = canonical.encoded(exact(form)), _encoded(site)
        self.form_text, self.site_text = _text(form), _text(site)

    def message(self, at: datetime) -> dict[str, Any]:
        """As `open_case` is told of it."""
        return {"no": self.no, "form": self.form, "site": self.site, "papers": [], "submitted": at.isoformat()}


@dataclass(frozen=True)
class Kind:
    """A beginning: what all its cases have in common."""

    number: int
    case: Case  # the first
    told: dict[str, Any]  # `case` of the event `opened`, from the first
    more: dict[str, Any]  # what its events made of `case` since, beyond what columns tell
    rest: dict[str, Any]  # all parts of the stored state but `case`
    brought: dict[str, Any]  # what it brought, but form and site
    later: list[tuple[str, dict[str, Any], canonical.Encoded]]  # events after `opened`: kind, head, body
    head: dict[str, Any]  # of the event `opened`
    events: list[dict[str, Any]]
    tasks: list[dict[str, Any]]
    beside: dict[Any, list[dict[str, Any]]]
    statements: list[Any]


@dataclass(frozen=True)
class Begun:
    """One case that has begun: what its rows hold beyond those of its kind. `hashes` of its events follow each other."""

    kind: Kind
    no: str
    outer_no: str
    title: str
    applicant: str
    brought: str
    state: str
    body: str
    hashes: str

    @property
    def county(self) -> str:
        return str(self.kind.told["county"])

    @property
    def head(self) -> str:
        return self.hashes[-len(GENESIS) :]

    @property
    def seq(self) -> int:
        return len(self.hashes) // len(GENESIS)


@dataclass
class Beginnings:
    """The beginnings of one batch, all at one moment."""

    rt: Runtime
    by: kernel.Actor
    at: datetime
    kinds: list[Kind] = field(default_factory=list)
    _known: dict[Any, Kind] = field(default_factory=dict)

    def begin(self, given: Given, no: str) -> Begun:
        """The case as `open_case` would begin it. Raises what `opening` raises."""
        key = self._key(given, no)
        kind = self._known.get(key) if key is not None else None
        if kind is None:
            journal, step = opening(self.rt, given.message(self.at), given.county, given.counties, no, self.by, self.at)
            kind = _kind(len(self.kinds), journal)
            self.kinds.append(kind)
            if key is not None and _repeats(journal, step):
                self._known[key] = kind
        return _begun(kind, given, no)

    def _key(self, given: Given, no: str) -> Any:
        """What the beginning hangs on; None where that cannot be said."""
        told = self.rt.matter.told
        if "screening" in told or "people" in told:
            return None
        place = (given.county, *given.counties)
        if not told.get("facts"):
            return place
        body = opened_body(self.rt, given.message(self.at), given.county, given.counties, no, self.by)
        state = fold(empty(), "opened", body, {"at": self.at.isoformat(timespec="microseconds")})
        try:
            return (*place, pickle.dumps(self.rt.values(state)))
        except (pickle.PicklingError, AttributeError, TypeError):  # a function among the values
            return None


def _encoded(site: dict[str, Any] | None) -> canonical.Encoded:
    """Of a site that is all whole numbers without a copy."""
    try:
        return canonical.encoded(site)
    except canonical.NotCanonical:
        return canonical.encoded(exact(site))


def _repeats(journal: Journal, step: Step) -> bool:
    """Whether the beginning is the same for the next case of its kind, and nothing went out beside it."""
    tasks = journal.state["tasks"].values()
    alone = not step.effects and not step.thrown and not any(task["nobody"] for task in tasks)
    return alone and not any(task.get("by_strategy") for task in tasks)


def _kind(number: int, journal: Journal) -> Kind:
    case, state = journal.case, journal.state
    project(case, state)
    case.pk = number  # until it has its own
    events, tasks, statements = journal.written()
    told, kept = events[0]["body"]["case"], stored(state, row_of(case))
    return Kind(
        number, case, told,
        {name: value for name, value in kept.pop("case").items() if name not in told or told[name] != value}, kept,
        {name: part for name, part in brought(state).items() if name not in ("form", "site")},
        [(e["kind"], _head(e), canonical.encoded(exact(e["body"]))) for e in events[1:]], _head(events[0]),
        [{**event, "body": event["body"] if event["seq"] > 1 else None} for event in events], tasks,
        {table: [{"case_id": number, **row} for row in rows] for table, rows in reach_rows.of_new(case, state).items() if rows},
        statements,
    )  # fmt: skip


def _head(event: dict[str, Any]) -> dict[str, Any]:
    return {name: event[name] for name in _HEAD}


def _begun(kind: Kind, given: Given, no: str) -> Begun:
    told = {**kind.told, **given.names, "no": no, "outer_no": given.no}
    body = {"case": told, "form": given.form_item, "site": given.site_item, "papers": []}
    digest = event_hash(given.no, kind.head, "opened", body, GENESIS)
    hashes = [digest]
    for name, head, later in kind.later:
        digest = event_hash(given.no, head, name, later, digest)
        hashes.append(digest)
    own = {name: value for name, value in told.items() if name not in REPEATED} | kind.more
    form, site = f'"form":{given.form_text}', f'"site":{given.site_text}'
    return Begun(
        kind, no, given.no, told["title"], told["applicant"],
        _beside(f"{form},{site}" if given.site else form, kind.brought), _text({"case": own, **kind.rest}),
        f'{{"case":{_text(told)},{form},{site},"papers":[]}}', "".join(hashes),
    )  # fmt: skip


def _beside(sent: str, more: dict[str, Any]) -> str:
    """A JSON object of entries that are text already, and others."""
    return f"{{{sent},{_text(more)[1:]}" if more else f"{{{sent}}}"
