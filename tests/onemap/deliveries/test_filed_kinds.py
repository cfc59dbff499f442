"""Any kind is delivered: filed as a single record, in a package, in part, as changes; a table's rows have no shape."""

from datetime import date

import pyogrio
import pytest
from django.db import transaction

from tests.onemap import every_kind as world
from tests.support import packages
from ziyuan.base.geometry import PlaneShape
from ziyuan.kernel import service as kernel
from ziyuan.onemap import service as onemap
from ziyuan.onemap.deliveries import errors
from ziyuan.onemap.deliveries.job import read_and_check
from ziyuan.onemap.deliveries.models import Delivery
from ziyuan.onemap.editions import changesets

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
  review: null
"""
FULL = MANDATE.replace("filing", "full").replace("KB", "KQ").replace("[full]", "[full, partial, changes]").replace(
    "review: null", "review: survey_monitoring/delivery_review\n  partial: optional\n  files: [zip, gpkg]"
)
PACKAGE = """
package: {id: kinds, title: 各类图形, crs: {39: 4527}}
members: [{kind: gpkg, pattern: '*.gpkg', holds: all}]
layers:
  JX: {standard: kinds@1, required: WANTED}
  DW: {standard: kinds@1, required: WANTED}
  JL: {standard: kinds@1, required: WANTED}
  MJ: {standard: kinds@1, required: WANTED}
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
    for folder, filing, full in (
        ("mandates", MANDATE, FULL), ("packages", PACKAGE.replace("WANTED", "false"), PACKAGE.replace("WANTED", "true")),
    ):  # fmt: skip
        (texts / folder).mkdir()
        (texts / folder / "kinds_filing.yaml").write_text(filing, encoding="utf-8")
        (texts / folder / "kinds_full.yaml").write_text(full, encoding="utf-8")
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


ROWS = [world.Row(n, "甲", 3 * n) for n in range(1, 7)]


@pytest.fixture
def send(db, people, tmp_path, clean_lake):
    """Submit the layers, or a file, as the county's officer and run the check."""

    def go(period, content, kind="full", **more):
        body, name = content, "a.zip"
        if isinstance(content, dict):
            file, name = tmp_path / "a.gpkg", "a.gpkg"
            file.unlink(missing_ok=True)
            for entity, rows in content.items():
                table = world.table(entity, rows).table
                shaped = {"geometry_name": "geometry", "geometry_type": "Unknown", "crs": "EPSG:4527"}
                pyogrio.write_arrow(table, file, layer=entity, driver="GPKG", append=file.exists(),
                                    **(shaped if "geometry" in table.column_names else {}))  # fmt: skip
            body = file.read_bytes()
        order = deliveries.Order(world.COUNTY, period, "kinds_full", kind=kind, **more)
        row = deliveries.submit(people["officer"], (world.COUNTY, period), body, name, order=order)
        read_and_check(delivery=row.pk)
        told = deliveries.detail(people["officer"], row.pk)
        return deliveries.accept(people["province"], row.pk) if told["state"] == "review" else told

    return go


def digests(row):
    return {e["layer"].rpartition("/")[2]: e["digest"] for e in row.editions}


def test_a_package_of_every_kind_is_sealed_then_a_part_then_changes(send, people):
    by = kernel.system_actor()
    first = send("2023", dict.fromkeys(world.NAMES, ROWS))
    assert first.state == "sealed" and digests(first).keys() == set(world.NAMES)
    assert {len(onemap.asof(f"kinds@1/{n}", date(2023, 12, 31), county=world.COUNTY, by=by)) for n in world.NAMES} == {6}
    part = send("2024", {"JL": ROWS[1:], "DW": ROWS[:-1]}, "partial", layers=("JL", "DW"), against=first.no)
    assert part.state == "sealed" and digests(part).keys() == {"JL", "DW"}
    point = transaction.savepoint()
    later = send("2025", {"JL": [*ROWS[2:], world.Row(9, "乙", 0)], "JX": ROWS[:3]}, "partial", layers=("JL", "JX"))
    made = {
        name: changesets.write(changesets.make(f"kinds@1/{name}", world.COUNTY, start, date(2025, 12, 31), by=by), by=by)
        for name, start in (("JL", date(2024, 12, 31)), ("JX", date(2024, 12, 31)))
    }
    transaction.savepoint_rollback(point)
    body = packages.packed({written.name: written.body for written in made.values()})
    applied = send("2025", body, "changes")
    assert applied.state == "sealed" and digests(applied) == digests(later)


def test_a_missing_table_or_a_line_among_points_is_a_finding(send):
    told = send("2023", {n: ROWS for n in world.NAMES if n != "JL"})
    assert told["state"] == "returned" and {"JL"} == {r["layer"] for r in told["summary"] if r["severity"] == "error"}
    rows = [*ROWS[:-1], world.Row(6, "甲", 0)]
    shape = world.Row.shape
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(world.Row, "shape", lambda self, n: shape(self, "JX" if (n, self.serial) == ("DW", 6) else n))
        told = send("2023", dict.fromkeys(world.NAMES, rows))
    assert told["state"] == "returned" and "DW-geometry-kind" in {r["rule"] for r in told["summary"]}, told["summary"]
