"""Feature rows: read as of a moment, closed, re-entered and added in bulk."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np
import psycopg
import shapely
from django.db import connection

from ziyuan.onemap.editions.layers import Layer
from ziyuan.onemap.editions.moment import Moment

_STATE = "city, county, key, zone, geom, {attributes}, edition, case_no, content_sm3, parents"


@dataclass(frozen=True)
class Row:
    """What comparing needs of a stored row."""

    fid: int
    key: str
    digest: bytes
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True)
class Feature:
    """One state of one feature. `geometry` is the 4490 copy; its plane integers are `zone` + from_4490."""

    layer: str
    county: str
    key: str
    zone: int
    attributes: dict[str, Any]
    geometry: shapely.Geometry
    valid_from: date
    valid_to: date | None
    known_from: datetime
    known_to: datetime | None
    edition: int | None
    case_no: str | None
    parents: tuple[str, ...]
    digest: bytes
    fid: int = 0


def cursor() -> psycopg.Cursor[Any]:
    """A plain cursor on the connection of the running transaction (COPY and binary results need it)."""
    connection.ensure_connection()
    return psycopg.Cursor(connection.connection)


def standing(layer: Layer, county: str, moment: Moment) -> list[Row]:
    """All rows of the county that hold at the moment, in key order, without their values."""
    with cursor() as c:
        c.execute(
            f"SELECT fid, key, content_sm3, valid_from, valid_to FROM {layer.sql}"
            f" WHERE county = %(county)s AND {moment.condition} ORDER BY key",
            {"county": county, **moment.parameters},
        )
        return [Row(fid, key, bytes(sm3), start, end) for fid, key, sm3, start, end in c]


def features(
    layer: Layer,
    where: str,
    parameters: dict[str, Any],
    *,
    order: str = "county, key",
    limit: int | None = None,
) -> list[Feature]:
    """Whole rows under an SQL condition with named parameters."""
    n = len(layer.fields)
    with cursor() as c:
        c.execute(
            f"SELECT fid, county, key, zone, {layer.quoted()}, ST_AsBinary(geom), valid_from, valid_to, known_from,"
            f" known_to, edition, case_no, parents, content_sm3 FROM {layer.sql} WHERE {where} ORDER BY {order}"
            + (f" LIMIT {int(limit)}" if limit is not None else ""),
            parameters,
        )
        found = c.fetchall()
    shapes = shapely.from_wkb([bytes(r[4 + n]) for r in found])
    return [_feature(layer, r, shape, n) for r, shape in zip(found, shapes, strict=True)]


def _feature(layer: Layer, r: Sequence[Any], shape: shapely.Geometry, n: int) -> Feature:
    return Feature(
        layer=layer.id, fid=r[0], county=r[1], key=r[2], zone=r[3],
        attributes=dict(zip(layer.names, r[4 : 4 + n], strict=True)), geometry=shape,
        valid_from=r[5 + n], valid_to=r[6 + n], known_from=r[7 + n], known_to=r[8 + n],
        edition=r[9 + n], case_no=r[10 + n], parents=tuple(r[11 + n] or ()), digest=bytes(r[12 + n]),
    )  # fmt: skip


def close(layer: Layer, county: str, fids: Sequence[int], *, known: datetime) -> None:
    """End the rows in record time: from `known` on the map no longer says so."""
    with cursor() as c:
        c.execute(
            f"UPDATE {layer.sql} SET known_to = %s WHERE county = %s AND fid = ANY(%s)",
            [known, county, list(fids)],
        )


def re_enter(
    layer: Layer,
    county: str,
    fids: Sequence[int],
    *,
    known: datetime,
    before: date | None,
    after: date | None,
) -> None:
    """Enter closed rows again for the part of their validity before one day, or from another day on."""
    state = _STATE.format(attributes=layer.quoted())
    day, condition, span = (
        (before, "valid_from < %(day)s", "valid_from, %(day)s::date")
        if before is not None
        else (after, "(valid_to IS NULL OR valid_to > %(day)s)", "%(day)s::date, valid_to")
    )
    with cursor() as c:
        c.execute(
            f"INSERT INTO {layer.sql} ({state}, valid_from, valid_to, known_from)"
            f" SELECT {state}, {span}, %(known)s FROM {layer.sql}"
            f" WHERE county = %(county)s AND fid = ANY(%(fids)s) AND {condition}",
            {"day": day, "known": known, "county": county, "fids": list(fids)},
        )


@dataclass(frozen=True)
class NewRows:
    """States to be added: aligned columns."""

    keys: Sequence[str]
    values: Sequence[tuple[Any, ...]]
    shapes: np.ndarray
    digests: Sequence[bytes]
    parents: Sequence[list[str] | None]


def add(
    layer: Layer, county: str, rows: NewRows, *, zone: int, valid: tuple[date, date | None], known: datetime,
    edition: int | None = None, case_no: str | None = None,
) -> None:  # fmt: skip
    """Add rows in bulk: binary COPY into a temporary table (row security forbids COPY itself), then one INSERT."""
    wkb = shapely.to_wkb(shapely.set_srid(rows.shapes, 4490), include_srid=True)
    with cursor() as c:
        c.execute("DROP TABLE IF EXISTS pg_temp.arriving")
        c.execute(
            f"CREATE TEMP TABLE arriving ON COMMIT DROP AS SELECT key, {layer.quoted()}, geom, content_sm3, parents"
            f" FROM {layer.sql} WITH NO DATA"
        )
        _copy(c, layer, rows, wkb)
        c.execute(
            f"INSERT INTO {layer.sql} (city, county, key, zone, {layer.quoted()}, geom, content_sm3, parents,"
            f" valid_from, valid_to, known_from, edition, case_no)"
            f" SELECT %s, %s, key, %s::smallint, {layer.quoted()}, geom, content_sm3, parents,"
            " %s::date, %s::date, %s, %s::bigint, %s"
            " FROM pg_temp.arriving",
            [county[:4] + "00", county, zone, valid[0], valid[1], known, edition, case_no],
        )


def _copy(c: psycopg.Cursor[Any], layer: Layer, rows: NewRows, wkb: Iterable[bytes]) -> None:
    types = _column_types(c)
    with c.copy("COPY pg_temp.arriving FROM STDIN (FORMAT BINARY)") as copy:
        copy.set_types(types)
        for key, values, shape, digest, parents in zip(
            rows.keys, rows.values, wkb, rows.digests, rows.parents, strict=True
        ):
            copy.write_row((key, *values, shape, digest, parents))


def _column_types(c: psycopg.Cursor[Any]) -> list[str]:
    """Types of the temporary table as COPY wants them; a geometry travels as its EWKB bytes."""
    c.execute(
        "SELECT format_type(atttypid, NULL) FROM pg_attribute WHERE attrelid = 'pg_temp.arriving'::regclass"
        " AND attnum > 0 ORDER BY attnum"
    )
    return ["bytea" if name.split(".")[-1] == "geometry" else name for (name,) in c.fetchall()]
