"""The three control lines (三条控制线): permanent basic farmland, ecological red line, urban boundary.

`unions`: each is made of patches and shares their vertices. `independent`: digitised by someone else, so that
nothing coincides with the patches. Either way the three never overlap one another.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import shapely
from shapely.geometry.base import BaseGeometry

from ziyuan.site.sample import tables
from ziyuan.site.sample.lattice import UNITS
from ziyuan.site.sample.survey import Chunk, Survey, official

GRID = 1 / UNITS
PROTECTED = 0.68  # share of cultivated patches under permanent protection
INSET = 3.0  # metres by which an independently drawn outline stays inside its patch
RED_LINE_KINDS = ("水土保持", "水源涵养", "生物多样性维护")
TOWN_ZONES = ("城镇集中建设区", "城镇弹性发展区", "特别用途区")


@dataclass
class Lines:
    """Tables of the three layers."""

    farmland: list[pa.Table]
    red_line: pa.Table
    town: pa.Table


def draw(survey: Survey, way: str, seed: int) -> Lines:
    """Control lines of a county, `way` being `independent` or `unions`."""
    rng = np.random.default_rng([seed, int(survey.county.code), 21])
    whole = shapely.coverage_union_all([town.shape for town in survey.towns])
    red = _red_zones(survey, whole, rng)
    town = _town_zone(survey, whole, red)
    reach = shapely.union_all([*red, *town])
    if way == "unions":
        red = [s for s in (_union_inside(survey, zone, None) for zone in red) if s is not None]
        town = _rings_of_town(survey, town, red)
        reach = shapely.union_all([*red, *town])
    else:
        red = [_on_grid(zone.intersection(whole.buffer(-200))) for zone in red]
        town = _parts_of_town(town, whole)
    red = [zone for zone in red if not zone.is_empty]
    farmland = [_farmland(survey, chunk, reach, way, rng) for chunk in survey.chunks]
    _number(survey, farmland)
    return Lines(farmland, _red_line(survey, red), _town(survey, town))


def _on_grid(shape: BaseGeometry) -> BaseGeometry:
    return shapely.set_precision(shape, GRID)


def _blob(x: float, y: float, size: float, rng: np.random.Generator) -> BaseGeometry:
    angle = np.linspace(0, 2 * np.pi, 160, endpoint=False)
    phase = rng.uniform(0, 6, 4)
    reach = size * (
        1
        + 0.22 * np.sin(3 * angle + phase[0])
        + 0.10 * np.sin(5 * angle + phase[1])
        + 0.05 * np.sin(11 * angle + phase[2])
    )
    return _on_grid(
        shapely.Polygon(np.column_stack([x + reach * np.cos(angle) * 1.3, y + reach * np.sin(angle) * 0.8]))
    )


def _red_zones(survey: Survey, whole: BaseGeometry, rng: np.random.Generator) -> list[BaseGeometry]:
    """Some separate rounded areas in the woods, away from the middle where the county seat lies."""
    woods = np.concatenate([
        shapely.get_coordinates(shapely.centroid(chunk.shapes()[np.char.startswith(chunk.attributes.dlbm, "03")]))
        for chunk in survey.chunks
    ])  # fmt: skip
    size = 0.055 * np.sqrt(whole.area)
    seat = shapely.Point(whole.centroid.x, whole.centroid.y)
    zones: list[BaseGeometry] = []
    for _ in range(200):
        x, y = woods[int(rng.integers(len(woods)))]
        zone = _blob(x, y, size * rng.uniform(0.6, 1.3), rng)
        apart = all(zone.distance(other) > size for other in zones) and zone.distance(seat) > 0.17 * np.sqrt(
            whole.area
        )
        if apart and whole.buffer(-300).contains(zone):
            zones.append(zone)
        if len(zones) == 6:
            break
    return zones


def _town_zone(survey: Survey, whole: BaseGeometry, red: list[BaseGeometry]) -> list[BaseGeometry]:
    middle = whole.representative_point() if not whole.contains(whole.centroid) else whole.centroid
    rng = np.random.default_rng([int(survey.county.code), 5])
    zone = _blob(middle.x, middle.y, 0.085 * np.sqrt(whole.area), rng)
    inner = whole.buffer(-300)
    zone = _largest(zone.intersection(inner))
    return [_on_grid(_largest(zone.difference(shapely.union_all(red).buffer(200))))]


def _largest(shape: BaseGeometry) -> BaseGeometry:
    return max(shapely.get_parts(shape), key=lambda part: part.area)


def _parts_of_town(town: list[BaseGeometry], whole: BaseGeometry) -> list[BaseGeometry]:
    """The built-up zone, and around it the elastic zone, with a common edge."""
    core = _on_grid(_largest(town[0].buffer(-0.012 * np.sqrt(whole.area))))
    ring = shapely.difference(town[0], core, grid_size=GRID)
    return [core, _largest(ring)]


def _rings_of_town(survey: Survey, town: list[BaseGeometry], red: list[BaseGeometry]) -> list[BaseGeometry]:
    barred = shapely.union_all(red) if red else None
    whole = _union_inside(survey, town[0], barred)
    core = _union_inside(survey, town[0].buffer(-600), barred)
    if whole is None:
        return []
    if core is None or core.is_empty:
        return [whole]
    ring = shapely.difference(whole, core, grid_size=GRID)
    return [core, ring] if not ring.is_empty else [core]


def _union_inside(survey: Survey, zone: BaseGeometry, barred: BaseGeometry | None) -> BaseGeometry | None:
    """Union of the patches that lie wholly in `zone` (and share no ground with `barred`)."""
    shapely.prepare(zone)
    chosen = []
    for chunk in survey.chunks:
        patches = chunk.shapes()
        inside = patches[shapely.contains(zone, patches)]
        chosen.append(inside)
    patches = np.concatenate(chosen)
    if barred is not None and len(patches):
        patches = patches[shapely.area(shapely.intersection(patches, barred)) == 0]
    return shapely.coverage_union_all(patches) if len(patches) else None


def _farmland(
    survey: Survey, chunk: Chunk, reach: BaseGeometry, way: str, rng: np.random.Generator
) -> pa.Table:
    """Permanent basic farmland on cultivated patches clear of the other two lines."""
    patches = chunk.shapes()
    farmed = np.char.startswith(chunk.attributes.dlbm, "01") & (rng.random(len(patches)) < PROTECTED)
    shapely.prepare(reach)
    chosen = np.flatnonzero(farmed)
    chosen = chosen[shapely.disjoint(reach, patches[chosen])]
    shapes = patches[chosen]
    if way == "independent":
        shapes = _digitised_anew(shapes)
        kept = (shapely.get_type_id(shapes) == shapely.GeometryType.POLYGON) & (shapely.area(shapes) > 400)
        chosen, shapes = chosen[kept], shapes[kept]
    part = Chunk(
        pa.array(shapely.to_wkb(shapes), type=pa.binary()), chunk.village[chosen], chunk.serial[chosen],
        chunk.number[chosen], official(shapes, survey.zone), chunk.attributes.take(chosen),
    )  # fmt: skip
    return _farmland_rows(survey, part)


def _digitised_anew(shapes: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    inner = shapely.buffer(shapes, -INSET, join_style="mitre", mitre_limit=2.0)
    simple = shapely.simplify(inner, 1.5)
    return shapely.normalize(shapely.set_precision(simple, GRID))


def _farmland_rows(survey: Survey, part: Chunk) -> pa.Table:
    rows = tables.patches(survey, part)
    count = len(part)
    net = part.area - tables.ridge_area(part)
    columns: dict[str, Any] = {
        "BSM": rows["BSM"],  # numbered at the end
        "YSDM": tables.constant("2005010300", count),
        "XZQDM": tables.constant(survey.county.code, count),
        "XZQMC": tables.constant(survey.county.name, count),
        "YJJBNTTBBH": rows["TBBH"],
        **{
            name: rows[name]
            for name in ("TBBH", "DLBM", "DLMC", "QSXZ", "QSDWDM", "QSDWMC", "ZLDWDM", "ZLDWMC")
        },
        "YJJBNTTBMJ": tables.square_metres(part.area),
        "YJJBNTMJ": tables.square_metres(net),
        "SJNF": tables.constant("2021", count),
        "BHKSSJ": tables.constant("20220101", count),
        "BHJSSJ": tables.nothing(count),
        "WDGD": tables.constant("是", count),
        "GDPDJB": rows["GDPDJB"],
        "geometry": part.wkb,
    }
    return pa.table(columns)


def _number(survey: Survey, farmland: list[pa.Table]) -> None:
    """Serial numbers through all chunks, in place."""
    done = 0
    for place, table in enumerate(farmland):
        serial = np.arange(done + 1, done + 1 + len(table))
        done += len(table)
        table = table.set_column(0, "BSM", tables.text(tables.bsm(survey.county.code, "YJJBNTTB", serial)))
        at = table.column_names.index("YJJBNTTBBH")
        farmland[place] = table.set_column(
            at, "YJJBNTTBBH", tables.text(np.char.zfill(serial.astype("<U8"), 6))
        )


def _red_line(survey: Survey, zones: list[BaseGeometry]) -> pa.Table:
    count = len(zones)
    kinds = [RED_LINE_KINDS[k % len(RED_LINE_KINDS)] for k in range(count)]
    return _zones(survey, "STBHHX", zones, {
        "XJXZQDM": tables.constant(survey.county.code, count),
        "XJXZQMC": tables.constant(survey.county.name, count),
        "LHLX": tables.text(np.array(kinds, dtype=object)),
    })  # fmt: skip


def _town(survey: Survey, zones: list[BaseGeometry]) -> pa.Table:
    count = len(zones)
    return _zones(survey, "CZKFBJ", zones, {
        "XZQDM": tables.constant(survey.county.code, count),
        "XZQMC": tables.constant(survey.county.name, count),
        "GHFQDM": tables.nothing(count),
        "GHFQMC": tables.text(np.array(TOWN_ZONES[:count], dtype=object)),
    }, note=True)  # fmt: skip


def _zones(
    survey: Survey, layer: str, zones: list[BaseGeometry], columns: dict[str, pa.Array], *, note: bool = False
) -> pa.Table:
    count = len(zones)
    shapes = shapely.normalize(np.array(zones, dtype=object)) if count else np.array([], dtype=object)
    area = official(shapes, survey.zone) if count else np.empty(0, dtype=np.int64)
    return pa.table({
        "BSM": tables.text(tables.bsm(survey.county.code, layer, np.arange(1, count + 1))),
        "YSDM": tables.nothing(count),
        **columns,
        "MJ": tables.square_metres(area),
        **({"BZ": tables.nothing(count)} if note else {}),
        "geometry": pa.array(shapely.to_wkb(shapes), type=pa.binary()),
    })  # fmt: skip
