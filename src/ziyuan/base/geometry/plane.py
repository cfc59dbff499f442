"""One shape, and many shapes of one zone in flat integer arrays (the form in which layers are computed)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from ziyuan.base import crs
from ziyuan.base.geometry import edges, ellipsoid, normal, reading
from ziyuan.base.geometry.errors import BadShape, ShapeText
from ziyuan.base.geometry.flat import gather, next_in_run, offsets_of, owners, reduce_runs
from ziyuan.base.geometry.grid import Ints, in_zone, to_metres, to_units
from ziyuan.base.geometry.kinds import FORMS, Kind
from ziyuan.base.geometry.problems import Problem
from ziyuan.base.geometry.wkb import binary, parse
from ziyuan.base.numbers import half_up

_FAR = np.iinfo(np.int64).max
_EXACT_SPAN = 2**30  # differences below this keep doubled ring areas inside int64


@dataclass(frozen=True, eq=False)
class PlaneBatch:
    """Shapes of `zone` as integers of 0.0001 m.

    coords: int64 (n, 2), east with zone prefix then north, rings without their repeated first point.
    ring_offsets, part_offsets, geom_offsets: int64, length + 1: ring r has coords
        `ring_offsets[r]:ring_offsets[r + 1]`, part p the rings, geometry g the parts in the same way. The
        first ring of a part is its outer one, the others are holes. A part of a line or point is one run of points.
    problems: int8, a `Problem` per geometry; one with a problem has no parts (only if read leniently).
    off_grid: number of delivered points that were no whole number of 0.0001 m.
    """

    zone: int
    coords: Ints
    ring_offsets: Ints
    part_offsets: Ints
    geom_offsets: Ints
    problems: npt.NDArray[np.int8] = field(repr=False)
    off_grid: int = 0
    kind: Kind = "polygon"

    @classmethod
    def from_wkb(
        cls, wkb: Any, epsg_or_zone: int, *, zone: int | None = None, strict: bool = True, kind: Kind = "polygon"
    ) -> "PlaneBatch":
        """Read WKB values (list, numpy, or Arrow array: binary, large_binary, GeoArrow WKB, chunked) in one parse.

        `epsg_or_zone`: a zone (25…45: metres with zone prefix) or an EPSG code; for 4490 (longitude,
        latitude) `zone` names the zone to project to. Metres are read to 1e-6, then half up to 0.0001 m.
        strict: BadShape at the first geometry that is not of the kind with usable coordinates; else look at
        `problems`.
        """
        array = binary(wkb)
        ragged = parse(array) if kind == "polygon" else None
        if ragged is None:
            geometries, problems = reading.parse_wkb(array)
            return cls._read(geometries, epsg_or_zone, zone, problems, strict, kind)
        target, system = _target(epsg_or_zone, zone)
        flat = reading.placed(ragged, target, system, np.zeros(len(array), dtype=np.int8))
        return cls._of(target, flat, strict, kind)

    @classmethod
    def from_shapely(
        cls, geometries: Any, epsg_or_zone: int, *, zone: int | None = None, strict: bool = True, kind: Kind = "polygon"
    ) -> "PlaneBatch":
        """As `from_wkb`, from an array or list of shapely geometries of one kind, of one part or many."""
        array = np.empty(len(geometries), dtype=object)
        array[:] = list(geometries)
        return cls._read(array, epsg_or_zone, zone, np.zeros(len(array), dtype=np.int8), strict, kind)

    @classmethod
    def from_4490(cls, geometries: Any, zone: int, *, strict: bool = True, kind: Kind = "polygon") -> "PlaneBatch":
        """Shapely geometries in (longitude, latitude) projected vertex by vertex into `zone`."""
        return cls.from_shapely(geometries, crs.DEGREES, zone=zone, strict=strict, kind=kind)

    @classmethod
    def _read(
        cls,
        geometries: Any,
        epsg_or_zone: int,
        zone: int | None,
        problems: npt.NDArray[np.int8],
        strict: bool,
        kind: Kind,
    ) -> "PlaneBatch":
        target, system = _target(epsg_or_zone, zone)
        return cls._of(target, reading.read(geometries, target, system, problems, kind), strict, kind)

    @classmethod
    def _of(cls, zone: int, flat: reading.Flat, strict: bool, kind: Kind) -> "PlaneBatch":
        if strict and flat.problems.any():
            first = int(np.flatnonzero(flat.problems)[0])
            raise BadShape(first, Problem(int(flat.problems[first])))
        return cls(zone, *flat, kind)

    @classmethod
    def of(cls, shapes: Sequence["PlaneShape"]) -> "PlaneBatch":
        """The batch of some shapes, all of the first one's kind and zone."""
        rings = [ring for shape in shapes for part in shape.parts for ring in part]
        coords = [point for ring in rings for point in ring]
        zones = {shape.zone for shape in shapes}
        if len(zones) != 1:
            raise crs.ZoneOutOfRange("、".join(map(str, sorted(zones))) or "无")
        return cls(
            zones.pop(),
            np.array(coords, dtype=np.int64).reshape(-1, 2),
            offsets_of(np.array([len(r) for r in rings], dtype=np.int64)),
            offsets_of(np.array([len(p) for s in shapes for p in s.parts], dtype=np.int64)),
            offsets_of(np.array([len(s.parts) for s in shapes], dtype=np.int64)),
            np.zeros(len(shapes), dtype=np.int8),
            kind=shapes[0].kind,
        )

    def __len__(self) -> int:
        return len(self.geom_offsets) - 1

    def __iter__(self) -> Iterator["PlaneShape"]:
        return (self.shape(i) for i in range(len(self)))

    def shape(self, index: int) -> "PlaneShape":
        """One geometry as a PlaneShape."""
        parts = range(self.geom_offsets[index], self.geom_offsets[index + 1])
        return PlaneShape(self.zone, tuple(tuple(map(self._ring, self._rings(part))) for part in parts), self.kind)

    def _rings(self, part: int) -> range:
        return range(self.part_offsets[part], self.part_offsets[part + 1])

    def _ring(self, ring: int) -> tuple[tuple[int, int], ...]:
        points = self.coords[self.ring_offsets[ring] : self.ring_offsets[ring + 1]].tolist()
        return tuple((east, north) for east, north in points)

    def take(self, indexes: npt.ArrayLike) -> "PlaneBatch":
        """The geometries at `indexes` (numbers or a boolean mask), in that order."""
        chosen = np.asarray(indexes)
        chosen = np.flatnonzero(chosen) if chosen.dtype == bool else chosen.astype(np.int64)
        parts, geom_offsets = gather(self.geom_offsets, chosen)
        rings, part_offsets = gather(self.part_offsets, parts)
        points, ring_offsets = gather(self.ring_offsets, rings)
        return PlaneBatch(
            self.zone, self.coords[points], ring_offsets, part_offsets, geom_offsets, self.problems[chosen], kind=self.kind
        )

    @cached_property
    def coord_offsets(self) -> Ints:
        """Offsets into `coords` of the geometries."""
        return self.ring_offsets[self.part_offsets[self.geom_offsets]]

    @cached_property
    def ring_geometry(self) -> Ints:
        """For each ring the number of its geometry."""
        return owners(self.part_offsets[self.geom_offsets])

    @cached_property
    def is_hole(self) -> npt.NDArray[np.bool_]:
        """For each ring, whether it is a hole."""
        holes = np.ones(len(self.ring_offsets) - 1, dtype=bool)
        holes[self.part_offsets[:-1][np.diff(self.part_offsets) > 0]] = False
        return holes

    @cached_property
    def boxes(self) -> Ints:
        """int64 (geometries, 4): west, south, east, north; a geometry without parts has west > east."""
        low = reduce_runs(np.minimum, self.coords, self.coord_offsets, _FAR)
        high = reduce_runs(np.maximum, self.coords, self.coord_offsets, -_FAR)
        return np.column_stack([low, high])

    @cached_property
    def doubled_ring_areas(self) -> npt.NDArray[Any]:
        """Twice the signed plane area of each ring in square units (1e-8 m²), positive counter-clockwise.

        Exact integers while every ring spans less than 107 km; beyond that doubles.
        """
        counts = np.diff(self.ring_offsets)
        first = np.minimum(self.ring_offsets[:-1], max(len(self.coords) - 1, 0))
        local = self.coords - np.repeat(self.coords[first], counts, axis=0)
        if len(local) and np.abs(local).max() >= _EXACT_SPAN:
            local = local.astype(np.float64)
        after = local[next_in_run(self.ring_offsets)] if len(local) else local
        cross = local[:, 0] * after[:, 1] - after[:, 0] * local[:, 1]
        return reduce_runs(np.add, cross, self.ring_offsets, 0)

    def plane_areas(self) -> npt.NDArray[np.float64]:
        """Plane area of each polygon in m²: outer rings minus holes; not the area of record (`areas`)."""
        doubled = np.abs(self.doubled_ring_areas) * np.where(self.is_hole, -1, 1)
        runs = self.part_offsets[self.geom_offsets]
        return reduce_runs(np.add, doubled.astype(np.float64), runs, 0.0) / 2e8

    def to_shapely(self) -> npt.NDArray[np.object_]:
        """Shapely geometries of many parts in metres (east with zone prefix, north)."""
        return self.geometries(to_metres(self.coords))

    def to_4490(self) -> npt.NDArray[np.object_]:
        """Shapely geometries of many parts in (longitude, latitude) degrees, EPSG:4490: index and display copy."""
        metres = to_metres(self.coords)
        longitude, latitude = crs.to_degrees(self.zone).transform(metres[:, 0], metres[:, 1])
        return self.geometries(np.column_stack([longitude, latitude]))

    def to_wkb_4490(self, *, srid: bool = False) -> npt.NDArray[np.object_]:
        """WKB of `to_4490`; with `srid` the extended form (EWKB, 4490) that PostGIS takes."""
        geometries = shapely.set_srid(self.to_4490(), crs.DEGREES) if srid else self.to_4490()
        return shapely.to_wkb(geometries, include_srid=srid)

    def survives_4490(self) -> npt.NDArray[np.bool_]:
        """Per geometry: whether degrees (as doubles) projected back and rounded give these very integers."""
        metres = to_metres(self.coords)
        degrees = crs.to_degrees(self.zone).transform(metres[:, 0], metres[:, 1])
        back = to_units(np.column_stack(crs.to_plane(self.zone).transform(*degrees)))
        same = (back == self.coords).all(axis=1)
        return reduce_runs(np.logical_and, same, self.coord_offsets, True)

    def geometries(self, coords: npt.NDArray[np.float64]) -> npt.NDArray[np.object_]:
        """Shapely geometries with the rings and parts of the batch and other `coords` (n, 2) for its points."""
        if self.kind == "line":
            return shapely.from_ragged_array(shapely.GeometryType.MULTILINESTRING, coords, (self.ring_offsets, self.geom_offsets))
        if self.kind == "point":
            return shapely.from_ragged_array(shapely.GeometryType.MULTIPOINT, coords, (self.geom_offsets,))
        count = len(self.ring_offsets) - 1
        items, closed = self._closing_items(count)
        offsets = (closed, self.part_offsets, self.geom_offsets)
        return shapely.from_ragged_array(shapely.GeometryType.MULTIPOLYGON, coords[items], offsets)

    def _closing_items(self, count: int) -> tuple[Ints, Ints]:
        """Coordinate numbers with each ring's first point repeated at its end, and the offsets."""
        closed = self.ring_offsets + np.arange(count + 1)
        items = np.arange(closed[-1]) - np.repeat(np.arange(count), np.diff(closed))
        items[closed[1:] - 1] = self.ring_offsets[:-1]
        return items, closed

    def oriented(self) -> "PlaneBatch":
        """The same shapes with the interior on the left: outer rings counter-clockwise, holes clockwise."""
        return normal.oriented(self)

    def edges(self) -> "edges.EdgeIndex":
        """All edges with a hash that does not know direction, and how often each occurs."""
        return edges.index(self)

    def normal_bytes(self, *, turned: bool = False) -> list[bytes]:
        """One normal form per geometry, independent of ring start, direction and order of parts and holes.

        These differences are declared to be *no change*; a moved, added or dropped vertex is one, and of a line its
        direction, unless `turned` says that it runs either way.
        """
        return normal.to_bytes(self, turned=turned)


