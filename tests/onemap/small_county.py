"""A small made-up county as delivered tables: a jittered tessellation with lawful land-use attributes.

Made for the tests of editions, analysis and services; the sample province of `ziyuan sample` is another thing.
"""

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import shapely

from ziyuan.base import areas
from ziyuan.base.geometry import PlaneBatch
from ziyuan.onemap.formats import LayerTable

COUNTY, ZONE, EPSG = "340123", 39, 4527
WEST, SOUTH = 39_510_000.0, 3_507_000.0
CLASSES = [
    ("0101", "水田"),
    ("0103", "旱地"),
    ("0301", "乔木林地"),
    ("0702", "农村宅基地"),
    ("1104", "坑塘水面"),
]
RIDGE_SHARE = Decimal("0.0512")


@dataclass(frozen=True)
class Patch:
    """One patch: key, shape in metres, attributes by field name."""

    key: str
    shape: shapely.Geometry
    values: dict[str, Any]


def key(serial: int, county: str = COUNTY) -> str:
    return f"{county}2001{serial:08d}"


def grid(
    columns: int, rows: int, side: float = 100.0, *, seed: int = 1, west: float = WEST, south: float = SOUTH
) -> list[shapely.Geometry]:
    """Cells of a lattice with moved inner corners, on the 0.0001 m grid; neighbours share their corners."""
    random = np.random.default_rng(seed)
    xs, ys = np.meshgrid(np.arange(columns + 1) * side, np.arange(rows + 1) * side)
    move = random.uniform(-0.3, 0.3, (2, rows + 1, columns + 1)) * side
    move[:, [0, -1], :] = 0
    move[:, :, [0, -1]] = 0
    x, y = np.round(west + xs + move[0], 4), np.round(south + ys + move[1], 4)
    return [
        shapely.Polygon([(x[i], y[i]) for i in ((r, c), (r, c + 1), (r + 1, c + 1), (r + 1, c))])
        for r in range(rows)
        for c in range(columns)
    ]


def official(shapes: list[shapely.Geometry], zone: int = ZONE) -> list[Decimal]:
    found = areas.official_area(PlaneBatch.from_shapely(shapes, zone))
    return [Decimal(int(v)).scaleb(-2) for v in areas.hundredths(found)]


def patch(
    serial: int, shape: shapely.Geometry, code: str, name: str, year: int, county: str = COUNTY, zone: int = ZONE
) -> Patch:
    area = official([shape], zone)[0]
    ridged = code == "0103"
    deducted = areas.ridge_deduction(area, RIDGE_SHARE).deducted if ridged else None
    values = {
        "BSM": key(serial, county), "YSDM": "2001010300", "TBBH": str(serial), "DLBM": code, "DLMC": name,
        "QSXZ": "30", "QSDWDM": f"{county}101001" + "0" * 7, "QSDWMC": "村", "ZLDWDM": f"{county}101001" + "0" * 7,
        "ZLDWMC": "村", "TBMJ": area, "KCDLBM": "1203" if ridged else None, "KCXS": RIDGE_SHARE if ridged else None,
        "KCMJ": deducted, "TBDLMJ": area - (deducted or 0), "GDLX": "PD" if code.startswith("01") else None,
        "GDPDJB": "2" if ridged else None, "ZZSXDM": "LS" if code.startswith("01") else None, "SJNF": year,
        "MSSM": "00",
    }  # fmt: skip
    return Patch(values["BSM"], shape, values)


def county(
    columns: int = 6,
    rows: int = 5,
    *,
    year: int = 2024,
    seed: int = 1,
    code: str = COUNTY,
    west: float = WEST,
) -> list[Patch]:
    """A whole small county of one year."""
    return [
        patch(n + 1, shape, *CLASSES[n % len(CLASSES)], year, code)
        for n, shape in enumerate(grid(columns, rows, seed=seed, west=west))
    ]


def in_year(patches: list[Patch], year: int) -> list[Patch]:
    """The same county delivered again a year later."""
    return [replace(p, values={**p.values, "SJNF": year}) for p in patches]


def table(patches: list[Patch], name: str = "DLTB", epsg: int = EPSG) -> LayerTable:
    """As a reader hands it over: floats for decimals, WKB for shapes."""
    names = list(dict.fromkeys(n for p in patches for n in p.values))
    columns = {}
    for n in names:
        values = [p.values.get(n) for p in patches]
        columns[n] = pa.array([float(v) if isinstance(v, Decimal) else v for v in values])
    columns["geometry"] = pa.array([shapely.to_wkb(p.shape) for p in patches], type=pa.binary())
    return LayerTable(name, epsg, pa.table(columns), "GPKG", "UTF-8", f"{name}.gpkg")


def plain_table(
    name: str, rows: list[tuple[str, shapely.Geometry, dict[str, Any]]], epsg: int = EPSG
) -> LayerTable:
    """A control line or another small layer: key, shape, further values."""
    return table([Patch(k, s, {"BSM": k, **v}) for k, s, v in rows], name, epsg)


def re_exported(patches: list[Patch], seed: int = 7) -> list[Patch]:
    """The same patches as another program writes them: other order, first vertex, direction, text blanks."""
    random = np.random.default_rng(seed)
    found = []
    for p in patches:
        ring = list(p.shape.exterior.coords)[:-1]
        turn = int(random.integers(len(ring)))
        ring = ring[turn:] + ring[:turn]
        if random.random() < 0.5:
            ring.reverse()
        holes = [list(h.coords)[::-1] for h in p.shape.interiors][::-1]
        values = {k: f"{v} " if isinstance(v, str) and k.endswith("MC") else v for k, v in p.values.items()}
        found.append(Patch(p.key, shapely.Polygon(ring, holes), values))
    random.shuffle(found)
    return found
