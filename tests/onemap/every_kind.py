"""A made-up standard with one layer of every kind, its tables made by the owner, and random content for them.

No standard of the house has a typed layer of points or a key of several parts; what holds for those is shown on these.
"""

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import shapely
from hypothesis import strategies as st

from tests.support import database
from ziyuan.onemap.editions import layers as known_layers
from ziyuan.onemap.formats import LayerTable
from ziyuan.onemap.standards import ddl, library, places

COUNTY, ZONE, EPSG = "340123", 39, 4527
EAST, NORTH = 39_512_000.0, 3_507_000.0
NAMES = ("JX", "DW", "JL", "MJ")
TEXT = """
standard: {{id: {id}, edition: "1", title: 各类图形, source: 测试}}
space: {{crs: [4527], decimals: 4, resolution: 0.00005, tolerance: 0.0001, area: official, area_unit: m2}}
entities:
  JX:
    title: 界线
    geometry: {{kind: line}}
    key: BSM
    fields: {{BSM: {{type: text, required: always}}, SM: {{type: text}}, CD: {{type: number, length: 12, decimals: 2}}}}
  DW:
    title: 点位
    geometry: {{kind: point}}
    key: [XZQ, BH]
    fields: {{XZQ: {{type: text, length: 12}}, BH: {{type: integer, length: 6}}, SM: {{type: text, length: 50}}}}
  JL:
    title: 记录
    geometry: {{kind: none}}
    key: [XZQ, BH]
    fields: {{XZQ: {{type: text, length: 12}}, BH: {{type: integer, length: 6}}, SM: {{type: text}}, RQ: {{type: date}}}}
  MJ:
    title: 面
    geometry: {{kind: polygon}}
    key: [XZQ, BH]
    fields: {{XZQ: {{type: text, length: 12}}, BH: {{type: integer, length: 6}}, SM: {{type: text, length: 50}}}}
no_change: {{line_direction: {direction}}}
"""


@contextmanager
def standard(folder: Path) -> Iterator[None]:
    """The made-up standards `kinds` (a line's direction counts) and `turned` (it does not), beside those of the house."""
    for name, direction in (("kinds", "kept"), ("turned", "any")):
        (folder / name / "1").mkdir(parents=True)
        (folder / name / "1" / "model.yaml").write_text(TEXT.format(id=name, direction=direction), encoding="utf-8")
    for other in places.ROOT.iterdir():
        (folder / other.name).symlink_to(other)
    patch = pytest.MonkeyPatch()
    patch.setattr(places, "ROOT", folder)
    known_layers.layers.cache_clear()
    try:
        yield
    finally:
        patch.undo()
        known_layers.layers.cache_clear()
        library.load_named.cache_clear()


def make_tables() -> None:
    """Their tables in the run's database, as the owner makes them."""
    told = json.loads(Path(os.environ["ZIYUAN_NODE"]).read_text(encoding="utf-8"))
    name = told["database"]["name"]
    with database.connect(told, name) as owner:
        owner.execute(f'SET ROLE "{name}_owner"')
        for layer_id in (f"{id}@1/{entity}" for id in ("kinds", "turned") for entity in NAMES):
            model, entity = library.layer(layer_id)
            table = model.table_name(entity.name)
            if owner.execute("SELECT to_regclass(%s)", [f"layers.{table}"]).fetchone() != (None,):
                continue
            for statement in ddl.create_table(model, entity):
                owner.execute(statement)
            owner.execute(f'GRANT SELECT, INSERT, UPDATE ON layers.{table} TO "{name}_app"')
            owner.execute(f'GRANT SELECT ON layers.{table} TO "{name}_auditor"')


@dataclass(frozen=True)
class Row:
    """One feature or record: its key's serial, a text, and where it lies (cells of 10 m from a corner)."""

    serial: int
    text: str
    spot: int
    bend: int = 0

    @property
    def key(self) -> str:
        return str(self.serial)

    def shape(self, entity: str) -> shapely.Geometry | None:
        x, y = EAST + 10 * (self.spot % 20), NORTH + 10 * (self.spot // 20)
        bend = self.bend * 0.0001
        return {
            "JX": lambda: shapely.LineString([(x, y), (x + 3.25, y + 1 + bend), (x + 6, y)]),
            "DW": lambda: shapely.Point(x + bend, y),
            "MJ": lambda: shapely.box(x, y, x + 5, y + 5 + bend),
            "JL": lambda: None,
        }[entity]()


def key_of(entity: str, row: Row) -> str:
    """The key as the map keeps it; that of several parts has a bar in it to be escaped."""
    return f"{row.serial:06d}" if entity == "JX" else f"甲\\|乙|{row.serial}"


def table(entity: str, rows: Sequence[Row]) -> LayerTable:
    """The rows as a reader hands them over, in the order given."""
    texts: dict[str, Any] = {"SM": [row.text for row in rows]}
    if entity == "JX":
        own = {"BSM": [f"{row.serial:06d}" for row in rows], "CD": [float(Decimal(row.bend) / 4) for row in rows]}
    else:
        own = {"XZQ": ["甲|乙"] * len(rows), "BH": pa.array([row.serial for row in rows], pa.int64())}
    if entity == "JL":
        own["RQ"] = pa.array([date(2024, 3, 1)] * len(rows), pa.date32())
    else:
        own["geometry"] = pa.array([shapely.to_wkb(row.shape(entity)) for row in rows], pa.binary())
    return LayerTable(entity, EPSG, pa.table({**own, **texts}), "GPKG", "UTF-8", f"{entity}.gpkg")


ROWS = st.lists(
    st.builds(Row, st.integers(1, 30), st.sampled_from(["甲", "乙 ", "丙\t丁"]), st.integers(0, 200), st.integers(0, 3)),
    min_size=1, max_size=12, unique_by=lambda row: row.serial,
)  # fmt: skip


def shuffled(rows: Sequence[Row], seed: int) -> list[Row]:
    return [rows[i] for i in np.random.default_rng(seed).permutation(len(rows))]
