"""Arrow tables with the fields of the standard, ready to be written into a package."""

import csv
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from ziyuan.site.sample.lattice import Ints
from ziyuan.site.sample.survey import Chunk, Region, Survey

REPOSITORY = Path(__file__).resolve().parents[4]
STANDARD = REPOSITORY / "standards" / "tdt1057" / "2020"

# The four characters of a BSM that name the layer come from a set-up table that was not read: a setting.
LAYER_CODES = {
    "XZQ": "1100",
    "CJDCQ": "1300",
    "DLTB": "2110",
    "YJJBNTTB": "5110",
    "STBHHX": "5210",
    "CZKFBJ": "5310",
}
VILLAGE_AREA_CODE = "1000600300"  # YSDM of CJDCQ, from memory, unconfirmed


@lru_cache
def names(table: str) -> dict[str, str]:
    """Code → Chinese name, from a code table of the survey standard."""
    with (STANDARD / "codes" / f"{table}.csv").open(encoding="utf-8", newline="") as lines:
        return {row["code"]: row["name"] for row in csv.DictReader(lines)}


def bsm(county: str, layer: str, serial: Ints) -> npt.NDArray[np.str_]:
    """Identification codes (标识码): county 6, layer 4, serial 8."""
    return np.char.add(county + LAYER_CODES[layer], np.char.zfill(serial.astype("<U8"), 8))


def text(values: Any) -> pa.Array:
    """Strings, empty ones as null."""
    array = pa.array(np.asarray(values).astype(object), type=pa.string())
    return pc.if_else(pc.equal(array, ""), pa.scalar(None, pa.string()), array)


def square_metres(hundredths: Any, valid: npt.NDArray[np.bool_] | None = None) -> pa.Array:
    """Whole hundredths as the nearest double of their two decimals."""
    values = np.asarray(hundredths, dtype=np.float64) / 100
    return pa.array(values, mask=None if valid is None else ~valid)


def nothing(count: int, kind: pa.DataType | None = None) -> pa.Array:
    """A column without values."""
    return pa.nulls(count, kind or pa.string())


def constant(value: str, count: int) -> pa.Array:
    """The same text in every row."""
    return pa.repeat(pa.scalar(value), count)


def named(codes: npt.NDArray[np.str_], table: str) -> pa.Array:
    """The names that belong to `codes`; no name for no code."""
    known = names(table)
    distinct, place = np.unique(codes, return_inverse=True)
    return text(np.array([known[c] if c else "" for c in distinct], dtype=object)[place])


def ridge_area(chunk: Chunk) -> Ints:
    """KCMJ in hundredths: TBMJ × KCXS, half up."""
    product = chunk.area * np.rint(chunk.attributes.ridge * 10_000).astype(np.int64)
    return (product + 5_000) // 10_000


