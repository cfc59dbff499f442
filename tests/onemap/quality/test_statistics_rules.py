"""Statistics tables equal the map to the last digit; composite keys are unique."""

import pyarrow as pa
import pytest
import shapely

from ziyuan.onemap.formats.layer_table import LayerTable
from ziyuan.onemap.quality.check import check
from ziyuan.onemap.quality.fixtures import prove
from ziyuan.onemap.standards import errors
from ziyuan.onemap.standards.loader import load_file

MODEL = """
standard: {id: st, edition: "1", title: 统计}
codes: {DL: {from: tdt1057@2020/DLBM}}
entities:
  TB:
    geometry: {kind: polygon}
    key: [CUN, XH]
    fields:
      CUN: {type: text, length: 12, required: always, title: 村}
      XH: {type: text, length: 4, required: always, title: 序号}
      DL: {type: code, length: 5, domain: DL, required: always}
      MJ: {type: number, length: 12, decimals: 2, required: always}
      KC: {type: number, length: 12, decimals: 2}
  HZ:
    geometry: {kind: none}
    fields:
      CUN: {type: text, length: 12, required: always}
      YJL: {type: text, length: 2, required: always}
      GQ: {type: number, length: 12, decimals: 4, required: always}
statistics:
  - {id: 一级类, from: TB, sum: MJ, deduction: {field: KC, class: "1203"}, rows: CUN, columns: 'top(DL)', units: [ha],
     must_equal: delivered, table: {layer: HZ, rows: CUN, columns: YJL, value: GQ, unit: ha}}
"""
PLOTS = [("1", "1", "0101", 12345.67, 45.67), ("1", "2", "0102", 54.33, None), ("1", "3", "0303", 100.0, None),
         ("2", "1", "0101", 5.0, None)]  # fmt: skip
# by hand: village 1, cultivated 12345.67 + 54.33 = 12400.00 m² = 1.2400 ha; wetland (0303 counts there) 0.0100 ha;
# ridges 45.67 m² = 0.0046 ha under 12; village 2, cultivated 5 m² = 0.0005 ha
TABLE = [("1", "01", 1.24), ("1", "00", 0.01), ("1", "12", 0.0046), ("2", "01", 0.0005)]


@pytest.fixture
def model(tmp_path):
    path = tmp_path / "m.yaml"
    path.write_text(MODEL, encoding="utf-8")
    return load_file(path)


def _layer(name, columns, given, shaped):
    rows = {c: pa.array([row[n] for row in given]) for n, c in enumerate(columns)}
    shapes = [shapely.to_wkb(shapely.box(39512340 + 60 * n, 3505000, 39512400 + 60 * n, 3505060)) for n in range(len(given))]
    geometry = pa.array(shapes if shaped else [None] * len(given), pa.binary())
    return LayerTable(name, 4527, pa.table(rows | {"geometry": geometry}), "GPKG", "UTF-8", "a.gpkg")


def _found(model, plots, table, kind):
    layers = [_layer("TB", ("CUN", "XH", "DL", "MJ", "KC"), plots, True), _layer("HZ", ("CUN", "YJL", "GQ"), table, False)]
    return [f for f in check([model], {one.name: one for one in layers}).findings if f.kind == kind]


def test_a_table_that_is_the_sum_of_the_map_is_right(model):
    assert _found(model, PLOTS, TABLE, "statistics_equal") == []


def test_one_digit_off_is_found_with_both_figures_and_its_row(model):
    table = [TABLE[0], ("1", "00", 0.0101), *TABLE[2:]]
    (found,) = _found(model, PLOTS, table, "statistics_equal")
    assert (found.layer, found.row, found.field, found.value, found.expected) == ("HZ", 2, "GQ", "0.0101", "0.0100")
    assert found.unit == "ha"


def test_a_missing_row_and_a_row_without_ground_are_found(model):
    found = _found(model, PLOTS, [*TABLE[:2], TABLE[3], ("3", "01", 2.0)], "statistics_equal")
    assert sorted(f.message for f in found) == [
        "统计表“3 01”为 2.0000，图形汇总为 0.0000。",
        "统计表缺少“1 12”，图形汇总为 0.0046。",
    ]


def test_the_same_village_and_number_twice_is_one_problem_of_two_rows(model):
    (found,) = _found(model, [*PLOTS, ("1", "2", "0101", 1.0, None)], TABLE, "key_unique")
    assert (found.layer, found.key, found.measure) == ("TB", "1|2", 2.0)
    assert "第 2、5 行" in found.message
    assert _found(model, PLOTS, TABLE, "key_unique") == []


def test_every_rule_of_the_model_is_proven(model):
    assert prove(model) == len(model.all_rules())


@pytest.mark.parametrize(
    ("old", "new", "error", "words"),
    [
        ("layer: HZ,", "layer: HX,", errors.WrongValue, "HX"),
        ("value: GQ", "value: GP", errors.WrongValue, "GP"),
        ("unit: ha}", "unit: acre}", errors.WrongValue, "acre"),
        ("columns: 'top(DL)'", "columns: 'top(DX)'", errors.ModelUnreadable, "DX"),
        (",\n     must_equal: delivered, table: {layer: HZ, rows: CUN, columns: YJL, value: GQ, unit: ha}",
         ", must_equal: delivered", errors.MissingKey, "table"),
    ],
)  # fmt: skip
def test_statistics_that_name_what_is_not_there_do_not_load(tmp_path, old, new, error, words):
    path = tmp_path / "m.yaml"
    path.write_text(MODEL.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(error, match=words):
        load_file(path)
