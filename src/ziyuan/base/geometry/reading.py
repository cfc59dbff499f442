"""From WKB or shapely geometries to flat integer arrays: one parse, no loop over geometries."""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import shapely

from ziyuan.base import crs
from ziyuan.base.geometry.flat import offsets_of, reduce_runs
from ziyuan.base.geometry.grid import ZONE_UNITS, Ints, in_zone, to_units_and_strays
from ziyuan.base.geometry.kinds import FORMS, Kind
from ziyuan.base.geometry.problems import Problem
from ziyuan.base.geometry.wkb import Ragged

Flags = npt.NDArray[np.bool_]
_TYPES: dict[Kind, tuple[int, int]] = {"point": (0, 4), "line": (1, 5), "polygon": (3, 6)}  # GEOS: one part, many parts


class Flat(NamedTuple):
    """Coordinates with ring, part and geometry offsets (see PlaneBatch), and one Problem per geometry."""

    coords: Ints
    ring_offsets: Ints
    part_offsets: Ints
    geom_offsets: Ints
    problems: npt.NDArray[np.int8]
    off_grid: int


def parse_wkb(wkb: Any) -> tuple[npt.NDArray[np.object_], npt.NDArray[np.int8]]:
    """Shapely geometries of WKB values (numpy, list or Arrow array), and the problems met so far."""
    values = np.asarray(wkb, dtype=object)
    with np.errstate(invalid="ignore"):  # a coordinate that is no number is marked, not warned of
        geometries = shapely.from_wkb(values, on_invalid="ignore")
    problems = np.zeros(len(values), dtype=np.int8)
    missing = shapely.is_missing(geometries)
    if missing.any():
        given = np.array([bool(v) for v in values], dtype=bool)
        problems[missing & given] = Problem.UNREADABLE
        problems[missing & ~given] = Problem.MISSING
    return geometries, problems


def read(
    geometries: npt.NDArray[np.object_], zone: int, system: crs.Crs, problems: npt.NDArray[np.int8],
    kind: Kind = "polygon",
) -> Flat:  # fmt: skip
    """Plane integers in `zone` of geometries of one kind given in `system`; one with a problem gets no parts."""
    usable = _usable(geometries, problems, kind)
    readable = geometries.copy()
    readable[~usable] = None
    return placed(_ragged(readable) if kind == "polygon" else _runs(readable), zone, system, problems)


def placed(ragged: Ragged, zone: int, system: crs.Crs, problems: npt.NDArray[np.int8]) -> Flat:
    """As `read`, from coordinates that are flat already; geometries that have a problem have no parts here."""
    metres, rings, parts, geoms = ragged
    usable = problems == Problem.NONE
    if system.kind == "degrees" and len(metres):
        metres = np.column_stack(crs.to_plane(zone).transform(metres[:, 0], metres[:, 1]))
    finite: Flags = np.isfinite(metres[:, 0])
    finite &= np.isfinite(metres[:, 1])
    if not finite.all():
        metres = np.where(finite[:, None], metres, 0.0)
    coords, stray = to_units_and_strays(metres)
    if system.kind == "plane" and not system.prefixed:
        coords[:, 0] += zone * ZONE_UNITS
    of_geometry = rings[parts[geoms]]
    if not finite.all():
        _mark(problems, usable & ~_all(finite, of_geometry), Problem.NOT_FINITE)
    inside = in_zone(coords, zone)
    if not inside.all():
        _mark(problems, usable & ~_all(inside, of_geometry), Problem.OUTSIDE_ZONE)
    strays = 0 if system.kind == "degrees" else int(np.count_nonzero(stray[:, 0] | stray[:, 1]))
    flat = Flat(coords, rings, parts, geoms, problems, strays)
    return _without(flat, problems != Problem.NONE) if (problems[usable] != Problem.NONE).any() else flat


def _usable(geometries: npt.NDArray[np.object_], problems: npt.NDArray[np.int8], kind: Kind) -> Flags:
    one, many = _TYPES[kind]
    kinds = shapely.get_type_id(geometries)
    _mark(problems, kinds == -1, Problem.MISSING)
    _mark(problems, (kinds != one) & (kinds != many), FORMS[kind].other)
    _mark(problems, shapely.is_empty(geometries), Problem.EMPTY)
    return problems == Problem.NONE


def _mark(problems: npt.NDArray[np.int8], where: Flags, problem: Problem) -> None:
    problems[where & (problems == Problem.NONE)] = problem


def _all(flags: Flags, offsets: Ints) -> Flags:
    return reduce_runs(np.logical_and, flags, offsets, True)


def _ragged(geometries: npt.NDArray[np.object_]) -> Ragged:
    """Coordinates without each ring's repeated last point, and the three offsets; None has no parts."""
    parts, of_geometry = shapely.get_parts(geometries, return_index=True)
    full = ~shapely.is_empty(parts)
    parts, of_geometry = parts[full], of_geometry[full]
    rings, of_part = shapely.get_rings(parts, return_index=True)
    coords, of_ring = shapely.get_coordinates(rings, return_index=True)
    counts = np.bincount(of_ring, minlength=len(rings)).astype(np.int64)
    last = np.zeros(len(coords), dtype=bool)
    last[np.cumsum(counts) - 1] = True
    return Ragged(
        coords[~last],
        offsets_of(counts - 1),
        offsets_of(np.bincount(of_part, minlength=len(parts)).astype(np.int64)),
        offsets_of(np.bincount(of_geometry, minlength=len(geometries)).astype(np.int64)),
    )


def _runs(geometries: npt.NDArray[np.object_]) -> Ragged:
    """Lines or points: each part one run with all its points; None has no parts."""
    parts, of_geometry = shapely.get_parts(geometries, return_index=True)
    full = ~shapely.is_empty(parts)
    parts, of_geometry = parts[full], of_geometry[full]
    coords, of_part = shapely.get_coordinates(parts, return_index=True)
    return Ragged(
        coords,
        offsets_of(np.bincount(of_part, minlength=len(parts)).astype(np.int64)),
        np.arange(len(parts) + 1),
        offsets_of(np.bincount(of_geometry, minlength=len(geometries)).astype(np.int64)),
    )


def _without(flat: Flat, dropped: Flags) -> Flat:
    """The same batch in which the geometries of `dropped` have no parts."""
    counts = np.where(dropped, 0, np.diff(flat.geom_offsets))
    parts = np.repeat(~dropped, np.diff(flat.geom_offsets))
    rings = np.repeat(parts, np.diff(flat.part_offsets))
    coords = np.repeat(rings, np.diff(flat.ring_offsets))
    return Flat(
        flat.coords[coords],
        offsets_of(np.diff(flat.ring_offsets)[rings]),
        offsets_of(np.diff(flat.part_offsets)[parts]),
        offsets_of(counts),
        flat.problems,
        flat.off_grid,
    )
