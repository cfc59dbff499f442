"""Check one county's layers against models: the whole of quality control (质检) in one call."""

from collections.abc import Mapping, Sequence
from typing import Any

from ziyuan.onemap.formats.layer_table import LayerTable
from ziyuan.onemap.quality.finding import Report
from ziyuan.onemap.quality.fixtures import require_provable
from ziyuan.onemap.quality.judge import Progress, judge
from ziyuan.onemap.standards.model import Model


def check(
    models: Sequence[Model],
    layers: Mapping[str, LayerTable],
    *,
    county: str | None = None,
    period: str | None = None,
    control_areas: Sequence[Mapping[str, Any]] | None = None,
    zone: int | None = None,
    extent: tuple[float, float, float, float] | None = None,
    required: Sequence[str] | None = None,
    previous: Mapping[str, LayerTable] | None = None,
    neighbours: Mapping[str, LayerTable] | None = None,
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
        required: layers that must be there; None: those that the package layout of the standard asks for.
        previous: layers of the edition before, by name: what a change is judged against.
        neighbours: layers of the counties around, by name: what the county's border is judged against.
        progress: called with step title, done, total.

    Raises RuleWithoutFixtures for a rule that cannot be proven by a planted fault and an innocent case.
    """
    require_provable(models)
    return judge(
        models, layers, county=county, period=period, control_areas=control_areas, zone=zone, extent=extent,
        required=required, previous=previous, neighbours=neighbours, progress=progress,
    )  # fmt: skip
