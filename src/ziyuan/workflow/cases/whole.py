"""The column of a case's state: what every act changes and what no other column holds.

The tasks lie each in a row of its own; what an event brings whole and seldom (form, site, papers, screening) in a column
beside; what the case row repeats for its queries (number, title, days, clock) is there only; a part that is as it began is
not written, and the way of a token is told by places in what the process has passed. All are read as one.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import models

from ziyuan.kernel import service as kernel
from ziyuan.workflow.cases.parts import BROUGHT, TASKS, State, empty

_ELSEWHERE = frozenset({TASKS, *BROUGHT})
_BLANK = empty()
_ROW = "row"  # the columns beside, as a query brings them
_ABSENT = "-"  # names of columns whose value is no part of the state
_SAME = ("no", "outer_no", "matter", "version", "title", "applicant", "county", "counties", "status")
_COLUMNS = (*_SAME, "opened", "accepted", "closed", "due", "clock")
REPEATED = frozenset({*_COLUMNS, "provisional"})  # names of `case` that columns tell
_BACK = frozenset({"back", "resume"})  # of a token: a place with a way of its own
_RESTING = {"v": 2, "ended": False, "end": None}  # of an engine under way
_COLUMNS_READ = ", ".join(f"'{name}', {{case}}.{name}" for name in _COLUMNS)
_ROW_READ = f"jsonb_build_object('{_ROW}', jsonb_build_object({_COLUMNS_READ}))"
_TASKS_READ = "(SELECT jsonb_object_agg(task.number, task.told) FROM workflow_task task WHERE task.case_id = {case}.id)"
_READ = f"{{state}} || {{case}}.brought || {_ROW_READ} || jsonb_build_object('{TASKS}', coalesce({_TASKS_READ}, '{{{{}}}}'))"
_PARTS_READ = f"(SELECT jsonb_object_agg(key, value) FROM jsonb_each({{state}}) WHERE key = ANY(%s)) || {_ROW_READ}"


class _Read(models.JSONField):
    """What a query brings of a state together with the columns that it repeats."""

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        told = super().from_db_value(value, expression, connection)
        return whole(told, told.pop(_ROW)) if isinstance(told, dict) and _ROW in told else told


class StateField(_Read):
    """What is written is what lies nowhere else; what is read, by whatever query, is whole, tasks in order of their numbers."""

    def deconstruct(self) -> Any:
        name, _, args, kwargs = super().deconstruct()
        return name, "django.db.models.JSONField", args, kwargs

    def select_format(self, compiler: Any, sql: str, params: Any) -> Any:
        """The column itself with what lies elsewhere; a part of it (`state__extension`) as it is written."""
        case, _, column = sql.rpartition(".")
        if column != f'"{self.column}"':
            return sql, params
        return _READ.format(state=sql, case=case), params

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        if isinstance(value, dict):
            value = stored(value, {})
        return super().get_db_prep_value(value, connection, prepared)


class Parts(models.Func):
    """A state with some of its parts, `case` always among them, the others as they began: `annotate(told=Parts("stops"))`."""

    output_field = _Read()

    def __init__(self, *names: str) -> None:
        super().__init__(models.F("state"))
        self.names = ("case", *names)

    def as_sql(self, compiler: Any, connection: Any, *_: Any, **__: Any) -> Any:
        (column,) = self.get_source_expressions()
        state, params = compiler.compile(column)
        case = state.rpartition(".")[0]
        return _PARTS_READ.format(state=state, case=case), [*params, list(self.names)]


def stored(state: State, row: Mapping[str, Any]) -> dict[str, Any]:
    """What the column keeps of a state beside the columns of `row`; of a row without columns all. `whole` is its inverse."""
    told, known = state["case"], _repeated(row)
    case = {name: value for name, value in told.items() if name not in known or known[name] != value}
    if absent := sorted(REPEATED - told.keys()):
        case[_ABSENT] = absent
    kept = {n: part for n, part in state.items() if n not in _ELSEWHERE and not (n in _BLANK and part == _BLANK[n])}
    return {**kept, "case": case, **({"engine": _short(kept["engine"])} if "engine" in kept else {})}


def whole(told: dict[str, Any], row: Mapping[str, Any]) -> State:
    """The state of which `told` is stored, what lies elsewhere already beside it."""
    known = _repeated(row) | told["case"]
    for name in known.pop(_ABSENT, ()):
        del known[name]
    engine = {"engine": _long(told["engine"])} if "engine" in told else {}
    return {**empty(), **told, "case": known, **engine}


def row_of(case: Any) -> dict[str, Any]:
    """The columns of a case that its state repeats."""
    return {name: getattr(case, name) for name in _COLUMNS}


def brought(state: State) -> dict[str, Any]:
    """The parts that events bring whole, where one has."""
    return {name: state[name] for name in BROUGHT if state[name] != _BLANK[name]}


def _repeated(row: Mapping[str, Any]) -> dict[str, Any]:
    """What `case` of a state says again of these columns, read as values or as JSON."""
    if not row:
        return {}
    clock = dict(row["clock"]) if row["clock"] else None
    return {
        **{name: row[name] for name in _SAME},
        "opened": _moment(row["opened"]),
        "accepted": _day(row["accepted"]),
        "closed": _moment(row["closed"]),
        "due": _day(row["due"]),
        "provisional": clock.pop("provisional", None) if clock else None,
        "clock": clock,
    }


def _day(value: date | str | None) -> str | None:
    return value.isoformat() if isinstance(value, date) else value


def _moment(value: datetime | str | None) -> str | None:
    if value is None:
        return None
    at = datetime.fromisoformat(value) if isinstance(value, str) else value
    return at.astimezone(kernel.now().tzinfo).isoformat(timespec="microseconds")


def _short(engine: dict[str, Any]) -> dict[str, Any]:
    """An engine's state with what is usual left out, and each way as places in what was passed."""
    place = {node: number for number, node in enumerate(engine["passed"])}
    told = {name: part for name, part in engine.items() if name not in _RESTING or part != _RESTING[name]}
    return {**told, "tokens": [_shorter(token, place) for token in engine["tokens"]]}


def _long(told: dict[str, Any]) -> dict[str, Any]:
    place = dict(enumerate(told["passed"]))
    return {**_RESTING, **told, "tokens": [_longer(token, place) for token in told["tokens"]]}


def _shorter(token: dict[str, Any], place: Mapping[str, int]) -> dict[str, Any]:
    """A token, or the place that it goes back to; an empty scope goes unsaid."""
    told = {**token, "trail": [[place.get(e[0], e[0]), e[1]] if type(e) is list else place.get(e, e) for e in token["trail"]]}
    if not told["scope"]:
        del told["scope"]
    for name in _BACK & told.keys():
        told[name] = told[name] and _shorter(told[name], place)
    return told


def _longer(told: dict[str, Any], place: Mapping[int, str]) -> dict[str, Any]:
    token = {"scope": [], **told}
    token["trail"] = [[place.get(e[0], e[0]), e[1]] if type(e) is list else place.get(e, e) for e in told["trail"]]
    for name in _BACK & told.keys():
        token[name] = token[name] and _longer(token[name], place)
    return token
