"""Assignee strategies (分派): a FEEL text at a user task, `zy:assign`, that gives the persons who are to have it.

The functions below stand for the ways in which offices hand out work; FEEL combines them. A person is the number of his
account; one person gets the task, several find it in their pool (签收), none is the question of a policy.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from ziyuan.base import feel
from ziyuan.kernel import service as kernel
from ziyuan.workflow.people import panels

ATTRIBUTE = "assign"
MOST = 200
_WIDTH = {"province": 2, "city": 4, "county": 6}


def region_at(level: str, county: str) -> str:
    """The region of `level` that contains the principal county of a case."""
    return county[: _WIDTH[level]].ljust(6, "0")


@dataclass(frozen=True)
class Question:
    """For what somebody is sought: the case as it is, and how many open tasks a person has.

    `units` are the external units that the text has named so far.
    """

    state: dict[str, Any]
    load: Callable[[list[int]], dict[int, int]]
    units: list[str] = field(default_factory=list)


_asked: ContextVar[Question | None] = ContextVar("people_asked", default=None)


@contextmanager
def asking(question: Question) -> Iterator[None]:
    """While open, the functions answer for this case."""
    token = _asked.set(question)
    try:
        yield
    finally:
        _asked.reset(token)


@dataclass(frozen=True)
class Found:
    """Whom a strategy names, in its order, and why it names nobody; of an external task the unit that has it."""

    people: dict[int, kernel.Person]
    why: str = ""
    unit: str = ""


def assigned(text: str, scope: dict[str, Any], now: datetime) -> Found:
    """Whom the text names for the case that is asked for. Whoever has no account or no post today is left out."""
    told = feel.compile(text, scope, FUNCTIONS).explain(scope, now)
    keys = _keys(told.value)
    active = kernel.active_people(keys[:MOST])
    people = {key: active[key] for key in keys if key in active}
    if people or told.value not in (None, []):
        return Found(people, "" if people else "所指的人员没有账号或今天没有岗位")
    return Found({}, told.reason.message if told.reason else "没有指到人员")


def places(value: Any) -> list[int | None]:
    """The places of a list of people, in order, each person once; an entry that names nobody stays as a place of nobody."""
    made: list[int | None] = []
    for one in value if isinstance(value, list | tuple) else [] if value is None else [value]:
        keys: list[int | None] = [*_keys(one)]
        made += [key for key in keys or [None] if key is None or key not in made]
    return made


def _keys(value: Any) -> list[int]:
    """Person numbers of a result, each once, in order; anything else in it is nobody."""
    if isinstance(value, list | tuple):
        return list(dict.fromkeys(key for one in value for key in _keys(one)))
    if isinstance(value, Decimal | int) and not isinstance(value, bool) and value == int(value):
        return [int(value)]
    return []


# -- the functions; their Python names are their FEEL names with blanks -----------------------------------


def _state() -> dict[str, Any]:
    asked = _asked.get()
    if asked is None:
        raise LookupError("没有案件,不能查找人员")
    return asked.state


def _region(level: str | None) -> str:
    if level is not None and level not in _WIDTH:
        raise ValueError(f"层级“{level}”应为 county、city 或 province")
    return region_at(level or "county", _state()["case"]["county"])


def _numbers(people: list[kernel.Person]) -> list[int]:
    return [person.pk for person in people]


def role(name: str, level: str | None = None) -> list[int]:
    """Who holds a role in the case's region at a level (county)."""
    return _numbers(kernel.people(role=name, region=_region(level)))


def holders(name: str, region: str) -> list[int]:
    """Who holds a role in a region given by its code: the county of a parcel, each county of a list."""
    return _numbers(kernel.people(role=name, region=region))


def post(unit: str, title: str, level: str | None = None) -> list[int]:
    """A named post: who holds this title (or role) in the unit called so, in the case's region at a level (county)."""
    found = [p for code in kernel.units_named(unit, _region(level)) for p in kernel.holders_of(code, title)]
    return _numbers(found)


