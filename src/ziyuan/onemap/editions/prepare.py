"""A delivered layer made ready for comparing: values, plane integers, display copy, digests. Touches no database."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import shapely

from ziyuan.base import crs
from ziyuan.base.geometry import BadShape, PlaneBatch
from ziyuan.onemap.editions import columns as reading
from ziyuan.onemap.editions.digests import feature_digests
from ziyuan.onemap.editions.errors import EmptyGeometry, NoKey, NotReversible, RepeatedKey, WrongZone
from ziyuan.onemap.editions.layers import Layer
from ziyuan.onemap.formats import LayerTable


@dataclass(frozen=True)
class Prepared:
    """Aligned columns of one layer in key order."""

    layer: Layer
    keys: list[str]
    columns: dict[str, list[Any]]
    batch: PlaneBatch
    shapes: np.ndarray
    digests: list[bytes]

    @property
    def boxes(self) -> np.ndarray:
        """(n, 4) west, south, east, north in degrees."""
        return shapely.bounds(self.shapes)

    @property
    def place(self) -> dict[str, int]:
        return {key: i for i, key in enumerate(self.keys)}

    def values(self, places: Sequence[int]) -> list[tuple[Any, ...]]:
        """Attribute rows, in the order of the layer's fields."""
        columns = [self.columns[name] for name in self.layer.names]
        return [tuple(column[i] for column in columns) for i in places]


def prepare(layer: Layer, delivered: LayerTable, zone: int) -> Prepared:
    """Read values and shapes of a delivered layer of a county in `zone`.

    Raises MissingColumn, UnreadableValue, NoKey, RepeatedKey, WrongZone, EmptyGeometry, NotReversible.
    """
    system = crs.of_epsg(delivered.epsg, where=f"图层 {layer.id}")
    if system.zone not in (None, zone):
        raise WrongZone(layer.id, delivered.epsg, zone)
    columns = reading.read(layer, delivered.table, delivered.first_row)
    keys = _keys(layer, columns, delivered.first_row)
    order = sorted(range(len(keys)), key=keys.__getitem__)
    _no_repeats(layer, keys, order, delivered.first_row)
    batch = _shapes(layer, delivered, keys, zone).take(np.array(order, dtype=np.int64))
    keys = [keys[i] for i in order]
    columns = {name: [column[i] for i in order] for name, column in columns.items()}
    lost = np.flatnonzero(~batch.survives_4490())
    if len(lost):
        raise NotReversible(layer.id, keys[lost[0]], zone)
    digests = feature_digests(layer.id, keys, {n: columns[n] for n in layer.hashed}, batch)
    return Prepared(layer, keys, columns, batch, batch.to_4490(), digests)


def _keys(layer: Layer, columns: dict[str, list[Any]], first_row: int) -> list[str]:
    keys = columns[layer.key]
    if None in keys:
        raise NoKey(layer.id, keys.index(None) + first_row, layer.key)
    return [str(key) for key in keys]


def _no_repeats(layer: Layer, keys: list[str], order: list[int], first_row: int) -> None:
    for one, other in pairwise(order):
        if keys[one] == keys[other]:
            raise RepeatedKey(layer.id, keys[one], (one + first_row, other + first_row))


def _shapes(layer: Layer, delivered: LayerTable, keys: list[str], zone: int) -> PlaneBatch:
    try:
        return PlaneBatch.from_wkb(delivered.table.column("geometry"), delivered.epsg, zone=zone)
    except BadShape as error:
        raise EmptyGeometry(layer.id, keys[int(error.facts["index"])]) from error  # type: ignore[call-overload]
