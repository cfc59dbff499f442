"""Findings as a table (CSV) and as GeoJSON."""

import csv
import io
import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely

from ziyuan.base import crs
from ziyuan.base.csv_safe import safe_row
from ziyuan.onemap.quality.report.entries import FIELDS, Entry, shapes_of, transformer, value


def csv_text(entries: Sequence[Entry]) -> str:
    """One line a finding, Chinese heads, all columns; begins with a byte-order mark so that spreadsheets read it right.

    A cell that a spreadsheet would run as a formula is led by an apostrophe.
    """
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([title for _, title, _ in FIELDS])
    for entry in entries:
        writer.writerow(safe_row(value(entry, name) for name, _, _ in FIELDS))
    return "\ufeff" + out.getvalue()


def geojson_text(entries: Sequence[Entry], *, epsg: int | None) -> str:
    """A FeatureCollection in degrees (EPSG:4490); left in the delivered system, and saying so, where it cannot be told."""
    shapes = shapes_of(entries)
    mover = transformer(epsg, crs.DEGREES)
    if mover is not None:
        shapes = shapely.transform(shapes, lambda xy: np.column_stack(mover.transform(xy[:, 0], xy[:, 1])))
    written = shapely.to_geojson(shapes)
    features = [
        {"type": "Feature", "id": number, "geometry": json.loads(shape) if shape else None,
         "properties": {name: value(entry, name) for name, _, _ in FIELDS}}
        for number, (entry, shape) in enumerate(zip(entries, written, strict=True), 1)
    ]  # fmt: skip
    told: dict[str, Any] = {"type": "FeatureCollection", "name": "质检问题", "features": features}
    if mover is None and epsg is not None:
        told["crs"] = {"type": "name", "properties": {"name": f"urn:ogc:def:crs:EPSG::{epsg}"}}
    return json.dumps(told, ensure_ascii=False, allow_nan=False)
