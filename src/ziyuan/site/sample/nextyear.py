"""The survey a year later: about 3 % of the patches split, merged or of another class, the rest as they were.

Cuts join two vertices that a patch already has, so no neighbour changes; areas of the new patches sum to the
old ones, so every village still closes. `changes` records what was done, for whoever compares.
"""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import shapely
from shapely.geometry import LineString, Polygon

from ziyuan.base import areas
from ziyuan.site.sample import classes, linear, tables
from ziyuan.site.sample.classes import Attributes, Ground
from ziyuan.site.sample.lattice import Ints
from ziyuan.site.sample.survey import Chunk, Progress, Survey, official

CHANGED = 0.03  # of the patches
SPLITS, MERGES = 0.3, 0.25  # shares of the changes; the rest change class
SMALLEST = 1300.0  # m²: both halves stay above every smallest mapped size

TURNS = {
    "0101": ("0103", "0702", "0601", "1104", "0201"), "0103": ("0101", "0702", "0307", "0601", "0201"),
    "0301": ("0103", "0307", "0201"), "0307": ("0301", "0103", "0702"), "1104": ("0101", "1104A"),
    "0702": ("1201", "08H2"), "0201": ("0103", "0301"), "1201": ("0701", "05H1"), "0404": ("0307", "0103"),
}  # fmt: skip


@dataclass
class _Year:
    """What happens to one chunk."""

    gone: list[int] = field(default_factory=list)
    shapes: list[Polygon] = field(default_factory=list)
    parents: list[list[int]] = field(default_factory=list)
    turned: list[int] = field(default_factory=list)


def next_year(before: Survey, seed: int, tell: Progress) -> Survey:
    """The county one year after `before`."""
    tell(f"{before.county.name}:生成 {before.year + 1} 年度变更")
    after = Survey(before.county, before.year + 1, before.villages, before.towns, [], before.control)
    serial = before.last_serial
    for number, chunk in enumerate(before.chunks):
        rng = np.random.default_rng([seed, int(before.county.code), after.year, number])
        changed, serial = _change(chunk, before, after, serial, rng)
        after.chunks.append(changed)
    return after


def _change(
    chunk: Chunk, before: Survey, after: Survey, serial: int, rng: np.random.Generator
) -> tuple[Chunk, int]:
    shapes = chunk.shapes()
    year = _closing(_choose(chunk, shapes, rng), chunk, before.zone)
    attributes = chunk.attributes.take(np.arange(len(chunk)))
    turned = np.array(year.turned, dtype=np.int64)
    attributes.put(turned, _turn(attributes.dlbm[turned], shapes[turned], rng))
    kept = np.setdiff1d(np.arange(len(chunk)), year.gone)
    made = _new_rows(chunk, attributes, year, before.zone, serial)
    _record(after, before, chunk, year, made)
    together = _join(chunk, attributes, kept, made)
    return together, serial + len(made)


def _choose(chunk: Chunk, shapes: npt.NDArray[np.object_], rng: np.random.Generator) -> _Year:
    """Pick patches for each kind of change, none twice."""
    year, used = _Year(), np.zeros(len(chunk), dtype=bool)
    wanted = max(3, round(CHANGED * len(chunk)))
    changeable = np.isin(chunk.attributes.dlbm, list(TURNS))
    order = rng.permutation(np.flatnonzero(changeable & (shapely.area(shapes) > 2 * SMALLEST)))
    splits, merges = round(wanted * SPLITS), round(wanted * MERGES / 2)
    tree = shapely.STRtree(shapes)
    for index in order:
        if len(year.turned) >= wanted - splits - 2 * merges:
            break
        if used[index]:
            continue
        if len(year.shapes) < splits * 2:
            _split(year, used, shapes, int(index), rng)
        elif len(year.shapes) < splits * 2 + merges:
            _merge(year, used, shapes, chunk, int(index), tree)
        else:
            used[index] = True
            year.turned.append(int(index))
    return year


def _closing(year: _Year, chunk: Chunk, zone: int) -> _Year:
    """The year without merges whose summed area would miss the area of the joined shape by more than 0.01 m²."""
    kept = _Year(turned=year.turned)
    area: Ints = (
        official(np.array(year.shapes, dtype=object), zone) if year.shapes else np.empty(0, dtype=np.int64)
    )
    for shape, parents, found in zip(year.shapes, year.parents, area, strict=True):
        if len(parents) > 1 and abs(int(chunk.area[parents].sum()) - int(found)) > 1:
            continue
        kept.shapes.append(shape)
        kept.parents.append(parents)
        kept.gone += [p for p in parents if p not in kept.gone[-2:]]
    return kept


