"""A delivered layer made ready for comparing: values, plane integers, digests. Touches no database.

What a format writes differently (blanks around a text, an empty text for none, a double for a decimal) is made one
here, before anything is stored or hashed.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ziyuan.base import crs
from ziyuan.base.geometry import BadShape, PlaneBatch, wkb_writer
from ziyuan.base.geometry.flat import gather, reduce_runs
from ziyuan.base.geometry.hilbert import hilbert_order
from ziyuan.onemap.differences.values import arrow_type, typed
from ziyuan.onemap.editions.degrees import back_again
from ziyuan.onemap.editions.digests import feature_digests
from ziyuan.onemap.editions.errors import (
    EmptyGeometry,
    MissingColumn,
    NoKey,
    NotReversible,
    RepeatedKey,
    UnreadableValue,
    WrongZone,
)
from ziyuan.onemap.editions.keys import key_texts
from ziyuan.onemap.editions.layers import Layer
from ziyuan.onemap.formats import LayerTable
from ziyuan.onemap.standards.model import Field

_WANTED = {"text": "文本", "code": "代码", "integer": "整数", "number": "数值", "date": "日期"}


@dataclass(frozen=True, eq=False)
class Prepared:
    """Aligned columns of one layer in key order. `degrees`: (points, 2) longitude and latitude of `batch.coords`.

    `batch` None: records without shapes, of which there are no degrees, boxes or 4490 copies.
    """

    layer: Layer
    keys: pa.Array
    columns: dict[str, pa.Array]
    batch: PlaneBatch | None
    degrees: np.ndarray
    digests: list[bytes]

    def __len__(self) -> int:
        return len(self.keys)

    @cached_property
    def boxes(self) -> np.ndarray:
        """(n, 4) west, south, east, north in degrees."""
        if self.batch is None:
            return np.empty((0, 4))
        offsets = self.batch.coord_offsets
        sides = (reduce_runs(ufunc, self.degrees, offsets, 0.0) for ufunc in (np.minimum, np.maximum))
        return np.column_stack(list(sides))

    def near(self, places: np.ndarray) -> np.ndarray:
        """The places in an order in which neighbours on the ground follow one another; records as they are."""
        return places if self.batch is None else places[hilbert_order(self.boxes[places])]

    def shapes(self, places: np.ndarray) -> pa.Array | None:
        """The 4490 copies of some features, as EWKB; None for records."""
        if self.batch is None:
            return None
        points, _ = gather(self.batch.coord_offsets, places)
        return wkb_writer.write(self.batch.take(places), self.degrees[points], srid=crs.DEGREES)


def prepare(layer: Layer, delivered: LayerTable, zone: int) -> Prepared:
    """Read values and shapes of a delivered layer of a county in `zone`.

    Raises MissingColumn, UnreadableValue, NoKey, RepeatedKey, WrongZone, EmptyGeometry, NotReversible.
    """
    columns = read_columns(layer, delivered.table, delivered.first_row)
    keys = _keys(layer, columns, delivered.first_row)
    order = pc.sort_indices(keys)
    keys = keys.take(order)
    _no_repeats(layer, keys, order, delivered.first_row)
    batch = _shapes(layer, delivered, zone)
    if len(keys) and not pc.all(pc.equal(order, pa.array(np.arange(len(order)), order.type))).as_py():
        batch = batch and batch.take(order.to_numpy().astype(np.int64))
        columns = {name: column.take(order) for name, column in columns.items()}
    if batch is None:
        digests = feature_digests(layer.id, keys, {n: columns[n] for n in layer.hashed}, None)
        return Prepared(layer, keys, columns, None, np.empty((0, 2)), digests)
    return _projected(layer, keys, columns, batch)


def _projected(layer: Layer, keys: pa.Array, columns: dict[str, pa.Array], batch: PlaneBatch) -> Prepared:
    """With the 4490 copy of each shape, which must give back its plane integers, and the digests. Raises NotReversible."""
    with ThreadPoolExecutor(1) as beside:  # projecting lets go of the interpreter, hashing does not
        projected = beside.submit(back_again, batch)
        digests = feature_digests(layer.id, keys, {n: columns[n] for n in layer.hashed}, batch, turned=layer.turned)
        degrees, whole = projected.result()
    lost = np.flatnonzero(~whole)
    if len(lost):
        raise NotReversible(layer.id, keys[lost[0]].as_py(), batch.zone)
    return Prepared(layer, keys, columns, batch, degrees, digests)


def read_columns(layer: Layer, table: pa.Table, first_row: int = 1) -> dict[str, pa.Array]:
    """Values of every field of the layer, by field name, in the order of the rows.

    A column that the delivery leaves out is empty when the field may be empty.
    Raises MissingColumn, UnreadableValue.
    """
    names = {name.upper(): name for name in table.column_names}
    found = {}
    for field in layer.fields:
        if field.name.upper() in names:
            found[field.name] = _column(layer, field, table.column(names[field.name.upper()]), first_row)
        elif field.required:
            raise MissingColumn(layer.id, field.name)
        else:
            found[field.name] = pa.nulls(table.num_rows, arrow_type(field))
    return found


def _column(layer: Layer, field: Field, column: pa.ChunkedArray, first_row: int) -> pa.Array:
    read = typed(column, field)
    if read.bad is not None and read.bad.any():
        row = int(np.flatnonzero(read.bad)[0])
        raise UnreadableValue(layer.id, row + first_row, field.name, column[row].as_py(), _WANTED.get(field.type, field.type))
    return read.array


def _keys(layer: Layer, columns: dict[str, pa.Array], first_row: int) -> pa.Array:
    keys = key_texts(layer, columns)
    if keys.null_count:
        row = int(np.flatnonzero(pc.is_null(keys).to_numpy(zero_copy_only=False))[0])
        raise NoKey(layer.id, row + first_row, layer.key)
    return keys


def _no_repeats(layer: Layer, keys: pa.Array, order: pa.Array, first_row: int) -> None:
    """`keys` in order; `order`: the rows they come from."""
    same = pc.equal(keys[1:], keys[:-1]).to_numpy(zero_copy_only=False) if len(keys) > 1 else np.zeros(0, dtype=bool)
    if same.any():
        place = int(np.flatnonzero(same)[0])
        rows = sorted((order[place].as_py(), order[place + 1].as_py()))
        raise RepeatedKey(layer.id, keys[place].as_py(), (rows[0] + first_row, rows[1] + first_row))


def _shapes(layer: Layer, delivered: LayerTable, zone: int) -> PlaneBatch | None:
    if layer.shape is None:
        return None
    system = crs.of_epsg(delivered.epsg, where=f"图层 {layer.id}")
    if system.zone not in (None, zone):
        raise WrongZone(layer.id, delivered.epsg, zone)
    if "geometry" not in delivered.table.column_names:
        raise MissingColumn(layer.id, "geometry(图形)")
    try:
        return PlaneBatch.from_wkb(delivered.table.column("geometry"), delivered.epsg, zone=zone, kind=layer.shape)
    except BadShape as error:
        row = int(error.facts["index"])  # type: ignore[call-overload]
        raise EmptyGeometry(layer.id, _key_of_row(layer, delivered, row), layer.shape) from error


def _key_of_row(layer: Layer, delivered: LayerTable, row: int) -> str:
    return str(key_texts(layer, read_columns(layer, delivered.table.slice(row, 1)))[0].as_py())


def keys_at(ready: Prepared, places: Sequence[int] | np.ndarray) -> list[str]:
    """Keys of some places, in that order."""
    return ready.keys.take(pa.array(places, pa.int64())).to_pylist()
