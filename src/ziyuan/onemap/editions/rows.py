"""Feature rows: read as of a moment, closed, and entered again for a part of their validity."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np
import psycopg
import pyarrow as pa
import shapely
from django.db import connection

from ziyuan.base.geometry import PlaneBatch
from ziyuan.onemap.editions.layers import Layer
from ziyuan.onemap.editions.moment import Moment


@dataclass(frozen=True)
class Feature:
    """One state of one feature. `geometry` is the 4490 copy (None for a record of a table); `batch_of` gives its integers."""

    layer: str
    county: str
    key: str
    zone: int
    attributes: dict[str, Any]
    geometry: shapely.Geometry | None
    valid_from: date
    valid_to: date | None
    known_from: datetime
    known_to: datetime | None
    edition: int | None
    case_no: str | None
    parents: tuple[str, ...]
    digest: bytes
    fid: int = 0


def city_of(county: str) -> str:
    """The code of the county's city: what large layers are parted by first."""
    return county[:4] + "00"


THESE = "city = %(city)s AND county = %(county)s AND fid = ANY(%(fids)s::bigint[])"
"""SQL for `these` rows. Of the column's own type the numbers are hashed, of another each row is compared with each; with
the city the primary key finds a few."""


def these(county: str, fids: Sequence[int]) -> dict[str, Any]:
    """The parameters of THESE: rows of a county by their numbers."""
    return {"city": city_of(county), "county": county, "fids": list(fids)}


def batch_of(layer: Layer, found: Sequence[Feature], zone: int) -> PlaneBatch | None:
    """The plane integers of some features in `zone`; None for a table of records without shapes."""
    if layer.shape is None:
        return None
    return PlaneBatch.from_4490([f.geometry for f in found], zone, kind=layer.shape)


def cursor() -> psycopg.Cursor[Any]:
    """A plain cursor on the connection of the running transaction (COPY and binary results need it)."""
    connection.ensure_connection()
    return psycopg.Cursor(connection.connection)


@dataclass(frozen=True, eq=False)
class Standing:
    """What comparing needs of stored rows, in key order: aligned columns. `ends` None is open."""

    fids: np.ndarray
    keys: pa.Array
    digests: pa.Array
    starts: list[date]
    ends: list[date | None]

    def __len__(self) -> int:
        return len(self.fids)

    @classmethod
    def empty(cls) -> "Standing":
        """No rows."""
        return cls(np.array([], dtype=np.int64), pa.array([], pa.string()), pa.array([], pa.binary(32)), [], [])

    def take(self, places: np.ndarray) -> "Standing":
        """Some of the rows, in that order."""
        at = pa.array(places, pa.int64())
        days = ([column[i] for i in places.tolist()] for column in (self.starts, self.ends))
        return Standing(self.fids[places], self.keys.take(at), self.digests.take(at), *days)


def standing(layer: Layer, county: str, moment: Moment) -> Standing:
    """All rows of the county that hold at the moment, without their values."""
    return _standing(layer, county, moment.condition, moment.parameters)


def overlapping(layer: Layer, county: str, start: date, end: date | None) -> Standing:
    """All rows known now that hold on some day from `start` on, before `end`."""
    condition = "known_to IS NULL AND (valid_to IS NULL OR valid_to > %(start)s) AND valid_from < %(end)s"
    return _standing(layer, county, condition, {"start": start, "end": end or date.max})


def _standing(layer: Layer, county: str, condition: str, parameters: dict[str, Any]) -> Standing:
    with cursor() as c:
        c.execute(
            f"SELECT fid, key, content_sm3, valid_from, valid_to FROM {layer.sql}"
            f" WHERE county = %(county)s AND {condition} ORDER BY key, valid_from",
            {"county": county, **parameters},
            binary=True,
        )
        found = c.fetchall()
    fids, keys, digests, starts, ends = zip(*found, strict=True) if found else ((),) * 5
    return Standing(
        np.array(fids, dtype=np.int64), pa.array(keys, pa.string()), pa.array(digests, pa.binary(32)), list(starts), list(ends)
    )


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
    shape = "ST_AsBinary(geom)" if layer.shape else "NULL::bytea"
    with cursor() as c:
        c.execute(
            f"SELECT fid, county, key, zone, {layer.quoted()}, {shape}, valid_from, valid_to, known_from,"
            f" known_to, edition, case_no, parents, content_sm3 FROM {layer.sql} WHERE {where} ORDER BY {order}"
            + (f" LIMIT {int(limit)}" if limit is not None else ""),
            parameters,
        )
        found = c.fetchall()
    shapes = shapely.from_wkb([r[4 + n] and bytes(r[4 + n]) for r in found])
    return [_feature(layer, r, shape, n) for r, shape in zip(found, shapes, strict=True)]


def _feature(layer: Layer, r: Sequence[Any], shape: shapely.Geometry | None, n: int) -> Feature:
    return Feature(
        layer=layer.id, fid=r[0], county=r[1], key=r[2], zone=r[3],
        attributes=dict(zip(layer.names, r[4 : 4 + n], strict=True)), geometry=shape,
        valid_from=r[5 + n], valid_to=r[6 + n], known_from=r[7 + n], known_to=r[8 + n],
        edition=r[9 + n], case_no=r[10 + n], parents=tuple(r[11 + n] or ()), digest=bytes(r[12 + n]),
    )  # fmt: skip


def close(layer: Layer, county: str, fids: Sequence[int], *, known: datetime) -> None:
    """End the rows in record time: from `known` on the map no longer says so."""
    with cursor() as c:
        c.execute(f"UPDATE {layer.sql} SET known_to = %(known)s WHERE {THESE}", {"known": known, **these(county, fids)})


def _state(layer: Layer) -> str:
    """The columns that say what a feature is, without its times."""
    return ", ".join(["city, county, key, zone", *layer.geom, layer.quoted(), "edition, case_no, content_sm3, parents"])


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
    state = _state(layer)
    day, condition, span = (
        (before, "valid_from < %(day)s", "valid_from, %(day)s::date")
        if before is not None
        else (after, "(valid_to IS NULL OR valid_to > %(day)s)", "%(day)s::date, valid_to")
    )
    with cursor() as c:
        c.execute(
            f"INSERT INTO {layer.sql} ({state}, valid_from, valid_to, known_from)"
            f" SELECT {state}, {span}, %(known)s FROM {layer.sql}"
            f" WHERE {THESE} AND {condition}",
            {"day": day, "known": known, **these(county, fids)},
        )


def enter_again(
    layer: Layer, county: str, fids: Sequence[int], *, known: datetime, valid: tuple[date, date | None], edition: int | None
) -> None:
    """Enter the states of some rows once more, as true in `valid`; `edition` None keeps theirs."""
    if not fids:
        return
    state = _state(layer)
    source = state if edition is None else state.replace(" edition,", " %(edition)s::bigint,")
    with cursor() as c:
        c.execute(
            f"INSERT INTO {layer.sql} ({state}, valid_from, valid_to, known_from)"
            f" SELECT {source}, %(start)s::date, %(end)s::date, %(known)s FROM {layer.sql}"
            f" WHERE {THESE}",
            {"start": valid[0], "end": valid[1], "known": known, "edition": edition, **these(county, fids)},
        )
