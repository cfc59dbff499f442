"""Tables of changesets: from the node's features, and back into what sealing takes."""

from collections.abc import Iterable
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ziyuan.base import crs
from ziyuan.base.geometry import PlaneBatch, to_metres, wkb_writer
from ziyuan.onemap.differences.changeset import DIGEST, GEOMETRY, KEY, LINKS, Changeset, row_schema
from ziyuan.onemap.differences.errors import DamagedPackage
from ziyuan.onemap.differences.values import arrow_type
from ziyuan.onemap.editions import lake, links, paint, rows
from ziyuan.onemap.editions.keys import keys_of
from ziyuan.onemap.editions.layers import Layer
from ziyuan.onemap.editions.models import Edition, ParentLink
from ziyuan.onemap.editions.prepare import Prepared, prepare
from ziyuan.onemap.formats import LayerTable


def rows_table(kind: Layer, found: list[rows.Feature], zone: int) -> pa.Table:
    """Features as rows of a changeset, their shapes as plane WKB."""
    batch = rows.batch_of(kind, found, zone)
    columns = [
        pa.array([f.key for f in found], pa.string()), pa.array([f.digest for f in found], pa.binary(32)),
        *(pa.array([f.attributes[f_.name] for f in found], arrow_type(f_)) for f_ in kind.fields),
        *([] if batch is None else [wkb_writer.write(batch, to_metres(batch.coords))]),
    ]  # fmt: skip
    return pa.table(columns, schema=row_schema(kind.entity))


def measured(kind: Layer, before: pa.Table, after: pa.Table, zone: int) -> pa.Table:
    """Parent links by the area that polygons of both sides share."""
    if kind.shape != "polygon":
        return LINKS.empty_table()
    old, new = (
        links.Shared(t.column(KEY).to_pylist(), PlaneBatch.from_wkb(t.column(GEOMETRY), zone)) if len(t) else None
        for t in (before, after)
    )
    return links.overlaps(old, new) if old and new else LINKS.empty_table()


def declared(kind: Layer, county: str, old: list[str], new: list[str]) -> pa.Table:
    """Links that process records declared between features of the two sides."""
    found = ParentLink.objects.filter(
        layer=kind.id, county=county, source=links.DECLARED, child__in=new, parent__in=old
    ).order_by("child", "parent", "pk")
    told = {(row["child"], row["parent"]): row for row in found.values("child", "parent", "shared_m2", "share", "source")}
    return pa.Table.from_pylist(list(told.values()), schema=LINKS)


def declared_among(told: Iterable[pa.Table], before: pa.Table, after: pa.Table) -> pa.Table:
    """Declared links of some tables whose child and parent are among the features of both sides."""
    found = pa.concat_tables(told)
    old, new = (pa.array(t.column(KEY).to_pylist(), pa.string()) for t in (before, after))
    found = found.filter(pc.equal(found.column("source"), links.DECLARED))
    found = found.filter(pc.is_in(found.column("child"), value_set=new))
    return found.filter(pc.is_in(found.column("parent"), value_set=old))


def spoken_of(changes: Changeset) -> pa.Array:
    """Keys of all features the changeset says something about."""
    chunks = [c for t in (changes.before, changes.after) for c in t.column(KEY).chunks]
    return pa.concat_arrays(chunks or [pa.array([], pa.string())])


def touched(changes: Changeset, standing: rows.Standing, span: paint.Span) -> tuple[rows.Standing, int]:
    """The rows whose features the changeset speaks of, and how many features it leaves as they are."""
    spoken = pc.is_in(standing.keys, value_set=spoken_of(changes)).to_numpy(zero_copy_only=False)
    at_start = np.array([day <= span.start for day in standing.starts], dtype=bool)
    return standing.take(np.flatnonzero(spoken)), int((at_start & ~spoken).sum())


def ready_rows(kind: Layer, changes: Changeset, zone: int) -> Prepared:
    """The new states, their digests made anew. Raises DamagedPackage where the package states others."""
    table = changes.after.drop_columns([KEY, DIGEST])
    ready = prepare(kind, delivered(kind, table, zone, "after.parquet"), zone)
    stated = changes.after.sort_by(KEY)
    if stated.column(KEY).to_pylist() != ready.keys.to_pylist() or stated.column(DIGEST).to_pylist() != ready.digests:
        raise DamagedPackage("after.parquet", "的要素与写明的摘要不符")
    return ready


def delivered(kind: Layer, table: pa.Table, zone: int, file: str) -> LayerTable:
    """Plane rows as a reader would hand them over."""
    return LayerTable(kind.entity.name, crs.epsg_of_zone(zone), table, "Parquet", "UTF-8", file)


def without_boxes(table: pa.Table) -> pa.Table:
    """A lake file's columns as they were delivered."""
    return table.drop_columns(["bbox"]) if "bbox" in table.column_names else table


def lake_table(kind: Layer, held: Edition | None, changes: Changeset, ready: Prepared, day: date) -> pa.Table:
    """All rows of the target: those of the base's file that stay, with the fields of the year, and the new ones."""
    new = lake.table_of(kind, ready.columns, ready.batch, ready.boxes)
    if held is None:
        return new
    kept, _ = lake.read(lake.folder() / held.lake)
    kept = kept.filter(pc.invert(pc.is_in(keys_of(kind, kept), value_set=spoken_of(changes))))
    columns = []
    for name, kind_of in zip(new.schema.names, new.schema.types, strict=True):
        if name in kind.yearly:
            columns.append(pa.array([str(day.year)] * len(kept)).cast(kind_of))
        else:
            columns.append(kept.column(name).cast(kind_of) if name in kept.column_names else pa.nulls(len(kept), kind_of))
    return pa.concat_tables([pa.table(columns, schema=new.schema), new])
