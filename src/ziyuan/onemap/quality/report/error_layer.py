"""The error layer: a GeoPackage with three geometry tables and a summary, styled, for the officer's desktop program."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import shapely

from ziyuan.onemap.quality.finding import SEVERITY_TITLES
from ziyuan.onemap.quality.report.entries import FIELDS, Entry, shapes_of, value
from ziyuan.onemap.quality.report.facts import Facts
from ziyuan.onemap.quality.report.styles import add_styles

_TABLES = (("error_point", "Point", (0, 4)), ("error_line", "MultiLineString", (1, 5)),
           ("error_polygon", "MultiPolygon", (3, 6, 7)))  # fmt: skip
_SUMMARY = ("part", "rule", "title", "family", "severity", "layer", "count", "listed", "covered", "version")
_FIGURES = {"count", "listed", "covered"}


def error_layer(entries: Sequence[Entry], path: Path, *, epsg: int, facts: Facts) -> None:
    """Write the entries to the new GeoPackage `path`, in the delivered system `epsg`.

    A finding without a shape becomes a point at its x, y; one without a place a row without geometry in the point
    table. The summary holds head, score, exceptions, switches and one row a rule.
    """
    path.unlink(missing_ok=True)
    shapes = shapes_of(entries)
    types = shapely.get_type_id(shapes)
    crs = f"EPSG:{epsg}"
    for number, (table, kind, ids) in enumerate(_TABLES):
        chosen = np.isin(types, ids) | ((types < 0) & (kind == "Point"))
        rows = [entry for entry, mine in zip(entries, chosen, strict=True) if mine]
        own = _as_kind(shapes[chosen], kind)
        _write(path, table, kind, shapely.to_wkb(own), _columns(rows), crs, append=number > 0)
    _write_summary(path, facts)
    add_styles(path, {table: kind for table, kind, _ in _TABLES})


def _as_kind(shapes: Any, kind: str) -> Any:
    if kind == "Point":
        return np.array([s.geoms[0] if s is not None and s.geom_type == "MultiPoint" else s for s in shapes], object)
    if kind == "MultiLineString":
        return np.array([shapely.MultiLineString([s]) if s.geom_type == "LineString" else s for s in shapes], object)
    return np.array([shapely.MultiPolygon(_faces(s)) for s in shapes], object)


def _faces(shape: shapely.Geometry) -> list[shapely.Polygon]:
    """Polygons of a shape; of a mixed one the lines and points are left out, the faces are what is drawn."""
    return [part for part in shapely.get_parts(shapely.get_parts(shape)) if part.geom_type == "Polygon"]


def _columns(rows: Sequence[Entry]) -> list[tuple[str, Any]]:
    columns = []
    for name, _, kind in FIELDS:
        values = [value(entry, name) for entry in rows]
        if kind is str:
            columns.append((name, np.array(values, object)))
        else:
            columns.append((name, np.array([np.nan if v is None else v for v in values], np.float64)))
    return columns


def _write(path: Path, table: str, kind: str | None, wkb: Any, columns: list[tuple[str, Any]], crs: str | None,
           append: bool) -> None:  # fmt: skip
    pyogrio.raw.write(
        str(path), geometry=wkb, field_data=[values for _, values in columns],
        fields=np.array([name for name, _ in columns]), layer=table, driver="GPKG", geometry_type=kind,
        crs=crs, append=append,
    )  # fmt: skip


def summary_rows(facts: Facts) -> list[dict[str, Any]]:
    """Head, score, comparison, exceptions, switches, digests, then one row a rule."""
    pairs = [
        *(("概况", *pair) for pair in facts.about),
        ("概况", "结论", facts.conclusion), ("概况", "打印时间", facts.printed),
        *((("概况", "与上次相比", facts.compared),) if facts.compared else ()),
        *((("概况", "得分", f"{facts.score.points}（{facts.score.grade}，权数 {facts.score.source}）"),)
          if facts.score else ()),
        *(("依据", *pair) for pair in (*facts.standards, *facts.tolerances)),
        *(("例外", e.no, f"{e.scope}；{e.reason}；至 {e.until}；{e.state}；{e.decided}；覆盖 {e.covers} 个")
          for e in facts.exceptions),
        *(("开关", "规则降级", text) for text in facts.switches),
        *(("核验", *pair) for pair in (*facts.digests, *facts.signature)),
    ]  # fmt: skip
    rows: list[dict[str, Any]] = [{"part": part, "rule": label, "title": text} for part, label, text in pairs]
    for r in facts.rules:
        rows.append({"part": "规则", "rule": r.rule, "title": r.title, "family": r.family,
                     "severity": SEVERITY_TITLES[r.severity], "layer": r.layer, "count": r.count,
                     "listed": r.listed, "covered": r.covered, "version": facts.versions.get(r.rule)})  # fmt: skip
    return rows


def _write_summary(path: Path, facts: Facts) -> None:
    rows = summary_rows(facts)
    columns: list[tuple[str, Any]] = []
    for name in _SUMMARY:
        values = [row.get(name) for row in rows]
        if name in _FIGURES:
            columns.append((name, np.array([v or 0 for v in values], np.int64)))
        else:
            columns.append((name, np.array(values, object)))
    _write(path, "summary", None, None, columns, None, append=True)
