"""From an order to files: the years of one county, clean and faulty, with control areas and change record."""

import csv
import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from ziyuan.site.sample import control_lines, faults, nextyear, outlines, places, tables, write
from ziyuan.site.sample.errors import CountyUnknown, PatchesOutOfRange
from ziyuan.site.sample.outlines import Place
from ziyuan.site.sample.survey import Progress, Survey, survey

LEAST, MOST = 2_000, 2_000_000
OUTLINES = tables.REPOSITORY / "examples" / "outlines" / "anhui.geojson"
NAMES = tables.REPOSITORY / "examples" / "places" / "anhui.csv"
CONTROL_SOURCE = "示例数据生成器按县级轮廓计算的控制面积"


@dataclass(frozen=True)
class Order:
    """What is to be made; see `ziyuan sample --help`."""

    county: str
    patches: int = 20_000
    years: int = 2
    last_year: int = 2025
    faulty: bool = False
    control_lines: str = "independent"
    plain: bool = False
    seed: int = 1
    out: Path = Path(".")

    @property
    def first_year(self) -> int:
        """The year the county is surveyed for the first time."""
        return self.last_year - self.years + 1


def county_of(code: str) -> Place:
    """The county with this code among the sample outlines."""
    place = outlines.read(OUTLINES).get(code)
    if place is None or place.level != "county":
        raise CountyUnknown(code)
    return place


def generate(order: Order, tell: Progress = lambda line: None) -> list[Path]:
    """Write everything ordered into `order.out`; the files written."""
    if not LEAST <= order.patches <= MOST:
        raise PatchesOutOfRange(order.patches)
    place = county_of(order.county)
    villages = places.villages_of(order.county, NAMES, order.patches)
    order.out.mkdir(parents=True, exist_ok=True)
    current = survey(place, villages, order.patches, order.first_year, order.seed, tell)
    lines = control_lines.draw(current, order.control_lines, order.seed)
    files: list[Path] = []
    control: list[list[str]] = []
    changes: dict[str, list[dict[str, str]]] = {}
    while True:
        files.append(_package(order, current, lines, tell))
        if order.faulty and current.year == order.first_year:
            files += _faulty_package(order, current, lines, tell)
        control += _control_rows(current)
        if current.changes:
            changes[str(current.year)] = current.changes
        if current.year == order.last_year:
            break
        current = nextyear.next_year(current, order.seed, tell)
    files.append(_write_control(order.out / "control_areas.csv", control))
    if changes:
        files.append(_write_changes(order.out / "changes.json", changes))
    return files


def _package(order: Order, current: Survey, lines: control_lines.Lines, tell: Progress) -> Path:
    name = f"{current.county.code}-{current.year}"
    tell(f"{current.county.name}:写出 {name}.zip")
    source = order.out / f"{name}.gpkg"
    again = current.year > order.first_year
    write.geopackage(source, layers(current, lines, _rng(order, current) if again else None), current.zone)
    target = order.out / f"{name}.zip"
    write.pack(source, target, keep=order.plain)
    return target


def _faulty_package(order: Order, current: Survey, lines: control_lines.Lines, tell: Progress) -> list[Path]:
    name = f"{current.county.code}-{current.year}-faulty"
    tell(f"{current.county.name}:写出错误样本 {name}.zip")
    twin = faults.faulty(current, lines, order.seed)
    clean = dict(layers(current, lines, None))
    content = []
    for layer, parts in clean.items():
        opened = layer in twin.layers
        rest = itertools.islice(parts, 1 if opened else 0, None)
        content.append((layer, itertools.chain([faults.written(twin, layer)] if opened else [], rest)))
    source = order.out / f"{name}.gpkg"
    write.geopackage(source, content, current.zone)
    target, listed = order.out / f"{name}.zip", order.out / "faults.json"
    write.pack(source, target, keep=order.plain)
    listed.write_text(json.dumps(twin.faults, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return [target, listed]


def _rng(order: Order, current: Survey) -> np.random.Generator:
    return np.random.default_rng([order.seed, int(order.county), current.year, 99])


def layers(
    current: Survey, lines: control_lines.Lines, rng: np.random.Generator | None
) -> Iterator[tuple[str, Iterator[pa.Table]]]:
    """All layers of a package; with `rng` as a re-export: other vertex starts, directions and row order."""
    yield "XZQ", iter([_exported(tables.towns(current), rng)])
    yield "CJDCQ", iter([_exported(tables.villages(current), rng)])
    yield "DLTB", (_exported(tables.patches(current, chunk), rng) for chunk in current.chunks)
    yield "YJJBNTTB", (_exported(table, rng) for table in lines.farmland)
    for name, table in (("STBHHX", lines.red_line), ("CZKFBJ", lines.town)):
        if len(table):
            yield name, iter([_exported(table, rng)])


def _exported(table: pa.Table, rng: np.random.Generator | None) -> pa.Table:
    if rng is None or not len(table):
        return table
    table = table.take(pa.array(rng.permutation(len(table))))
    column = table["geometry"].combine_chunks()
    turned = write.another_way(column, rng)
    return table.set_column(table.column_names.index("geometry"), "geometry", turned)


def _control_rows(current: Survey) -> list[list[str]]:
    return [
        [
            current.county.code,
            str(current.year),
            "land",
            code,
            f"{area // 100}.{area % 100:02d}",
            CONTROL_SOURCE,
        ]
        for code, area in tables.class_areas(current).items()
    ]


def _write_control(file: Path, rows: list[list[str]]) -> Path:
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(["county", "edition", "part", "class", "area_m2", "source"])
        writer.writerows(rows)
    return file


def _write_changes(file: Path, changes: dict[str, list[dict[str, str]]]) -> Path:
    """The changes of each year; the list itself when there is but one."""
    content: object = next(iter(changes.values())) if len(changes) == 1 else changes
    file.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return file
