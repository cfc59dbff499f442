"""A small lawful county drawn on a jittered lattice: villages of 4 × 4 patches, towns of 2 × 2 villages."""

from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import shapely

from ziyuan.base.areas import close_hundredths, hundredths, official_area
from ziyuan.base.geometry import PlaneBatch
from ziyuan.onemap.formats.layer_table import LayerTable
from ziyuan.onemap.standards import library

CODE, PERIOD, ZONE, EPSG = "340123", "2024", 39, 4527
WEST, NORTH, CELL = 39_512_340.0, 3_505_000.0, 60.0
_CLASSES = ("0101", "0103", "0201", "0301", "0404", "0702", "1006", "1104A", "0601", "1202")


@dataclass
class County:
    """Columns and shapes of the three layers, still open to change before `layers()` makes tables of them."""

    columns: dict[str, dict[str, list]]
    shapes: dict[str, np.ndarray]
    control: list[dict[str, object]] = field(default_factory=list)

    def layers(self) -> dict[str, LayerTable]:
        return {name: layer(name, self.columns[name], self.shapes[name]) for name in self.columns}


def layer(name: str, columns: dict[str, list], shapes: np.ndarray, epsg: int = EPSG) -> LayerTable:
    """A delivered layer of these columns (numbers as doubles, the rest as text)."""
    arrays = {key: pa.array(values) for key, values in columns.items()}
    arrays["geometry"] = pa.array(list(shapely.to_wkb(shapes)), pa.binary())
    return LayerTable(name, epsg, pa.table(arrays), "GPKG", "UTF-8", "county.gpkg")


def lattice(nx: int, ny: int, seed: int) -> np.ndarray:
    """Cells of a jittered lattice with a shared vertex in the middle of each side; object array (ny, nx)."""
    chance = np.random.default_rng(seed)
    grid = np.stack(np.meshgrid(np.arange(2 * nx + 1), np.arange(2 * ny + 1)), axis=-1) * (CELL / 2)
    grid = grid + chance.uniform(-6, 6, grid.shape) + np.array([WEST, NORTH])
    grid = np.round(grid, 4)
    cells = np.empty((ny, nx), object)
    for j in range(ny):
        for i in range(nx):
            a, b = 2 * i, 2 * j
            ring = [(a, b), (a + 1, b), (a + 2, b), (a + 2, b + 1), (a + 2, b + 2), (a + 1, b + 2), (a, b + 2), (a, b + 1)]
            cells[j, i] = shapely.Polygon([grid[y, x] for x, y in ring])
    return cells