def _split(
    year: _Year,
    used: npt.NDArray[np.bool_],
    shapes: npt.NDArray[np.object_],
    index: int,
    rng: np.random.Generator,
) -> None:
    """Cut a patch without holes along a straight line between two of its own vertices."""
    patch = shapes[index]
    if len(patch.interiors):
        return
    ring = np.asarray(patch.exterior.coords)[:-1]
    count = len(ring)
    for _ in range(6):
        first = int(rng.integers(count))
        second = (first + count // 2 + int(rng.integers(-1, 2))) % count
        low, high = sorted((first, second))
        if not 2 < high - low < count - 2:
            continue
        halves = [Polygon(ring[low : high + 1]), Polygon(np.concatenate([ring[high:], ring[: low + 1]]))]
        line = LineString([ring[low], ring[high]])
        if all(h.is_valid and h.area > SMALLEST for h in halves) and _inside(line, patch):
            used[index] = True
            year.gone.append(index)
            year.shapes += halves
            year.parents += [[index], [index]]
            return


def _inside(line: LineString, patch: Polygon) -> bool:
    """Does the line run through the patch, touching its border only with its ends, and not at a flat angle?"""
    middle = LineString([line.interpolate(0.02, normalized=True), line.interpolate(0.98, normalized=True)])
    return bool(patch.contains(line) and middle.distance(patch.boundary) > 0.5)


def _merge(
    year: _Year,
    used: npt.NDArray[np.bool_],
    shapes: npt.NDArray[np.object_],
    chunk: Chunk,
    index: int,
    tree: shapely.STRtree,
) -> None:
    """Join a patch with a neighbour of its village and class."""
    near = tree.query(shapes[index], predicate="touches")
    same = (chunk.village[near] == chunk.village[index]) & (
        chunk.attributes.dlbm[near] == chunk.attributes.dlbm[index]
    )
    for other in sorted(int(n) for n in near[same & ~used[near]]):
        whole = shapely.coverage_union_all(shapes[[index, other]])
        if whole.geom_type == "Polygon":
            used[[index, other]] = True
            year.gone += [index, other]
            year.shapes.append(whole)
            year.parents.append([index, other])
            return


def _turn(dlbm: classes.Text, shapes: npt.NDArray[np.object_], rng: np.random.Generator) -> Attributes:
    """Another class for each, with all that follows from it."""
    turned = np.array([rng.choice(TURNS[code]) for code in dlbm], dtype="<U5")
    count = len(turned)
    ground = Ground(
        np.full(count, linear.FIELD, dtype=np.int8), shapely.area(shapes), shapely.length(shapes),
        np.full(count, 0.3), np.zeros(count), np.zeros(count, dtype=bool), False,
    )  # fmt: skip
    return classes.complete(turned, ground, rng)


@dataclass
class _Made:
    shapes: npt.NDArray[np.object_]
    parent: Ints
    serial: Ints
    number: Ints
    area: Ints

    def __len__(self) -> int:
        return len(self.shapes)


def _new_rows(chunk: Chunk, attributes: Attributes, year: _Year, zone: int, serial: int) -> _Made:
    shapes = np.array(year.shapes, dtype=object)
    parent = np.array([p[0] for p in year.parents], dtype=np.int64)
    area = official(shapes, zone) if len(shapes) else np.empty(0, dtype=np.int64)
    groups: dict[tuple[int, ...], list[int]] = {}
    for place, parents in enumerate(year.parents):
        groups.setdefault(tuple(parents), []).append(place)
    for origin, places in groups.items():
        area[places] = areas.close_hundredths(int(chunk.area[list(origin)].sum()), area[places])
    return _Made(
        shapely.normalize(shapes), parent, serial + 1 + np.arange(len(shapes)), _numbers(chunk, parent), area
    )


def _numbers(chunk: Chunk, parent: Ints) -> Ints:
    """Patch numbers go on from the highest of each village."""
    highest = np.zeros(int(chunk.village.max()) + 1, dtype=np.int64)
    np.maximum.at(highest, chunk.village, chunk.number)
    numbers = np.empty(len(parent), dtype=np.int64)
    for place, village in enumerate(chunk.village[parent]):
        highest[village] += 1
        numbers[place] = highest[village]
    return numbers


def _record(after: Survey, before: Survey, chunk: Chunk, year: _Year, made: _Made) -> None:
    keys = tables.bsm(before.county.code, "DLTB", chunk.serial)
    new = tables.bsm(before.county.code, "DLTB", made.serial) if len(made) else np.empty(0, dtype=str)
    after.changes += [{"change": "delete", "layer": "DLTB", "key": str(keys[k])} for k in sorted(year.gone)]
    for key, parents in zip(new, year.parents, strict=True):
        origin = ",".join(str(keys[p]) for p in parents)
        after.changes.append({"change": "insert", "layer": "DLTB", "key": str(key), "parents": origin})
    after.changes += [{"change": "update", "layer": "DLTB", "key": str(keys[k])} for k in sorted(year.turned)]


def _join(chunk: Chunk, attributes: Attributes, kept: Ints, made: _Made) -> Chunk:
    source = np.concatenate([kept, made.parent])
    old = chunk.wkb.take(pa.array(kept))
    new = pa.array(shapely.to_wkb(made.shapes) if len(made) else [], type=pa.binary())

    def both(values: Ints, more: Ints) -> Ints:
        return np.concatenate([values[kept], more])

    return Chunk(
        pa.concat_arrays([a for a in (old, new) if isinstance(a, pa.Array)]), chunk.village[source],
        both(chunk.serial, made.serial), both(chunk.number, made.number), both(chunk.area, made.area),
        attributes.take(source),
    )  # fmt: skip


def shuffled(chunk: Chunk, rng: np.random.Generator) -> Ints:
    """A row order unlike the one before."""
    return rng.permutation(len(chunk))
