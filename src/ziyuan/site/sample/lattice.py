"""The warped lattice (网格) on which a county is drawn.

Lines of the lattice lie about a field's width apart; between blocks of them runs a narrow strip, wide enough
for a road or a ditch. A smooth warp bends the whole, and every crossing (node) is shifted a little, so that
nothing looks ruled. Any group of cells is then a patch, and two patches side by side carry exactly the same
vertices: no gap, no overlap, no T-junction, whatever the rounding.

Why it cannot fold: a node moves less than a quarter of the narrower cell beside it on each axis, which keeps
every triangle of lattice neighbours the right way round, and the warp is locally an affine map.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

Bend = Callable[[Floats, Floats], tuple[Floats, Floats]]

UNITS = 10_000  # of 0.0001 m in a metre
CELLS_PER_PATCH = 11
JITTER, SMOOTHING = 0.13, 0.10  # together below 0.25, see above
ROAD_SPACING = 700.0  # metres between strips, where the patches are small enough
STRIP_WIDTHS = (4.5, 6.0, 8.0, 12.0, 24.0)
STRIP_SHARES = (0.30, 0.34, 0.20, 0.11, 0.05)
WAVES = ((9_000.0, 0.18), (23_000.0, 0.15))  # wave length in metres, steepest gradient


@dataclass
class Lattice:
    """Lines `u` (across) and `v` (up) in lattice metres, and how they lie in the plane."""

    u: Floats
    v: Floats
    strip_u: npt.NDArray[np.bool_]  # per column of cells: is it a strip?
    strip_v: npt.NDArray[np.bool_]
    width_u: Floats
    width_v: Floats
    block: int
    cell: float
    origin: tuple[float, float]
    angle: float
    phases: Floats
    salt: int
    shifted: dict[tuple[int, int], int] = field(default_factory=dict)  # node → another salt, see `rim`

    @property
    def rows(self) -> int:
        """Number of rows of cells."""
        return len(self.v) - 1

    @property
    def columns(self) -> int:
        """Number of columns of cells."""
        return len(self.u) - 1

    def positions(self, rows: slice, columns: slice, smoothing: Floats | None = None) -> Floats:
        """Plane (east, north) in units of 0.0001 m of the nodes of a window, shape (rows, columns, 2).

        `smoothing` holds, per node, a direction in which a corner is rounded off (−1, 0 or 1 on each axis).
        """
        i = np.arange(rows.start, rows.stop)[:, None]
        j = np.arange(columns.start, columns.stop)[None, :]
        du, dv = self._shift(i, j)
        if smoothing is not None:
            du, dv = du + SMOOTHING * smoothing[..., 0], dv + SMOOTHING * smoothing[..., 1]
        room_u, room_v = _room(self.u)[columns][None, :], _room(self.v)[rows][:, None]
        u = self.u[columns][None, :] + du * room_u
        v = self.v[rows][:, None] + dv * room_v
        return np.rint(self.to_plane(u, v) * UNITS)

    def _shift(self, i: Ints, j: Ints) -> tuple[Floats, Floats]:
        salt = np.full(np.broadcast_shapes(i.shape, j.shape), self.salt, dtype=np.uint64)
        for (row, column), other in self.shifted.items():
            if i[0, 0] <= row <= i[-1, 0] and j[0, 0] <= column <= j[0, -1]:
                salt[row - i[0, 0], column - j[0, 0]] = other
        bits = mix(i.astype(np.uint64) << np.uint64(32) | j.astype(np.uint64), salt)
        return (
            JITTER * (2 * (bits >> np.uint64(32)).astype(np.float64) / 2**32 - 1),
            JITTER * (2 * (bits & np.uint64(0xFFFFFFFF)).astype(np.float64) / 2**32 - 1),
        )

    def to_plane(self, u: Floats, v: Floats) -> Floats:
        """Lattice metres to plane metres."""
        du, dv = self._warp(u, v)
        x, y = u + du, v + dv
        cos, sin = np.cos(self.angle), np.sin(self.angle)
        return np.stack([self.origin[0] + cos * x - sin * y, self.origin[1] + sin * x + cos * y], axis=-1)

    def from_plane(self, points: Floats) -> Floats:
        """Plane metres to lattice metres, by fixed point (the warp contracts)."""
        return _unwarp(points, self.origin, self.angle, self._warp)

    def _warp(self, u: Floats, v: Floats) -> tuple[Floats, Floats]:
        return warp(u, v, self.phases)


def warp(u: Floats, v: Floats, phases: Floats) -> tuple[Floats, Floats]:
    """How far a lattice point is bent away, on both axes."""
    du = dv = np.zeros(())
    for (length, gradient), (p, q) in zip(WAVES, phases, strict=True):
        reach = gradient * length / (2 * np.pi)
        du = du + reach * np.sin(2 * np.pi * v / length + p)
        dv = dv + reach * np.sin(2 * np.pi * u / length + q)
    return du, dv


def _unwarp(points: Floats, origin: tuple[float, float], angle: float, bend: Bend) -> Floats:
    x, y = points[:, 0] - origin[0], points[:, 1] - origin[1]
    cos, sin = np.cos(angle), np.sin(angle)
    x, y = cos * x + sin * y, cos * y - sin * x
    u, v = x, y
    for _ in range(60):
        du, dv = bend(u, v)
        u, v = x - du, y - dv
    return np.column_stack([u, v])


def mix(value: npt.NDArray[np.uint64], salt: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """Splitmix64: the same number for the same node for ever, whichever window asks."""
    with np.errstate(over="ignore"):
        z = value + (salt + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return z ^ (z >> np.uint64(31))


def _room(lines: Floats) -> Floats:
    gaps = np.diff(lines)
    return np.minimum(np.concatenate([gaps[:1], gaps]), np.concatenate([gaps, gaps[-1:]]))


def lay(outline: BaseGeometry, patches: int, rng: np.random.Generator) -> Lattice:
    """A lattice over `outline` (plane metres) with about `CELLS_PER_PATCH` cells for each patch wanted."""
    cell = float(np.sqrt(outline.area / (patches * CELLS_PER_PATCH)))
    block = max(6, round(ROAD_SPACING / cell))
    origin = (outline.centroid.x, outline.centroid.y)
    angle = float(rng.uniform(-0.45, 0.45))
    phases = rng.uniform(0, 2 * np.pi, (len(WAVES), 2))
    points = shapely.get_coordinates(shapely.segmentize(outline, cell))
    reach = _unwarp(points, origin, angle, lambda u, v: warp(u, v, phases))
    low, high = reach.min(axis=0) - 3 * cell, reach.max(axis=0) + 3 * cell
    u, strip_u, width_u = _lines(low[0], high[0], cell, block, rng)
    v, strip_v, width_v = _lines(low[1], high[1], cell, block, rng)
    salt = int(rng.integers(1, 2**31))
    return Lattice(u, v, strip_u, strip_v, width_u, width_v, block, cell, origin, angle, phases, salt)


def _lines(
    low: float, high: float, cell: float, block: int, rng: np.random.Generator
) -> tuple[Floats, npt.NDArray[np.bool_], Floats]:
    repeats = int(np.ceil((high - low) / (block * cell))) + 1
    fields = cell * rng.uniform(0.75, 1.25, (repeats, block))
    widest = cell * 0.9
    strips = np.minimum(rng.choice(STRIP_WIDTHS, size=(repeats, 1), p=STRIP_SHARES), widest)
    gaps = np.concatenate([strips, fields], axis=1).ravel()
    lines = low - strips[0, 0] + np.concatenate([[0.0], np.cumsum(gaps)])
    kept = int(np.searchsorted(lines, high)) // (block + 1) * (block + 1) + block + 1
    kept = min(kept, len(gaps))
    strip = np.zeros(kept, dtype=bool)
    strip[:: block + 1] = True
    return lines[: kept + 1], strip, gaps[:kept]
