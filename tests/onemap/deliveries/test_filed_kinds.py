"""A single record of any kind is filed: a line, a point, a polygon, a table's row without shape."""

from datetime import date

import pytest

from tests.onemap import every_kind as world
from ziyuan.base.geometry import PlaneShape
from ziyuan.kernel import service as kernel
from ziyuan.onemap import service as onemap
from ziyuan.onemap.deliveries import errors
from ziyuan.onemap.deliveries.models import Delivery

DAY = date(2026, 3, 1)
deliveries = onemap.deliveries
MANDATE = """
mandate:
  id: kinds_filing
  title: 各类图形备案
  duty: null
  mark: KB
  package: kinds_filing
  standards: [kinds@1]
  organ: county
  period: {cadence: yearly, first: 2010}
  kinds: [filing]
  levels: [{level: county, verb: submit}]
"""
PACKAGE = """
package: {id: kinds_filing, title: 各类图形备案记录, crs: {39: 4527}}
members: []
layers:
  JX: {standard: kinds@1, required: false}
  DW: {standard: kinds@1, required: false}
  JL: {standard: kinds@1, required: false}
  MJ: {standard: kinds@1, required: false}
"""
SHAPES = {
    "JX": {"type": "LineString", "coordinates": [[117.15, 31.70], [117.16, 31.71]]},
    "DW": {"type": "Point", "coordinates": [117.15, 31.70]},
    "MJ": {"type": "Polygon", "coordinates": [[[117.15, 31.70], [117.16, 31.70], [117.16, 31.71], [117.15, 31.70]]]},
    "JL": None,
}
VALUES = {"JX": {"BSM": "000001", "SM": "界"}, **{n: {"XZQ": "甲|乙", "BH": 7, "SM": "点"} for n in ("DW", "JL", "MJ")}}
KEYS = {"JX": "000001", **dict.fromkeys(("DW", "JL", "MJ"), "甲\\|乙|7")}


@pytest.fixture(scope="module", autouse=True)
def made_up(tmp_path_factory, django_db_setup):
    texts = tmp_path_factory.mktemp("texts")
    for folder, text in (("mandates", MANDATE), ("packages", PACKAGE)):
        (texts / folder).mkdir()
        (texts / folder / "kinds_filing.yaml").write_text(text, encoding="utf-8")
    with world.standard(tmp_path_factory.mktemp("standards")), pytest.MonkeyPatch.context() as patch:
        patch.setenv("ZIYUAN_STANDARDS", str(texts))
        world.make_tables()
        yield


def filed(people, entity, values=None, shape=None, **more):
    order = deliveries.Order(world.COUNTY, "2026", "kinds_filing")
    return deliveries.file_record(
        people["officer"], order, entity, values or VALUES[entity], SHAPES[entity] if shape is None else shape, DAY, **more
    )


@pytest.mark.parametrize("entity", world.NAMES)
def test_a_record_of_any_kind_stands_on_the_map_with_both_clocks(db, people, entity):
    row = filed(people, entity, command="一次")
    assert row.state == "sealed", deliveries.detail(people["officer"], row.pk)["summary"]
    assert filed(people, entity, command="一次").pk == row.pk
    by = people["officer"]
    (found,) = onemap.asof(f"kinds@1/{entity}", DAY, county=world.COUNTY, by=kernel.system_actor())
    assert (found.key, found.case_no, found.valid_from) == (KEYS[entity], row.no, DAY)
    assert (found.geometry is None) == (entity == "JL")
    assert not onemap.asof(f"kinds@1/{entity}", date(2026, 2, 28), county=world.COUNTY, by=kernel.system_actor())
    told = deliveries.detail(by, row.pk)
    assert deliveries.receipt_holds(told["receipts"]["accepted"])
    form = deliveries.form(by, "kinds_filing", entity)
    assert form["shape"] == {"JX": "line", "DW": "point", "JL": None, "MJ": "polygon"}[entity]


def test_a_line_is_taken_in_plane_integers_exactly(db, people):
    shape = PlaneShape(39, ((((395123400000, 35000000000), (395123400001, 35000000002)),),), "line")
    filed(people, "JX", shape=shape.to_json())
    (found,) = onemap.asof("kinds@1/JX", DAY, county=world.COUNTY, by=kernel.system_actor())
    assert PlaneShape.from_4490(found.geometry, 39, "line") == shape


@pytest.mark.parametrize(("entity", "shape", "why"), [
    ("JX", SHAPES["DW"], "不是线"), ("DW", SHAPES["MJ"], "不是点"), ("MJ", SHAPES["JX"], "不是面"),
    ("JX", {"type": "LineString", "coordinates": [[117.15, 31.7]]}, "不是线"), ("JX", {}, "没有填写"), ("DW", {}, "没有填写"),
    ("JL", SHAPES["DW"], "应为空"), ("DW", {"zone": 39, "kind": "line", "parts": [[[[395123400000, 35000000000],
                                                                                [395123400001, 35000000002]]]]}, "不是点"),
    ("DW", {"type": "Point", "coordinates": []}, "不是点"), ("DW", {"type": "Point", "coordinates": [10.0, 31.7]}, "不是点"),
])  # fmt: skip
def test_a_shape_of_another_kind_is_refused_by_its_field(db, people, entity, shape, why):
    with pytest.raises(errors.RecordWrong, match=why) as refused:
        filed(people, entity, shape=shape)
    assert "geometry" in refused.value.facts["fields"]
    with kernel.acting(people["officer"]):
        assert Delivery.objects.count() == 0


def test_a_key_with_an_empty_part_is_refused(db, people):
    with pytest.raises(errors.RecordWrong, match=r"XZQ\+BH"):
        filed(people, "JL", {"XZQ": "甲"})
