"""A changeset (增量包): all that takes one state of a layer of a county to another one, collapsed to one row a feature.

`before` holds the features of the base state that are gone or say something else in the target, `after` what stands
there instead. A key in both is an update, in `after` alone an insert, in `before` alone a delete; insert then update is
an insert, insert then delete nothing. So a changeset can be read by itself, followed by the next one, and turned round.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

from ziyuan.onemap.differences.errors import NotConsecutive
from ziyuan.onemap.differences.tables import Difference, Side, compare
from ziyuan.onemap.differences.values import arrow_type
from ziyuan.onemap.standards.model import Entity, Model

KEY, DIGEST, GEOMETRY = "__key", "__sm3", "geometry"
LINKS = pa.schema(
    [
        ("child", pa.string()), ("parent", pa.string()), ("shared_m2", pa.decimal128(20, 2)),
        ("share", pa.decimal128(7, 4)), ("source", pa.string()),
    ]
)  # fmt: skip


@dataclass(frozen=True)
class State:
    """One end of a changeset: Merkle root (hex) over the features, their number, the day since when it is true."""

    digest: str
    reference_date: date
    features: int
    delivery_no: str = ""


@dataclass(frozen=True, eq=False)
class Changeset:
    """From `base` to `target`. Tables in key order: `__key`, `__sm3` (32 bytes), the fields, and `geometry`
    (WKB, metres) where the layer has shapes.

    `columns`: the fields that the digests cover; `links`: parents of the features of `after`, as in LINKS.
    """

    layer: str
    county: str
    zone: int
    columns: tuple[str, ...]
    base: State
    target: State
    before: pa.Table
    after: pa.Table
    links: pa.Table

    def __len__(self) -> int:
        return pc.count_distinct(pa.chunked_array([*self.before.column(KEY).chunks, *self.after.column(KEY).chunks])).as_py()

    def changes(self, model: Model, entity: Entity, epsg: int) -> Difference:
        """The rows as changes, renumbered features recognised."""
        return compare(model, entity, Side(self.before, epsg), Side(self.after, epsg))

    def inverse(self) -> "Changeset":
        """The way back; links do not run backwards."""
        return replace(
            self, base=self.target, target=self.base, before=self.after, after=self.before, links=LINKS.empty_table()
        )


def row_schema(entity: Entity) -> pa.Schema:
    """Columns of `before` and `after`; a table of records has no `geometry`."""
    fields = [(f.name, arrow_type(f)) for f in entity.fields.values()]
    shape = [] if entity.geometry.kind == "none" else [(GEOMETRY, pa.binary())]
    return pa.schema([(KEY, pa.string()), (DIGEST, pa.binary(32)), *fields, *shape])


def collapsed(before: pa.Table, after: pa.Table) -> tuple[pa.Table, pa.Table]:
    """Both sides in key order, without the features that say the same on both."""
    place = pc.index_in(before.column(KEY), value_set=_chunk(after.column(KEY)))
    other = _chunk(after.column(DIGEST)).take(_chunk(place))
    same = pc.fill_null(pc.equal(before.column(DIGEST), other), False)
    gone = before.filter(same).column(KEY)
    return (
        before.filter(pc.invert(same)).sort_by(KEY),
        after.filter(pc.invert(_among(after, gone))).sort_by(KEY),
    )


def compose(
    first: Changeset, second: Changeset, *, links_of: Callable[[pa.Table, pa.Table], pa.Table] | None = None
) -> Changeset:
    """One changeset that does what the two do one after the other. Raises NotConsecutive.

    `links_of(before, after)` makes the parent links of the whole; without it there are none.
    """
    ends = (first.layer, first.county, first.target.digest)
    if ends != (second.layer, second.county, second.base.digest):
        raise NotConsecutive(first.target.digest, second.base.digest)
    touched_first = _keys(first)
    touched_second = _keys(second)
    before = pa.concat_tables([first.before, second.before.filter(pc.invert(_among(second.before, touched_first)))])
    after = pa.concat_tables([second.after, first.after.filter(pc.invert(_among(first.after, touched_second)))])
    before, after = collapsed(before, after)
    links = links_of(before, after) if links_of else LINKS.empty_table()
    return replace(first, columns=second.columns, target=second.target, before=before, after=after, links=links)


def _keys(changes: Changeset) -> pa.ChunkedArray:
    return pa.chunked_array([*changes.before.column(KEY).chunks, *changes.after.column(KEY).chunks], pa.string())


def _among(table: pa.Table, keys: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.is_in(table.column(KEY), value_set=_chunk(keys))


def _chunk(array: pa.ChunkedArray | pa.Array) -> pa.Array:
    if isinstance(array, pa.Array):
        return array
    return pa.concat_arrays(array.chunks) if array.num_chunks else pa.array([], array.type)
