"""The geometry of one layer, parsed once: plane integers of 0.0001 m, and GEOS shapes of the same numbers.

"Units" are 0.0001 m. GEOS works on whole numbers counted from an origin, where doubles are exact; what is
found goes back to the delivered coordinates by `delivered`.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray

from ziyuan.base.geometry import UNITS_PER_METRE, PlaneBatch, to_units
from ziyuan.base.geometry.flat import owners

SQUARE = UNITS_PER_METRE**2
_POLYGONAL = (3, 6)
_FAMILY_TYPES = {"point": (0, 4), "line": (1, 5), "polygon": _POLYGONAL}
_MIDDLE_OF_CHINA = 117.0
_FARTHEST = 1e9
"""Metres beyond which a coordinate is no place on earth, as little as one that is not finite."""
_DEGREES = (180.0, 90.0, 180.0, 90.0)


@dataclass(frozen=True)
class Plane:
    """How delivered coordinates become plane metres: as they are, or projected from degrees.

    `zone` is set for CGCS2000 3-degree zones (and for degrees), where the official area can be computed.
    """

    epsg: int | None
    zone: int | None
    projected: pyproj.Transformer | None = None

    @classmethod
    def of(cls, epsg: int | None, bounds: NDArray[np.float64]) -> "Plane":
        """Degrees are brought into the 3-degree zone of the layer's centre; plane systems stay as they are.

        `bounds` of the shapes (n, 4), all finite.
        """
        system = pyproj.CRS.from_epsg(epsg) if epsg else None
        if system is None or not system.is_geographic:
            return cls(epsg, _zone_of(epsg))
        middle = float(np.median(bounds[:, [0, 2]])) if len(bounds) else _MIDDLE_OF_CHINA
        zone = round(middle / 3)
        text = (
            f"+proj=tmerc +lat_0=0 +lon_0={3 * zone} +k=1 +x_0={zone % 100 * 1_000_000 + 500_000} +y_0=0 "
            "+ellps=GRS80 +units=m +no_defs"
        )
        return cls(epsg, zone, pyproj.Transformer.from_crs(system, pyproj.CRS.from_proj4(text), always_xy=True))

    def metres(self, xy: NDArray[np.float64]) -> NDArray[np.float64]:
        """Delivered coordinates in plane metres (n, 2)."""
        if self.projected is None:
            return xy
        return np.column_stack(self.projected.transform(xy[:, 0], xy[:, 1]))

    def delivered(self, xy: NDArray[np.float64]) -> NDArray[np.float64]:
        """Plane metres back in the delivered coordinates (n, 2)."""
        if self.projected is None:
            return xy
        return np.column_stack(self.projected.transform(xy[:, 0], xy[:, 1], direction="INVERSE"))


def _zone_of(epsg: int | None) -> int | None:
    """Zone of an EPSG code whose easting carries it (4513…4533)."""
    return epsg - 4488 if epsg is not None and 4513 <= epsg <= 4533 else None


def _on_earth(bounds: NDArray[np.float64], epsg: int | None) -> NDArray[np.bool_]:
    """Finite, and no farther away than coordinates of the system can be."""
    degrees = epsg is not None and pyproj.CRS.from_epsg(epsg).is_geographic
    farthest = np.array(_DEGREES if degrees else (_FARTHEST,) * 4)
    with np.errstate(invalid="ignore"):
        return np.logical_and.reduce(np.abs(bounds) <= farthest, axis=1)


class Shapes:
    """All geometries of a layer, aligned to its rows.

    `given` is what was delivered (None where absent); `rows` are the rows whose geometry takes part in
    topology (right kind, finite, not empty); `units` their GEOS shapes in units counted from `origin`.
    """

    def __init__(self, given: NDArray[np.object_], epsg: int | None, kind: str,
                 origin: tuple[int, int] | None = None) -> None:  # fmt: skip
        self.given = given
        self.kind = kind
        self.missing = shapely.is_missing(given) | shapely.is_empty(given)
        types = shapely.get_type_id(given)
        self.wrong_kind = ~self.missing & ~np.isin(types, _FAMILY_TYPES.get(kind, ()))
        bounds = shapely.bounds(given)
        self.infinite = ~self.missing & ~_on_earth(bounds, epsg)
        usable = ~(self.missing | self.wrong_kind | self.infinite)
        self.plane = Plane.of(epsg, bounds[usable])
        metres = self._metres(np.flatnonzero(usable))
        lost = ~np.isfinite(metres).all(axis=1)
        if lost.any():  # too far from the middle of the layer to be projected
            _, owner = shapely.get_coordinates(given[usable], return_index=True)
            self.infinite[np.flatnonzero(usable)[owner[lost]]] = True
            usable &= ~self.infinite
            metres = self._metres(np.flatnonzero(usable))
        self.rows = np.flatnonzero(usable)
        self.whole = to_units(metres)
        self.origin = origin or self._lowest()
        local = self.whole - np.array(self.origin, np.int64)
        self.units = shapely.set_coordinates(shapely.force_2d(given[self.rows]).copy(), local.astype(np.float64))

    def _metres(self, rows: NDArray[np.int64]) -> NDArray[np.float64]:
        return self.plane.metres(shapely.get_coordinates(self.given[rows]))

    def _lowest(self) -> tuple[int, int]:
        low = self.whole.min(axis=0) if len(self.whole) else np.zeros(2, np.int64)
        return int(low[0]), int(low[1])

    def delivered(self, xy: NDArray[np.float64]) -> NDArray[np.float64]:
        """Points in units from the origin, as delivered coordinates (n, 2)."""
        metres = (np.asarray(xy, np.float64).reshape(-1, 2) + np.array(self.origin)) / UNITS_PER_METRE
        return self.plane.delivered(metres)

    def deliver(self, shape: shapely.Geometry) -> shapely.Geometry:
        """A shape in units, in delivered coordinates."""
        return shapely.transform(shape, self.delivered)

    @cached_property
    def valid(self) -> NDArray[np.bool_]:
        """Validity of the shapes of `units`, in their order; of a layer in degrees, as delivered too.

        A vertex that touches an edge in degrees need not do so after projection.
        """
        valid = shapely.is_valid(self.units)
        return valid if self.plane.projected is None else valid & shapely.is_valid(self.given[self.rows])

    @cached_property
    def sound(self) -> NDArray[np.object_]:
        """`units` with the invalid ones made valid, for questions of cover and overlap."""
        out = self.units.copy()
        broken = ~self.valid
        out[broken] = shapely.make_valid(out[broken])
        return out

    @cached_property
    def tree(self) -> shapely.STRtree:
        """Index of `sound`."""
        return shapely.STRtree(self.sound)

    @cached_property
    def areas(self) -> NDArray[np.float64]:
        """Plane areas in m², in the order of `units`."""
        return shapely.area(self.units) / SQUARE

    @cached_property
    def inside(self) -> NDArray[np.object_]:
        """A point surely inside each shape, in units."""
        return shapely.point_on_surface(self.sound)

    @cached_property
    def batch(self) -> PlaneBatch:
        """The shapes as one flat batch of plane integers; polygons only."""
        parts, owner = shapely.get_parts(self.units, return_index=True)
        many = shapely.multipolygons(parts, indices=owner) if len(parts) else self.units
        if not len(many):
            nothing = np.zeros(1, np.int64)
            return PlaneBatch(0, np.zeros((0, 2), np.int64), nothing, nothing, nothing, np.zeros(0, np.int8))
        _, xy, (ring, part, geom) = shapely.to_ragged_array(many)
        ring, part, geom = (np.asarray(o, np.int64) for o in (ring, part, geom))
        keep = np.ones(len(xy), bool)
        keep[ring[1:] - 1] = False
        coords = np.rint(xy[keep]).astype(np.int64) + np.array(self.origin, np.int64)
        none = np.zeros(len(many), np.int8)
        return PlaneBatch(self.plane.zone or 0, coords, ring - np.arange(len(ring)), part, geom, none)

    @cached_property
    def coordinate_owner(self) -> NDArray[np.int64]:
        """For each coordinate of `batch`, the place of its shape in `units`."""
        return owners(self.batch.coord_offsets)
