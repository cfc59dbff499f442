"""Vector tiles in the EPSG:4490 grid: 2 × 1 tiles at level 0 from (-180, 90), 180° / 2^z a tile, extent 4096.

A tile is cut once for a state of the layer and a permission class (the region seen) and then kept on disk. A crowded
tile keeps its largest features, fewer until it stays under 500 KB; how many were dropped is told.
"""

import os
import tempfile
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from ziyuan.base.sm import sm3
from ziyuan.kernel import service as kernel
from ziyuan.onemap.editions import rows
from ziyuan.onemap.editions.layers import Layer, layer
from ziyuan.onemap.editions.lock import serial
from ziyuan.onemap.services.errors import BadTile
from ziyuan.onemap.services.query import Query, inside, query

EXTENT, BUFFER = 4096, 64
LARGEST = 500_000
DEEPEST = 22
MOST_FEATURES = 6_000
"""More are never drawn in one tile; the largest come first, so a tile of a whole county stays quick and small."""


@dataclass(frozen=True)
class Tile:
    """A tile's bytes, the tag of its state, and how many features its size limit dropped."""

    body: bytes
    etag: str
    dropped: int


def tile(
    by: kernel.Actor,
    name: str,
    z: int,
    x: int,
    y: int,
    asof: date | None = None,
    known: datetime | None = None,
) -> Tile:
    """The tile as the actor may see it, as of a day. Raises BadTile outside the grid."""
    if not (0 <= z <= DEEPEST and 0 <= x < 2 ** (z + 1) and 0 <= y < 2**z):
        raise BadTile(z, x, y)
    kind = layer(name)
    found = query(by, kind, asof=asof, known=known)
    with kernel.acting(by):
        place = _place(kind, found, serial(kind.id), (z, x, y))
        kept = _read(place)
        if kept is not None:
            return kept
        body, dropped = _cut(found, z, x, y)
    made = Tile(body, place.stem, dropped)
    _keep(place, made)
    return made


def _place(kind: Layer, found: Query, state: int, zxy: tuple[int, int, int]) -> Path:
    """Where the tile is kept: its name says the layer's state, the region seen, the day and the moment."""
    told = (
        kind.id, state, found.parameters["lo"], found.parameters["hi"], found.moment.on, found.moment.known, *zxy,
        EXTENT, LARGEST, kind.class_field,
    )  # fmt: skip
    tag = sm3("|".join(map(str, told)).encode()).hex()[:32]
    return kernel.node().data / "tiles" / tag[:2] / f"{tag}.mvt"


def _read(place: Path) -> Tile | None:
    """A kept tile: eight bytes of what was dropped, then its body."""
    try:
        kept = place.read_bytes()
    except FileNotFoundError:
        return None
    return Tile(kept[8:], place.stem, int.from_bytes(kept[:8], "big"))


def _keep(place: Path, made: Tile) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    handle, beside = tempfile.mkstemp(dir=place.parent, prefix=".tile-")
    with os.fdopen(handle, "wb") as out:
        out.write(made.dropped.to_bytes(8, "big") + made.body)
    Path(beside).rename(place)


def _cut(found: Query, z: int, x: int, y: int) -> tuple[bytes, int]:
    """Cut the tile; on low levels only its largest features, fewer again until it is small enough."""
    side = 180.0 / 2**z
    west, north = -180.0 + x * side, 90.0 - y * side
    margin = side * BUFFER / EXTENT
    inside(found, (max(-180.0, west - margin), max(-90.0, north - side - margin),
                   min(180.0, west + side + margin), min(90.0, north + margin)))  # fmt: skip
    found.parameters |= {"tw": west, "ts": north - side, "te": west + side, "tn": north}
    most = MOST_FEATURES
    body, drawn = _query(found, most)
    while len(body) > LARGEST and most > 1:
        most = max(1, int(min(most, drawn) * 0.9 * LARGEST / len(body)))
        body, drawn = _query(found, most)
    return body, max(0, _met(found) - most) if drawn == most else 0


def _query(found: Query, most: int) -> tuple[bytes, int]:
    """The tile of the `most` largest features by box, and how many features were read for it."""
    kind = found.layer
    style = f', "{kind.class_field}"' if kind.class_field else ""
    with rows.cursor() as c:
        c.execute(
            f"WITH chosen AS MATERIALIZED (SELECT county, key{style}, geom FROM {kind.sql} WHERE {found.where}"
            " ORDER BY greatest(ST_XMax(geom) - ST_XMin(geom), ST_YMax(geom) - ST_YMin(geom)) DESC, county, key"
            " LIMIT %(most)s) "
            f"SELECT coalesce(ST_AsMVT(t, %(name)s, {EXTENT}, 'geom'), ''), (SELECT count(*) FROM chosen) FROM ("
            f"SELECT county, key{style}, ST_AsMVTGeom(geom, ST_MakeEnvelope(%(tw)s, %(ts)s, %(te)s, %(tn)s, 4490),"
            f" {EXTENT}, {BUFFER}, true) AS geom FROM chosen) t WHERE geom IS NOT NULL",
            {**found.parameters, "name": kind.entity.name, "most": most},
        )
        row = c.fetchone()
    return (bytes(row[0]), int(row[1])) if row else (b"", 0)


def _met(found: Query) -> int:
    with rows.cursor() as c:
        c.execute(f"SELECT count(*) FROM {found.layer.sql} WHERE {found.where}", found.parameters)
        row = c.fetchone()
    return int(row[0]) if row else 0
