"""The geometry of one layer, parsed once: plane integers, and GEOS shapes of the same numbers.

"Units" are steps of the grid: 0.0001 m, finer where the model has more decimals. GEOS works on whole numbers
counted from an origin, where doubles are exact; what is found goes back to the delivered coordinates by
`delivered`.
"""

from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from numpy.typing import NDArray

from ziyuan.base.geometry import PlaneBatch
from ziyuan.base.geometry.flat import owners
from ziyuan.onemap.quality.plane import Plane, on_earth, plane_of
from ziyuan.onemap.quality.threads import in_threads

DECIMALS = 4
_MOST_DECIMALS = 8
_POLYGONAL = (3, 6)
_FAMILY_TYPES = {"point": (0, 4), "line": (1, 5), "polygon": _POLYGONAL}
_ENCLOSED = 1e-3
"""Share of a shape's area by which the area of its rings may differ before its inside is a matter of opinion."""
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Given:
    """Delivered geometries as WKB, parsed when they are asked for: `given[row]` or `given[rows]`, None where there is none."""

    def __init__(self, wkb: pa.Array | pa.ChunkedArray) -> None:
        self._wkb = wkb

    def __len__(self) -> int:
        return len(self._wkb)

    def __getitem__(self, rows: int | Ints) -> Any:
        if isinstance(rows, int | np.integer):
            return _parsed(self._wkb[int(rows)].as_py())
        return self._read(self._wkb.take(pa.array(rows)))

    def every(self) -> NDArray[np.object_]:
        """All of them."""
        return self._read(self._wkb)

    @staticmethod
    def _read(wkb: pa.Array | pa.ChunkedArray) -> NDArray[np.object_]:
        """Parsed piece by piece, so that no copy of all the bytes is made."""
        out = np.full(len(wkb), None, object)
        for at in range(0, len(wkb), _PIECE):
            piece = wkb.slice(at, _PIECE)
            held = piece.to_numpy() if isinstance(piece, pa.ChunkedArray) else piece.to_numpy(zero_copy_only=False)
            out[at : at + _PIECE] = in_threads(_parsed, held)
        return out

    def only(self, rows: Ints) -> "Given":
        """The same rows, those but `rows` without geometry."""
        kept = np.zeros(len(self), bool)
        kept[rows] = True
        return Given(pc.if_else(pa.array(kept), self._wkb, pa.scalar(None, self._wkb.type)))


_PIECE = 1 << 15


def _parsed(wkb: Any) -> Any:
    return shapely.from_wkb(wkb, on_invalid="ignore")