def patches(survey: Survey, chunk: Chunk) -> pa.Table:
    """DLTB rows of a chunk, geometry as WKB in delivered metres."""
    a, count = chunk.attributes, len(chunk)
    codes = np.array([r.code for r in survey.villages])
    titles = np.array([r.name for r in survey.villages], dtype=object)
    owner_code, owner_name = _owners(survey, chunk)
    farmed = np.char.startswith(a.dlbm, "01")
    ridge = ridge_area(chunk)
    number = np.char.zfill(chunk.number.astype("<U8"), 4)
    columns = {
        "BSM": text(bsm(survey.county.code, "DLTB", chunk.serial)),
        "YSDM": constant("2001010100", count),
        "TBYBH": text(np.char.add(np.array([c[6:] for c in codes])[chunk.village], number)),
        "TBBH": text(chunk.number.astype("<U8")),
        "DLBM": text(a.dlbm),
        "DLMC": named(a.dlbm, "land_class"),
        "QSXZ": text(a.owner),
        "QSDWDM": text(owner_code),
        "QSDWMC": text(owner_name),
        "ZLDWDM": text(np.char.add(codes, "0000000")[chunk.village]),
        "ZLDWMC": text(titles[chunk.village]),
        "TBMJ": square_metres(chunk.area),
        "KCDLBM": text(np.where(a.ridge > 0, "1203", "")),
        "KCXS": pa.array(a.ridge, mask=~farmed),
        "KCMJ": square_metres(ridge, farmed),
        "TBDLMJ": square_metres(chunk.area - ridge),
        "GDLX": text(a.terrace),
        "GDPDJB": text(a.slope),
        "XZDWKD": pa.array(a.width, mask=a.width == 0),
        "TBXHDM": text(a.refinement),
        "TBXHMC": named(a.refinement, "refinement"),
        "ZZSXDM": text(a.planting),
        "ZZSXMC": named(a.planting, "planting"),
        "GDDB": pa.array(a.grade.astype(np.int32), mask=a.grade == 0),
        "FRDBS": nothing(count),
        "CZCSXM": text(a.settlement),
        "SJNF": pa.array(np.full(count, survey.year, dtype=np.int32)),
        "MSSM": constant("00", count),
        "HDMC": nothing(count),
        "BZ": nothing(count),
        "geometry": chunk.wkb,
    }
    return pa.table(columns)


def _owners(survey: Survey, chunk: Chunk) -> tuple[npt.NDArray[np.str_], npt.NDArray[np.object_]]:
    codes = np.array([r.code for r in survey.villages])
    titles = np.array([r.name for r in survey.villages], dtype=object)
    state = chunk.attributes.owner == "20"
    code = np.where(state, survey.county.code + "0" * 13, np.char.add(codes, "0000000")[chunk.village])
    return code, np.where(state, survey.county.name, titles[chunk.village])


def villages(survey: Survey) -> pa.Table:
    """CJDCQ rows."""
    columns = _regions(survey, "CJDCQ", survey.villages)
    head = {
        "BSM": columns.pop("BSM"),
        "YSDM": constant(VILLAGE_AREA_CODE, len(survey.villages)),
        "ZLDWDM": text([f"{region.code}0000000" for region in survey.villages]),
        "ZLDWMC": text([region.name for region in survey.villages]),
    }
    return pa.table(head | columns)


def towns(survey: Survey) -> pa.Table:
    """XZQ rows, one for each town."""
    columns = _regions(survey, "XZQ", survey.towns)
    head = {
        "BSM": columns.pop("BSM"),
        "YSDM": constant("1000600100", len(survey.towns)),
        "XZQDM": text([region.code for region in survey.towns]),
        "XZQMC": text([region.name for region in survey.towns]),
    }
    return pa.table(head | columns)


def _regions(survey: Survey, layer: str, regions: list[Region]) -> dict[str, pa.Array]:
    count = len(regions)
    return {
        "BSM": text(bsm(survey.county.code, layer, np.arange(1, count + 1))),
        "DCMJ": square_metres([region.adjusted for region in regions]),
        "JSMJ": square_metres([region.computed for region in regions]),
        "MSSM": constant("00", count),
        "HDMC": nothing(count),
        "BZ": nothing(count),
        "geometry": pa.array(
            shapely.to_wkb(np.array([region.shape for region in regions])), type=pa.binary()
        ),
    }


def class_areas(survey: Survey) -> dict[str, int]:
    """Hundredths by class as the official statistics count them: ΣTBDLMJ by DLBM, and 1203 = ΣKCMJ."""
    total: dict[str, int] = {}
    for chunk in survey.chunks:
        ridge = ridge_area(chunk)
        distinct, place = np.unique(chunk.attributes.dlbm, return_inverse=True)
        for code, area in zip(distinct, np.bincount(place, weights=chunk.area - ridge), strict=True):
            total[str(code)] = total.get(str(code), 0) + round(area)
        total["1203"] = total.get("1203", 0) + int(ridge.sum())
    return dict(sorted(total.items()))
