"""Where each finding lies: point and shape in EPSG:4490, the village it falls into."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from ziyuan.base import crs
from ziyuan.onemap.formats import LayerTable
from ziyuan.onemap.quality.finding import Finding

_VILLAGES, _CODE, _NAME = "CJDCQ", "ZLDWDM", "ZLDWMC"
_VILLAGE_DIGITS = 12
Village = tuple[str, str]


@dataclass(frozen=True)
class Places:
    """Point, shape and box of each finding in EPSG:4490; None (NaN) where it has no place on the map.

    `epsg` is the system its x, y and geometry were delivered in.
    """

    points: list[tuple[float, float] | None]
    shapes: list[bytes | None]
    boxes: NDArray[np.float64]
    epsg: list[int]
    villages: list[Village | None]

    @classmethod
    def of(cls, findings: Sequence[Finding], layers: Mapping[str, LayerTable], zone: int) -> "Places":
        """Project the places of all findings at once; those of a layer from the layer's own system."""
        systems = [_epsg(f, layers, zone) for f in findings]
        points: list[tuple[float, float] | None] = [None] * len(findings)
        shapes: list[bytes | None] = [None] * len(findings)
        boxes = np.full((len(findings), 4), np.nan)
        for one in sorted(set(systems)):
            chosen = [i for i, s in enumerate(systems) if s == one]
            _project(findings, chosen, one, points, shapes, boxes)
        return cls(points, shapes, boxes, systems, _villages(points, layers))


def _epsg(finding: Finding, layers: Mapping[str, LayerTable], zone: int) -> int:
    layer = layers.get(finding.layer or "")
    return layer.epsg if layer is not None else crs.epsg_of_zone(zone)


def _degrees(epsg: int, xy: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n, 2) delivered → degrees."""
    system = crs.of_epsg(epsg)
    if system.zone is None:
        return xy
    east = xy[:, 0] + (0 if system.prefixed else system.zone * crs.METRES_PER_ZONE)
    return np.column_stack(crs.to_degrees(system.zone).transform(east, xy[:, 1]))


def _project(
    findings: Sequence[Finding], chosen: list[int], epsg: int, points: list[tuple[float, float] | None],
    shapes: list[bytes | None], boxes: NDArray[np.float64],
) -> None:  # fmt: skip
    wkb = np.array([findings[i].geometry for i in chosen], dtype=object)
    solid = shapely.from_wkb(wkb, on_invalid="ignore")
    degrees = shapely.transform(solid, lambda xy: _degrees(epsg, xy))
    given = np.array([(findings[i].x, findings[i].y) for i in chosen], np.float64).reshape(-1, 2)
    inside = shapely.point_on_surface(solid)
    middles = np.column_stack([shapely.get_x(inside), shapely.get_y(inside)])
    place = _degrees(epsg, np.where(np.isnan(given), middles, given))
    boxes[chosen] = np.where(np.isnan(bounds := shapely.bounds(degrees).reshape(-1, 4)), np.hstack([place, place]), bounds)
    boxes[~np.isfinite(boxes).all(axis=1)] = np.nan
    for at, i in enumerate(chosen):
        shapes[i] = shapely.to_wkb(degrees[at]) if degrees[at] is not None else None
        if np.isfinite(place[at]).all():
            points[i] = float(place[at, 0]), float(place[at, 1])


def _villages(points: Sequence[tuple[float, float] | None], layers: Mapping[str, LayerTable]) -> list[Village | None]:
    """Village (村级调查区) of each point, from the delivery's own layer of villages; None without one."""
    found: list[Village | None] = [None] * len(points)
    layer = layers.get(_VILLAGES)
    placed = [i for i, p in enumerate(points) if p is not None]
    if layer is None or not placed or not {_CODE, _NAME} <= set(layer.table.column_names):
        return found
    areas = shapely.from_wkb(layer.table.column("geometry").to_pylist(), on_invalid="ignore")
    areas = shapely.transform(areas, lambda xy: _degrees(layer.epsg, xy))
    codes, names = (layer.table.column(c).to_pylist() for c in (_CODE, _NAME))
    spots = shapely.points([points[i] for i in placed])
    which, where = shapely.STRtree(areas).query(spots, predicate="intersects")
    for at, area in zip(which, where, strict=True):
        if found[placed[at]] is None and codes[area]:
            found[placed[at]] = str(codes[area])[:_VILLAGE_DIGITS], str(names[area] or "")[:100]
    return found
