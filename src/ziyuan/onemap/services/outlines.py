"""Outlines of cities and counties (示例): coarse, for orientation and for finding a county, never for boundaries."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import shapely
from shapely.geometry import shape

from ziyuan.kernel import service as kernel

SOURCE = Path(__file__).resolve().parents[4] / "examples" / "outlines" / "anhui.geojson"


@cache
def _collection() -> dict[str, Any]:
    return json.loads(SOURCE.read_text(encoding="utf-8"))


@cache
def outline(code: str) -> shapely.Geometry | None:
    """Outline of a city or county in degrees (EPSG:4490), None where there is none."""
    return next(
        (shape(f["geometry"]) for f in _collection()["features"] if f["properties"]["code"] == code), None
    )


@cache
def counties() -> dict[str, shapely.Geometry]:
    """Outlines of all counties by code."""
    found = (f for f in _collection()["features"] if f["properties"]["level"] == "county")
    return {f["properties"]["code"]: shape(f["geometry"]) for f in found}


@cache
def beside(code: str) -> tuple[str, ...]:
    """The counties whose outlines meet a county's, by code; empty where it has none."""
    own = counties().get(code)
    if own is None:
        return ()
    return tuple(sorted(other for other, shape in counties().items() if other != code and shape.distance(own) < _MEETING))


_MEETING = 0.001  # degrees: the outlines are coarse


def outlines(by: kernel.Actor) -> dict[str, Any]:
    """All outlines as GeoJSON, each told whether it lies in the actor's region: a base map hides nothing."""
    features = [
        {**f, "properties": {**f["properties"], "own": kernel.contains(by.region, f["properties"]["code"])}}
        for f in _collection()["features"]
    ]
    return {**_collection(), "features": features}


def bounds(by: kernel.Actor) -> list[float] | None:
    """West, south, east, north of the actor's region in degrees."""
    inside = [g for code, g in counties().items() if kernel.contains(by.region, code)]
    return [round(float(v), 6) for v in shapely.total_bounds(inside)] if inside else None
