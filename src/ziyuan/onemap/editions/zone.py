"""The plane zone of a county: one county lies in one zone."""

from ziyuan.kernel import service as kernel
from ziyuan.kernel.errors import UnknownRegion


def zone_of(county: str) -> int:
    """3-degree zone of a county. Raises UnknownRegion, also for a code that is no county."""
    zone = kernel.region(county).zone
    if zone is None:
        raise UnknownRegion(county)
    return int(zone)