class Shapes:
    """All geometries of a layer, aligned to its rows.

    `given` is what was delivered (None where absent); `rows` are the rows whose geometry takes part in
    topology (right kind, finite, not empty); `units` their GEOS shapes in units counted from `origin`.
    """

    def __init__(self, delivered: "Given | NDArray[np.object_]", epsg: int | None, kind: str, *, like: "Shapes | None" = None,
                 decimals: int = DECIMALS, plane: Plane | None = None) -> None:  # fmt: skip
        """`like` is a layer of the same check, whose plane, grid and origin are taken over.

        `delivered` as WKB keeps memory low: the shapes as delivered are parsed again where they are needed.
        """
        self.given = delivered if isinstance(delivered, Given) else Given(pa.array(shapely.to_wkb(delivered), pa.binary()))
        self.kind = kind
        self._like = like
        self.scale: int = like.scale if like else 10 ** min(max(decimals, DECIMALS), _MOST_DECIMALS)
        """Units in a metre."""
        given = self.given.every()
        self.missing = shapely.is_missing(given) | shapely.is_empty(given)
        types = shapely.get_type_id(given)
        self.wrong_kind = ~self.missing & ~np.isin(types, _FAMILY_TYPES.get(kind, ()))
        bounds = shapely.bounds(given)
        self.infinite = ~self.missing & ~on_earth(bounds, epsg)
        usable = ~(self.missing | self.wrong_kind | self.infinite)
        self.plane: Plane = plane or (like.plane.via(epsg) if like and len(like.rows) else plane_of(epsg, bounds[usable]))
        metres = self.plane.metres(shapely.get_coordinates(given[usable]))
        lost = ~np.isfinite(metres).all(axis=1)
        if lost.any():  # too far from the middle of the layer to be projected
            _, owner = shapely.get_coordinates(given[usable], return_index=True)
            self.infinite[np.flatnonzero(usable)[owner[lost]]] = True
            usable &= ~self.infinite
            metres = self.plane.metres(shapely.get_coordinates(given[usable]))
        self.rows: Ints = np.flatnonzero(usable)
        whole = self._grid(metres)
        self.origin: tuple[int, int] = like.origin if like and len(like.rows) else _lowest(whole)
        local = whole - np.array(self.origin, np.int64)
        flat = given[self.rows]
        if shapely.has_z(flat).any():
            flat = shapely.force_2d(flat)
        self.units = shapely.set_coordinates(flat, local.astype(np.float64))

    def _grid(self, metres: Floats) -> Ints:
        """Whole units: first to a hundredth of a unit (which takes away the noise of doubles), then half up."""
        fine = np.floor(metres * (self.scale * 100) + 0.5).astype(np.int64)
        return (fine + 50) // 100

    @cached_property
    def square(self) -> float:
        """Square units in a square metre."""
        return float(self.scale) ** 2

    @cached_property
    def second(self) -> "Shapes | None":
        """The other reading of a layer whose straight edges do not stay straight in the plane; None otherwise.

        A T-junction may lie on its edge in degrees or in the plane, not in both: a fault is one in both readings.
        """
        if not self.plane.curved or not len(self.rows):
            return None
        given = self.given.only(self.rows)
        like = self._like.second if self._like is not None and self._like.plane.epsg == self.plane.epsg else None
        if like is not None:
            return Shapes(given, self.plane.epsg, self.kind, like=like)
        bounds = shapely.bounds(self.given[self.rows])
        middle = np.median((bounds[:, :2] + bounds[:, 2:]) / 2, axis=0)
        decimals = round(np.log10(self.scale))
        return Shapes(given, self.plane.epsg, self.kind, plane=self.plane.straight(middle), decimals=decimals)

    def local(self, xy: Floats) -> Floats:
        """Delivered coordinates (n, 2) in units from the origin, not rounded to the grid."""
        return self.plane.metres(xy) * self.scale - np.array(self.origin)

    def delivered(self, xy: Floats) -> Floats:
        """Points in units from the origin, as delivered coordinates (n, 2)."""
        metres = (np.asarray(xy, np.float64).reshape(-1, 2) + np.array(self.origin)) / self.scale
        return self.plane.delivered(metres)

    def deliver(self, shape: shapely.Geometry) -> shapely.Geometry:
        """A shape in units, in delivered coordinates."""
        return shapely.transform(shape, self.delivered)

    @cached_property
    def valid(self) -> NDArray[np.bool_]:
        """Validity in the order of `units`: a shape is invalid when it is so as delivered and on the grid.

        Rounding to the grid may make a ring touch itself, and doubles may cross by less than the grid. In a
        layer that had to be projected it is the grid on which straight edges stay straight.
        """
        broken = np.zeros(len(self.rows), bool)
        for at in range(0, len(broken), _PIECE):
            broken[at : at + _PIECE] = ~in_threads(shapely.is_valid, self.given[self.rows[at : at + _PIECE]])
        if not broken.any():
            return ~broken
        if self.second is None:
            broken[broken] = ~shapely.is_valid(self.units[broken])
        else:
            known = np.isin(self.rows, self.second.rows) & broken
            broken[known] = ~shapely.is_valid(self.second.units[np.searchsorted(self.second.rows, self.rows[known])])
        return ~broken

    @cached_property
    def sound(self) -> NDArray[np.object_]:
        """`units` with the invalid ones made valid, for questions of cover and overlap."""
        out = self.units.copy()
        if self.kind == "polygon":
            broken = ~in_threads(shapely.is_valid, self.units)
            out[broken] = shapely.make_valid(out[broken])
        return out

    @cached_property
    def vague(self) -> NDArray[np.bool_]:
        """Invalid shapes whose inside is a matter of opinion (a bow tie; not a spike or a touching ring)."""
        out = ~self.valid
        if out.any():
            rings = np.abs(shapely.area(self.units[out]))
            inside = shapely.area(self.sound[out])
            out[out] = np.abs(rings - inside) > _ENCLOSED * np.maximum(rings, inside)
        return out

    @cached_property
    def tree(self) -> shapely.STRtree:
        """Index of `sound`."""
        return shapely.STRtree(self.sound)

    @cached_property
    def areas(self) -> Floats:
        """Plane areas in m², in the order of `units`."""
        return shapely.area(self.units) / self.square

    @cached_property
    def inside(self) -> NDArray[np.object_]:
        """A point surely inside each shape, in units."""
        return in_threads(shapely.point_on_surface, self.sound)

    @cached_property
    def batch(self) -> PlaneBatch:
        """The shapes as one flat batch of whole units, outer rings counter-clockwise; polygons only."""
        return flat_batch(self.units, self.origin, self.plane.zone).oriented()

    @cached_property
    def record(self) -> PlaneBatch:
        """The shapes in whole 0.0001 m, the form of the area of record."""
        if self.scale == 10**DECIMALS:
            return self.batch
        step = self.scale // 10**DECIMALS
        b = self.batch
        return PlaneBatch(b.zone, (b.coords + step // 2) // step, b.ring_offsets, b.part_offsets, b.geom_offsets, b.problems)

    @cached_property
    def coordinate_owner(self) -> Ints:
        """For each coordinate of `batch`, the place of its shape in `units`."""
        return owners(self.batch.coord_offsets)


def _lowest(whole: Ints) -> tuple[int, int]:
    low = np.median(whole, axis=0).astype(np.int64) if len(whole) else np.zeros(2, np.int64)
    return int(low[0]), int(low[1])


def flat_batch(shapes: NDArray[np.object_], origin: tuple[int, int], zone: int | None) -> PlaneBatch:
    """Polygons in whole numbers counted from `origin`, as a batch of absolute integers."""
    parts, owner = shapely.get_parts(shapes, return_index=True)
    full = ~shapely.is_empty(parts)
    parts, owner = parts[full], owner[full]
    if not len(parts):
        nothing = np.zeros(1, np.int64)
        return PlaneBatch(0, np.zeros((0, 2), np.int64), nothing, nothing, nothing, np.zeros(0, np.int8))
    rings, part_of = shapely.get_rings(parts, return_index=True)
    xy, ring_of = shapely.get_coordinates(rings, return_index=True)
    keep = np.ones(len(xy), bool)
    sizes = np.bincount(ring_of, minlength=len(rings))
    keep[np.cumsum(sizes) - 1] = False
    coords = np.rint(xy[keep]).astype(np.int64) + np.array(origin, np.int64)
    return PlaneBatch(zone or 0, coords, _offsets(sizes - 1), _offsets(np.bincount(part_of, minlength=len(parts))),
                      _offsets(np.bincount(owner, minlength=len(shapes))), np.zeros(len(shapes), np.int8))  # fmt: skip


def _offsets(counts: NDArray[np.int64]) -> Ints:
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
