"""Old rows under a new model: as a view of the database and as an Arrow table, both from one mapping.

`layers.<table of the new edition>_all` holds the rows sealed under the new edition and, translated, those of the editions
before it. Tables are only added, never dropped or rewritten; a view holds no data and asks row security of its reader.
"""

from collections.abc import Collection
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

import pyarrow as pa

from ziyuan.onemap.standards.code_steps import CodeStep
from ziyuan.onemap.standards.ddl import column_type
from ziyuan.onemap.standards.mapping import EntityMap, FieldMap, Mapping, step_on
from ziyuan.onemap.standards.model import Field, Model

BEFORE = ("city", "county", "key", "zone")
AFTER = ("valid_from", "valid_to", "known_from", "known_to", "edition", "case_no", "content_sm3", "parents")
_FIGURE = "^\\s*-?[0-9]+([.][0-9]+)?\\s*$"


def view_name(model: Model, entity: str) -> str:
    """`tdt1057_2025_dltb_all`, in schema `layers`."""
    return f"{model.table_name(entity)}_all"


def select_all(mapping: Mapping, entity: EntityMap, chained: Collection[str] = ()) -> str:
    """Rows of the layer under its own edition, then those under the old one, translated.

    `chained` names the layers (`id@edition/ENTITY`) that have such a view themselves: their older rows come along.
    """
    new, old = mapping.new, mapping.old
    own = [f'"{one.new.name}"' for one in entity.fields]
    theirs = [expression(one, entity, new) for one in entity.fields]
    has_view = old.layer_id(entity.old.name) in chained
    source = view_name(old, entity.old.name) if has_view else old.table_name(entity.old.name)
    stored = "standard" if has_view else f"'{old.name}'::text"
    shaped = entity.old.geometry.kind == entity.new.geometry.kind
    first = _select(entity, own, new.table_name(entity.new.name), f"'{new.name}'::text", True)
    return f"{first}\nUNION ALL\n{_select(entity, theirs, source, stored, shaped)}"


def _select(entity: EntityMap, attributes: list[str], table: str, standard: str, shaped: bool) -> str:
    named = [f'{text} AS "{one.new.name}"' for text, one in zip(attributes, entity.fields, strict=True)]
    shape = [] if entity.new.geometry.kind == "none" else ["geom" if shaped else "NULL::geometry AS geom"]
    return f"SELECT {', '.join([*BEFORE, *shape, *named, *AFTER, f'{standard} AS standard'])} FROM layers.{table}"


def expression(one: FieldMap, entity: EntityMap, new: Model) -> str:
    """SQL of the new field's value over a row of the old table."""
    if one.old is None:
        return f"{_literal(one.default)}::{column_type(one.new)}"
    value = _stepped(one, f'"{one.old.name}"')
    source = _code_of(one, entity)
    table = new.domain(source.new) if source is not None else None
    if source is not None and source.old is not None and source.steps and table is not None:
        names = {step: table.title_of(step.new) if step.new else None for step in source.steps}
        value = _cases(source.steps, f'"{source.old.name}"', names, value)
    return _converted(value, one.old, one.new)


def _code_of(one: FieldMap, entity: EntityMap) -> FieldMap | None:
    """The code field whose name a field repeats: when the code changes, the name follows."""
    return next((f for f in entity.fields if one.new.name_of and f.new.name == one.new.name_of), None)


def _stepped(one: FieldMap, column: str) -> str:
    return _cases(one.steps, column, {step: step.new for step in one.steps}, column)


def _cases(steps: tuple[CodeStep, ...], column: str, results: dict[CodeStep, str | None], other: str) -> str:
    """The result of the first step that fits the code and the first day of the row; `other` without one."""
    if not steps:
        return other
    cases = []
    for step in steps:
        tests = [f"{column} = {_literal(step.old)}"]
        tests += [f"valid_from >= {_literal(step.valid_from.isoformat())}"] if step.valid_from else []
        tests += [f"valid_from <= {_literal(step.valid_to.isoformat())}"] if step.valid_to else []
        cases.append(f"WHEN {' AND '.join(tests)} THEN {_literal(results[step])}")
    return f"CASE {' '.join(cases)} ELSE {other} END"


