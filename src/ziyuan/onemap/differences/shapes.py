"""Shapes of a layer, of any kind and in any system, as integers of the declared precision, and which of them are same.

Polygons keep outer rings and holes; of points and lines each part stands as one ring without orientation. Two shapes are
the same when their integers are, once direction, first point and order are brought to a normal form as far as the
declaration lets them differ. Where integers differ but the points may still lie within half of the precision of one
another (coordinates off the grid, written with other digits), `near` decides on the coordinates as delivered.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
import pyproj
import shapely

from ziyuan.base.geometry import PlaneBatch
from ziyuan.base.geometry.flat import next_in_run, offsets_of, owners, reduce_runs
from ziyuan.base.geometry.grid import to_units
from ziyuan.base.geometry.normal import arranged, arranged_runs
from ziyuan.base.geometry.wkb import Ragged, binary, parse
from ziyuan.onemap.differences.near import near
from ziyuan.onemap.differences.no_change import NoChange

NONE, POINT, LINE, POLYGON, OTHER = range(5)
_KINDS = np.array([POINT, LINE, LINE, POLYGON, POINT, LINE, POLYGON, OTHER, NONE], dtype=np.int8)


@dataclass(frozen=True, eq=False)
class Shapes:
    """`wkb` as delivered; `kinds`: one of NONE … OTHER for each; `change` brings points to the system of comparing.

    `plain`: the flat points of a column of nothing but polygons, read without an object per shape.
    """

    wkb: pa.Array
    kinds: np.ndarray
    rules: NoChange
    degrees: bool
    change: pyproj.Transformer | None = None
    plain: Ragged | None = None

    @classmethod
    def read(cls, column: Any, rules: NoChange, epsg: int, system: int) -> "Shapes":
        """A WKB column in `epsg`, brought to `system` vertex by vertex where the two differ."""
        array = binary(column)
        degrees = pyproj.CRS.from_epsg(system).is_geographic
        change = pyproj.Transformer.from_crs(epsg, system, always_xy=True) if epsg != system else None
        plain = parse(array)
        if plain is not None:
            kinds = np.where(np.diff(plain.geom_offsets) > 0, POLYGON, NONE).astype(np.int8)
            return cls(array, kinds, rules, degrees, change, plain)
        found = cls(array, np.zeros(len(array), dtype=np.int8), rules, degrees, change)
        kinds = _KINDS[shapely.get_type_id(found.geometries)]
        kinds[shapely.is_empty(found.geometries)] = NONE
        return cls(array, kinds, rules, degrees, change)

    def take(self, places: np.ndarray) -> "Shapes":
        """The shapes at these places."""
        return Shapes(self.wkb.take(pa.array(places, pa.int64())), self.kinds[places], self.rules, self.degrees, self.change)

    @cached_property
    def geometries(self) -> np.ndarray:
        """Shapely geometries in the system of comparing."""
        found = shapely.from_wkb(self.wkb.to_numpy(zero_copy_only=False), on_invalid="ignore")
        return found if self.change is None else shapely.transform(found, self._moved)

    def _moved(self, points: np.ndarray) -> np.ndarray:
        assert self.change is not None  # noqa: S101  asked only then
        return np.column_stack(self.change.transform(points[:, 0], points[:, 1]))

    @property
    def step(self) -> float:
        return self.rules.step(self.degrees)

    @cached_property
    def normal(self) -> PlaneBatch:
        """All shapes as integers in normal form; one of another kind has no parts."""
        batch = _flat(self.geometries, self.kinds, self.step) if self.plain is None else self._of_plain(self.plain)
        rules, areal = self.rules, self.kinds == POLYGON
        if not rules.collinear_counts:
            batch = _without_collinear(batch, areal)
        if areal.all():
            return arranged(batch, direction=rules.any_direction, start=rules.any_start, order=rules.any_order)
        turned = rules.any_line_direction
        if not areal.any():
            return arranged_runs(batch, turned=turned, order=rules.any_order)
        return _woven(
            arranged(batch.take(areal), direction=rules.any_direction, start=rules.any_start, order=rules.any_order),
            arranged_runs(batch.take(~areal), turned=turned, order=rules.any_order),
            areal,
        )

    def _of_plain(self, plain: Ragged) -> PlaneBatch:
        points = plain.coords if self.change is None else self._moved(plain.coords)
        problems = np.zeros(len(self.kinds), dtype=np.int8)
        offsets = plain.ring_offsets, plain.part_offsets, plain.geom_offsets
        return PlaneBatch(0, _integers(points, self.step), *offsets, problems)

    def marks(self) -> list[bytes]:
        """Equal bytes for shapes with equal integers in normal form."""
        batch, found = self.normal, []
        coords, ends = batch.coords.tobytes(), (batch.coord_offsets * 16).tolist()
        for i, kind in enumerate(self.kinds):
            parts = batch.part_offsets[batch.geom_offsets[i] : batch.geom_offsets[i + 1] + 1]
            rings = batch.ring_offsets[parts[0] : parts[-1] + 1]
            heads = np.concatenate([np.diff(parts), np.diff(rings)])
            other = shapely.to_wkb(shapely.normalize(self.geometries[i])) if kind == OTHER else b""
            found.append(bytes([kind]) + heads.tobytes() + coords[ends[i] : ends[i + 1]] + other)
        return found


def same(old: Shapes, new: Shapes) -> np.ndarray:
    """Per place whether the shapes of two aligned batches are the same. bool (n,)."""
    found = old.kinds == new.kinds
    plain = np.flatnonzero(found & (old.kinds > NONE) & (old.kinds < OTHER))
    if len(plain):
        found[plain] = _equal(old.normal.take(plain), new.normal.take(plain))
        unsure = plain[~found[plain]]
        found[unsure] = near(old.take(unsure), new.take(unsure), old.step / 2)
    other = np.flatnonzero(found & (old.kinds == OTHER))
    if len(other):
        pairs = zip(old.geometries[other], new.geometries[other], strict=True)
        found[other] = [a.normalize() == b.normalize() for a, b in pairs]
    return found


def _equal(one: PlaneBatch, other: PlaneBatch) -> np.ndarray:
    """Exactly the same parts, rings and points, in the order given."""
    alike = _counts(one) == _counts(other)
    found = alike.all(axis=1)
    chosen = np.flatnonzero(found)
    a, b = one.take(chosen), other.take(chosen)
    rings = np.diff(a.ring_offsets) == np.diff(b.ring_offsets)
    parts = np.diff(a.part_offsets) == np.diff(b.part_offsets)
    points = (a.coords == b.coords).all(axis=1)
    found[chosen] = (
        reduce_runs(np.logical_and, points, a.coord_offsets, True)
        & reduce_runs(np.logical_and, rings, a.part_offsets[a.geom_offsets], True)
        & reduce_runs(np.logical_and, parts, a.geom_offsets, True)
    )
    return found


def _counts(batch: PlaneBatch) -> np.ndarray:
    """(n, 3): parts, rings and points of each geometry."""
    parts = batch.geom_offsets
    rings = batch.part_offsets[parts]
    return np.column_stack([np.diff(parts), np.diff(rings), np.diff(batch.ring_offsets[rings])])


def _flat(geometries: np.ndarray, kinds: np.ndarray, step: float) -> PlaneBatch:
    """Integers of `step`; rings of polygons without their repeated last point."""
    usable = geometries.copy()
    usable[(kinds == NONE) | (kinds == OTHER)] = None
    parts, of_geometry = shapely.get_parts(usable, return_index=True)
    areal = shapely.get_type_id(parts) == shapely.GeometryType.POLYGON
    rings, of_part = shapely.get_rings(parts[areal], return_index=True)
    of_part = np.flatnonzero(areal)[of_part]
    if not areal.all():
        of_part = np.concatenate([of_part, np.flatnonzero(~areal)])
        order = np.argsort(of_part, kind="stable")
        rings, of_part = np.concatenate([rings, parts[~areal]])[order], of_part[order]
    coords, of_ring = shapely.get_coordinates(rings, return_index=True)
    counts = np.bincount(of_ring, minlength=len(rings)).astype(np.int64)
    closed = areal[of_part]
    last = np.zeros(len(coords), dtype=bool)
    last[(np.cumsum(counts) - 1)[closed & (counts > 0)]] = True
    return PlaneBatch(
        zone=0, coords=_integers(coords[~last], step), ring_offsets=offsets_of(counts - (closed & (counts > 0))),
        part_offsets=offsets_of(np.bincount(of_part, minlength=len(parts)).astype(np.int64)),
        geom_offsets=offsets_of(np.bincount(of_geometry, minlength=len(geometries)).astype(np.int64)),
        problems=np.zeros(len(geometries), dtype=np.int8),
    )  # fmt: skip


def _integers(coords: np.ndarray, step: float) -> np.ndarray:
    wild = ~(np.abs(coords) < step * 2.0**52)  # beyond any map, or no number: the same only to the last bit
    tame = np.where(wild, 0.0, coords)
    whole = to_units(tame) if step == 0.0001 else np.floor(tame / step + 0.5).astype(np.int64)
    return np.where(wild, np.ascontiguousarray(coords).view(np.int64) >> 1, whole) if wild.any() else whole


def _without_collinear(batch: PlaneBatch, areal: np.ndarray) -> PlaneBatch:
    """Rings without the points that lie within one unit of the line between their neighbours."""
    following = next_in_run(batch.ring_offsets)
    before = np.empty_like(following)
    before[following] = np.arange(len(following))
    here, ahead, behind = (batch.coords[i].astype(np.float64) for i in (np.arange(len(following)), following, before))
    span = ahead - behind
    off = np.abs(span[:, 0] * (here - behind)[:, 1] - span[:, 1] * (here - behind)[:, 0])
    length = np.hypot(*span.T)
    onward = ((here - behind) * span).sum(axis=1)
    flat = (off <= np.maximum(length, 1e-9)) & (onward > 0) & (onward < length**2)
    flat &= np.repeat(areal, np.diff(batch.coord_offsets))
    ring = owners(batch.ring_offsets)
    left = np.bincount(ring[~flat], minlength=len(batch.ring_offsets) - 1)
    flat &= (left >= 3)[ring]
    counts = np.bincount(ring[~flat], minlength=len(batch.ring_offsets) - 1).astype(np.int64)
    return PlaneBatch(0, batch.coords[~flat], offsets_of(counts), batch.part_offsets, batch.geom_offsets, batch.problems)


def _woven(areal: PlaneBatch, rest: PlaneBatch, where: np.ndarray) -> PlaneBatch:
    """Two batches put back in the order of one."""
    both = PlaneBatch(
        0, np.concatenate([areal.coords, rest.coords]), _joined(areal.ring_offsets, rest.ring_offsets),
        _joined(areal.part_offsets, rest.part_offsets), _joined(areal.geom_offsets, rest.geom_offsets),
        np.concatenate([areal.problems, rest.problems]),
    )  # fmt: skip
    place = np.empty(len(where), dtype=np.int64)
    place[where], place[~where] = np.arange(where.sum()), where.sum() + np.arange((~where).sum())
    return both.take(place)


def _joined(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    return np.concatenate([one, other[1:] + one[-1]])
