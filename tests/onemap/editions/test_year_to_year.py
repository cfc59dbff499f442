"""A year in the life of a large layer: 20,000 patches, 3 % changed, written again by another program.

Rows shuffled, other ring starts, the other direction, columns turned round: exactly the changed ones are changes; the
changeset takes another node to the same digest, and is refused where the base is another.
"""

from dataclasses import replace
from datetime import date

import numpy as np
import pyarrow as pa
import pytest
import shapely

from tests.onemap import small_county as world
from ziyuan.kernel import service as kernel
from ziyuan.onemap import errors
from ziyuan.onemap import service as onemap
from ziyuan.onemap.differences.tables import Side, compare
from ziyuan.onemap.editions import changesets
from ziyuan.onemap.formats import LayerTable

COLUMNS, ROWS = 160, 125
COUNT = COLUMNS * ROWS
Y2024, Y2025 = date(2024, 12, 31), date(2025, 12, 31)
HERE, THERE = "340123", "340121"
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clean_lake")]


def lattice() -> np.ndarray:
    """(n, 4, 2) corners in metres, moved on the 0.0001 m grid."""
    random = np.random.default_rng(5)
    xs, ys = np.meshgrid(np.arange(COLUMNS + 1) * 50.0, np.arange(ROWS + 1) * 50.0)
    points = np.stack([xs, ys], -1) + random.uniform(-12, 12, (ROWS + 1, COLUMNS + 1, 2))
    points = np.round(points + np.array([world.WEST, world.SOUTH]), 4)
    return np.stack([points[:-1, :-1], points[:-1, 1:], points[1:, 1:], points[1:, :-1]], 2).reshape(-1, 4, 2)


def columns_of(numbers: np.ndarray, year: int) -> dict[str, np.ndarray]:
    text = {"YSDM": "2001010300", "QSXZ": "30", "QSDWMC": "某村", "ZLDWMC": "某村", "MSSM": "00"}
    zones = {n: np.full(len(numbers), f"{HERE}101001" + "0" * 7) for n in ("QSDWDM", "ZLDWDM")}
    plain = {name: np.full(len(numbers), value) for name, value in text.items()}
    area = np.round(2000 + numbers * 0.01, 2)
    return {
        "BSM": np.char.add(f"{HERE}2001", np.char.zfill(numbers.astype(str), 8)), "TBBH": numbers.astype(str),
        "DLBM": np.array(["0101", "0301", "0702"])[numbers % 3],
        "DLMC": np.array(["水田", "乔木林地", "农村宅基地"])[numbers % 3],
        "TBMJ": area, "TBDLMJ": area, "SJNF": np.full(len(numbers), year), **plain, **zones,
    }  # fmt: skip


def table(columns: dict[str, np.ndarray], corners: np.ndarray) -> LayerTable:
    held = {name: pa.array(values) for name, values in columns.items()}
    held["geometry"] = pa.array(shapely.to_wkb(shapely.polygons(corners)), pa.binary())
    return LayerTable("DLTB", world.EPSG, pa.table(held), "GPKG", "UTF-8", "DLTB.gpkg")


def next_year() -> tuple[LayerTable, dict[str, set[str]]]:
    """The year after, written again, and the keys of what changed."""
    random, numbers, corners = np.random.default_rng(6), np.arange(COUNT), lattice()
    chosen = random.permutation(COUNT)[: COUNT * 3 // 100]
    classes, moved, gone = chosen[:250], chosen[250:500], chosen[500:]
    columns = columns_of(numbers, 2025)
    columns["DLBM"][classes], columns["DLMC"] = "0602", columns["DLMC"].astype("<U10")
    columns["DLMC"][classes] = "采矿用地"
    corners[moved, 0] += 0.0001
    keep = np.setdiff1d(numbers, gone)
    order = random.permutation(keep)
    turned = np.stack([np.roll(c, r, axis=0)[::-1] for c, r in zip(corners[order], order % 4, strict=True)])
    told = {name: columns[name][order] for name in reversed(columns)}
    keys = {"class": columns["BSM"][classes], "moved": columns["BSM"][moved], "gone": columns["BSM"][gone]}
    return table(told, turned), {name: set(map(str, found)) for name, found in keys.items()}


def seal(no: str, held: LayerTable, county: str, day: date):
    return onemap.seal(no, {"DLTB": held}, county=county, reference_date=day, by=kernel.system_actor())[0]


def test_exactly_the_changed_ones_and_the_same_digest_elsewhere():
    by = kernel.system_actor()
    first, (second, planted) = table(columns_of(np.arange(COUNT), 2024), lattice()), next_year()
    kind = onemap.layer("DLTB")

    found = compare(kind.model, kind.entity, Side(first.table, world.EPSG), Side(second.table, world.EPSG))
    told = {(c.change, c.key, c.fields, c.geometry) for c in found.changes}
    expected = {("update", key, ("DLBM", "DLMC"), False) for key in planted["class"]}
    expected |= {("update", key, (), True) for key in planted["moved"]}
    expected |= {("delete", key, (), False) for key in planted["gone"]}
    assert told == expected
    assert found.unchanged == COUNT - len(expected)

    one, two = seal("A", first, HERE, Y2024), seal("B", second, HERE, Y2025)
    assert (two.inserted, two.updated, two.deleted, two.unchanged) == (0, 500, 100, COUNT - 600)
    changes = changesets.make("DLTB", HERE, one, two, by=by)
    assert {*changes.before.column("__key").to_pylist()} == set().union(*planted.values())

    elsewhere = replace(changes, county=THERE)
    with pytest.raises(errors.WrongBase):
        changesets.apply(elsewhere, by=by)
    assert seal("C", first, THERE, Y2024).hex_digest == one.hex_digest
    assert changesets.apply(elsewhere, by=by).hex_digest == two.hex_digest