def make(nx: int = 8, ny: int = 8, seed: int = 1) -> County:
    """A county of nx × ny patches (multiples of 8 fill whole towns)."""
    cells = lattice(nx, ny, seed)
    row, column = np.mgrid[0:ny, 0:nx]
    town = (row // 8) * -(-nx // 8) + column // 8
    patches, town = cells.ravel(), town.ravel()
    inside = (row % 8 // 4 * 2 + column % 8 // 4).ravel()
    codes = [f"{CODE}{101 + t:03d}{201 + v:03d}" for t, v in zip(town, inside, strict=True)]
    units, member = np.unique(codes, return_inverse=True)
    villages = np.array([shapely.union_all(patches[member == k]) for k in range(len(units))], object)
    towns_of = np.array([u[:9] for u in units])
    names = np.unique(towns_of)
    towns = np.array([shapely.union_all(villages[towns_of == n]) for n in names], object)
    out = County({}, {"DLTB": patches, "CJDCQ": villages, "XZQ": towns})
    _fill(out, codes, units, member, names)
    return out


def _official(shapes: np.ndarray) -> np.ndarray:
    return hundredths(official_area(PlaneBatch.from_shapely(shapes, ZONE)))


def _fill(out: County, codes: list[str], units: np.ndarray, member: np.ndarray, towns: np.ndarray) -> None:
    table = library.load("tdt1057@2020").codes["DLBM"]
    count = len(codes)
    own = _official(out.shapes["CJDCQ"])
    village_areas = close_hundredths(int(own.sum()) + 3, own)
    areas = np.zeros(count, np.int64)
    official = _official(out.shapes["DLTB"])
    for k, total in enumerate(village_areas):
        areas[member == k] = close_hundredths(int(total), official[member == k])
    classes = [_CLASSES[i % len(_CLASSES)] for i in range(count)]
    farm = [c.startswith("01") for c in classes]
    ratio = [0.05 if f and i % 2 else None for i, f in enumerate(farm)]
    deducted = [int(np.floor(a * r + 0.5)) if r else 0 for a, r in zip(areas, ratio, strict=True)]
    blank = pa.nulls(count, pa.string())
    places = [c + "0" * 7 for c in codes]
    out.columns["DLTB"] = {
        "BSM": [f"{CODE}2001{i + 1:08d}" for i in range(count)], "YSDM": ["2001010100"] * count, "TBYBH": blank,
        "TBBH": _serials(codes), "DLBM": classes, "DLMC": [table.title_of(c) for c in classes], "QSXZ": ["30"] * count,
        "QSDWDM": places, "QSDWMC": ["某村"] * count, "ZLDWDM": places, "ZLDWMC": ["某村"] * count,
        "TBMJ": [a / 100 for a in areas.tolist()],
        "KCDLBM": ["1203" if r else None for r in ratio], "KCXS": ratio, "KCMJ": [d / 100 for d in deducted],
        "TBDLMJ": [(a - d) / 100 for a, d in zip(areas.tolist(), deducted, strict=True)],
        "GDLX": ["TT" if r else None for r in ratio],
        "GDPDJB": [("2" if r else "1") if f else None for f, r in zip(farm, ratio, strict=True)],
        "XZDWKD": [4.5 if c == "1006" else None for c in classes], "TBXHDM": blank, "TBXHMC": blank,
        "ZZSXDM": ["LS" if f else None for f in farm], "ZZSXMC": ["种植粮食作物" if f else None for f in farm],
        "GDDB": [5 if f else 0 for f in farm], "FRDBS": blank,
        "CZCSXM": ["203" if c == "0702" else None for c in classes], "SJNF": [int(PERIOD)] * count,
        "MSSM": ["00"] * count, "HDMC": blank, "BZ": blank,
    }  # fmt: skip
    many = len(units)
    out.columns["CJDCQ"] = {
        "BSM": [f"{CODE}2002{i + 1:08d}" for i in range(many)], "YSDM": ["1000600300"] * many,
        "ZLDWDM": [u + "0" * 7 for u in units], "ZLDWMC": [f"{u}村" for u in units],
        "DCMJ": [a / 100 for a in village_areas.tolist()], "JSMJ": [a / 100 for a in own.tolist()],
        "MSSM": ["00"] * many, "HDMC": pa.nulls(many, pa.string()), "BZ": pa.nulls(many, pa.string()),
    }  # fmt: skip
    sums = [sum(int(a) for a, u in zip(village_areas, units, strict=True) if u[:9] == t) for t in towns]
    few = len(towns)
    out.columns["XZQ"] = {
        "BSM": [f"{CODE}2000{i + 1:08d}" for i in range(few)], "YSDM": ["1000600100"] * few, "XZQDM": list(towns),
        "XZQMC": [f"{t}镇" for t in towns], "DCMJ": [s / 100 for s in sums],
        "JSMJ": [a / 100 for a in _official(out.shapes["XZQ"]).tolist()],
        "MSSM": ["00"] * few, "HDMC": pa.nulls(few, pa.string()), "BZ": pa.nulls(few, pa.string()),
    }  # fmt: skip
    _control(out, classes, areas.tolist(), deducted)


def _serials(codes: list[str]) -> list[str]:
    """Each patch's number in its village."""
    seen: dict[str, int] = {}
    numbers = []
    for code in codes:
        seen[code] = seen.get(code, 0) + 1
        numbers.append(str(seen[code]))
    return numbers


def _control(out: County, classes: list[str], areas: list[int], deducted: list[int]) -> None:
    sums: dict[str, int] = {"1203": sum(deducted)}
    for code, area, less in zip(classes, areas, deducted, strict=True):
        sums[code] = sums.get(code, 0) + area - less
    out.control = [{"part": "land", "class": c, "area_m2": f"{s / 100:.2f}"} for c, s in sorted(sums.items())]
