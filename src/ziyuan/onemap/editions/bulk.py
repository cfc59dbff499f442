"""Feature rows added in bulk: COPY into a temporary table (row security forbids COPY itself), then one INSERT.

The lines of COPY are put together by Arrow, column by column; no row passes through Python.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import psycopg
import pyarrow as pa
import pyarrow.compute as pc

from ziyuan.base.geometry.wkb_writer import hexadecimal
from ziyuan.onemap.editions.layers import Layer
from ziyuan.onemap.editions.rows import city_of, cursor

AT_ONCE = 20_000
_NOTHING = "\\N"


@dataclass(frozen=True, eq=False)
class NewRows:
    """States to be added: aligned columns, shapes as EWKB in 4490 (None for a table); `parents` None where no row has any."""

    keys: pa.Array
    columns: dict[str, pa.Array]
    shapes: pa.Array | None
    digests: Sequence[bytes]
    parents: Sequence[list[str] | None] | None = None


def add(
    layer: Layer, county: str, rows: NewRows, *, zone: int, valid: tuple[date, date | None], known: datetime,
    edition: int | None = None, case_no: str | None = None,
) -> None:  # fmt: skip
    """Add the states as true in `valid` and known from `known` on."""
    state = ", ".join(["key", layer.quoted(), *layer.geom, "content_sm3", "parents"])
    with cursor() as c:
        c.execute("DROP TABLE IF EXISTS pg_temp.arriving")
        c.execute(
            f"CREATE TEMP TABLE arriving ON COMMIT DROP AS SELECT {state} FROM {layer.sql} WITH NO DATA"
        )
        _copy(c, layer, rows)
        c.execute(
            f"INSERT INTO {layer.sql} (city, county, zone, {state}, valid_from, valid_to, known_from, edition, case_no)"
            f" SELECT %s, %s, %s::smallint, {state}, %s::date, %s::date, %s, %s::bigint, %s"
            " FROM pg_temp.arriving",
            [city_of(county), county, zone, valid[0], valid[1], known, edition, case_no],
        )


def _copy(c: psycopg.Cursor, layer: Layer, rows: NewRows) -> None:
    with c.copy("COPY pg_temp.arriving FROM STDIN") as copy:
        for start in range(0, len(rows.keys), AT_ONCE):
            part = slice(start, start + AT_ONCE)
            columns = [_field(rows.keys[part]), *(_field(rows.columns[name][part]) for name in layer.names)]
            if rows.shapes is not None:
                columns.append(hexadecimal(rows.shapes[part]))
            digests = hexadecimal(pa.array(rows.digests[part], pa.binary(32)))
            columns.append(pc.binary_join_element_wise("\\\\x", digests, ""))
            columns.append(_parents(rows, part, len(columns[0])))
            lines = pc.binary_join_element_wise(*columns, "\t", null_handling="replace", null_replacement=_NOTHING)
            copy.write(pc.binary_join_element_wise(lines, "", "\n").buffers()[2])


def _parents(rows: NewRows, part: slice, count: int) -> pa.Array:
    if rows.parents is None:
        return pa.nulls(count, pa.string())
    return _field(pa.array([_list(p) for p in rows.parents[part]], pa.string()))


def _list(parents: list[str] | None) -> str | None:
    """A PostgreSQL array of texts."""
    if parents is None:
        return None
    quoted = ('"' + p.replace("\\", "\\\\").replace('"', '\\"') + '"' for p in parents)
    return "{" + ",".join(quoted) + "}"


def _field(column: pa.Array) -> pa.Array:
    """The column as COPY's text; the four signs that mean something to it are escaped where they occur."""
    if column.type != pa.string():
        return column.cast(pa.string())
    if pc.any(pc.match_substring_regex(column, "[\\\\\t\n\r]")).as_py():
        for sign, escaped in (("\\", "\\\\"), ("\t", "\\t"), ("\n", "\\n"), ("\r", "\\r")):
            column = pc.replace_substring(column, sign, escaped)
    return column
