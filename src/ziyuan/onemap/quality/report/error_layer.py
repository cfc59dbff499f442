"""The error layer: a GeoPackage with three geometry tables and a summary, for the officer's desktop program."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pyproj
import shapely

from ziyuan.onemap.quality.finding import SEVERITY_TITLES, Finding
from ziyuan.onemap.quality.report.facts import Facts

_TABLES = (("error_point", "Point", (0, 4)), ("error_line", "MultiLineString", (1, 5)),
           ("error_polygon", "MultiPolygon", (3, 6)))  # fmt: skip
_FIELDS: tuple[tuple[str, type], ...] = (
    ("rule", str), ("kind", str), ("family", str), ("severity", str), ("layer", str), ("key", str),
    ("row", int), ("field", str), ("value", str), ("expected", str), ("x", float), ("y", float),
    ("measure", float), ("unit", str), ("partners", str), ("message", str), ("remedy", str),
)  # fmt: skip


def error_layer(findings: Sequence[Finding], path: Path, *, epsg: int, facts: Facts,
                shapes_epsg: int | None = None) -> None:  # fmt: skip
    """Write the findings to the new GeoPackage `path`, in the delivered system `epsg`.

    `shapes_epsg` is the system of the findings' geometries where it is another one. A finding without a
    shape becomes a point at its x, y; one without a place a row without geometry in the point table.
    """
    path.unlink(missing_ok=True)
    shapes = _shapes(findings, epsg, shapes_epsg or epsg)
    types = shapely.get_type_id(shapes)
    crs = f"EPSG:{epsg}"
    for number, (table, kind, ids) in enumerate(_TABLES):
        chosen = np.isin(types, ids) | ((types < 0) & (kind == "Point"))
        rows = [finding for finding, mine in zip(findings, chosen, strict=True) if mine]
        own = _as_kind(shapes[chosen], kind)
        _write(path, table, kind, shapely.to_wkb(own), _columns(rows), crs, append=number > 0)
    _write_summary(path, facts)


def _shapes(findings: Sequence[Finding], epsg: int, shapes_epsg: int) -> Any:
    given = shapely.from_wkb(np.array([f.geometry for f in findings], object), on_invalid="ignore")
    if shapes_epsg != epsg:
        moved = pyproj.Transformer.from_crs(shapes_epsg, epsg, always_xy=True)
        given = shapely.transform(given, lambda xy: np.column_stack(moved.transform(xy[:, 0], xy[:, 1])))
    for i, finding in enumerate(findings):
        if given[i] is None and finding.x is not None and finding.y is not None:
            given[i] = shapely.Point(finding.x, finding.y)
    return given


def _as_kind(shapes: Any, kind: str) -> Any:
    if kind == "Point":
        return np.array([s.geoms[0] if s is not None and s.geom_type == "MultiPoint" else s for s in shapes], object)
    make = shapely.MultiLineString if kind == "MultiLineString" else shapely.MultiPolygon
    return np.array([make([s]) if len(shapely.get_parts(s)) == 1 and "Multi" not in s.geom_type else s for s in shapes], object)


def _columns(rows: Sequence[Finding]) -> list[tuple[str, Any]]:
    columns = []
    for name, kind in _FIELDS:
        values = [_value(f, name) for f in rows]
        if kind is str:
            columns.append((name, np.array(values, object)))
        else:
            columns.append((name, np.array([np.nan if v is None else v for v in values], np.float64)))
    return columns


def _value(finding: Finding, name: str) -> Any:
    value = getattr(finding, name)
    if name == "severity":
        return SEVERITY_TITLES[value]
    return "、".join(value) or None if name == "partners" else value


def _write(path: Path, table: str, kind: str | None, wkb: Any, columns: list[tuple[str, Any]], crs: str | None,
           append: bool) -> None:  # fmt: skip
    pyogrio.raw.write(
        str(path), geometry=wkb, field_data=[values for _, values in columns],
        fields=np.array([name for name, _ in columns]), layer=table, driver="GPKG", geometry_type=kind,
        crs=crs, append=append,
    )  # fmt: skip


def _write_summary(path: Path, facts: Facts) -> None:
    rows = [(r.rule, r.title, r.family, SEVERITY_TITLES[r.severity], r.layer, r.count, r.listed) for r in facts.rules]
    about = [(label, value, "", "", None, 0, 0) for label, value in (*facts.about, *facts.standards, *facts.tolerances)]
    names = ("rule", "title", "family", "severity", "layer", "count", "listed")
    everything = [*about, *rows]
    columns: list[tuple[str, Any]] = [(n, np.array([r[i] for r in everything], object)) for i, n in enumerate(names[:5])]
    columns += [(n, np.array([r[i] for r in everything], np.int64)) for i, n in enumerate(names) if i >= 5]
    _write(path, "summary", None, None, columns, None, append=True)