def _target(epsg_or_zone: int, zone: int | None) -> tuple[int, crs.Crs]:
    """The zone to read into, and the system that the coordinates are in."""
    system = crs.Crs("plane", epsg_or_zone) if epsg_or_zone < 100 else crs.of_epsg(epsg_or_zone)
    return crs.check_zone(system.zone if system.zone is not None else zone or 0), system


Point = tuple[int, int]
Ring = tuple[Point, ...]


@dataclass(frozen=True)
class PlaneShape:
    """A polygon, line or point, of one part or many, in one CGCS2000 3-degree zone.

    zone: 25…45 (Anhui 38, 39, 40). parts: each a tuple of rings, the outer one first, then its holes; a
    ring is a tuple of (east, north) in integers of 0.0001 m, east with the zone in front, closed without
    repeating the first point; a part of a line is one run of points, of a point one run of a single one. Equality is by
    points as written; compare `normal()` for same shapes.
    """

    zone: int
    parts: tuple[tuple[Ring, ...], ...]
    kind: Kind = "polygon"

    def __post_init__(self) -> None:
        crs.check_zone(self.zone)
        least = FORMS[self.kind].least
        if any(not part or any(len(ring) < least for ring in part) for part in self.parts):
            raise ShapeText("有不足三点的环或没有环的部分" if least == 3 else "有不足两点的线或没有点的部分")
        if self.kind != "polygon" and any(len(part) > 1 for part in self.parts):
            raise ShapeText("线或点的一个部分只能有一串坐标")
        if self.kind == "point" and any(len(run) > 1 for part in self.parts for run in part):
            raise ShapeText("点的一个部分只能有一对坐标")

    @classmethod
    def from_shapely(cls, geometry: BaseGeometry, zone: int, kind: Kind = "polygon") -> "PlaneShape":
        """From metres (east with zone prefix, north): read to 1e-6 m, then half up to 0.0001 m."""
        return PlaneBatch.from_shapely([geometry], zone, kind=kind).shape(0)

    @classmethod
    def from_4490(cls, geometry: BaseGeometry, zone: int, kind: Kind = "polygon") -> "PlaneShape":
        """From (longitude, latitude) in degrees, EPSG:4490, projected vertex by vertex."""
        return PlaneBatch.from_4490([geometry], zone, kind=kind).shape(0)

    @classmethod
    def from_json(cls, text: Mapping[str, Any]) -> "PlaneShape":
        """From `{"zone": 39, "parts": [[[[e, n], …], …], …]}`, integers only; else ShapeText. `kind`: "line", "point"."""
        try:
            zone, parts, kind = text["zone"], text["parts"], text.get("kind", "polygon")
            if kind not in FORMS:
                raise ShapeText(f"图形种类“{kind}”不认识,应为 point、line 或 polygon")
            shape = cls(crs.check_zone(zone), tuple(tuple(map(_ring, part)) for part in parts), kind)
        except (KeyError, TypeError, ValueError) as error:
            raise ShapeText("缺少 zone、parts 或坐标不是整数对") from error
        if not in_zone(shape.batch().coords, zone).all():
            raise ShapeText(f"有坐标不在第 {zone} 带内")
        return shape

    def to_json(self) -> dict[str, Any]:
        """`{"zone": 39, "parts": …}`: lists of integers, nothing lost; a line or point names its `kind`."""
        told = {} if self.kind == "polygon" else {"kind": self.kind}
        return {"zone": self.zone, **told, "parts": [[[list(p) for p in r] for r in part] for part in self.parts]}

    def batch(self) -> PlaneBatch:
        """A batch of this one shape."""
        return PlaneBatch.of([self])

    def to_shapely(self) -> BaseGeometry:
        """Metres as doubles (east with zone prefix, north)."""
        return self.batch().to_shapely()[0]

    def to_4490(self) -> BaseGeometry:
        """(longitude, latitude) in degrees, EPSG:4490."""
        return self.batch().to_4490()[0]

    def to_wkb_4490(self, *, srid: bool = False) -> bytes:
        """WKB of `to_4490`; with `srid` as EWKB for PostGIS."""
        return self.batch().to_wkb_4490(srid=srid)[0]

    def normal(self) -> bytes:
        """Normal form for digests: independent of ring start, direction and order."""
        return self.batch().normal_bytes()[0]

    @property
    def box(self) -> tuple[int, int, int, int]:
        """West, south, east, north in units."""
        west, south, east, north = self.batch().boxes[0].tolist()
        return west, south, east, north

    def area_official(self) -> Decimal:
        """Area of record of a polygon on the ellipsoid in m², 2 decimals half up (see `geometry.ellipsoid`)."""
        return half_up(float(ellipsoid.geometry_areas(self.batch())[0]), 2)


def _ring(points: Any) -> Ring:
    ring = tuple((east, north) for east, north in points)
    if any(type(value) is not int for point in ring for value in point):
        raise ValueError("integers only")
    return ring