def external(unit: str, level: str | None = None) -> list[int]:
    """登记的外部单位: its handlers today, of the external unit called so in the case's region at a level (county)."""
    found, asked = kernel.units_named(unit, _region(level), external=True), _asked.get()
    if asked is not None:
        asked.units.extend(found)
    return _numbers([p for code in found for p in kernel.holders_of(code, kernel.EXTERNAL_HANDLER)])


def head(unit: str, level: str | None = None) -> list[int]:
    """The head of the unit called so, in the case's region at a level (county)."""
    return _numbers([p for code in kernel.units_named(unit, _region(level)) for p in kernel.heads_of(code)])


def head_of(person: Any) -> list[int]:
    """The nearest head above a person: of his unit, or where he leads it himself, of the next one up."""
    return head_above(person, Decimal(1))


def head_above(person: Any, steps: Any) -> list[int]:
    """The head so many heads up from a person."""
    return _numbers([p for key in _keys(person)[:1] for p in kernel.head_above(key, int(steps))])


def heads_above(person: Any, rank: str | None = None) -> list[int]:
    """The chain of heads above a person from below, up to the first of that rank or more."""
    if rank is not None and rank not in kernel.RANKS:
        raise ValueError(f"职级“{rank}”应为 {'、'.join(kernel.RANKS)} 之一")
    return _numbers([p for key in _keys(person)[:1] for p in kernel.heads_up(key, rank or "")])


def chain(person: Any, rank: str) -> list[int | None]:
    """逐级审批: as `heads above`; where nobody up to the top holds the rank, the last place is one for which nobody is found."""
    if rank not in kernel.RANKS:
        raise ValueError(f"职级“{rank}”应为 {'、'.join(kernel.RANKS)} 之一")
    heads, reached = kernel.climb(_keys(person)[0], rank) if _keys(person) else ([], False)
    return [*_numbers(heads), *([] if reached else [None])]


def person(named: Any) -> list[int]:
    """A person by user name or number: a form field, a choice of the starter or of the previous handler."""
    if isinstance(named, str):
        found = kernel.person_named(named)
        return [found.pk] if found else []
    return _keys(named)


def person_at(node: str) -> list[int]:
    """Who finished the node last in this case; of a joint review everybody."""
    done = [t for t in _state()["tasks"].values() if t["node"] == node and t["state"] == "done" and t.get("by_id")]
    latest = {t.get("seat"): t.get("for_id") or t["by_id"] for t in sorted(done, key=lambda t: t["number"])}
    return list(dict.fromkeys(latest.values()))


def previous() -> list[int]:
    """Who finished the last task of this case."""
    done = [t for t in _state()["tasks"].values() if t["state"] == "done" and t.get("by_id")]
    last = max(done, key=lambda t: (t["done"], t["number"]), default=None)
    return [last.get("for_id") or last["by_id"]] if last else []


def submitter() -> list[int]:
    """The party: who submitted the case, where he has an account on this node."""
    return _keys(_state()["case"].get("submitter"))


def panel(name: str) -> list[int]:
    """Who was drawn for a panel of this case (抽取的专家组)."""
    return panels.members(_state(), name)


def without(people: Any, others: Any) -> list[int]:
    """The first list without those of the second: somebody else than the person at another node."""
    taken = set(_keys(others))
    return [key for key in _keys(people) if key not in taken]


def least_loaded(people: Any) -> list[int]:
    """The one of them with the fewest open tasks; among equals the first named."""
    keys, asked = _keys(people)[:MOST], _asked.get()
    if not keys or asked is None:
        return []
    load = asked.load(keys)
    return [min(keys, key=lambda key: (load.get(key, 0), keys.index(key)))]


_STRATEGIES: tuple[Callable[..., Any], ...] = (
    role, holders, post, external, head, head_of, head_above, heads_above, chain, person, person_at, previous, submitter, panel,
    without, least_loaded,
)  # fmt: skip
FUNCTIONS: dict[str, Callable[..., Any]] = {f.__name__.replace("_", " "): f for f in _STRATEGIES}
