"""Check one county's layers against models: the whole of quality control (质检) in one call."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ziyuan.onemap.quality.finding import Report

Progress = Callable[[str, int, int], None]


def check(
    models: Sequence[Any],
    layers: Mapping[str, Any],
    *,
    county: str | None = None,
    period: str | None = None,
    control_areas: Sequence[Mapping[str, Any]] | None = None,
    zone: int | None = None,
    extent: tuple[float, float, float, float] | None = None,
    progress: Progress | None = None,
) -> Report:
    """Judge `layers` (name → LayerTable) by every rule of `models`; nothing is changed.

    Args:
        county: 6-digit code of the deliverer; without it rules about the county are left out.
        period: reference year, as in SJNF.
        control_areas: registered rows `part` (land|island), `class`, `area_m2`; without them the county
            total is not judged.
        zone: 3-degree zone of the county.
        extent: west, south, east, north of the county in degrees (EPSG:4490), with a margin already added.
        progress: called with step title, done, total.
    """
    raise NotImplementedError
