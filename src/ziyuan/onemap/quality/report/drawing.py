"""The map of the HTML report: one SVG, in metres from the north-west corner, with the findings and what lies around."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from ziyuan.onemap.formats.layer_table import LayerTable
from ziyuan.onemap.quality.fingerprint import METRES_PER_DEGREE
from ziyuan.onemap.quality.report.entries import Entry, shapes_of
from ziyuan.onemap.standards.model import Model

_MARGIN = 0.06
_LEAST = 20.0  # metres: the narrowest whole view
_BASE_FEATURES, _NEAR_FEATURES = 3000, 1500
_BASE_STEP = 900  # the base map is simplified to this many steps across the view


@dataclass(frozen=True)
class View:
    """From delivered coordinates to the drawing: metres from the north-west corner, y downwards.

    `unit` metres of one unit of the coordinates; `lean` narrows degrees of longitude.
    """

    west: float
    north: float
    width: float
    height: float
    unit: float = 1.0
    lean: float = 1.0

    @classmethod
    def of(cls, boxes: Any) -> "View | None":
        """The view of some boxes (n, 4); None without any."""
        known = boxes[np.isfinite(boxes).all(axis=1)]
        if not len(known):
            return None
        west, south = known[:, :2].min(axis=0)
        east, north = known[:, 2:].max(axis=0)
        degrees = max(abs(west), abs(east)) <= 180 and max(abs(south), abs(north)) <= 90
        unit = METRES_PER_DEGREE if degrees else 1.0
        lean = math.cos(math.radians((south + north) / 2)) if degrees else 1.0
        least = _LEAST / unit
        width, height = max(east - west, least), max(north - south, least)
        grow = _MARGIN * max(width, height)
        west, north = (west + east - width) / 2 - grow, (south + north + height) / 2 + grow
        across, down = (width + 2 * grow) * unit * lean, (height + 2 * grow) * unit
        return cls(float(west), float(north), float(across), float(down), unit, lean)

    def move(self, xy: Any) -> Any:
        """(n, 2) delivered → drawing."""
        return np.column_stack([(xy[:, 0] - self.west) * self.unit * self.lean, (self.north - xy[:, 1]) * self.unit])


def svg_map(entries: Sequence[Entry], layers: Mapping[str, LayerTable], models: Sequence[Model]) -> tuple[str, View] | None:
    """The inside of the SVG and its view; None when no finding has a place. All text in it is made of numbers."""
    shapes = shapes_of(entries)
    view = View.of(shapely.bounds(shapes).reshape(-1, 4))
    if view is None:
        return None
    near = _near(entries, layers, models)
    parts = [
        f'<g class="base">{_paths(_base(layers, view), view, view.width / _BASE_STEP)}</g>',
        f'<g class="near">{_paths(near, view, 0)}</g>',
        "<g>", *(_finding(n, e, s, view) for n, (e, s) in enumerate(zip(entries, shapes, strict=True), 1)), "</g>",
    ]  # fmt: skip
    return "".join(parts), view


def _finding(number: int, entry: Entry, shape: Any, view: View) -> str:
    if shape is None or shape.is_empty:
        return ""
    drawn = shapely.transform(shape, view.move)
    x0, y0, x1, y1 = shapely.bounds(drawn)
    if not np.isfinite([x0, y0, x1, y1]).all():
        return ""
    own = shapely.transform(shapely.Point(entry.finding.x, entry.finding.y), view.move) if entry.finding.x is not None else None
    spot = own if own is not None else shapely.point_on_surface(drawn)
    path = "" if shape.geom_type == "Point" else f'<path class="s" d="{_d(drawn)}"/>'
    spared = " spared" if entry.exception or entry.state == "误报" else ""
    return (
        f'<g class="f {entry.finding.severity}{spared}" data-n="{number}" '
        f'data-box="{x0:.4f} {y0:.4f} {x1 - x0:.4f} {y1 - y0:.4f}">{path}<path class="d" d="M{spot.x:.4f} {spot.y:.4f}h0"/></g>'
    )


def _paths(shapes: Any, view: View, step: float) -> str:
    if not len(shapes):
        return ""
    drawn = shapely.transform(shapes, view.move)
    if step:
        drawn = shapely.simplify(drawn, step, preserve_topology=False)
    return "".join(f'<path d="{d}"/>' for d in map(_d, drawn) if d)


def _d(shape: Any) -> str:
    """SVG path of a shape, on 0.1 mm."""
    out = []
    for part in shapely.get_parts(shape):
        rings = shapely.get_rings(part) if part.geom_type == "Polygon" else [part]
        for ring in rings:
            points = " ".join(f"{x:.4f} {y:.4f}" for x, y in shapely.get_coordinates(ring).tolist())
            if points:
                out.append(f"M{points}" + ("Z" if part.geom_type == "Polygon" else ""))
    return "".join(out)


def _shapes(layer: LayerTable, rows: Sequence[int] | None = None) -> Any:
    """Polygons and lines of a layer that can be drawn."""
    if "geometry" not in layer.table.column_names:
        return np.array([], object)
    column = layer.table.column("geometry")
    found = shapely.from_wkb(np.array((column if rows is None else column.take(pa.array(rows, pa.int64()))).to_pylist(), object),
                             on_invalid="ignore")  # fmt: skip
    sound = ~shapely.is_missing(found) & (shapely.get_type_id(found) > 0)
    found = found[sound]
    return found[np.isfinite(shapely.bounds(found).reshape(-1, 4)).all(axis=1)]


def _base(layers: Mapping[str, LayerTable], view: View) -> Any:
    """The layer with the fewest features that has outlines: regions or villages."""
    for layer in sorted(layers.values(), key=len):
        shapes = _shapes(layer) if 0 < len(layer) <= _BASE_FEATURES else ()
        if len(shapes):
            return shapes
    return np.array([], object)


def _near(entries: Sequence[Entry], layers: Mapping[str, LayerTable], models: Sequence[Model]) -> Any:
    """The features that the first findings speak of."""
    keys = {name: entity.key for model in models for name, entity in model.entities.items()}
    found = []
    for name, layer in layers.items():
        mine = [e.finding for e in entries if e.finding.layer == name][:_NEAR_FEATURES]
        rows = {f.row - layer.first_row for f in mine if f.row is not None}
        partners = [p for f in mine for p in f.partners]
        key = keys.get(name)
        if partners and key in layer.table.column_names:
            same = pc.is_in(pc.cast(layer.table.column(key), pa.string()), pa.array(partners, pa.string()))
            rows |= set(np.flatnonzero(same.to_numpy()).tolist())
        if rows:
            found.append(_shapes(layer, sorted(r for r in rows if 0 <= r < len(layer))[:_NEAR_FEATURES]))
    return np.concatenate(found) if found else np.array([], object)
