"""From delivered coordinates to plane metres and back, for any coordinate system.

Rules think in metres. A plane system keeps its own coordinates (times the length of its unit); degrees, and
plane systems whose scale is far from 1 (web Mercator), are brought into the 3-degree strip of the layer's
middle. All layers of one check share one plane.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pyproj
from numpy.typing import NDArray

from ziyuan.base import crs

Floats = NDArray[np.float64]
_FARTHEST = (1e9, 1e9, 1e9, 1e9)
"""Metres beyond which a coordinate is no place on earth, as little as one that is not finite."""
_DEGREES = (180.0, 90.0, 180.0, 90.0)
_FALSE_SCALE = 0.01
_PREFIXED, _BARE = range(4513, 4534), range(4534, 4555)


@lru_cache(maxsize=256)
def system_of(epsg: int) -> pyproj.CRS:
    """The coordinate system of an EPSG code."""
    return pyproj.CRS.from_epsg(epsg)


def placed_system(epsg: int) -> pyproj.CRS | None:
    """The system of a code if it places points by degrees or in a plane; None for any other code, and where there is none."""
    try:
        system = system_of(epsg)
    except pyproj.exceptions.CRSError:
        return None
    return system if system.is_geographic or system.is_projected else None


@dataclass(frozen=True)
class Plane:
    """metres = (transformed delivered coordinates) × `scale` + `offset`.

    `zone`: CGCS2000 3-degree zone when the metres are those of one (easting with the zone in front), so that
    the official area can be computed. `curved`: a straight edge as delivered is not straight in the plane.
    """

    epsg: int | None
    zone: int | None = None
    scale: tuple[float, float] = (1.0, 1.0)
    offset: tuple[float, float] = (0.0, 0.0)
    transformer: pyproj.Transformer | None = None
    curved: bool = False

    def metres(self, xy: Floats) -> Floats:
        """Delivered coordinates (n, 2) as plane metres; what cannot be projected is not finite."""
        if self.transformer is not None:
            xy = np.column_stack(self.transformer.transform(xy[:, 0], xy[:, 1]))
        if self.scale == (1.0, 1.0) and self.offset == (0.0, 0.0):
            return xy
        return xy * np.array(self.scale) + np.array(self.offset)

    def delivered(self, metres: Floats) -> Floats:
        """Plane metres (n, 2) as delivered coordinates."""
        xy = metres
        if self.scale != (1.0, 1.0) or self.offset != (0.0, 0.0):
            xy = (metres - np.array(self.offset)) / np.array(self.scale)
        if self.transformer is None:
            return xy
        return np.column_stack(self.transformer.transform(xy[:, 0], xy[:, 1], direction="INVERSE"))

    def via(self, epsg: int | None) -> "Plane":
        """The same plane for a layer delivered in another system."""
        if epsg == self.epsg or not epsg or not self.epsg:
            return self
        across = pyproj.Transformer.from_crs(system_of(epsg), self._target(), always_xy=True)
        return Plane(epsg, self.zone, self.scale, self.offset, across, curved=True)

    def _target(self) -> pyproj.CRS:
        """System that `transformer` ends in (that of the layer itself where there is none)."""
        target = None if self.transformer is None else self.transformer.target_crs
        return target if target is not None else system_of(int(self.epsg or 0))

    def straight(self, middle: Floats) -> "Plane":
        """The second reading of a `curved` plane: delivered coordinates stretched, so that straight stays straight.

        Lengths are right near `middle` (delivered coordinates of the layer's middle).
        """
        steps = np.array([middle, middle, middle]) + np.array([[0, 0], [1e-4, 0], [0, 1e-4]]) * self._unit_step()
        at = self.metres(steps)
        scale = np.hypot(*(at[1:] - at[0]).T) / (1e-4 * self._unit_step())
        offset = at[0] - middle * scale
        return Plane(self.epsg, None, (float(scale[0]), float(scale[1])), (float(offset[0]), float(offset[1])))

    def _unit_step(self) -> float:
        """One degree, or a hundred kilometres."""
        return 1.0 if self.epsg is not None and system_of(self.epsg).is_geographic else 1e5

    def areal_scale(self, delivered: Floats) -> Floats:
        """Plane area ÷ area on the ellipsoid at delivered points (n, 2)."""
        system = self._target() if self.epsg is not None else None
        if system is None or not system.is_projected:
            return np.ones(len(delivered))
        lon, lat = _degrees_of(int(self.epsg or 0), delivered)
        factors = pyproj.Proj(system).get_factors(lon, lat, errcheck=False)
        return np.asarray(factors.areal_scale, np.float64)


def _degrees_of(epsg: int, xy: Floats) -> tuple[Floats, Floats]:
    system = system_of(epsg)
    if system.is_geographic:
        return xy[:, 0], xy[:, 1]
    back = pyproj.Transformer.from_crs(system, system.geodetic_crs, always_xy=True)
    lon, lat = back.transform(xy[:, 0], xy[:, 1])
    return np.asarray(lon), np.asarray(lat)


def on_earth(bounds: Floats, epsg: int | None) -> NDArray[np.bool_]:
    """Finite, and no farther away than coordinates of the system can be."""
    degrees = bool(epsg) and system_of(int(epsg or 0)).is_geographic
    farthest = np.array(_DEGREES if degrees else _FARTHEST)
    with np.errstate(invalid="ignore"):
        return np.logical_and.reduce(np.abs(bounds) <= farthest, axis=1)


def plane_of(epsg: int | None, bounds: Floats) -> Plane:
    """The plane for a layer with these bounds of shapes (n, 4), all finite, in the system `epsg`."""
    if not epsg:  # a table without shapes
        return Plane(None)
    if epsg in _PREFIXED:
        return Plane(epsg, epsg - 4488)
    if epsg in _BARE:
        zone = epsg - 4509
        return Plane(epsg, zone, offset=(zone * crs.METRES_PER_ZONE, 0.0))
    system = system_of(epsg)
    middle = np.median((bounds[:, :2] + bounds[:, 2:]) / 2, axis=0) if len(bounds) else np.zeros(2)
    if not system.is_geographic and not _far_from_scale(epsg, system, middle):
        factor = system.axis_info[0].unit_conversion_factor or 1.0
        return Plane(epsg, scale=(factor, factor))
    return _strip(epsg, system, middle)


def _far_from_scale(epsg: int, system: pyproj.CRS, middle: Floats) -> bool:
    """Does the projection stretch lengths by more than a hundredth at this place?"""
    if not system.is_projected:
        return False
    lon, lat = _degrees_of(epsg, middle[None, :])
    if not (np.isfinite(lon).all() and np.isfinite(lat).all()):
        return False
    scale = pyproj.Proj(system).get_factors(lon, lat, errcheck=False).areal_scale
    return bool(np.isfinite(scale).all() and abs(float(np.asarray(scale)[0]) ** 0.5 - 1) > _FALSE_SCALE)


def _strip(epsg: int, system: pyproj.CRS, middle: Floats) -> Plane:
    """The 3-degree strip of the middle; in China it is that zone itself."""
    lon, lat = _degrees_of(epsg, middle[None, :])
    strip = round(float(lon[0]) / 3)
    zone = strip if crs.FIRST_ZONE <= strip <= crs.LAST_ZONE and 0 < float(lat[0]) < 54 else None
    east = (zone or 0) * crs.METRES_PER_ZONE + crs.FALSE_EASTING
    target = pyproj.CRS.from_proj4(
        f"+proj=tmerc +lat_0=0 +lon_0={3 * strip} +k=1 +x_0={east} +y_0=0 +ellps=GRS80 +units=m +no_defs"
    )
    across = pyproj.Transformer.from_crs(system, target, always_xy=True)
    return Plane(epsg, zone, transformer=across, curved=True)