def _converted(value: str, old: Field, new: Field) -> str:
    """The value in the type of the new column; a text that is no figure or day becomes null."""
    kind = column_type(new)
    if old.type in ("text", "code") and new.numeric:
        figure = f"({value})::numeric"
        return f"CASE WHEN {value} ~ '{_FIGURE}' THEN {_rounded(figure, new)} END"
    if old.type in ("text", "code") and new.type == "date":
        return f"CASE WHEN {value} ~ '^[0-9]{{8}}$' THEN to_date({value}, 'YYYYMMDD') END"
    if old.type == "number" and new.numeric:
        return _rounded(value, new)
    return value if column_type(old) == kind else f"({value})::{kind}"


def _rounded(figure: str, new: Field) -> str:
    return f"round({figure}, {new.decimals or 0})::{column_type(new)}"


def _literal(value: Any) -> str:
    return "NULL" if value is None else "'" + str(value).replace("'", "''") + "'"


def translate(mapping: Mapping, entity: EntityMap, table: pa.Table, day: date | None = None) -> pa.Table:
    """Old rows as an Arrow table under the new model; columns that are no field (geometry, both times) come along.

    Code steps are judged at `valid_from` of the row where the table has it, else at `day`.
    """
    days = table.column("valid_from").to_pylist() if "valid_from" in table.column_names else [day] * table.num_rows
    columns: dict[str, Any] = {}
    for one in entity.fields:
        columns[one.new.name] = _column(one, entity, mapping.new, table, days)
    kept = [name for name in table.column_names if name not in entity.old.fields]
    return pa.table({**columns, **{name: table.column(name) for name in kept}})


def _column(one: FieldMap, entity: EntityMap, new: Model, table: pa.Table, days: list[date | None]) -> pa.Array:
    kind = arrow_type(one.new)
    if one.old is None or one.old.name not in table.column_names:
        value = _read(one.default, one.new) if one.default is not None else None
        return pa.array([value] * table.num_rows, kind)
    source = _code_of(one, entity)
    codes = source.steps if source is not None else ()
    if one.old.type == one.new.type and not one.steps and not codes and one.old.decimals == one.new.decimals:
        return table.column(one.old.name).cast(kind)
    given = table.column(one.old.name).to_pylist()
    by = table.column(source.old.name).to_pylist() if source is not None and source.old is not None else given
    return pa.array([_value(one, source, new, v, b, d) for v, b, d in zip(given, by, days, strict=True)], kind)


def _value(one: FieldMap, source: FieldMap | None, new: Model, value: Any, code: Any, day: date | None) -> Any:
    """One value: its own step, or the name of the new code, then the new type."""
    by_code = step_on(source.steps, str(code), day) if source is not None and code is not None else None
    table = new.domain(source.new) if source is not None else None
    if by_code is not None and table is not None:
        return table.title_of(by_code.new) if by_code.new else None
    step_here = step_on(one.steps, str(value), day) if value is not None else None
    return _read(step_here.new if step_here else value, one.new)


def arrow_type(field: Field) -> pa.DataType:
    """Arrow type of a stored field."""
    if field.type == "number":
        return pa.decimal128(field.length or 20, field.decimals or 0)
    return {"integer": pa.int64(), "date": pa.date32()}.get(field.type, pa.string())


def _read(value: Any, field: Field) -> Any:
    """A value in the field's type; None for what has no such reading."""
    if value is None:
        return None
    if field.numeric:
        try:
            figure = Decimal(str(value)).quantize(Decimal(1).scaleb(-(field.decimals or 0)), ROUND_HALF_UP)
        except InvalidOperation:
            return None
        return int(figure) if field.type == "integer" else figure
    if field.type == "date":
        return value if isinstance(value, date) else _day(str(value))
    return str(value)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text if "-" in text else f"{text[:4]}-{text[4:6]}-{text[6:]}")
    except ValueError:
        return None
