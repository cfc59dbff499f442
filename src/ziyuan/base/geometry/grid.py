"""Between metres and plane integers of 0.0001 m."""

import numpy as np
import numpy.typing as npt

UNITS_PER_METRE = 10_000
ZONE_UNITS = 1_000_000 * UNITS_PER_METRE  # one zone number in the easting

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


def to_units(metres: npt.ArrayLike) -> Ints:
    """Integers of 0.0001 m: first to 1e-6 m (which takes away the noise of doubles), then half up."""
    return (_micrometres(metres) + 50) // 100


def to_units_and_strays(metres: npt.ArrayLike) -> tuple[Ints, npt.NDArray[np.bool_]]:
    """`to_units`, and where a number of metres, read to 1e-6 m, is no whole number of 0.0001 m."""
    fine = _micrometres(metres)
    units = fine + 50
    units //= 100
    return units, units * 100 != fine


def to_metres(units: npt.ArrayLike) -> Floats:
    """Metres as the double nearest to the exact value."""
    return np.asarray(units, dtype=np.int64) / UNITS_PER_METRE


def _micrometres(metres: npt.ArrayLike) -> Ints:
    fine = np.asarray(metres, dtype=np.float64) * 1e6
    fine += 0.5
    return np.floor(fine, out=fine).astype(np.int64) if isinstance(fine, np.ndarray) else np.floor(fine).astype(np.int64)


def in_zone(coords: Ints, zone: int) -> npt.NDArray[np.bool_]:
    """True for (east, north) rows whose easting carries `zone` and whose northing is 0–6000 km."""
    east, north = coords[:, 0], coords[:, 1]
    found = (east >= zone * ZONE_UNITS) & (east < (zone + 1) * ZONE_UNITS)
    found &= north >= 0
    found &= north < 6 * ZONE_UNITS
    return found
