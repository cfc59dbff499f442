"""Area of record: the official ellipsoid area of each shape, against the area written in the file."""

import numpy as np
import pyarrow.compute as pc
import pyproj
import shapely
from numpy.typing import NDArray

from ziyuan.base.areas import hundredths, official_area
from ziyuan.base.geometry.flat import reduce_runs
from ziyuan.base.geometry.grid import in_zone
from ziyuan.onemap.quality.collector import systematic
from ziyuan.onemap.quality.context import Context
from ziyuan.onemap.quality.frames import Frame
from ziyuan.onemap.quality.plane import system_of
from ziyuan.onemap.quality.shapes import Shapes
from ziyuan.onemap.standards.model import Field, Rule

_CENT = 0.0101
"""Difference allowed to the area of record (2 decimals): another program's last digit, or the larger parts of a closing."""
_FEW_PATCHES = 5
_LONG_EDGE = 5_000.0
"""Metres at which an edge is cut before it is projected."""
_LARGEST_CLOSING = 1e-4
"""Largest mean closing of a village as a share of its area; more is no closing but a wrong area."""


def of(frame: Frame, context: Context) -> NDArray[np.float64] | None:
    """Areas of the usable shapes of a frame, m² unrounded, NaN for invalid ones; None where none can be computed."""
    if frame.name not in context.areas and frame.name not in context.shifted:
        _compute(frame, context)
    return context.areas.get(frame.name)


def _compute(frame: Frame, context: Context) -> None:
    shapes = frame.shapes
    if shapes.kind != "polygon" or not len(shapes.rows):
        return
    how = frame.model.space.area
    if how == "plane":
        areas = shapes.areas
    elif how == "official" and shapes.plane.zone:
        areas = _official(shapes)
    else:
        areas = _geodesic(shapes)
    context.areas[frame.name] = np.where(shapes.valid, areas, np.nan)


def _official(shapes: Shapes) -> NDArray[np.float64]:
    """Area of record; NaN for shapes that lie outside the zone."""
    batch = shapes.record
    placed = reduce_runs(np.logical_and, in_zone(batch.coords, batch.zone), batch.coord_offsets, False)
    areas = np.full(len(batch), np.nan)
    areas[placed] = official_area(batch if placed.all() else batch.take(placed))
    return areas


def _geodesic(shapes: Shapes) -> NDArray[np.float64]:
    """Area on the CGCS2000 ellipsoid for models that ask for it, and where no zone gives an official one.

    Computed in an equal-area projection about each shape's neighbourhood: the plane area there, over the whole layer at once.
    """
    if shapes.plane.epsg is None:
        return shapes.areas
    system = system_of(shapes.plane.epsg)
    middle = np.median(shapely.get_coordinates(shapely.centroid(shapes.given[shapes.rows])), axis=0)
    base = system if system.is_geographic else system.geodetic_crs
    lon, lat = pyproj.Transformer.from_crs(system, base, always_xy=True).transform(*middle)
    equal = pyproj.CRS.from_proj4(f"+proj=laea +lat_0={lat} +lon_0={lon} +ellps=GRS80 +units=m +no_defs")
    across = pyproj.Transformer.from_crs(system, equal, always_xy=True)
    given = shapely.segmentize(shapes.given[shapes.rows], _LONG_EDGE * (1e-5 if system.is_geographic else 1.0))
    xy = shapely.get_coordinates(given)
    placed = shapely.set_coordinates(shapely.force_2d(given).copy(), np.column_stack(across.transform(xy[:, 0], xy[:, 1])))
    return shapely.area(placed)


def derived(rule: Rule, frame: Frame, context: Context) -> None:
    """The field is the area of record: exactly, or closed (平差) to the figure of a larger unit."""
    field = frame.entity.fields[str(rule.field)]
    official = of(frame, context)
    if official is None or not frame.has(field.name):
        return
    numbers = frame.numbers(field.name)
    rows = frame.shapes.rows
    known = numbers.known[rows] & ~np.isnan(official)
    official = hundredths(np.where(known, official, 0.0)) / 100
    written = numbers.values[rows]
    difference = np.where(known, written - official, 0.0)
    if field.closed_to and field.by and frame.has(field.by):
        share = _closing(frame, field, context, difference, known, official)
    else:
        share = np.zeros(len(rows))
    wrong = known & (np.abs(difference - share) > _CENT)
    _report(rule, frame, context, field, wrong, official, written, share)


def _closing(frame: Frame, field: Field, context: Context, difference: NDArray[np.float64],
             known: NDArray[np.bool_], official: NDArray[np.float64]) -> NDArray[np.float64]:  # fmt: skip
    """Per shape, the closing that its unit must have got: the median difference, which single faults do not move.

    A unit of few patches takes the mean that its control figure asks for. A closing too large to be one is
    taken as none.
    """
    encoded = frame.text(str(field.by)).dictionary_encode()
    unit = pc.fill_null(encoded.indices, -1).to_numpy(zero_copy_only=False)[frame.shapes.rows].astype(np.int64)
    totals = _control_figures(frame, field, context)
    share = np.zeros(len(unit))
    order = np.argsort(unit, kind="stable")
    first = np.flatnonzero(np.r_[True, unit[order][1:] != unit[order][:-1]]) if len(unit) else np.zeros(0, int)
    for members in np.split(order, first[1:]):
        good = members[known[members]]
        if not len(good) or unit[members[0]] < 0:
            continue
        code = encoded.dictionary[int(unit[members[0]])].as_py()
        share[members] = _unit_closing(difference[good], official[good], totals.get(code))
    return share


def _unit_closing(difference: NDArray[np.float64], official: NDArray[np.float64], total: float | None) -> float:
    if len(difference) >= _FEW_PATCHES:
        mean = float(np.median(difference))
    elif total is not None:
        mean = (total - float(official.sum())) / len(official)
    else:
        mean = 0.0
    return mean if abs(mean) * len(official) <= _LARGEST_CLOSING * float(official.sum()) + 1.0 else 0.0


def _control_figures(frame: Frame, field: Field, context: Context) -> dict[str, float]:
    layer, _, total = str(field.closed_to).partition(".")
    other = context.frames.get(layer)
    if other is None or not other.has(total) or not other.has(str(field.by)):
        return {}
    numbers = other.numbers(total)
    codes = other.text(str(field.by)).to_numpy(zero_copy_only=False)
    return {str(c): float(v) for c, v, k in zip(codes, numbers.values, numbers.known, strict=True) if k and c}


def _report(rule: Rule, frame: Frame, context: Context, field: Field, wrong: NDArray[np.bool_],
            official: NDArray[np.float64], written: NDArray[np.float64], share: NDArray[np.float64]) -> None:  # fmt: skip
    rows = frame.shapes.rows
    place = dict(zip(rows.tolist(), range(len(rows)), strict=True))
    cause = ""
    if systematic(int(wrong.sum()), len(frame)):
        plane = np.abs(written - frame.shapes.areas)[wrong]
        cause = "，看来填的是平面面积，不是椭球面积" if np.median(plane) < 0.02 else ""

    def right(row: int) -> float:
        return float(official[place[row]] + share[place[row]])

    context.collector.rows(
        rule, frame, rows[wrong],
        lambda r: f"{field.title} {written[place[r]]:.2f}，按图形计算应为 {right(r):.2f} 平方米{cause}。",
        value=lambda r: f"{written[place[r]]:.2f}", expected=lambda r: f"{right(r):.2f}",
        extra=lambda r: {"measure": round(float(written[place[r]]) - right(r), 2), "unit": "m2"},
    )  # fmt: skip
