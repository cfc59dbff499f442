"""What was written is read back and held against what was to be written: a loss that nobody foresaw is told too."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from numpy.typing import NDArray

from ziyuan.onemap.formats.convert.columns import loss_of, number_text, type_of
from ziyuan.onemap.formats.convert.layer import Layer
from ziyuan.onemap.formats.convert.told import Loss
from ziyuan.onemap.formats.opening import Opened

_WILD = 1e12
_SAME = {False: 6, True: 11}  # decimals at which coordinates in metres and in degrees are the same


def compare(written: Layer, back: Opened | None, *, attributes: bool, split_parts: bool = False) -> list[Loss]:
    """Losses between a written layer and the layer read back. `split_parts`: the format has single parts only."""
    if back is None:
        return [Loss("layer", written.name, None, written.table.num_rows, "写出后读不到该图层")]
    rows = _Rows(written, back, split_parts)
    losses = rows.shapes()
    if attributes and not losses:
        losses = rows.attributes()
    return losses


class _Rows:
    def __init__(self, written: Layer, back: Opened, split_parts: bool) -> None:
        self.layer, self.back = written, back
        self.split = split_parts

    def shapes(self) -> list[Loss]:
        """Rows and shapes, whatever the ring's start and direction."""
        layer, table = self.layer, self.back.table
        if layer.shapes is None:
            return self._count(layer.table.num_rows, table.num_rows)
        if "geometry" not in table.column_names:
            return [Loss("geometry", layer.name, None, len(layer.shapes), "写出后没有图形")]
        new = shapely.from_wkb(table.column("geometry").to_numpy(), on_invalid="ignore")
        old, rows = layer.shapes, layer.rows
        if self.split:
            old, at = shapely.get_parts(old, return_index=True)
            rows = rows[at]
            new = shapely.get_parts(new)
        wrong = self._count(len(old), len(new))
        if wrong:
            return wrong
        different = np.flatnonzero(~self._same(old, new))
        if not len(different):
            return self._heights(old, new)
        first = int(different[0])
        return [Loss("geometry", layer.name, None, len(different), "写出后图形与源图形不同", int(rows[first]),
                     _wkt(old[first]), _wkt(new[first]))]  # fmt: skip

    def _heights(self, old: NDArray[np.object_], new: NDArray[np.object_]) -> list[Loss]:
        """Heights of all points, in whatever order their rings are written."""
        high = shapely.has_z(old)
        if not high.any():
            return []
        before, after = (np.sort(shapely.get_coordinates(s[high], include_z=True)[:, 2]) for s in (old, new))
        if len(before) == len(after) and np.allclose(before, after, rtol=0, atol=1e-6, equal_nan=True):
            return []
        return [Loss("z", self.layer.name, None, int(high.sum()), "写出后高程(Z)与源数据不同")]

    def _count(self, old: int, new: int) -> list[Loss]:
        if old == new:
            return []
        return [Loss("row", self.layer.name, None, abs(old - new), f"写出 {old} 行,读回 {new} 行")]

    def _same(self, old: NDArray[np.object_], new: NDArray[np.object_]) -> NDArray[np.bool_]:
        geographic = self.layer.system is not None and self.layer.system.geographic
        decimals = _SAME[geographic]
        plain_old, plain_new = _plain(old, decimals), _plain(new, decimals)
        # a point at an edge of the rounding may fall to either side: those are compared by distance
        near = _near(plain_old, plain_new, 2 * 10.0**-decimals)
        same = near | (_empty(old) & _empty(new))
        # what cannot be rounded or overlaid (coordinates beyond any map) is the same only as it stands
        wild = ~(np.abs(shapely.bounds(old)) < _WILD).all(axis=1) | ~(np.abs(shapely.bounds(new)) < _WILD).all(axis=1)
        rest = np.flatnonzero(~same & ~wild)
        same[rest] = shapely.equals(plain_old[rest], plain_new[rest])
        same[wild] |= shapely.to_wkb(shapely.force_2d(_single(old[wild]))) == shapely.to_wkb(shapely.force_2d(_single(new[wild])))
        return same

    def attributes(self) -> list[Loss]:
        """Field by field, values at the written type."""
        losses = []
        names = {name.casefold(): name for name in self.back.table.column_names}
        for name in self.layer.table.column_names:
            old = _whole(self.layer.table.column(name))
            found = names.get(name.casefold())
            if found is None:
                if old.null_count < len(old):
                    lost = pa.nulls(len(old), old.type)
                    losses.append(loss_of("field", self.layer.name, name, old, lost, "写出后没有该字段", self.layer.rows))
                continue
            new = _alike(_whole(self.back.table.column(found)), old)
            if not _equal(old, new):
                losses.append(loss_of("value", self.layer.name, name, old, new, "写出后的值与源值不同", self.layer.rows))
        return losses


