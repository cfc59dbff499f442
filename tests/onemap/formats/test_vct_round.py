"""A VCT file of our own comes back to the last point; the sample of the trade is read."""

from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import shapely

from ziyuan.base import crs, sandbox
from ziyuan.onemap.formats.vct.head import Column
from ziyuan.onemap.formats.vct.read import read
from ziyuan.onemap.formats.vct.write import Content, write

EAST, NORTH = 39_500_000.0, 3_500_000.0


def test_a_large_mosaic_comes_back_to_the_last_point(tmp_path):
    chance = np.random.default_rng(7)
    n = 12
    x, y = np.meshgrid(np.arange(n + 1) * 40.0, np.arange(n + 1) * 40.0)
    x, y = (np.round(v + chance.uniform(-9, 9, v.shape), 4) for v in (x + EAST, y + NORTH))
    rings = [[(x[i, j], y[i, j]), (x[i, j + 1], y[i, j + 1]), (x[i + 1, j + 1], y[i + 1, j + 1]), (x[i + 1, j], y[i + 1, j])]
             for i in range(n) for j in range(n)]  # fmt: skip
    made = [shapely.Polygon(r[k % 4:] + r[: k % 4] if k % 3 else r[::-1]) for k, r in enumerate(rings)]
    content = _content(np.array(made, object))
    path = tmp_path / "m.vct"
    with open(path, "wb") as out:
        write(out, [content], crs.of_epsg(4527), made=date(2024, 1, 1), decimals=4)
    (layer,) = read(str(path), {})
    back = [v for batch in layer.batches for v in batch.column("geometry").to_pylist()]
    assert back == [shapely.to_wkb(s) for s in made]


def _content(made: np.ndarray):
    ids = pa.array([str(i) for i in range(len(made))])
    return Content("DLTB", "Polygon", [Column("BSM", "Char", 18, None)], [ids], made, ["2001010100"] * len(made),
                   {"2001010100": "地类图斑"})  # fmt: skip


def test_the_sample_of_the_trade_is_read(shared_data):
    path = Path(shared_data).parent / "facts" / "sample.vct"
    reading = sandbox.read_with(path, "ziyuan.onemap.formats.vct.read:read")
    table = reading.layers["DLTB"].table
    assert table.column("DLMC").to_pylist() == ["旱地", "乔木林地"]
    assert [shapely.from_wkb(v).area for v in table.column("geometry").to_pylist()] == [10_000.0, 10_000.0]
