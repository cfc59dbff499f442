"""A county surveyed: patches with attributes, villages and towns, areas that close at every level.

Areas are whole hundredths of a square metre. The county's control area is the official area of its outline,
given first; village areas close to it, patch areas close to their village (平差, `base.areas`).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import shapely
from shapely.geometry.base import BaseGeometry

from ziyuan.base import areas
from ziyuan.base.geometry import PlaneBatch
from ziyuan.site.sample import classes, layout, shapes
from ziyuan.site.sample.classes import Attributes, Ground
from ziyuan.site.sample.lattice import Floats, Ints
from ziyuan.site.sample.outlines import Place, plane_outline
from ziyuan.site.sample.places import Village

Progress = Callable[[str], None]


@dataclass
class Chunk:
    """The patches of a run of villages; rows are in the order of their serial numbers."""

    wkb: pa.Array
    village: Ints
    serial: Ints
    number: Ints  # inside the village (TBBH)
    area: Ints  # TBMJ in hundredths
    attributes: Attributes

    def __len__(self) -> int:
        return len(self.village)

    def shapes(self) -> npt.NDArray[np.object_]:
        """Polygons in plane metres."""
        return shapely.from_wkb(self.wkb.to_numpy(zero_copy_only=False))


@dataclass
class Region:
    """A village or a town with its shape and areas in hundredths (JSMJ computed, DCMJ adjusted)."""

    code: str
    name: str
    shape: BaseGeometry
    computed: int
    adjusted: int


@dataclass
class Survey:
    """One county in one year."""

    county: Place
    year: int
    villages: list[Region]
    towns: list[Region]
    chunks: list[Chunk]
    control: int
    changes: list[dict[str, str]] = field(default_factory=list)

    @property
    def zone(self) -> int:
        """3-degree zone of the county."""
        return self.county.zone

    @property
    def last_serial(self) -> int:
        """Highest serial of a patch so far; the next year goes on from it."""
        return max(int(chunk.serial.max()) for chunk in self.chunks)

    def __len__(self) -> int:
        return sum(len(chunk) for chunk in self.chunks)


def official(polygons: npt.ArrayLike, zone: int) -> Ints:
    """Official areas in hundredths."""
    return areas.hundredths(areas.official_area(PlaneBatch.from_shapely(polygons, zone)))


def survey(
    place: Place, villages: list[Village], patches: int, year: int, seed: int, tell: Progress
) -> Survey:
    """Make the first year of a county; the same arguments give the same county, byte for byte."""
    rng = np.random.default_rng([seed, int(place.code)])
    parts = plane_outline(place)
    outline = parts[0] if len(parts) == 1 else shapely.multipolygons(parts)
    tell(f"{place.name}:布设 {patches} 个图斑")
    planned = layout.plan(outline, patches, villages, rng)
    shapes.settle_rim(planned, outline)
    scene = _Scene.of(outline, rng)
    chunks: list[Chunk] = []
    regions: list[Region] = []
    serial = 0
    for group in shapes.village_groups(planned, np.ones(len(planned), dtype=bool)):
        made = shapes.patches_of(planned, group, outline)
        chunk = _chunk(
            made,
            place,
            villages,
            scene,
            serial,
            np.random.default_rng([seed, int(place.code), int(group[0])]),
        )
        serial += len(chunk)
        chunks.append(chunk)
        regions += _villages(made, villages, place.zone)
        tell(f"{place.name}:已生成 {serial} 个图斑")
    regions.sort(key=lambda region: region.code)
    result = Survey(place, year, regions, [], chunks, int(official([outline], place.zone)[0]))
    _close(result, villages)
    result.towns = _towns(result, villages)
    return result


@dataclass(frozen=True)
class _Scene:
    """Where the hills and the county seat are."""

    seat: tuple[float, float]
    reach: float
    waves: npt.NDArray[np.float64]

    @classmethod
    def of(cls, outline: BaseGeometry, rng: np.random.Generator) -> "_Scene":
        """Draw a landscape over `outline`; the seat lies in its middle part."""
        middle = (
            outline.representative_point() if not outline.contains(outline.centroid) else outline.centroid
        )
        reach = float(np.sqrt(outline.area))
        waves = np.column_stack([
            rng.uniform(0.25, 0.9, 5) * reach, rng.uniform(0, 2 * np.pi, 5), rng.uniform(0, 2 * np.pi, 5),
        ])  # fmt: skip
        return cls((middle.x, middle.y), reach, waves)

    def hill(self, x: Floats, y: Floats) -> Floats:
        """0 in the plain to 1 on the hills."""
        height = np.zeros_like(x)
        for length, heading, phase in self.waves:
            along = (x - self.seat[0]) * np.cos(heading) + (y - self.seat[1]) * np.sin(heading)
            height += np.sin(2 * np.pi * along / length + phase)
        return 1 / (1 + np.exp(-1.1 * (height - 0.4)))

    def town(self, x: Floats, y: Floats) -> Floats:
        """Nearness of the county seat, 0 to 0.95."""
        distance = np.hypot(x - self.seat[0], y - self.seat[1]) / self.reach
        return 0.95 / (1 + np.exp((distance - 0.085) / 0.012))


def _chunk(
    made: shapes.Patches,
    place: Place,
    villages: list[Village],
    scene: _Scene,
    serial: int,
    rng: np.random.Generator,
) -> Chunk:
    points = shapely.get_coordinates(shapely.centroid(made.shapes))
    urban = np.array([v.urban for v in villages])
    ground = Ground(
        made.kind, shapely.area(made.shapes), shapely.length(made.shapes), scene.hill(*points.T), scene.town(*points.T),
        urban[made.village], place.name.endswith("区"),
    )  # fmt: skip
    first = np.concatenate([[True], made.village[1:] != made.village[:-1]])
    start = np.maximum.accumulate(np.where(first, np.arange(len(made)), 0))
    return Chunk(
        pa.array(shapely.to_wkb(made.shapes), type=pa.binary()),
        made.village,
        np.arange(serial + 1, serial + 1 + len(made)),
        np.arange(len(made)) - start + 1,
        official(made.shapes, place.zone),
        classes.classify(ground, rng),
    )


def _villages(made: shapes.Patches, villages: list[Village], zone: int) -> Iterator[Region]:
    for number in np.unique(made.village):
        whole = shapely.normalize(shapely.coverage_union_all(made.shapes[made.village == number]))
        village = villages[int(number)]
        yield Region(village.code, village.name, whole, int(official([whole], zone)[0]), 0)


def _close(result: Survey, villages: list[Village]) -> None:
    """County → villages → patches, each level summing exactly to the one above."""
    computed = [region.computed for region in result.villages]
    for region, adjusted in zip(
        result.villages, areas.close_hundredths(result.control, computed), strict=True
    ):
        region.adjusted = int(adjusted)
    total = {region.code: region.adjusted for region in result.villages}
    for chunk in result.chunks:
        for number in np.unique(chunk.village):
            members = np.flatnonzero(chunk.village == number)
            chunk.area[members] = areas.close_hundredths(
                total[villages[int(number)].code], chunk.area[members]
            )


def _towns(result: Survey, villages: list[Village]) -> list[Region]:
    names = {village.town: village.town_name for village in villages}
    towns = []
    for code in sorted({region.code[:9] for region in result.villages}):
        members = [region for region in result.villages if region.code[:9] == code]
        whole = shapely.normalize(shapely.coverage_union_all([region.shape for region in members]))
        computed = int(official([whole], result.zone)[0])
        towns.append(Region(code, names[code], whole, computed, sum(region.adjusted for region in members)))
    return towns
