"""A package opened for planting faults: rows as plain values, shapes as shapely, and the list of what was done."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import shapely
from shapely.geometry import Polygon
from shapely.geometry.base import BaseGeometry

from ziyuan.site.sample.survey import official

Row = dict[str, Any]


@dataclass
class Layer:
    """One layer: rows in file order, the shape of each (None: empty)."""

    name: str
    schema: pa.Schema
    rows: list[Row]
    shapes: list[BaseGeometry | None]
    clean: Row = field(default_factory=dict)  # the values of a row before any fault
    given: int = 0  # rows before any fault
    taken: set[int] = field(default_factory=set)  # rows that hold a fault already
    bent: set[int] = field(
        default_factory=set
    )  # of these, rows whose shape was changed, or their neighbour's

    @classmethod
    def of(cls, name: str, table: pa.Table) -> "Layer":
        """Open a table."""
        shapes = list(shapely.from_wkb(table["geometry"].to_numpy()))
        rows = table.drop_columns(["geometry"]).to_pylist()
        return cls(name, table.schema, rows, shapes, dict(rows[0]), len(rows))

    def table(self) -> pa.Table:
        """The table again, columns in the order of the rows' keys."""
        columns: dict[str, pa.Array] = {}
        for column in self.rows[0]:
            place = self.schema.get_field_index(column)
            kind = self.schema.field(place).type if place >= 0 else None
            columns[column] = pa.array([row[column] for row in self.rows], type=kind)
        wkb = [None if shape is None else shapely.to_wkb(shape) for shape in self.shapes]
        columns["geometry"] = pa.array(wkb, type=pa.binary())
        return pa.table(columns)

    def append(self, like: int | None, shape: BaseGeometry | None, **values: Any) -> int:
        """A new row with the values of row `like` (None: of a clean one), except `values`; its number."""
        self.rows.append((self.clean if like is None else self.rows[like]) | values)
        self.shapes.append(shape)
        self.taken.add(len(self.rows) - 1)
        return len(self.rows) - 1


@dataclass
class Twin:
    """All layers, and the faults planted so far."""

    layers: dict[str, Layer]
    zone: int
    rng: np.random.Generator
    faults: list[dict[str, Any]] = field(default_factory=list)
    serial: int = 0

    def plant(
        self, rule: str, layer: str, row: int | None, *, place: tuple[float, float] | None = None,
        measure: float | None = None, effect_of: str | None = None, key: str | None = None,
    ) -> None:  # fmt: skip
        """Note a fault; without `place` it lies on a point inside the row's shape."""
        if row is not None:
            there = self.layers[layer]
            key = there.rows[row]["BSM"] if key is None else key
            shape = there.shapes[row]
            if place is None and shape is not None and not shape.is_empty:
                point = shapely.point_on_surface(shape)
                place = (point.x, point.y)
        x, y = (round(place[0], 4), round(place[1], 4)) if place else (None, None)
        fault: dict[str, Any] = {"rule": rule, "layer": layer, "key": key, "x": x, "y": y, "measure": measure}
        if effect_of:
            fault["effect_of"] = effect_of
        self.faults.append(fault)

    def new_key(self, layer: str) -> str:
        """A BSM not yet used in `layer`: far above the real serials."""
        self.serial += 1
        return f"{self.layers[layer].clean['BSM'][:10]}{90_000_000 + self.serial:08d}"

    def area(self, shape: BaseGeometry) -> float:
        """Official area in m², 2 decimals."""
        return float(official([shape], self.zone)[0]) / 100


def on_grid(x: float, y: float) -> tuple[float, float]:
    """The point on the grid of 0.0001 m."""
    return round(x, 4), round(y, 4)


def ring_of(shape: Polygon) -> list[tuple[float, float]]:
    """Outer ring without the closing point."""
    return [(float(x), float(y)) for x, y in shape.exterior.coords[:-1]]


def rebuilt(shape: Polygon, ring: list[tuple[float, float]]) -> Polygon:
    """The polygon with another outer ring."""
    return Polygon(ring, [list(hole.coords) for hole in shape.interiors])
