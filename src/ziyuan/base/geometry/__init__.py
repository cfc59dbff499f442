"""Shapes as plane integers: the truth of a shape (architecture.md, "One canonical form, one truth of shape").

A coordinate is a pair (east, north) of integers, the unit 0.0001 m, in one CGCS2000 3-degree zone, the
easting with the zone in front: 39512340.1180 m is 395123401180. Rings are closed and do not repeat their
first point. `PlaneShape` is one shape, `PlaneBatch` many of one kind (polygons, lines or points) in flat arrays.
"""

from ziyuan.base.geometry.edges import EdgeIndex
from ziyuan.base.geometry.errors import BadShape, ShapeText
from ziyuan.base.geometry.grid import UNITS_PER_METRE, to_metres, to_units
from ziyuan.base.geometry.kinds import Kind
from ziyuan.base.geometry.plane import PlaneBatch, PlaneShape, Ring
from ziyuan.base.geometry.problems import Problem

__all__ = [
    "UNITS_PER_METRE",
    "BadShape",
    "EdgeIndex",
    "Kind",
    "PlaneBatch",
    "PlaneShape",
    "Problem",
    "Ring",
    "ShapeText",
    "to_metres",
    "to_units",
]
