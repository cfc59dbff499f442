"""The list of a dispatch as a file: CSV with a heading, or GeoJSON lines with one Feature a line (EPSG:4490).

`no` is the outer number, `county` the county's code; every other column or property is a field of the matter's form.
"""

import csv
import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import shapely
from shapely.errors import ShapelyError
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from ziyuan.base import crs
from ziyuan.base.errors import ZiyuanError
from ziyuan.base.geometry import PlaneBatch, PlaneShape
from ziyuan.kernel import service as kernel
from ziyuan.workflow.dispatching.rows import Row
from ziyuan.workflow.errors import DispatchUnreadable

AT_ONCE = 1000
NUMBER, COUNTY = "no", "county"
_POLYGONS = ("Polygon", "MultiPolygon")


def read(path: Path) -> Iterator[Row]:
    """The rows of a file, one after the other. Raises DispatchUnreadable where the file as a whole is none."""
    if path.suffix.lower() == ".csv":
        return _csv(path)
    return _features(path)


def _csv(path: Path) -> Iterator[Row]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            table = csv.DictReader(lines, strict=True)
            if NUMBER not in (table.fieldnames or ()):
                raise DispatchUnreadable(f"表头没有“{NUMBER}”列")
            for told in table:
                more = told.pop(None, None)
                form = {name: text for name, text in told.items() if name not in (NUMBER, COUNTY) and text}
                yield Row(
                    table.line_num, (told[NUMBER] or "").strip(), (told.get(COUNTY) or "").strip(), form,
                    fault="列数多于表头" if more else "",
                )  # fmt: skip
    except (UnicodeDecodeError, csv.Error) as wrong:
        raise DispatchUnreadable(f"{path.name} 不是 UTF-8 的 CSV({wrong})") from wrong


def _features(path: Path) -> Iterator[Row]:
    try:
        with path.open(encoding="utf-8-sig") as lines:
            told = ((number, line) for number, line in enumerate(lines, start=1) if line.strip())
            while part := list(islice(told, AT_ONCE)):
                yield from _placed([_feature(number, line) for number, line in part])
    except UnicodeDecodeError as wrong:
        raise DispatchUnreadable(f"{path.name} 不是 UTF-8 文本") from wrong


def _feature(number: int, line: str) -> tuple[Row, BaseGeometry | None]:
    try:
        told = json.loads(line)
        properties, geometry = dict(told["properties"]), told.get("geometry")
        no, county = (str(properties.pop(name, "") or "").strip() for name in (NUMBER, COUNTY))
        drawn = shape(geometry) if geometry else None
    except (ValueError, TypeError, KeyError, AttributeError, IndexError, RecursionError, ShapelyError):
        return Row(number, "", "", {}, fault="不是一个 GeoJSON 要素"), None
    fault = "" if drawn is None or (drawn.geom_type in _POLYGONS and not drawn.is_empty) else "图形应为面"
    return Row(number, no, county, properties, fault=fault), None if fault else drawn


def _placed(part: list[tuple[Row, BaseGeometry | None]]) -> list[Row]:
    """The rows with their shapes in the zone of their county, brought there many at a time."""
    sites: dict[int, dict[str, Any]] = {}
    faults: dict[int, str] = {}
    by_zone: dict[int, list[tuple[int, BaseGeometry]]] = {}
    for place, (row, drawn) in enumerate(part):
        if drawn is not None:
            by_zone.setdefault(_zone(row, drawn), []).append((place, drawn))
    for zone, drawn_here in by_zone.items():
        shapes = _shapes([drawn for _, drawn in drawn_here], zone)
        for (place, _), found in zip(drawn_here, shapes, strict=True):
            if isinstance(found, str):
                faults[place] = found
            else:
                sites[place] = found.to_json()
    return [
        Row(row.line, row.no, row.county, row.form, sites.get(place), row.fault or faults.get(place, ""))
        for place, (row, _) in enumerate(part)
    ]


def _zone(row: Row, drawn: BaseGeometry) -> int:
    """The zone its county keeps, else the one it lies in."""
    try:
        kept = kernel.region(row.county).zone if row.county else None
    except ZiyuanError:
        kept = None  # told with the row when its case would be opened
    return kept or crs.zone_of_lon(drawn.centroid.x)


def _shapes(drawn: list[BaseGeometry], zone: int) -> list[PlaneShape | str]:
    """Each as plane integers; one that cannot be brought there is told by its reason."""
    try:
        batch = PlaneBatch.from_4490(shapely.force_2d(drawn), zone)
        return [batch.shape(place) for place in range(len(batch))]
    except ZiyuanError as wrong:
        if len(drawn) == 1:
            return [f"图形不能采用:{wrong.message}"]
        return [found for one in drawn for found in _shapes([one], zone)]