def _plain(shapes: NDArray[np.object_], decimals: int) -> NDArray[np.object_]:
    flat = shapely.transform(shapely.force_2d(shapes), lambda xy: np.round(xy, decimals))
    return shapely.normalize(_single(flat))


def _single(shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    """Several parts of which there is one are that part: some formats know no other form."""
    one = (shapely.get_type_id(shapes) >= 4) & (shapely.get_num_geometries(shapes) == 1)
    made = shapes.copy()
    made[one] = shapely.get_geometry(shapes[one], 0)
    return made


def _near(old: NDArray[np.object_], new: NDArray[np.object_], far: float) -> NDArray[np.bool_]:
    return shapely.equals_exact(old, new, tolerance=far)


def _empty(shapes: NDArray[np.object_]) -> NDArray[np.bool_]:
    return shapely.is_missing(shapes) | shapely.is_empty(shapes)


def _wkt(shape: shapely.Geometry | None) -> str:
    return "" if shape is None else shapely.to_wkt(shape, rounding_precision=-1)[:200]


def _whole(column: pa.ChunkedArray) -> pa.Array:
    array = column.combine_chunks()
    if isinstance(array, pa.ChunkedArray):
        array = array.chunk(0) if array.num_chunks else pa.nulls(0, column.type)
    return array


def _alike(new: pa.Array, old: pa.Array) -> pa.Array:
    """The values read back, at the type they were written with where that is only another form of the same."""
    if new.type.equals(old.type):
        return new
    try:
        if pa.types.is_string(new.type):
            return _from_text(new, old.type)
        if pa.types.is_timestamp(new.type) and type_of(old.type) in ("date", "datetime"):
            return _naive(new).cast(old.type if type_of(old.type) == "date" else _naive(old).type)
        if pa.types.is_string(old.type):
            return pa.array([None if v is None else number_text(v) if isinstance(v, float) else str(v) for v in new.to_pylist()])
        return new.cast(old.type)
    except pa.ArrowInvalid:
        return new


def _from_text(new: pa.Array, kind: pa.DataType) -> pa.Array:
    if type_of(kind) == "datetime":
        return pc.strptime(pc.utf8_slice_codeunits(new, 0, 19), "%Y-%m-%dT%H:%M:%S", "ms")
    return new.cast(kind)


def _naive(array: pa.Array) -> pa.Array:
    return array.cast(pa.timestamp("ms", array.type.tz)).cast(pa.timestamp("ms"))


def _equal(old: pa.Array, new: pa.Array) -> bool:
    if pa.types.is_timestamp(old.type) and pa.types.is_timestamp(new.type):
        old, new = _naive(old), _naive(new)
    if type_of(old.type) == "datetime" and pa.types.is_timestamp(new.type):
        seconds = [pc.floor_temporal(a, unit="second") for a in (old, new)]
        return bool(seconds[0].equals(seconds[1]))
    if not new.type.equals(old.type):
        return False
    return _without_nan(old).equals(_without_nan(new))


def _without_nan(array: pa.Array) -> pa.Array:
    if not pa.types.is_floating(array.type):
        return array
    return pc.if_else(pc.is_nan(array), pa.scalar(None, array.type), array)


def found(opened: Sequence[Opened], name: str) -> Opened | None:
    """The layer read back under a name; a file of one layer may call it after itself."""
    same = [one for one in opened if one.name.casefold() == name.casefold()]
    return same[0] if same else opened[0] if len(opened) == 1 else None
